// phasebit run: one workload, its report and its result files.
import { requireEffect, type TypedOptions } from "../measurement/idle-options.ts";
import { parseWorkload } from "../measurement/workload.ts";
import type { WorkloadOptions } from "../measurement/workload-options.ts";
import { runWorkload } from "../run/runner.ts";
import { type GateFlags, measuredGates } from "./gates.ts";
import { type MeasureFlags, measureAndPresent } from "./measure.ts";
import { requireResultFile } from "./result-file.ts";

/** What the command line said. */
export interface RunFlags extends WorkloadOptions, MeasureFlags, GateFlags {}

/** Measures, prints and saves; `typed` are the flags that took no default. */
export async function run(flags: RunFlags, typed: TypedOptions): Promise<void> {
  const workload = parseWorkload(flags);
  requireEffect(typed, [workload]);
  const judge = measuredGates(flags, [{ name: "", workload }]);
  requireResultFile("run", flags);
  const plan = { command: "run", parts: [{ name: "", workload }], blocks: 1 } as const;
  await measureAndPresent(flags, plan, judge, (options) => runWorkload(workload, options));
}
