// phasebit report: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { forceOption } from "./options.ts";

export function reportCommand(): Command {
  const command = new Command("report")
    .summary("make a report with charts of saved results")
    .description(
      "make one file of HTML with charts, tables and conditions of saved results; it needs no network",
    )
    .argument("<result...>", "result files of run, compare, sweep or merge")
    .addOption(
      new Option(
        "--output <file>",
        "file to write, - for stdout (default: beside the first result, .html, also over an earlier report)",
      ),
    )
    .addOption(forceOption())
    .addOption(new Option("--title <text>", "heading of the report"))
    .action(async (files, flags) => {
      const { report } = await import("../actions/report.ts");
      report(files, flags);
    });
  return withExamples(command, [
    ["One result", "phasebit report results/run.json"],
    [
      "Two results beside each other",
      "phasebit report before.json after.json --output update.html",
    ],
  ]);
}
