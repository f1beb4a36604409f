// phasebit regs --watch: what changes, until somebody ends it.
import { setTimeout as sleep } from "node:timers/promises";
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";
import { parseTimeMs } from "../ground/units.ts";
import { type RegisterValue, readRegister } from "../nvme/register-values.ts";
import type { RegisterAccess } from "../nvme/registers.ts";
import { linesFor } from "../text/compare-frame.ts";
import { changeLines, type RegisterChange } from "../text/register-changes.ts";
import { compactText, type InspectFlags, type OpenFunction } from "./inspect.ts";

const DEFAULT_MS = 100;

/** `--watch`, `--watch 20ms`; null without it. @throws PhasebitError USAGE */
export function parseInterval(watch: string | true | undefined): number | null {
  if (watch === undefined) return null;
  if (watch === true) return DEFAULT_MS;
  const parsed = parseTimeMs(watch);
  if (!parsed.ok) throw usage(`--watch ${typedText(watch)}: ${parsed.why}`);
  if (parsed.value < 1) throw usage(`--watch ${typedText(watch)}: must be at least 1ms`);
  return parsed.value;
}

/** Reads the registers over and over and prints each change, until the signal. */
export async function watchRegisters(
  flags: InspectFlags & { readonly access: RegisterAccess },
  { registers, signal }: Pick<OpenFunction, "registers" | "signal">,
  first: readonly RegisterValue[],
  intervalMs: number,
): Promise<void> {
  const start = performance.now();
  let before = first;
  while (await passed(intervalMs, signal)) {
    const now = before.map(({ structure }) => readRegister(registers, structure, flags.access));
    const atMs = performance.now() - start;
    for (const change of changesBetween(before, now)) printChange(flags, change, atMs);
    before = now;
  }
}

/** Registers whose values differ. Both lists have the same registers in the same order. */
export function changesBetween(
  before: readonly RegisterValue[],
  after: readonly RegisterValue[],
): RegisterChange[] {
  return after.flatMap((now, at) => {
    const was = before[at]!;
    return was.value === now.value ? [] : [{ before: was, after: now }];
  });
}

function printChange(flags: InspectFlags, change: RegisterChange, atMs: number): void {
  const { structure } = change.after;
  const text =
    flags.json === true
      ? compactText("register-change", {
          atMs: Math.round(atMs * 1000) / 1000,
          register: structure.name,
          before: change.before.value,
          after: change.after.value,
          fields: change.after.fields,
        })
      : changeLines(change, atMs, linesFor({}))
          .map((line) => `${line}\n`)
          .join("");
  process.stdout.write(text);
}

/** @returns whether the time has passed; not when the signal came. */
async function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return sleep(ms, true, { signal }).catch(() => false);
}
