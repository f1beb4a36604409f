// Options that were typed and can have no effect on what is measured. Whoever types one believes that it has: that is a
// mistake about the measurement, and better told before than found in the figures.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { needsInterrupts, type Workload } from "./workload.ts";
import { looksOn } from "./workload-names.ts";
import type { WorkloadOptions } from "./workload-options.ts";

/** Why an option has no effect on a workload, to follow "has no effect"; null where it has one. */
type Idle = (workload: Workload) => string | null;

/** PRP1 and PRP2 name two pages. */
const MOST_WITHOUT_LIST = 8192;

const withoutInterrupts: Idle = ({ completion: { mode } }) =>
  needsInterrupts(mode) ? null : "without interrupts, which are for interrupt, hybrid and adaptive";

/** Every option says when it is idle; null: never. */
const idle: Readonly<Record<keyof WorkloadOptions, Idle | null>> = {
  device: null,
  rw: null,
  rwmixread: ({ rw }) => (rw === "randrw" ? null : "without --rw randrw"),
  bs: null,
  iodepth: null,
  numjobs: null,
  runtime: null,
  rampTime: null,
  offset: null,
  size: null,
  nsid: null,
  // writes take their data from it
  seed: ({ rw }) => (rw === "read" ? "on reads in sequence" : null),
  cpus: null,
  logHistMsec: null,
  precondition: null,
  timeout: null,
  // consent, which scripts give for all that they start
  destructive: null,
  completion: null,
  irq: withoutInterrupts,
  pollPause: ({ completion: { mode } }) =>
    looksOn(mode) ? null : "with interrupt, which does not look on",
  iodepthBatchCompleteMin: null,
  iodepthBatchCompleteMax: ({ batch: { max }, iodepth }) =>
    max !== null && max > iodepth ? "at this --iodepth, of which no more complete at once" : null,
  spin: ({ completion: { mode } }) => (mode === "hybrid" ? null : "without hybrid"),
  interruptTimeout: withoutInterrupts,
  coalesce: withoutInterrupts,
  cmb: ({ cmb, bs }) =>
    cmb.join() === "lists" && bs <= MOST_WITHOUT_LIST
      ? "on lists at this --bs: two pages and less need none"
      : null,
  stages: null,
  clocksource: null,
  shadowDoorbells: null,
};

/** Options as typed, by commander's names: those of a workload are looked at. */
export type TypedOptions = Readonly<Record<string, unknown>>;

/**
 * @param workloads all that the options are for: an effect on one of them is enough.
 * @param of whose options they are, for the message: "--a ".
 * @throws PhasebitError USAGE for an option without effect.
 */
export function requireEffect(typed: TypedOptions, workloads: readonly Workload[], of = ""): void {
  for (const [name, value] of Object.entries(typed)) {
    const why = idleOn(name, workloads);
    if (why !== null)
      throw usage(`${of}${typedText(name, value)}: has no effect ${why}; leave it out`);
  }
}

function idleOn(name: string, workloads: readonly Workload[]): string | null {
  const isIdle = Object.hasOwn(idle, name) ? idle[name as keyof WorkloadOptions] : null;
  if (isIdle === null) return null;
  const reasons = workloads.map(isIdle);
  return reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}

/** "--interrupt-timeout 10ms": commander's name of an option as it was typed. */
export function typedText(name: string, value: unknown): string {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return typeof value === "string" ? `${flag} ${safeString(value)}` : flag;
}
