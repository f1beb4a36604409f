// The report on the terminal after a run, for 80 columns: what ran, how fast, how late, what went wrong.
import picocolors from "picocolors";
import { elapsedNsOf, errorsOf, median, sumOf } from "../analysis/totals.ts";
import type { RejectionName, RunMeasurement } from "../measurement/measurement.ts";
import { statusName } from "../nvme/status.ts";
import { warningText } from "../results/warnings.ts";
import { fioTime, formatBytes, formatCount, formatNs } from "../units.ts";
import { type Colors, type Style, wrap } from "./columns.ts";
import { jobTable, latencyTable, rateTable, stageTable } from "./normal-tables.ts";

export interface NormalOptions {
  /** Files that the result was saved to. */
  readonly saved?: readonly string[];
  /** Colours; by default when stdout is a terminal and NO_COLOR is not set. */
  readonly color?: boolean;
  readonly columns?: number;
}

/** The report as text, lines ended. */
export function normalReport(run: RunMeasurement, options: NormalOptions = {}): string {
  const { saved = [], color = picocolors.isColorSupported, columns = 80 } = options;
  const colors = picocolors.createColors(color);
  const blocks = [
    header(run, colors, columns),
    rateTable(run, colors),
    latencyTable(run, colors),
    stageTable(run, colors),
    jobTable(run, colors),
    conditions(run, colors, columns),
    faults(run, colors, columns),
    run.warnings.flatMap((warning) =>
      field("warning", colors.yellow, warningText(warning).split(" "), " ", columns),
    ),
    saved.flatMap((file, index) =>
      field(index === 0 ? "saved" : "", colors.dim, [file], "", columns),
    ),
  ];
  const filled = blocks.filter((lines) => lines.length > 0);
  return filled.map((lines) => `${lines.map((line) => line.trimEnd()).join("\n")}\n`).join("\n");
}

function header(run: RunMeasurement, colors: Colors, columns: number): string[] {
  const { device } = run;
  const capacity = formatBytes(device.blocks * device.blockBytes);
  const parts = [
    // The embedded controller's address is its transport.
    ...new Set([device.address, device.transport]),
    device.model,
    `fw ${device.firmware}`,
    `NVMe ${device.version}`,
    `nsid ${device.nsid}`,
    `${capacity} in ${formatBytes(device.blockBytes)} blocks`,
  ];
  return [
    ...field("device", colors.dim, parts, "  ", columns),
    ...field("run", colors.dim, runParts(run), "  ", columns),
  ];
}

function runParts(run: RunMeasurement): string[] {
  const { rw, rwmixread, bs, iodepth, rampTimeMs } = run.workload;
  const seconds = (elapsedNsOf(run) / 1e9).toFixed(1);
  const cpus = run.jobs.flatMap(({ cpu }) => (cpu === null ? [] : [cpu]));
  return [
    rw === "randrw" ? `randrw, ${rwmixread}% reads` : rw,
    `bs ${formatBytes(bs)}`,
    `iodepth ${iodepth}`,
    run.jobs.length === 1 ? "1 job" : `${run.jobs.length} jobs`,
    ...(run.jobs.length === 1 && cpus.length === 1 ? [`cpu ${cpus[0]}`] : []),
    `${seconds}s${rampTimeMs > 0 ? ` after a ramp of ${fioTime(rampTimeMs)}` : ""}`,
    ...(run.interrupted ? ["interrupted"] : []),
  ];
}

/** What bears on how far the figures are to be believed. */
function conditions(run: RunMeasurement, colors: Colors, columns: number): string[] {
  const { jobs } = run;
  const elapsedNs = sumOf(jobs, (job) => job.elapsedNs);
  const used = (ns: number) => `${elapsedNs > 0 ? ((ns * 100) / elapsedNs).toFixed(1) : 0}%`;
  const switches = sumOf(jobs, ({ usage }) => usage.voluntarySwitches + usage.involuntarySwitches);
  const parts = [
    `usr ${used(sumOf(jobs, ({ usage }) => usage.userNs))}`,
    `sys ${used(sumOf(jobs, ({ usage }) => usage.systemNs))}`,
    `ctx ${formatCount(switches)}`,
    `clock ${formatNs(median(jobs.map((job) => job.clockNs)))} a reading`,
  ];
  const { hostname, cpuModel, loadAverage } = run.host;
  const host = [hostname, cpuModel, `load ${loadAverage.toFixed(2)}`, `phasebit ${run.version}`];
  return [
    ...field("cpu", colors.dim, parts, "  ", columns),
    ...field("host", colors.dim, host, "  ", columns),
  ];
}

/** Errors by status, commands that never ended, completions not believed: one line each. */
function faults(run: RunMeasurement, colors: Colors, columns: number): string[] {
  const lost = sumOf(run.jobs, (job) => job.lost);
  const lines = [
    ...errorsOf(run.jobs).map(({ code, count }) => ["error", statusName(code), count] as const),
    ...(lost > 0 ? [["lost", "never completed", lost] as const] : []),
    ...rejectedKinds(run).map(
      ([kind, count]) => ["invalid", `${kind} completions`, count] as const,
    ),
  ];
  const width = Math.max(0, ...lines.map(([, , count]) => formatCount(count).length));
  return lines.flatMap(([label, what, count]) =>
    field(label, colors.red, [formatCount(count).padStart(width), what], "  ", columns),
  );
}

function rejectedKinds(run: RunMeasurement): [RejectionName, number][] {
  const kinds = Object.keys(run.jobs[0]?.rejections ?? {}) as RejectionName[];
  return kinds
    .map((kind): [RejectionName, number] => [kind, sumOf(run.jobs, (job) => job.rejections[kind])])
    .filter(([, count]) => count > 0);
}

function field(
  label: string,
  style: Style,
  parts: readonly string[],
  separator: string,
  columns: number,
): string[] {
  return wrap({ text: label, style }, parts, separator, columns);
}
