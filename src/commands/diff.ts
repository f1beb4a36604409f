// phasebit diff: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { diffConditions, gateOptions } from "./gates.ts";
import { forceOption } from "./options.ts";
import { withSection } from "./sections.ts";

export function diffCommand(): Command {
  const command = new Command("diff")
    .summary("compare two saved results, or two sets of them")
    .description(
      "compare two saved results, or two sets of them: differences, ratios, 95 % intervals, effect sizes",
    )
    .argument("[a]", "result file, folder of results, or FILE#NAME: a mode, or a point of a sweep")
    .argument("[b]", "what is compared with it");
  for (const option of sideOptions()) command.addOption(option.helpGroup("Sides:"));
  for (const option of gateOptions()) command.addOption(option);
  for (const option of outputOptions()) command.addOption(option.helpGroup("Output:"));
  withSection(command, diffConditions).action(async (a, b, flags) => {
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

function outputOptions(): Option[] {
  return [
    new Option("-o, --output-format <format>", "what to print")
      .choices(["normal", "json", "markdown"])
      .default("normal"),
    new Option("--output <file>", "file to write, - for stdout (default: stdout)"),
    forceOption(),
  ];
}
