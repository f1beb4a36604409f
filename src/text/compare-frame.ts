// The lines above and below the figures of a comparison or a sweep: on what, with what, on which machine, with
// which doubts, saved where.

import picocolors from "picocolors";
import { drainedOf } from "../analysis/drained.ts";
import { safeString } from "../ground/strings.ts";
import { formatBytes, formatCount, formatNs } from "../ground/units.ts";
import type { Group } from "../measurement/groups.ts";
import type { DeviceIdentity, Measurement, Warning } from "../measurement/measurement.ts";
import { shortfallIn, shortfallText } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { warningText } from "../results/warnings.ts";
import { type Colors, LABEL_WIDTH, type Row, type Style, wrap } from "./columns.ts";
import { eachText, jobsText, patternText, sizeText } from "./workload-parts.ts";

export interface ViewOptions {
  /** Files that the result was saved to. */
  readonly saved?: readonly string[];
  /** Colours; by default as isColored says. */
  readonly color?: boolean;
  readonly columns?: number;
}

/** Writes labelled lines of one report. */
export interface Lines {
  readonly colors: Colors;
  readonly columns: number;
}

export function linesFor(options: ViewOptions): Lines {
  const { color = isColored(), columns = reportColumns() } = options;
  return { colors: picocolors.createColors(color), columns };
}

const WIDEST = 80;
const NARROWEST = 30;

/** How wide a report is: 80 columns, so that it reads the same in a file, and less where stdout's terminal has less. */
export function reportColumns(
  { isTTY, columns }: Pick<Partial<NodeJS.WriteStream>, "isTTY" | "columns"> = process.stdout,
): number {
  if (isTTY !== true || !columns) return WIDEST;
  return Math.max(NARROWEST, Math.min(WIDEST, columns));
}

/**
 * Whether stdout takes colours: a terminal does, and whatever FORCE_COLOR is set for, unless NO_COLOR is. picocolors'
 * own answer has them in every pipe of a CI too.
 */
export function isColored(
  env: NodeJS.ProcessEnv = process.env,
  { isTTY }: { readonly isTTY?: boolean } = process.stdout,
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== "0" : isTTY === true && TERM !== "dumb";
}

/** The device, and what was run on it: `workloads` are those of all modes. */
export function headerLines(
  { devices, interrupted }: Measurement,
  workloads: readonly Workload[],
  run: readonly string[],
  lines: Lines,
): string[] {
  const { colors, columns } = lines;
  const all = [
    eachText(workloads, patternText),
    sizeText(workloads),
    ...run,
    jobsText(workloads),
    ...(interrupted ? ["interrupted"] : []),
  ];
  return [
    ...deviceLines(devices, lines),
    ...wrap({ text: "run", style: colors.dim }, all, "  ", columns),
  ];
}

/** Who the devices say they are. */
export function deviceLines(
  devices: readonly DeviceIdentity[],
  { colors, columns }: Lines,
): string[] {
  return devices.flatMap((device) => {
    const parts = [
      // The embedded controller's address is its transport.
      ...new Set([device.address, device.transport]),
      device.model,
      `fw ${device.firmware}`,
      `NVMe ${device.version}`,
      `nsid ${device.nsid}`,
      capacityText(device),
    ];
    return wrap({ text: "device", style: colors.dim }, parts, "  ", columns);
  });
}

/** "1.75TiB in 512B blocks". */
export function capacityText({ logicalBlocks, blockBytes }: DeviceIdentity): string {
  return `${formatBytes(logicalBlocks * blockBytes)} in ${formatBytes(blockBytes)} blocks`;
}

/** The machine. */
export function hostLines({ host, version }: Measurement, { colors, columns }: Lines): string[] {
  const { hostname, cpuModel, loadAverage } = host;
  const parts = [hostname, cpuModel, `load ${loadAverage.toFixed(2)}`, `phasebit ${version}`];
  return wrap({ text: "host", style: colors.dim }, parts, "  ", columns);
}

/** A part is not shown as the whole: the first line of a report. */
export function partialLines(warnings: readonly Warning[], lines: Lines): string[] {
  const found = shortfallIn(warnings);
  return found === null ? [] : field("partial", lines.colors.red, shortfallText(found), lines);
}

/** What each setting had in flight at its end: it is in the latencies and in no rate. */
export function drainedLines(groups: readonly Group[], lines: Lines): string[] {
  const told = groups.filter((group) => drainedOf(group).ios > 0);
  const parts = told.map((group) => fitting(`${group.name} ${drainedText(group)}`, lines));
  return wrap({ text: "drained", style: lines.colors.dim }, parts, "  ", lines.columns);
}

/** "8 in 24us"; of several blocks the longest time: "64 in up to 24us". */
function drainedText(group: Group): string {
  const { ios, longestNs } = drainedOf(group);
  const time = longestNs === null ? "" : formatNs(longestNs);
  const most = group.blocks.length > 1 ? "in up to" : "in";
  return time === "" ? formatCount(ios) : `${formatCount(ios)} ${most} ${time}`;
}

/** Doubts, in words; what is missing was said before. */
export function warningLines(warnings: readonly Warning[], { colors, columns }: Lines): string[] {
  const label = { text: "warning", style: colors.yellow };
  const others = warnings.filter(({ kind }) => kind !== "partial");
  return others.flatMap((warning) => wrap(label, warningText(warning).split(" "), " ", columns));
}

/** A label and words, what does not fit the line below. */
export function field(label: string, style: Style, words: string, lines: Lines): string[] {
  const parts = words.split(" ").map((word) => fitting(word, lines));
  return wrap({ text: label, style }, parts, " ", lines.columns);
}

/** The arrow between what was and what is: the only word that is not ASCII. */
export const ARROW = "→";

/** Safe to print, and no longer than a line. */
export function fitting(text: string, { columns }: Lines): string {
  const safe = text === ARROW ? text : safeString(text);
  const most = columns - LABEL_WIDTH;
  return safe.length <= most ? safe : `${safe.slice(0, most - 1)}~`;
}

/** Where the result is. */
export function savedLines(files: readonly string[], { colors, columns }: Lines): string[] {
  return files.flatMap((file, index) =>
    wrap({ text: index === 0 ? "saved" : "", style: colors.dim }, [file], "", columns),
  );
}

/** Sections of lines with an empty line between, none ending in blanks. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  const filled = sections.filter((lines) => lines.length > 0);
  return filled.map((lines) => `${lines.map((line) => line.trimEnd()).join("\n")}\n`).join("\n");
}

/** A table's first row. */
export function headingRow(label: string, headings: readonly string[], colors: Colors): Row {
  return {
    label: { text: label, style: colors.dim },
    cells: headings.map((text) => ({ text, style: colors.dim })),
  };
}

/** A name that leaves room for seven columns beside it. */
export function shortName(name: string, width: number): string {
  return name.length <= width ? name : `${name.slice(0, width - 1)}~`;
}
