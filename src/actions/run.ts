// phasebit run: one workload, its report and its result files.
import { whileLive } from "../live/live.ts";
import type { LiveFlags } from "../live/modes.ts";
import { requireEffect, type TypedOptions } from "../measurement/idle-options.ts";
import { parseWorkload } from "../measurement/workload.ts";
import type { WorkloadOptions } from "../measurement/workload-options.ts";
import { checkOutput } from "../results/files.ts";
import { runWorkload } from "../run/runner.ts";
import { type GateFlags, gatedExitCode, measuredGates } from "./gates.ts";
import { exitCodeOf, type OutputFlags, present } from "./output.ts";
import { presentationOf } from "./presentation.ts";
import { untilSignalled } from "./signals.ts";
import { traceTo } from "./trace.ts";

/** What the command line said. */
export interface RunFlags extends WorkloadOptions, OutputFlags, LiveFlags, GateFlags {
  readonly trace?: boolean;
}

/** Measures, prints and saves; `typed` are the flags that took no default. */
export async function run(flags: RunFlags, typed: TypedOptions): Promise<void> {
  const workload = parseWorkload(flags);
  requireEffect(typed, [workload]);
  const judge = measuredGates(flags, [{ name: "", workload }]);
  checkOutput(flags.output);
  const plan = { command: "run", parts: [{ name: "", workload }], blocks: 1 } as const;
  await untilSignalled((signal) =>
    whileLive(flags, plan, async (live) => {
      const measurement = await runWorkload(workload, {
        argv: process.argv.slice(2),
        signal,
        onPreparing: (what) => live.preparing(what),
        onWaiting: (what) => live.waiting(what),
        ...(live.isWatched && { onSample: (sample) => live.sample(sample) }),
        ...traceTo(flags),
      });
      live.measured(measurement);
      const verdicts = judge(measurement);
      process.exitCode = gatedExitCode(verdicts, exitCodeOf(measurement));
      return present(flags, presentationOf(measurement, flags.output, verdicts));
    }),
  );
}
