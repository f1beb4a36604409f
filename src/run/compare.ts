// A comparison: several modes on one open device, in short blocks whose order is balanced over the rounds.
// Within a round all modes touch the same blocks of the device in the same order.
import type { Measurement, Setting } from "../measurement/measurement.ts";
import { comparisonShortfall } from "../measurement/shortfall.ts";
import { worstFirst } from "../measurement/worst-first.ts";
import { balancedOrder } from "../statistics/order.ts";
import { type SessionOptions, withSession } from "./session.ts";
import { measureTurns, type Turn, type TurnOptions } from "./turns.ts";

/** Each round has a seed of its own, far from the seeds of the jobs. */
const ROUND_SEED = 1n << 32n;

/** What a comparison takes beside its modes. */
export interface ComparisonOptions extends TurnOptions, SessionOptions {
  readonly argv: readonly string[];
  readonly rounds: number;
}

/**
 * Compares settings, which share device and namespace.
 * @throws PhasebitError when the device cannot be opened or cannot run one of them.
 */
export async function runComparison(
  settings: readonly Setting[],
  options: ComparisonOptions,
): Promise<Measurement> {
  const workloads = settings.map(({ workload }) => workload);
  return withSession(workloads, options, async (session) => {
    const { signal, rounds } = options;
    const startedMs = Date.now();
    const measured = await measureTurns(session, turnsOf(settings, rounds), options);
    const { blocks } = measured;
    const missing = comparisonShortfall({ workloads: settings, rounds, blocks });
    return {
      ...session.describe(workloads[0]!, options.argv, signal),
      kind: "compare",
      startedMs,
      workloads: settings,
      rounds,
      blocks,
      warnings: worstFirst([...missing, ...session.doubts, ...measured.warnings]),
    };
  });
}

function turnsOf(settings: readonly Setting[], rounds: number): Turn[] {
  const seed = Number(settings[0]!.workload.seed & 0xffffffffn);
  const order = balancedOrder([...settings.entries()], rounds, seed);
  return order.flatMap((inRound, round) =>
    inRound.map(([setting, { name, workload }]) => {
      const seeded = { ...workload, seed: workload.seed + BigInt(round) * ROUND_SEED };
      return { title: name, setting, round, workload: seeded };
    }),
  );
}
