// phasebit compare: completion modes, or any two sets of options, interleaved on one open device or on two.
import type { Command, CommanderError } from "commander";
import { usage } from "../ground/errors.ts";
import { requireEffect, type TypedOptions, typedText } from "../measurement/idle-options.ts";
import type { Setting } from "../measurement/measurement.ts";
import { parseWorkload } from "../measurement/workload.ts";
import {
  type CompletionMode,
  completionModes,
  type WorkloadOptions,
} from "../measurement/workload-options.ts";
import { runComparison } from "../run/compare.ts";
import { type GateFlags, measuredGates } from "./gates.ts";
import { names, wholeNumber } from "./lists.ts";
import { type MeasureFlags, measureAndPresent } from "./measure.ts";
import { requireResultFile } from "./result-file.ts";

/** What the command line said. */
export interface CompareFlags extends WorkloadOptions, MeasureFlags, GateFlags {
  readonly modes: string;
  readonly a?: string;
  readonly b?: string;
  readonly rounds: string;
}

/** Both sides must be on namespaces of one number, and go by one clock. */
const SHARED_OPTIONS = ["nsid", "clocksource"] as const;
const MOST_ROUNDS = 1000;

/**
 * Measures, compares, prints and saves; `typed` are the flags that took no default, `parser` makes one for the options of
 * a side.
 */
export async function compare(
  flags: CompareFlags,
  typed: TypedOptions,
  parser: () => Command,
): Promise<void> {
  const modes = comparedModes(flags, typed, parser);
  const rounds = wholeNumber("--rounds", flags.rounds, 1, MOST_ROUNDS);
  const judge = measuredGates(flags, modes);
  requireResultFile("compare", flags);
  const plan = { command: "compare", parts: modes, blocks: rounds * modes.length } as const;
  await measureAndPresent(flags, plan, judge, (options) =>
    runComparison(modes, { ...options, rounds }),
  );
}

function comparedModes(flags: CompareFlags, typed: TypedOptions, parser: () => Command): Setting[] {
  const modes = settingsOf(flags, typed, parser);
  requireEffect(
    typed,
    modes.map(({ workload }) => workload),
  );
  return modes;
}

function settingsOf(flags: CompareFlags, typed: TypedOptions, parser: () => Command): Setting[] {
  const { a, b } = flags;
  if (a === undefined && b === undefined) return completionSides(flags);
  if (a === undefined || b === undefined) {
    throw usage(`--${a === undefined ? "a" : "b"}: both sides need their options`);
  }
  const [own, other] = [sideOptions("a", a, parser()), sideOptions("b", b, parser())];
  const hidden = Object.keys(typed).find((name) => name in own && name in other);
  if (hidden !== undefined) {
    throw usage(
      `${typedText(hidden, typed[hidden])}: has no effect, as --a and --b have their own`,
    );
  }
  const sides = [side("a", a, own, flags), side("b", b, other, flags)];
  for (const name of SHARED_OPTIONS) {
    if (sides[0]!.workload[name] === sides[1]!.workload[name]) continue;
    throw usage(`--a and --b: must have the same --${name}; compare two results with two runs`);
  }
  const [first, second] = sides as [Setting, Setting];
  const isOther = first.workload.device !== second.workload.device;
  return isOther ? [first, { ...second, device: 1 }] : sides;
}

function completionSides(flags: CompareFlags): Setting[] {
  const chosen = names("--modes", flags.modes, completionModes);
  if (chosen.length < 2) throw usage(`--modes ${chosen[0]}: a comparison needs two modes`);
  return chosen.map((mode: CompletionMode) => ({
    name: mode,
    mode,
    device: 0,
    options: `--completion ${mode}`,
    workload: parseWorkload({ ...flags, completion: mode }),
  }));
}

/** The options that one side has, on top of the common ones. */
function sideOptions(name: string, options: string, parser: Command): WorkloadOptions {
  try {
    parser.parse(options.split(/\s+/).filter(Boolean), { from: "user" });
  } catch (error) {
    const message = (error as CommanderError).message.replace(/^error: /, "").replace(/\n/g, " ");
    throw usage(`--${name} "${options}": ${message}`);
  }
  if (parser.args.length > 0)
    throw usage(`--${name} "${options}": "${parser.args[0]}" is no option`);
  return parser.opts();
}

function side(name: string, options: string, own: WorkloadOptions, flags: CompareFlags): Setting {
  const workload = parseWorkload({ ...flags, ...own });
  requireEffect({ ...own }, [workload], `--${name} `);
  return { name, mode: name, device: 0, options, workload };
}
