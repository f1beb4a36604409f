// Several blocks on open devices, one after the other.
import type { Block, Warning } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { blockOf } from "./block.ts";
import { failureOf } from "./closing.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import type { Session } from "./session.ts";
import { blockWarnings, WarningSet } from "./warning-set.ts";

/** A block that is to be measured. */
export interface Turn {
  /** For the live view. */
  readonly title: string;
  /** Index of its setting. */
  readonly setting: number;
  readonly round: number | null;
  readonly workload: Workload;
}

/** Where a measurement stands, for the live view. */
export interface Place {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** What blocks take beside their turns. */
export interface TurnOptions extends PrepareOptions {
  readonly onSample?: ((sample: Sample, place: Place) => void) | undefined;
}

/** Measures turn by turn, each on its session, until one is interrupted or none can follow; a block that was cut short is left out. */
export async function measureTurns(
  sessionOf: (turn: Turn) => Session,
  turns: readonly Turn[],
  { signal, onPreparing, onWaiting, onSample }: TurnOptions,
): Promise<{ readonly blocks: Block[]; readonly warnings: Warning[] }> {
  const blocks: Block[] = [];
  const warnings = new WarningSet();
  for (const [position, turn] of turns.entries()) {
    const { title, setting, round, workload } = turn;
    const session = sessionOf(turn);
    const place = { name: title, number: position + 1, of: turns.length };
    const see = onSample && ((sample: Sample) => onSample(sample, place));
    const outcome = await warnings.unlessEnded(
      blocks.length > 0,
      () => session.block(workload, { signal, onPreparing, onWaiting, onSample: see }),
      () => (session.device.transport.lost === undefined ? undefined : failureOf(session.device)),
    );
    if (outcome === undefined || signal?.aborted) break;
    // these blocks are short: they are the intervals
    const measured = { ...outcome, intervals: [] };
    blocks.push(blockOf(measured, { workload: setting, round, phase: 0, position }));
    warnings.add(blockWarnings(session, workload, outcome));
    if (outcome.failure !== undefined) break;
  }
  return { blocks, warnings: warnings.all };
}
