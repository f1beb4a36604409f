// A run: one workload on a device, from opening it to the measurement.

import type { RunMeasurement } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import type { Trace } from "../nvme/registers.ts";
import { blockWarnings } from "./block-figures.ts";
import type { Sample } from "./monitor.ts";
import type { PrepareOptions } from "./prepare.ts";
import { withSession } from "./session.ts";

/** What a run takes beside its workload. */
export interface RunOptions extends PrepareOptions {
  readonly argv: readonly string[];
  readonly onSample?: (sample: Sample) => void;
  readonly trace?: Trace;
}

/**
 * Runs a workload.
 * @throws PhasebitError when the device cannot be opened or cannot run it; once jobs run, failures are
 * warnings of the measurement instead.
 */
export async function runWorkload(
  workload: Workload,
  options: RunOptions,
): Promise<RunMeasurement> {
  return withSession([workload], options.trace, async (session) => {
    const { signal, onPreparing, onSample } = options;
    const block = { signal, onPreparing, onSample };
    const { failure, ...outcome } = await session.block(workload, block);
    const described = session.describe(workload, options.argv, signal);
    const { interrupted } = described;
    return {
      ...described,
      ...outcome,
      warnings: blockWarnings(session, workload, { ...outcome, failure }, interrupted),
    };
  });
}
