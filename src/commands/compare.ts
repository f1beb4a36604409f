// phasebit compare: its options.
import { Command, Option } from "commander";
import {
  completionModes,
  type OptionDescription,
  workloadOptions,
} from "../measurement/workload-options.ts";
import { withExamples } from "./examples.ts";
import { gateOptions, measuredConditions } from "./gates.ts";
import { liveOptions } from "./live.ts";
import { listOption, optionOf, outputOptions, typedOptions } from "./options.ts";
import { withSection } from "./sections.ts";
import { takeSpellings } from "./spellings.ts";

/** Of a block; twelve rounds of two modes take half a minute. */
const BLOCK_DEFAULTS: Readonly<Record<string, string>> = {
  "--runtime": "1s",
  "--ramp-time": "200ms",
};

export function compareCommand(): Command {
  const command = new Command("compare")
    .summary("compare modes, or two sets of options, interleaved")
    .description(
      "compare completion modes, or any two sets of options, interleaved on one device or on one for each side",
    );
  for (const option of sideOptions()) command.addOption(option.helpGroup("Comparison:"));
  for (const description of workloadOptions) {
    if (description.flags.startsWith("--completion")) continue;
    command.addOption(optionOf(eachBlock(description)));
  }
  for (const option of [...outputOptions(), ...liveOptions(), ...gateOptions()]) {
    command.addOption(option);
  }
  takeSpellings(command);
  withSection(command, measuredConditions).action(async (flags) => {
    const { compare } = await import("../actions/compare.ts");
    await compare(flags, typedOptions(command), sideParser);
  });
  return withExamples(command, [
    [
      "Four ways to learn of completions",
      "phasebit compare --modes poll,interrupt,hybrid,adaptive",
    ],
    [
      "Polling and interrupts on a drive, in blocks of 3 s",
      "phasebit compare --device 0000:01:00.0 --iodepth 1 --runtime 3",
    ],
    [
      "What a submission queue in the Controller Memory Buffer buys",
      'phasebit compare -d "embedded?cmb=16m" --a "" --b "--cmb sq"',
    ],
    [
      "A controller in another process beside one in this",
      'phasebit compare --a "-d embedded" --b "-d vfio-user:/tmp/nvme/cntrl"',
    ],
    ["Two sets of options", 'phasebit compare --a "--iodepth 8" --b "--iodepth 4 --numjobs 2"'],
  ]);
}

function sideOptions(): Option[] {
  return [
    listOption("--modes <list>", "completion modes to compare", completionModes)
      .default("poll,interrupt")
      .conflicts(["a", "b"]),
    new Option("--a <options>", "instead of --modes: the options of side a"),
    new Option("--b <options>", "and those of side b"),
    new Option("--rounds <n>", "blocks of each mode").default("12"),
  ];
}

/** For the options of one side, which take no defaults: those are the command's. */
function sideParser(): Command {
  const parser = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const { flags, help } of workloadOptions) parser.option(flags, help);
  return takeSpellings(parser).helpOption(false);
}

function eachBlock(description: OptionDescription): OptionDescription {
  const name = description.flags.match(/--[a-z-]+/)![0];
  const block = BLOCK_DEFAULTS[name];
  if (block === undefined) return description;
  return { ...description, help: `${description.help}, each block`, default: block };
}
