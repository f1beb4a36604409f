// A sweep: one measurement for each setting of depth, completion mode and interrupt coalescing, on one open
// device, one after the other.

import { needsInterrupts } from "../measurement/completion.ts";
import type { Coalescing, Workload } from "../measurement/workload.ts";
import type { CompletionMode } from "../measurement/workload-options.ts";
import type { Trace } from "../nvme/registers.ts";
import { blockFigures, blockWarnings, WarningSet } from "./block-figures.ts";
import type { SweepMeasurement, SweepPoint } from "./comparison.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import { type BlockOutcome, withSession } from "./session.ts";

/** What is swept over; every combination is a point. */
export interface SweepAxes {
  readonly modes: readonly CompletionMode[];
  readonly iodepths: readonly number[];
  /** null leaves coalescing alone. Modes without interrupts are not repeated for each setting. */
  readonly coalescings: readonly (Coalescing | null)[];
}

/** What a sweep takes beside its axes. */
export interface SweepOptions extends PrepareOptions {
  readonly argv: readonly string[];
  readonly onProgress?: (sample: Sample & { point: number; points: number; name: string }) => void;
  readonly trace?: Trace;
}

/** The workloads of all points, depth by depth. */
export function sweepWorkloads(base: Workload, axes: SweepAxes): Workload[] {
  return axes.iodepths.flatMap((iodepth) =>
    axes.modes.flatMap((mode) =>
      (needsInterrupts(mode) ? axes.coalescings : [null]).map((coalesce) => ({
        ...base,
        iodepth,
        coalesce,
        completion: { ...base.completion, mode },
      })),
    ),
  );
}

function pointOf({ completion, iodepth, coalesce }: Workload, outcome: BlockOutcome): SweepPoint {
  const { voluntarySwitches: _v, involuntarySwitches: _i, ...figures } = blockFigures(outcome);
  return { mode: completion.mode, iodepth, coalescing: coalesce, ...figures };
}

/** "interrupt qd8 coalesce 3,1". */
function pointName({ completion, iodepth, coalesce }: Workload): string {
  const coalescing = coalesce === null ? "" : ` coalesce ${coalesce.threshold},${coalesce.time}`;
  return `${completion.mode} qd${iodepth}${coalescing}`;
}

/**
 * Measures every point.
 * @throws PhasebitError when the device cannot be opened or cannot run one of them.
 */
export async function runSweep(
  base: Workload,
  axes: SweepAxes,
  options: SweepOptions,
): Promise<SweepMeasurement> {
  const workloads = sweepWorkloads(base, axes);
  return withSession(workloads, options.trace, async (session) => {
    const { signal, onPreparing, onProgress } = options;
    const startedMs = Date.now();
    const points: SweepPoint[] = [];
    const warnings = new WarningSet();
    for (const workload of workloads) {
      const place = {
        name: pointName(workload),
        point: points.length + 1,
        points: workloads.length,
      };
      const onSample = onProgress && ((sample: Sample) => onProgress({ ...sample, ...place }));
      const outcome = await warnings.unlessEnded(points.length > 0, () =>
        session.block(workload, { signal, onPreparing, onSample }),
      );
      if (outcome === undefined || signal?.aborted) break;
      points.push(pointOf(workload, outcome));
      warnings.add(blockWarnings(session, workload, outcome));
      if (outcome.failure !== undefined) break;
    }
    return {
      ...session.describe(base, options.argv, signal),
      startedMs,
      points,
      warnings: warnings.all,
    };
  });
}
