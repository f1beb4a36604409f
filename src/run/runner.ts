// A run: one workload on a device, from opening it to the measurement.

import type { Measurement } from "../measurement/measurement.ts";
import { runShortfall } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { worstFirst } from "../measurement/worst-first.ts";
import { blockOf } from "./block.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import { type SessionOptions, withSession } from "./session.ts";
import { blockWarnings } from "./warning-set.ts";

/** What a run takes beside its workload. */
export interface RunOptions extends PrepareOptions, SessionOptions {
  readonly argv: readonly string[];
  readonly onSample?: (sample: Sample) => void;
}

/**
 * Runs a workload.
 * @throws PhasebitError when the device cannot be opened or cannot run it; once jobs run, failures are
 * warnings of the measurement instead.
 */
export async function runWorkload(workload: Workload, options: RunOptions): Promise<Measurement> {
  return withSession([workload], options, async (session) => {
    const { signal, onPreparing, onWaiting, onSample } = options;
    const outcome = await session.block(workload, {
      ...{ signal, onPreparing, onWaiting, onSample },
    });
    const block = blockOf(outcome, { workload: 0, round: null, phase: 0, position: 0 });
    const described = session.describe(workload, options.argv, signal);
    return {
      ...described,
      kind: "run",
      startedMs: outcome.startedMs,
      workloads: [{ name: "", mode: "", options: "", device: 0, workload }],
      rounds: null,
      blocks: [block],
      warnings: worstFirst([
        ...runShortfall({ workload }, block),
        ...session.doubts,
        ...blockWarnings(session, workload, outcome, described.interrupted),
      ]),
    };
  });
}
