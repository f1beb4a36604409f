// phasebit sweep: depths × completion modes × interrupt coalescing, one table.
import { usage } from "../ground/errors.ts";
import { requireEffect, type TypedOptions, typedText } from "../measurement/idle-options.ts";
import {
  type Coalescing,
  cmbPlaces,
  MAX_COALESCING,
  MAX_IODEPTH,
  needsInterrupts,
  parseWorkload,
  pollPause,
  type Workload,
} from "../measurement/workload.ts";
import { cmbText, pauseText, pointTitle } from "../measurement/workload-names.ts";
import { completionModes, type WorkloadOptions } from "../measurement/workload-options.ts";
import { runSweep, type SweepAxes, settingOf, sweepWorkloads } from "../run/sweep.ts";
import { type GateFlags, measuredGates } from "./gates.ts";
import { names, numbers } from "./lists.ts";
import { type MeasureFlags, measureAndPresent } from "./measure.ts";
import { requireResultFile } from "./result-file.ts";

/** What the command line said. */
export interface SweepFlags extends WorkloadOptions, MeasureFlags, GateFlags {
  readonly modes: string;
  readonly iodepth: string;
  readonly thresholds?: string;
  readonly times?: string;
}

/** Measures point by point, prints and saves; `typed` are the flags that took no default. */
export async function sweep(flags: SweepFlags, typed: TypedOptions): Promise<void> {
  const axes: SweepAxes = {
    modes: names("--modes", flags.modes, completionModes),
    iodepths: axis("--iodepth", flags.iodepth, 1, MAX_IODEPTH),
    coalescings: coalescings(flags),
    pausesNs: pauses(flags.pollPause ?? "auto"),
    cmbs: places(flags.cmb ?? "none"),
  };
  const base = baseOf(flags, axes);
  const workloads = sweepWorkloads(base, axes);
  requireAxesEffect(flags, axes);
  requireEffect(typed, workloads);
  const judge = measuredGates(flags, workloads.map(settingOf));
  requireResultFile("sweep", flags);
  const parts = workloads.map((workload) => {
    return { name: pointTitle(workload.completion.mode, workload), workload };
  });
  const plan = { command: "sweep", parts, blocks: parts.length } as const;
  await measureAndPresent(flags, plan, judge, (options) => runSweep(base, axes, options));
}

/** What all points share: each of them is checked as a run would be. */
function baseOf(flags: SweepFlags, { modes, iodepths }: SweepAxes): Workload {
  const common = { ...flags, pollPause: undefined, cmb: undefined };
  for (const completion of modes) {
    for (const iodepth of iodepths) parseWorkload({ ...common, completion, iodepth: `${iodepth}` });
  }
  const any = { iodepthBatchCompleteMin: undefined, iodepthBatchCompleteMax: undefined };
  const { batch } = parseWorkload({ ...common, iodepth: `${Math.max(...iodepths)}` });
  return { ...parseWorkload({ ...common, ...any, iodepth: undefined }), batch };
}

/** Times, each once. */
function pauses(text: string): (number | null)[] {
  const values = text.split(",").map(pollPause);
  const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (twice >= 0) throw usage(`--poll-pause ${text}: names ${pauseText(values[twice]!)} twice`);
  return values;
}

/** Places, each once: "none,sq,sq+data". */
function places(text: string): Workload["cmb"][] {
  const values = text.split(",").map(cmbPlaces);
  const names = values.map(cmbText);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`--cmb ${text}: names ${twice} twice`);
  return values;
}

/** Numbers, each once: a setting that is measured twice would be two points of one name. */
function axis(flag: string, text: string, min: number, max: number): number[] {
  const values = numbers(flag, text, min, max);
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw usage(`${flag} ${text}: names ${twice} twice`);
  return values;
}

/** Interrupt Coalescing takes a threshold, a time, and interrupts: with one of them 0 it is off (5.21.1.8). */
function requireAxesEffect(
  { thresholds, times }: SweepFlags,
  { modes, coalescings: all }: SweepAxes,
) {
  const [name, values] = thresholds === undefined ? ["times", times] : ["thresholds", thresholds];
  if (values === undefined) return;
  const refused = (why: string): Error =>
    usage(`${typedText(name!, values)}: has no effect ${why}`);
  if (!modes.some(needsInterrupts)) {
    throw refused("without interrupts, which are for interrupt, hybrid and adaptive; leave it out");
  }
  if (all.every((setting) => setting?.time === 0)) {
    throw refused("at time 0, which is off; name some with --times, in units of 100us");
  }
}

/** Every threshold with every time; without either, coalescing is left alone. */
function coalescings({ thresholds, times }: SweepFlags): (Coalescing | null)[] {
  if (thresholds === undefined && times === undefined) return [null];
  const counts = axis("--thresholds", thresholds ?? "0", 0, MAX_COALESCING);
  const units = axis("--times", times ?? "0", 0, MAX_COALESCING);
  return counts.flatMap((threshold) => units.map((time) => ({ threshold, time })));
}
