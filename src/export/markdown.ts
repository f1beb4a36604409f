// A summary for a pull request or an issue: on what, with which doubts, the figures, and of a comparison what its
// intervals allow to say.
import { analyse } from "../analysis/compare-analysis.ts";
import { fioTime } from "../ground/units.ts";
import { distributionsOf, type Group, groupsOf } from "../measurement/groups.ts";
import type { DeviceIdentity, Measurement, Warning } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { Result } from "../results/read.ts";
import { warningText } from "../results/warnings.ts";
import { capacityText } from "../text/compare-frame.ts";
import { faultTexts } from "../text/fault-list.ts";
import { sharedVectorTexts } from "../text/shared-vectors.ts";
import {
  depthText,
  eachText,
  jobsText,
  patternText,
  roundsText,
  sizeText,
  workloadsOf,
} from "../text/workload-parts.ts";
import { figureTable } from "./markdown-figures.ts";
import { pairTables } from "./markdown-pairs.ts";
import { code, prose, table } from "./markdown-text.ts";

/** The summary. */
export function markdown({ measurement }: Result): string {
  const { kind, devices, rounds, warnings } = measurement;
  const analysis = rounds === null ? null : analyse(measurement);
  const isPart = warnings.some(isPartial);
  const models = [...new Set(devices.map(({ model }) => code(model)))].join(" and ");
  const sections = [
    [`### phasebit ${kind}${isPart ? " (partial)" : ""}: ${models}`],
    warningList(warnings.filter(isPartial)),
    conditionTable(measurement),
    warningList((analysis?.warnings ?? warnings).filter((warning) => !isPartial(warning))),
    figureTable(distributionsOf(groupsOf(measurement))),
    faultTable(groupsOf(measurement)),
    ...(analysis === null ? [] : pairTables(analysis.pairs)),
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** The list of errors. */
function faultTable(groups: readonly Group[]): string[] {
  const faults = faultTexts(groups);
  if (faults.length === 0) return [];
  const rows = faults.map(({ group, what, count, queues, first }) => [
    prose(group === "" ? what : `${group}: ${what}`),
    `${count}`,
    prose(queues),
    prose(first.replace(/^first: /, "")),
  ]);
  return table(["error", "count", "queues", "first"], rows);
}

function conditionTable(measurement: Measurement): string[] {
  const { devices, host, version, startedMs, interrupted, merged } = measurement;
  const start = new Date(startedMs).toISOString().replace("T", " ").replace(/\..*$/, " UTC");
  const rows = [
    ...devices.map(deviceRow),
    ["workload", workloadText(measurement)],
    ...modeRows(measurement),
    ...sharedVectorTexts(groupsOf(measurement)).map((text) => ["interrupts", prose(text)]),
    ...precondition(measurement),
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

function deviceRow(device: DeviceIdentity): string[] {
  return [
    "device",
    `${code(device.model)} ${code(device.serial)} firmware ${code(device.firmware)} at ` +
      `${code(device.address)}, NVMe ${prose(device.version)}, ${capacityText(device)}`,
  ];
}

/** Sides of a comparison that differ in more than their names. */
function modeRows({ workloads }: Measurement): string[][] {
  return workloads
    .filter(({ name, options }) => options !== "" && options !== name)
    .map(({ name, options }) => [code(name), code(options)]);
}

function workloadText(measurement: Measurement): string {
  const { kind, rounds, workload } = measurement;
  const { runtimeMs, completion } = workload;
  const workloads = workloadsOf(measurement);
  const parts = [
    eachText(workloads, patternText),
    sizeText(workloads),
    ...(kind === "sweep" ? [] : [depthText(workloads)]),
    jobsText(workloads),
    kind === "run" ? completion.mode : "",
    kind === "run" ? fioTime(runtimeMs) : `${fioTime(runtimeMs)} each`,
    rounds === null ? "" : roundsText(measurement),
    kind === "compare" ? "" : shareText(measurement.warnings),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function precondition({ workload }: Measurement): string[][] {
  const said = workload.precondition;
  return said === null ? [] : [["precondition", code(said)]];
}

function isPartial({ kind }: Warning): boolean {
  return kind === "partial";
}

function warningList(warnings: readonly Warning[]): string[] {
  return warnings.map((warning) => `- **warning** ${prose(warningText(warning))}`);
}
