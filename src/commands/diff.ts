// phasebit diff: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { type Section, withSection } from "./sections.ts";

const CONDITIONS: Section = {
  heading: "Conditions:",
  rows: [
    ["p99 > +5%", "fail when b's p99 lies more than 5 % above a's, in any group"],
    ["read.p99 > 10us", "of reads only, and by more than 10 us"],
    ["poll.cpu > +2%", "of one mode of a comparison"],
    ["iops < -3%", "when IOPS fell by more than 3 %"],
  ],
  text: [
    "Figures: iops mibps mean p50 p90 p99 p99.9 p99.99 p99.999 max cpu interrupts. A condition fails when b lies beyond " +
      "the limit and the 95 % interval excludes that nothing changed; without an interval the value alone decides. " +
      "A figure that the samples cannot carry is not judged, and ends in exit code 2 unless another condition failed.",
  ],
};

export function diffCommand(): Command {
  const command = new Command("diff")
    .summary("compare two saved results, or two sets of them")
    .description(
      "compare two saved results, or two sets of them: differences, ratios, 95 % intervals, effect sizes",
    )
    .argument("[a]", "result file, folder of results, or FILE#NAME: a mode, or a point of a sweep")
    .argument("[b]", "what is compared with it");
  for (const option of sideOptions()) command.addOption(option.helpGroup("Sides:"));
  for (const option of gateOptions()) command.addOption(option.helpGroup("For pipelines:"));
  for (const option of outputOptions()) command.addOption(option.helpGroup("Output:"));
  withSection(command, CONDITIONS).action(async (a, b, flags) => {
    const { diff } = await import("../actions/diff.ts");
    diff(a, b, flags);
  });
  return withExamples(command, [
    ["Two runs", "phasebit diff before.json after.json"],
    ["Ten runs of each firmware, as Markdown", "phasebit diff fw1/ fw2/ --output-format markdown"],
    ["The same by name", "phasebit diff --a fw1-*.json --b fw2-*.json"],
    ["Two modes of a comparison", "phasebit diff compare.json#poll compare.json#interrupt"],
    [
      "Fail a pipeline, with exit code 99",
      'phasebit diff base/ new/ --fail-if "p99 > +5%" --fail-if "iops < -3%"',
    ],
  ]);
}

function sideOptions(): Option[] {
  return [
    new Option("--a <file...>", "results of side a, instead of the first argument"),
    new Option("--b <file...>", "and of side b"),
    new Option("--despite-differences", "compare also results of different workloads"),
  ];
}

function gateOptions(): Option[] {
  const gate = new Option(
    "--fail-if <condition>",
    "end with exit code 99 when it is met; repeatable",
  );
  gate.argParser((condition: string, earlier: readonly string[] = []) => [...earlier, condition]);
  return [
    gate,
    new Option(
      "--strict",
      "a limit that is exceeded fails even where the interval shows no difference",
    ),
  ];
}

function outputOptions(): Option[] {
  return [
    new Option("-o, --output-format <format>", "what to print")
      .choices(["normal", "json", "markdown"])
      .default("normal"),
    new Option("--output <file>", "file to write (default: stdout)"),
  ];
}
