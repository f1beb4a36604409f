// phasebit compare: completion modes, or any two sets of options, interleaved on one open device.
import { Command, type CommanderError } from "commander";
import { usage } from "../errors.ts";
import { comparisonReport } from "../report/compare.ts";
import { Live } from "../report/live.ts";
import { comparisonDocument } from "../results/compare-document.ts";
import { checkOutput, jsonText, saveDocument } from "../results/save.ts";
import { type ComparisonMode, runComparison } from "../run/compare.ts";
import { type CompletionMode, completionModes } from "../run/completion.ts";
import { parseWorkload, type WorkloadOptions, workloadOptions } from "../run/workload.ts";
import { names, wholeNumber } from "./lists.ts";
import { exitCodeOf, type OutputFlags, outputOptions, present } from "./output.ts";
import { untilSignalled } from "./signals.ts";
import { traceOption, traceTo } from "./trace.ts";

interface CompareFlags extends WorkloadOptions, OutputFlags {
  readonly modes?: string;
  readonly a?: string;
  readonly b?: string;
  readonly rounds: string;
  readonly trace?: boolean;
}

/** Both sides must be on one device and namespace. */
const SHARED_OPTIONS = ["device", "nsid"] as const;
const MOST_ROUNDS = 1000;
const DEFAULT_MODES = "poll,interrupt";
/** Of a block; twelve rounds of two modes take half a minute. */
const BLOCK_DEFAULTS: Readonly<Record<string, string>> = {
  "--runtime": "1s",
  "--ramp-time": "200ms",
};

const EXAMPLES = `
Examples:
  phasebit compare --modes poll,interrupt,hybrid,adaptive
  phasebit compare --device 0000:01:00.0 --iodepth 1 --runtime 3
  phasebit compare --a "--iodepth 8" --b "--iodepth 8 --coalesce 7,1 --completion interrupt"`;

export function compareCommand(): Command {
  const command = new Command("compare").description(
    "compare completion modes, or any two sets of options, interleaved on one device",
  );
  command
    .option("--modes <list>", `of ${completionModes.join(", ")} (default: ${DEFAULT_MODES})`)
    .option("--a <options>", "instead of --modes: the options of side a")
    .option("--b <options>", "and those of side b")
    .option("--rounds <n>", "blocks of each mode", "12");
  for (const { flags, help, default: value } of workloadOptions) {
    if (flags.startsWith("--completion")) continue;
    const name = flags.match(/--[a-z-]+/)![0];
    const blocks = BLOCK_DEFAULTS[name];
    command.option(flags, blocks ? `${help}, each block` : help, blocks ?? value);
  }
  for (const option of [...outputOptions(), traceOption()]) command.addOption(option);
  return command.addHelpText("after", EXAMPLES).action(compare);
}

async function compare(flags: CompareFlags): Promise<void> {
  const modes = comparedModes(flags);
  const rounds = wholeNumber("--rounds", flags.rounds, 1, MOST_ROUNDS);
  checkOutput(flags.output);
  const { workload } = modes[0]!;
  const live = new Live(process.stderr, workload);
  const measurement = await untilSignalled((signal) =>
    runComparison(modes, {
      argv: process.argv.slice(2),
      rounds,
      signal,
      ...(live.isWatched && {
        onProgress: ({ mode, block, blocks, ...sample }) =>
          live.show(sample, `${mode} ${block}/${blocks}`),
      }),
      ...traceTo(flags),
    }),
  ).finally(() => live.end());
  process.exitCode = exitCodeOf(measurement);
  const document = comparisonDocument(measurement);
  present(flags, {
    save: () => [saveDocument(document, { kind: "compare", ...measurement }, flags.output)],
    normal: (saved) => comparisonReport(measurement, { saved }),
    json: () => jsonText(document),
  });
}

function comparedModes(flags: CompareFlags): ComparisonMode[] {
  const { a, b } = flags;
  if (a === undefined && b === undefined) return completionSides(flags);
  if (flags.modes !== undefined) throw usage("--modes: give either --modes, or --a and --b");
  if (a === undefined || b === undefined) {
    throw usage(`--${a === undefined ? "a" : "b"}: both sides need their options`);
  }
  const sides = [side("a", a, flags), side("b", b, flags)];
  for (const name of SHARED_OPTIONS) {
    if (sides[0]!.workload[name] === sides[1]!.workload[name]) continue;
    throw usage(`--a and --b: must have the same --${name}; compare two results with two runs`);
  }
  return sides;
}

function completionSides(flags: CompareFlags): ComparisonMode[] {
  const chosen = names("--modes", flags.modes ?? DEFAULT_MODES, completionModes);
  if (chosen.length < 2) throw usage(`--modes ${chosen[0]}: a comparison needs two modes`);
  return chosen.map((mode: CompletionMode) => ({
    name: mode,
    options: `--completion ${mode}`,
    workload: parseWorkload({ ...flags, completion: mode }),
  }));
}

/** One side of --a and --b: its options on top of the common ones. */
function side(name: string, options: string, flags: CompareFlags): ComparisonMode {
  const parser = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const { flags: option, help } of workloadOptions) parser.option(option, help);
  parser.helpOption(false);
  try {
    parser.parse(options.split(/\s+/).filter(Boolean), { from: "user" });
  } catch (error) {
    const message = (error as CommanderError).message.replace(/^error: /, "").replace(/\n/g, " ");
    throw usage(`--${name} "${options}": ${message}`);
  }
  if (parser.args.length > 0)
    throw usage(`--${name} "${options}": "${parser.args[0]}" is no option`);
  return { name, options, workload: parseWorkload({ ...flags, ...parser.opts() }) };
}
