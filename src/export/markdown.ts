// A summary for a pull request or an issue: on what, with which doubts, the figures, and of a comparison what its
// intervals allow to say.
import { analyse } from "../analysis/compare-analysis.ts";
import type { Warning } from "../measurement/measurement.ts";
import {
  depthText,
  eachText,
  jobsText,
  patternText,
  sizeText,
  workloadsOf,
} from "../report/workload-parts.ts";
import type { Result } from "../results/result.ts";
import { warningText } from "../results/warnings.ts";
import { fioTime, formatBytes } from "../units.ts";
import { distributionsOf, groupsOf } from "./groups.ts";
import { figureTable } from "./markdown-figures.ts";
import { pairTables } from "./markdown-pairs.ts";
import { code, prose, table } from "./markdown-text.ts";

/** The summary. */
export function markdown(result: Result): string {
  const groups = groupsOf(result);
  const analysis = result.kind === "compare" ? analyse(result.measurement) : null;
  const blocks = [
    [`### phasebit ${result.kind}: ${code(result.measurement.device.model)}`],
    conditionTable(result),
    warningList(analysis?.warnings ?? result.measurement.warnings),
    figureTable(distributionsOf(groups)),
    ...(analysis === null ? [] : pairTables(analysis.pairs)),
  ];
  const filled = blocks.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function conditionTable(result: Result): string[] {
  const { device, host, version, startedMs, interrupted, merged } = result.measurement;
  const size = `${formatBytes(device.blocks * device.blockBytes)} in ${formatBytes(device.blockBytes)} blocks`;
  const start = new Date(startedMs).toISOString().replace("T", " ").replace(/\..*$/, " UTC");
  const rows = [
    [
      "device",
      `${code(device.model)} ${code(device.serial)} firmware ${code(device.firmware)} at ` +
        `${code(device.address)}, NVMe ${prose(device.version)}, ${size}`,
    ],
    ["workload", workloadText(result)],
    ...modeRows(result),
    ...precondition(result),
    [
      "host",
      `${code(host.hostname)} ${code(host.cpuModel)} kernel ${code(host.kernel)}, ` +
        `load ${host.loadAverage.toFixed(2)}`,
    ],
    ["measured", `${start}, phasebit ${prose(version)}${interrupted ? ", interrupted" : ""}`],
    ...(merged.length > 0 ? [["merged", `${merged.length} results`]] : []),
  ];
  return table(["", ""], rows).map((line) => line.replace("| --: |", "| --- |"));
}

/** Sides of a comparison that differ in more than their names. */
function modeRows({ kind, measurement }: Result): string[][] {
  if (kind !== "compare") return [];
  return measurement.modes
    .filter(({ name, options }) => options !== "" && options !== name)
    .map(({ name, options }) => [code(name), code(options)]);
}

function workloadText(result: Result): string {
  const { kind, measurement } = result;
  const { runtimeMs, completion } = measurement.workload;
  const workloads = workloadsOf(result);
  const parts = [
    eachText(workloads, patternText),
    sizeText(workloads),
    ...(kind === "sweep" ? [] : [depthText(workloads)]),
    jobsText(workloads),
    kind === "run" ? completion.mode : "",
    kind === "run" ? fioTime(runtimeMs) : `${fioTime(runtimeMs)} each`,
    kind === "compare" ? `${measurement.rounds} rounds` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function precondition({ measurement }: Result): string[][] {
  const { precondition } = measurement.workload;
  return precondition === null ? [] : [["precondition", code(precondition)]];
}

function warningList(warnings: readonly Warning[]): string[] {
  return warnings.map((warning) => `- **warning** ${prose(warningText(warning))}`);
}
