// phasebit run: one workload, its report and its result files.
import { Command, Option } from "commander";
import { exitCodes } from "../errors.ts";
import { Live } from "../report/live.ts";
import { normalReport } from "../report/normal.ts";
import { checkOutput, documentText, saveRun } from "../report/save.ts";
import type { RunMeasurement } from "../run/measurement.ts";
import { runWorkload } from "../run/runner.ts";
import { parseWorkload, type WorkloadOptions, workloadOptions } from "../run/workload.ts";
import { untilSignalled } from "./signals.ts";
import { traceOption, traceTo } from "./trace.ts";

interface RunFlags extends WorkloadOptions {
  readonly output?: string;
  readonly outputFormat: "normal" | "json";
  readonly trace?: boolean;
}

const EXAMPLES = `
Examples:
  phasebit run --rw randread --bs 4k --iodepth 32 --runtime 5
  phasebit run --device 0000:01:00.0 --numjobs 2 --output-format json
  phasebit run --device "embedded?latency=lognormal:80us,0.3" --iodepth 8
  phasebit run --device 0000:01:00.0 --rw randwrite --destructive`;

export function runCommand(): Command {
  const command = new Command("run").description(
    "run a workload and report IOPS, bandwidth and latency",
  );
  for (const { flags, help, default: value } of workloadOptions) command.option(flags, help, value);
  return command
    .option("--output <file>", "result file (default: a new one in results/)")
    .addOption(
      new Option("-o, --output-format <format>", "what to print")
        .choices(["normal", "json"])
        .default("normal"),
    )
    .addOption(traceOption())
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function run(flags: RunFlags): Promise<void> {
  const workload = parseWorkload(flags);
  checkOutput(flags.output);
  const live = new Live(process.stderr, workload);
  const measurement = await untilSignalled((signal) =>
    runWorkload(workload, {
      argv: process.argv.slice(2),
      signal,
      onSample: (sample) => live.show(sample),
      ...traceTo(flags),
    }),
  ).finally(() => live.end());
  process.exitCode = exitCode(measurement);
  let saved: string[] = [];
  try {
    saved = saveRun(measurement, flags.output);
  } finally {
    // figures that could not be saved are not lost on the terminal too
    process.stdout.write(
      flags.outputFormat === "json"
        ? documentText(measurement)
        : normalReport(measurement, { saved }),
    );
  }
}

/** A device or an I/O that failed counts for more than an interruption. */
function exitCode({ warnings, interrupted }: RunMeasurement): number {
  const failures = ["io-errors", "rejected-completions", "commands-lost"];
  const ends = ["controller-fatal", "controller-reset", "device-gone", ...failures];
  if (warnings.some(({ kind }) => ends.includes(kind))) return exitCodes.DEVICE;
  return interrupted ? 130 : 0;
}
