// How much of what was asked for was measured: a part is never shown as the whole.
import { formatMs } from "../ground/units.ts";
import type { Block, Measurement, Setting, Warning } from "./measurement.ts";

/** What is missing of a measurement. */
export type Shortfall = Extract<Warning, { kind: "partial" }>;

/** Less than this share of its runtime, and a block was cut short; clocks and accounts take the rest. */
const WHOLE = 0.98;
/** Names that a sentence can bear. */
const MOST_NAMED = 4;

/** Null for a whole measurement. */
export function shortfallIn(warnings: readonly Warning[]): Shortfall | null {
  return warnings.find((warning): warning is Shortfall => warning.kind === "partial") ?? null;
}

/** "7 of 12 settings", "3.2s of 10s"; empty for a whole measurement. */
export function shareText(warnings: readonly Warning[]): string {
  const found = shortfallIn(warnings);
  return found === null ? "" : `${counted(found)}${found.unit === "ms" ? "" : ` ${found.unit}`}`;
}

/** "7 of 12", "3.2s of 10s". */
function counted({ unit, measured, planned }: Shortfall): string {
  if (unit !== "ms") return `${measured} of ${planned}`;
  return `${formatMs(measured)} of ${formatMs(planned)}`;
}

/** A sentence: what there is, and what there is not. */
export function shortfallText(found: Shortfall): string {
  if (found.unit === "ms") return `Only ${counted(found)} were measured.`;
  return `Only ${counted(found)} ${found.unit} were measured in full${missingText(found)}.`;
}

function missingText({ missing = [] }: Shortfall): string {
  if (missing.length === 0) return "";
  const named = missing.slice(0, MOST_NAMED).join(", ");
  const more = missing.length - MOST_NAMED;
  return `; missing or cut short: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

type Part = Pick<Block, "workload" | "elapsedNs">;

/** What a run that ended early lacks. */
export function runShortfall({ workload }: Pick<Setting, "workload">, block: Part): Shortfall[] {
  if (isWhole(workload.runtimeMs, block)) return [];
  const measured = block.elapsedNs / 1e6;
  return [{ kind: "partial", unit: "ms", measured, planned: workload.runtimeMs }];
}

/** What a sweep lacks that did not come to all of its settings. */
export function sweepShortfall(planned: readonly Setting[], blocks: readonly Part[]): Shortfall[] {
  const whole = new Set(
    blocks
      .filter((block) => isWhole(planned[block.workload]!.workload.runtimeMs, block))
      .map(({ workload }) => workload),
  );
  const missing = planned.filter((_, index) => !whole.has(index)).map(({ name }) => name);
  if (missing.length === 0) return [];
  const counts = { measured: whole.size, planned: planned.length };
  return [{ kind: "partial", unit: "settings", ...counts, missing }];
}

/** What a comparison lacks that did not come to the end of its rounds. */
export function comparisonShortfall({
  workloads,
  rounds,
  blocks,
}: Pick<Measurement, "workloads" | "rounds"> & { readonly blocks: readonly Part[] }): Shortfall[] {
  const planned = workloads.length * (rounds ?? 0);
  const measured = blocks.filter((block) =>
    isWhole(workloads[block.workload]!.workload.runtimeMs, block),
  ).length;
  return measured < planned ? [{ kind: "partial", unit: "blocks", measured, planned }] : [];
}

/** Whether a block was as long as it was to be. */
export function isWhole(runtimeMs: number, { elapsedNs }: Part): boolean {
  return elapsedNs >= WHOLE * runtimeMs * 1e6;
}
