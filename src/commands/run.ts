// phasebit run: one workload, its report and its result files.
import { Command } from "commander";
import { Live } from "../report/live.ts";
import { normalReport } from "../report/normal.ts";
import { checkOutput, documentText, saveRun } from "../results/save.ts";
import { runWorkload } from "../run/runner.ts";
import {
  parseWorkload,
  stagesOption,
  type WorkloadOptions,
  workloadOptions,
} from "../run/workload.ts";
import { exitCodeOf, type OutputFlags, outputOptions, present } from "./output.ts";
import { untilSignalled } from "./signals.ts";
import { traceOption, traceTo } from "./trace.ts";

interface RunFlags extends WorkloadOptions, OutputFlags {
  readonly trace?: boolean;
}

const EXAMPLES = `
Examples:
  phasebit run --rw randread --bs 4k --iodepth 32 --runtime 5
  phasebit run --device 0000:01:00.0 --numjobs 2 --output-format json
  phasebit run --device "embedded?latency=lognormal:80us,0.3" --completion adaptive
  phasebit run --device 0000:01:00.0 --rw randwrite --destructive`;

export function runCommand(): Command {
  const command = new Command("run").description(
    "run a workload and report IOPS, bandwidth and latency",
  );
  for (const { flags, help, default: value } of [...workloadOptions, stagesOption]) {
    command.option(flags, help, value);
  }
  for (const option of [...outputOptions(), traceOption()]) command.addOption(option);
  return command.addHelpText("after", EXAMPLES).action(run);
}

async function run(flags: RunFlags): Promise<void> {
  const workload = parseWorkload(flags);
  checkOutput(flags.output);
  const live = new Live(process.stderr, workload);
  const measurement = await untilSignalled((signal) =>
    runWorkload(workload, {
      argv: process.argv.slice(2),
      signal,
      ...(live.isWatched && { onSample: (sample) => live.show(sample) }),
      ...traceTo(flags),
    }),
  ).finally(() => live.end());
  process.exitCode = exitCodeOf(measurement);
  present(flags, {
    save: () => saveRun(measurement, flags.output),
    normal: (saved) => normalReport(measurement, { saved }),
    json: () => documentText(measurement),
  });
}
