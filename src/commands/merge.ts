// phasebit merge: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { forceOption } from "./options.ts";

export function mergeCommand(): Command {
  const command = new Command("merge")
    .summary("add up saved results of one workload")
    .description(
      "add up results of workers, runs and hosts that had one workload, exactly: histograms are " +
        "added bucket by bucket",
    )
    .argument("<result...>", "result files, of run, of compare or of sweep; merged ones too")
    .addOption(
      new Option(
        "--output <file>",
        "result file to write, or - for the document on stdout",
      ).makeOptionMandatory(),
    )
    .addOption(forceOption())
    .addOption(
      new Option("-o, --output-format <format>", "what to print")
        .choices(["normal", "json"])
        .default("normal"),
    )
    .action(async (results, flags) => {
      const { merge } = await import("../actions/merge.ts");
      merge(results, flags);
    });
  return withExamples(command, [
    [
      "Two hosts that measured at the same time",
      "phasebit merge host-a.json host-b.json --output both.json",
    ],
    ["Three runs in turn", "phasebit merge results/run-*.json --output runs.json"],
  ]);
}
