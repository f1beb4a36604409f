// A comparison: several modes on one open device, in short blocks whose order is balanced over the rounds.
// Within a round all modes touch the same blocks of the device in the same order.
import type { Trace } from "../nvme/registers.ts";
import { balancedOrder } from "../statistics/order.ts";
import { blockFigures, blockWarnings, WarningSet } from "./block-figures.ts";
import type { ComparedMode, ComparisonBlock, ComparisonMeasurement } from "./comparison.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import { withSession } from "./session.ts";

/** Each round has a seed of its own, far from the seeds of the jobs. */
const ROUND_SEED = 1n << 32n;

/** Where a comparison stands, for the live view. */
export interface Progress extends Sample {
  readonly mode: string;
  /** From 1. */
  readonly block: number;
  readonly blocks: number;
}

/** What a comparison takes beside its modes. */
export interface ComparisonOptions extends PrepareOptions {
  readonly argv: readonly string[];
  readonly rounds: number;
  readonly onProgress?: (progress: Progress) => void;
  readonly trace?: Trace;
}

/**
 * Compares modes, which share device and namespace.
 * @throws PhasebitError when the device cannot be opened or cannot run one of them.
 */
export async function runComparison(
  modes: readonly ComparedMode[],
  options: ComparisonOptions,
): Promise<ComparisonMeasurement> {
  const workloads = modes.map(({ workload }) => workload);
  return withSession(workloads, options.trace, async (session) => {
    const { signal, onPreparing, rounds, onProgress } = options;
    const order = balancedOrder(modes, rounds, Number(modes[0]!.workload.seed & 0xffffffffn));
    const schedule = order.flatMap((turn, round) => turn.map((mode) => ({ mode, round })));
    const startedMs = Date.now();
    const blocks: ComparisonBlock[] = [];
    const warnings = new WarningSet();
    for (const [position, { mode, round }] of schedule.entries()) {
      const place = { mode: mode.name, block: position + 1, blocks: schedule.length };
      const seed = mode.workload.seed + BigInt(round) * ROUND_SEED;
      const onSample = onProgress && ((sample: Sample) => onProgress({ ...sample, ...place }));
      const outcome = await warnings.unlessEnded(blocks.length > 0, () =>
        session.block({ ...mode.workload, seed }, { signal, onPreparing, onSample }),
      );
      if (outcome === undefined || signal?.aborted) break;
      blocks.push({ mode: mode.name, round, position, ...blockFigures(outcome) });
      warnings.add(blockWarnings(session, mode.workload, outcome));
      if (outcome.failure !== undefined) break;
    }
    return {
      ...session.describe(modes[0]!.workload, options.argv, signal),
      startedMs,
      modes,
      rounds,
      blocks,
      warnings: warnings.all,
    };
  });
}
