// phasebit run: its options.
import { Command, Option } from "commander";
import { intervalsOption, stagesOption, workloadOptions } from "../measurement/workload-options.ts";
import { withExamples } from "./examples.ts";
import { gateOptions, measuredConditions } from "./gates.ts";
import { liveOptions } from "./live.ts";
import { optionOf, outputOptions, typedOptions } from "./options.ts";
import { withSection } from "./sections.ts";
import { takeSpellings } from "./spellings.ts";

export function runCommand(): Command {
  const command = new Command("run")
    .description("run a workload and report IOPS, bandwidth and latency")
    .argument("[jobfile]", "a job file of fio's; options that are typed go before its own");
  for (const description of [...workloadOptions, intervalsOption, stagesOption]) {
    command.addOption(optionOf(description));
  }
  command.addOption(new Option("--section <name>", "which job of the file").helpGroup("Workload:"));
  command.addOption(
    new Option("--parse-only", "check the job file, and print what would run").helpGroup(
      "Workload:",
    ),
  );
  for (const option of [...outputOptions(), ...liveOptions(), ...gateOptions()]) {
    command.addOption(option);
  }
  takeSpellings(command);
  withSection(command, measuredConditions).action(async (jobFile: string | undefined, flags) => {
    const { run } = await import("../actions/run.ts");
    await run(flags, typedOptions(command), jobFile);
  });
  return withExamples(command, [
    [
      "Random reads of 4 KiB on the embedded controller, 32 in flight, for 5 s",
      "phasebit run --rw randread --bs 4k --iodepth 32 --runtime 5",
    ],
    [
      "The same on a drive that vfio-pci has, two queues, as JSON",
      "phasebit run --device 0000:01:00.0 --numjobs 2 --output-format json",
    ],
    [
      "Wait for completions as a service time around 80 us suggests",
      'phasebit run -d "embedded?latency=lognormal:80us,0.3" --completion adaptive',
    ],
    [
      "Fail a pipeline, with exit code 99",
      'phasebit run --iodepth 32 --fail-if "p99 > 200us" --fail-if "errors > 0"',
    ],
    [
      "A job of a file that fio takes too",
      "phasebit run job.fio --section randread-4k --device 0000:01:00.0",
    ],
    [
      "Random writes: the data on the drive are lost",
      "phasebit run --device 0000:01:00.0 --rw randwrite --destructive",
    ],
  ]);
}
