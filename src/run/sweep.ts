// A sweep: one measurement for each setting of depth, completion mode and interrupt coalescing, on one open
// device, one after the other.

import type { Measurement, Setting } from "../measurement/measurement.ts";
import { sweepShortfall } from "../measurement/shortfall.ts";
import type { Coalescing, Workload } from "../measurement/workload.ts";
import { needsInterrupts } from "../measurement/workload.ts";
import { looksOn, pointName, pointTitle } from "../measurement/workload-names.ts";
import type { CompletionMode } from "../measurement/workload-options.ts";
import { worstFirst } from "../measurement/worst-first.ts";
import { type SessionOptions, withSession } from "./session.ts";
import { measureTurns, type TurnOptions } from "./turns.ts";

/** What is swept over; every combination is a point. */
export interface SweepAxes {
  readonly modes: readonly CompletionMode[];
  readonly iodepths: readonly number[];
  /** null leaves coalescing alone. Modes without interrupts are not repeated for each setting. */
  readonly coalescings: readonly (Coalescing | null)[];
  /** Between two looks; null is learned. Modes that only wait are not repeated for each of them. */
  readonly pausesNs: readonly (number | null)[];
  /** What lies in the Controller Memory Buffer. */
  readonly cmbs: readonly Workload["cmb"][];
}

/** What a sweep takes beside its axes. */
export interface SweepOptions extends TurnOptions, SessionOptions {
  readonly argv: readonly string[];
}

/** The workloads of all points, depth by depth. */
export function sweepWorkloads(base: Workload, axes: SweepAxes): Workload[] {
  return axes.iodepths.flatMap((iodepth) =>
    axes.modes.flatMap((mode) =>
      (needsInterrupts(mode) ? axes.coalescings : [null]).flatMap((coalesce) =>
        (looksOn(mode) ? axes.pausesNs : [null]).flatMap((pauseNs) =>
          axes.cmbs.map((cmb) => ({
            ...base,
            ...{ iodepth, coalesce, cmb },
            completion: { ...base.completion, mode, pauseNs },
          })),
        ),
      ),
    ),
  );
}

/**
 * Measures every point.
 * @throws PhasebitError when the device cannot be opened or cannot run one of them.
 */
export async function runSweep(
  base: Workload,
  axes: SweepAxes,
  options: SweepOptions,
): Promise<Measurement> {
  const workloads = sweepWorkloads(base, axes);
  const turns = workloads.map((workload, setting) => {
    const title = pointTitle(workload.completion.mode, workload);
    return { title, setting, round: null, workload };
  });
  return withSession(workloads, options, async (session) => {
    const startedMs = Date.now();
    const measured = await measureTurns(() => session, turns, options);
    const settings = workloads.map(settingOf);
    return {
      ...session.describe(base, options.argv, options.signal),
      kind: "sweep",
      startedMs,
      workloads: settings.slice(0, measured.blocks.length),
      rounds: null,
      blocks: measured.blocks,
      warnings: worstFirst([
        ...sweepShortfall(settings, measured.blocks),
        ...session.doubts,
        ...measured.warnings,
      ]),
    };
  });
}

/** What a sweep calls a point, and how it is measured. */
export function settingOf(workload: Workload): Setting {
  const { mode } = workload.completion;
  return { name: pointName(mode, workload), mode, options: "", device: 0, workload };
}
