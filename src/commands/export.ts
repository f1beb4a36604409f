// phasebit export: its options.
import { Command, Option } from "commander";
import { csvTables, exportFormats, valueUnits } from "../export/export-options.ts";
import { withExamples } from "./examples.ts";
import { forceOption } from "./options.ts";
import { type Section, withSection } from "./sections.ts";

/** What each format is for. */
const FORMATS: Section = {
  heading: "Formats:",
  rows: [
    ["hgrm", "HdrHistogram's percentile text for its plotter; one for each distribution"],
    ["hlog", "HdrHistogram's interval log, a tag for each mode, direction and queue: poll.read.q1"],
    ["csv", "--table percentiles or series, for spreadsheets and data frames"],
    ["json", "the result itself, in the present version of its schema"],
    [
      "fio-json",
      "fio's JSON without phasebit's part; a mode of a comparison is a job in a group of its own",
    ],
    ["openmetrics", "OpenMetrics 1.0 for Prometheus, with classic histograms"],
    ["prometheus", "Prometheus' text format 0.0.4, for node_exporter's textfile collector"],
    ["markdown", "a summary for a pull request"],
  ],
  text: [
    "A distribution is one direction of a mode: poll.read, or interrupt.qd8.read in a sweep. Latencies are known to " +
      "0.1 %. Where the buckets of a format end elsewhere than ours, what lies across an end is counted above it.",
  ],
};

export function exportCommand(): Command {
  const command = new Command("export")
    .summary("write a saved result in another tool's format")
    .description("write a saved result in another tool's format, to stdout unless told otherwise")
    .argument("<result>", "result file of run, compare, sweep or merge");
  for (const option of outputOptions()) command.addOption(option.helpGroup("Output:"));
  for (const option of formatOptions()) command.addOption(option.helpGroup("Of some formats:"));
  withSection(command, FORMATS).action(async (result, flags) => {
    const { exportResult } = await import("../actions/export.ts");
    exportResult(result, flags);
  });
  return withExamples(command, [
    [
      "The percentiles of a run for HdrHistogram's plotter",
      "phasebit export results/run.json --format hgrm > run.us.hgrm",
    ],
    [
      "Those of a comparison, a file for each mode",
      "phasebit export results/compare.json --format hgrm --output plots/",
    ],
    [
      "p99 of each second as a table",
      "phasebit export results/run.json -f csv --table series --output run.csv",
    ],
    ["A summary for a pull request", "phasebit export results/compare.json --format markdown"],
  ]);
}

function outputOptions(): Option[] {
  return [
    new Option("-f, --format <format>", "what to write")
      .choices([...exportFormats])
      .makeOptionMandatory(),
    new Option(
      "--output <path>",
      "file to write, - for stdout, or a folder that exists, where files get telling names (default: stdout)",
    ),
    forceOption(),
    new Option(
      "--select <list>",
      "only these distributions, as in poll.read, or modes, as in poll; of fio-json modes and points",
    ),
  ];
}

function formatOptions(): Option[] {
  return [
    new Option("--unit <unit>", "hgrm: unit of the values, us unless given").choices([
      ...valueUnits,
    ]),
    new Option("--table <table>", "csv: which table, percentiles unless given").choices([
      ...csvTables,
    ]),
    new Option(
      "--untagged",
      "hlog: one line for each interval, all queues and directions together",
    ),
    new Option("--bins", "fio-json: latencies in fio's bins too, as its json+ has them"),
    new Option(
      "--all-percentiles",
      "fio-json: all of fio's percentiles, also those that the samples cannot carry",
    ),
    new Option(
      "--split",
      "fio-json: a file for each mode, point or merged run, for readers that add up what a file has",
    ),
    new Option(
      "--native",
      "openmetrics: native histograms, in OpenMetrics 2.0.0-rc0, a draft that few readers know yet",
    ),
    new Option(
      "--timestamps",
      "openmetrics: samples bear the end of the measurement, for promtool tsdb create-blocks-from",
    ),
  ];
}
