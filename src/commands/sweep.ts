// phasebit sweep: its options.
import { Command, Option } from "commander";
import { completionModes, workloadOptions } from "../measurement/workload-options.ts";
import { withExamples } from "./examples.ts";
import { gateOptions, measuredConditions } from "./gates.ts";
import { liveOptions } from "./live.ts";
import { listOption, optionOf, outputOptions, typedOptions } from "./options.ts";
import { withSection } from "./sections.ts";
import { takeSpellings } from "./spellings.ts";

/** What the axes say instead. */
const AXES = /--(completion|iodepth|coalesce|poll-pause|cmb)(?= )/;
const RUNTIME = "2s";

export function sweepCommand(): Command {
  const command = new Command("sweep")
    .summary("measure depths, modes and interrupt coalescing in turn")
    .description("measure depths, completion modes and interrupt coalescing, one after the other");
  for (const option of axes()) command.addOption(option.helpGroup("Axes:"));
  for (const description of workloadOptions) {
    if (AXES.test(description.flags)) continue;
    const isRuntime = description.flags.includes("--runtime");
    command.addOption(optionOf(isRuntime ? { ...description, default: RUNTIME } : description));
  }
  for (const option of [...outputOptions(), ...liveOptions(), ...gateOptions()]) {
    command.addOption(option);
  }
  takeSpellings(command);
  withSection(command, measuredConditions).action(async (flags) => {
    const { sweep } = await import("../actions/sweep.ts");
    await sweep(flags, typedOptions(command));
  });
  return withExamples(command, [
    ["Three depths, polled and with interrupts", "phasebit sweep --iodepth 1,8,32"],
    [
      "Interrupt Coalescing: three thresholds at two times",
      "phasebit sweep --modes interrupt -q 32 --thresholds 0,3,15 --times 1,5",
    ],
  ]);
}

function axes(): Option[] {
  return [
    new Option("-q, --iodepth <list>", "depths: commands in flight per job").default("1,4,16,64"),
    listOption("--modes <list>", "completion modes", completionModes).default("poll,interrupt"),
    new Option("--thresholds <list>", "Interrupt Coalescing: completions, 0's based"),
    new Option("--poll-pause <list>", "between two looks: 0, times, auto").default("auto"),
    new Option("--times <list>", "Interrupt Coalescing: units of 100us"),
    new Option("--cmb <list>", "in the Controller Memory Buffer: none,sq,sq+data").default("none"),
  ];
}
