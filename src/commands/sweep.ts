// phasebit sweep: depths × completion modes × interrupt coalescing, one table.
import { Command } from "commander";
import { Live } from "../report/live.ts";
import { sweepReport } from "../report/sweep.ts";
import { checkOutput, jsonText, saveDocument } from "../results/save.ts";
import { sweepDocument } from "../results/sweep-document.ts";
import { completionModes } from "../run/completion.ts";
import { runSweep, type SweepAxes } from "../run/sweep.ts";
import {
  type Coalescing,
  MAX_COALESCING,
  MAX_IODEPTH,
  parseWorkload,
  type WorkloadOptions,
  workloadOptions,
} from "../run/workload.ts";
import { names, numbers } from "./lists.ts";
import { exitCodeOf, type OutputFlags, outputOptions, present } from "./output.ts";
import { untilSignalled } from "./signals.ts";
import { traceOption, traceTo } from "./trace.ts";

interface SweepFlags extends WorkloadOptions, OutputFlags {
  readonly modes: string;
  readonly iodepth: string;
  readonly thresholds?: string;
  readonly times?: string;
  readonly trace?: boolean;
}

/** What the axes say instead. */
const AXES = /--(completion|iodepth|coalesce)\b/;

const EXAMPLES = `
Examples:
  phasebit sweep --iodepth 1,8,32 --modes poll,interrupt
  phasebit sweep --modes interrupt --iodepth 32 --thresholds 0,3,15 --times 1,5`;

export function sweepCommand(): Command {
  const command = new Command("sweep")
    .description("measure depths, completion modes and interrupt coalescing, one after the other")
    .option("-q, --iodepth <list>", "depths", "1,4,16,64")
    .option("--modes <list>", `of ${completionModes.join(", ")}`, "poll,interrupt")
    .option("--thresholds <list>", "Interrupt Coalescing: completions, 0's based")
    .option("--times <list>", "Interrupt Coalescing: units of 100us");
  for (const { flags, help, default: value } of workloadOptions) {
    if (AXES.test(flags)) continue;
    command.option(flags, help, flags.includes("--runtime") ? "2s" : value);
  }
  for (const option of [...outputOptions(), traceOption()]) command.addOption(option);
  return command.addHelpText("after", EXAMPLES).action(sweep);
}

async function sweep(flags: SweepFlags): Promise<void> {
  const axes: SweepAxes = {
    modes: names("--modes", flags.modes, completionModes),
    iodepths: numbers("--iodepth", flags.iodepth, 1, MAX_IODEPTH),
    coalescings: coalescings(flags),
  };
  const base = parseWorkload({ ...flags, iodepth: undefined });
  checkOutput(flags.output);
  const live = new Live(process.stderr, base);
  const measurement = await untilSignalled((signal) =>
    runSweep(base, axes, {
      argv: process.argv.slice(2),
      signal,
      ...(live.isWatched && {
        onProgress: ({ name, point, points, ...sample }) =>
          live.show(sample, `${name} ${point}/${points}`),
      }),
      ...traceTo(flags),
    }),
  ).finally(() => live.end());
  process.exitCode = exitCodeOf(measurement);
  const document = sweepDocument(measurement);
  present(flags, {
    save: () => [saveDocument(document, { kind: "sweep", ...measurement }, flags.output)],
    normal: (saved) => sweepReport(measurement, { saved }),
    json: () => jsonText(document),
  });
}

/** Every threshold with every time; without either, coalescing is left alone. */
function coalescings({ thresholds, times }: SweepFlags): (Coalescing | null)[] {
  if (thresholds === undefined && times === undefined) return [null];
  const counts = numbers("--thresholds", thresholds ?? "0", 0, MAX_COALESCING);
  const units = numbers("--times", times ?? "0", 0, MAX_COALESCING);
  return counts.flatMap((threshold) => units.map((time) => ({ threshold, time })));
}
