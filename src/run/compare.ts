// A comparison: several modes on one open device, or on one for each side, in short blocks whose order is balanced over the
// rounds. Within a round all modes touch the same blocks of their device in the same order.
import type { Measurement, Setting } from "../measurement/measurement.ts";
import { comparisonShortfall } from "../measurement/shortfall.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import { worstFirst } from "../measurement/worst-first.ts";
import { balancedOrder } from "../statistics/order.ts";
import { type Session, type SessionOptions, withSessions } from "./session.ts";
import { measureTurns, type Turn, type TurnOptions } from "./turns.ts";

/** Each round has a seed of its own, far from the seeds of the jobs. */
const ROUND_SEED = 1n << 32n;

/** What a comparison takes beside its modes. */
export interface ComparisonOptions extends TurnOptions, SessionOptions {
  readonly argv: readonly string[];
  readonly rounds: number;
}

/**
 * Compares settings, each on the device that its number says; those of one number share device and namespace.
 * @throws PhasebitError when a device cannot be opened or cannot run one of them.
 */
export async function runComparison(
  settings: readonly Setting[],
  options: ComparisonOptions,
): Promise<Measurement> {
  const workloads = settings.map(({ workload }) => workload);
  const devices = [...new Set(settings.map(({ device }) => device))].toSorted((a, b) => a - b);
  const lists = devices.map((one) =>
    settings.filter(({ device }) => device === one).map(({ workload }) => workload),
  );
  return withSessions(lists, options, async (sessions) => {
    const { signal, rounds } = options;
    const startedMs = Date.now();
    const sessionOf = ({ setting }: Turn): Session => sessions[settings[setting]!.device]!;
    const measured = await measureTurns(sessionOf, turnsOf(settings, rounds), options);
    const { blocks } = measured;
    const doubts = unitedWarnings(sessions.map((session) => session.doubts));
    const missing = comparisonShortfall({ workloads: settings, rounds, blocks });
    return {
      ...sessions[0]!.describe(workloads[0]!, options.argv, signal),
      devices: sessions.map(({ identity }) => identity),
      kind: "compare",
      startedMs,
      workloads: settings,
      rounds,
      blocks,
      warnings: worstFirst([...missing, ...doubts, ...measured.warnings]),
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
