// The report on the terminal after a run, for 80 columns: what ran, how fast, how late, what went wrong.

import { drainedOf } from "../analysis/drained.ts";
import { clocksOf, flagsOf, median, sumOf } from "../analysis/totals.ts";
import { fioTime, formatBytes, formatCount, formatNs } from "../ground/units.ts";
import { flagNames, flagWords, noFlags } from "../measurement/flags.ts";
import { type Group, groupsOf } from "../measurement/groups.ts";
import type { Job, Measurement } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import { placeText } from "../measurement/workload-names.ts";
import { wrap } from "./columns.ts";
import {
  deviceLines,
  hostLines,
  joinSections,
  type Lines,
  linesFor,
  partialLines,
  savedLines,
  type ViewOptions,
  warningLines,
} from "./compare-frame.ts";
import { faultLines } from "./fault-lines.ts";
import { lookParts } from "./looks.ts";
import { jobTable, latencyTable, rateTable, stageTable } from "./normal-tables.ts";
import { sharedVectorLines } from "./shared-vectors.ts";
import { jobsText, patternText } from "./workload-parts.ts";

/** The report as text, lines ended. */
export function normalReport(run: Measurement, options: ViewOptions = {}): string {
  const { saved = [] } = options;
  const lines = linesFor(options);
  const { colors, columns } = lines;
  const group = groupsOf(run)[0]!;
  const jobs = group.jobs ?? [];
  return joinSections([
    partialLines(run.warnings, lines),
    [
      ...deviceLines(run.devices, lines),
      ...wrap({ text: "run", style: colors.dim }, runParts(run, group), "  ", columns),
    ],
    rateTable(group, lines),
    latencyTable(group, lines),
    stageTable(group, lines),
    jobTable(group, lines),
    [
      ...wrap({ text: "cpu", style: colors.dim }, cpuParts(jobs), "  ", columns),
      ...wrap(
        { text: "looks", style: colors.dim },
        lookParts(jobs, group.blocks, group.workload.completion),
        "  ",
        columns,
      ),
      ...sharedVectorLines([group], lines),
      ...hostLines(run, lines),
    ],
    [...faultLines([group], lines), ...oddLines(jobs, lines)],
    warningLines(run.warnings, lines),
    savedLines(saved, lines),
  ]);
}

function runParts({ interrupted, warnings }: Measurement, group: Group): string[] {
  const { workload, jobs, elapsedNs } = group;
  const { bs, iodepth, rampTimeMs } = workload;
  const seconds = (elapsedNs / 1e9).toFixed(1);
  const cpus = (jobs ?? []).flatMap(({ cpu }) => cpu ?? []);
  const count = jobs?.length ?? workload.numjobs;
  return [
    patternText(workload),
    `bs ${formatBytes(bs)}`,
    `iodepth ${iodepth}`,
    jobsText([{ ...workload, numjobs: count }]),
    ...(workload.cmb.length > 0 ? [placeText(workload)] : []),
    ...(workload.shadowDoorbells ? ["shadow doorbells"] : []),
    ...(count === 1 && cpus.length === 1 ? [`cpu ${cpus[0]}`] : []),
    `${shareText(warnings) || `${seconds}s`}${rampTimeMs > 0 ? ` after a ramp of ${fioTime(rampTimeMs)}` : ""}`,
    ...drainParts(group),
    ...(interrupted ? ["interrupted"] : []),
    ...(jobs?.some(({ timedOut }) => timedOut) ? ["ended by --timeout"] : []),
  ];
}

/** What was in flight at the end: it is in the latencies and in no rate. */
function drainParts(group: Group): string[] {
  const { ios, longestNs } = drainedOf(group);
  return ios > 0 ? [`${formatCount(ios)} drained in ${formatNs(longestNs ?? 0)}`] : [];
}

/** What bears on how far the figures are to be believed. */
function cpuParts(jobs: readonly Job[]): string[] {
  const elapsedNs = sumOf(jobs, (job) => job.elapsedNs);
  const used = (ns: number) => `${elapsedNs > 0 ? ((ns * 100) / elapsedNs).toFixed(1) : 0}%`;
  const switches = sumOf(jobs, ({ usage }) => usage.voluntarySwitches + usage.involuntarySwitches);
  return [
    `usr ${used(sumOf(jobs, ({ usage }) => usage.userNs))}`,
    `sys ${used(sumOf(jobs, ({ usage }) => usage.systemNs))}`,
    `ctx ${formatCount(switches)}`,
    [
      "clock",
      ...clocksOf(jobs),
      `${formatNs(median(jobs.map((job) => job.clockNs)))} a reading`,
    ].join(" "),
  ];
}

/** Commands that never ended, and successes that are not quite: one line each. */
function oddLines(jobs: readonly Job[], { colors, columns }: Lines): string[] {
  const lost = sumOf(jobs, (job) => job.lost);
  const flags = flagsOf(jobs) ?? noFlags;
  const flagged = flagNames.filter((name) => flags[name] > 0);
  const lines = [
    ...flagged.map((name) => ["odd", `successes with ${flagWords[name]}`, flags[name]] as const),
    ...(lost > 0 ? [["lost", "never completed", lost] as const] : []),
  ];
  const width = Math.max(0, ...lines.map(([, , count]) => formatCount(count).length));
  return lines.flatMap(([text, what, count]) =>
    wrap({ text, style: colors.red }, [formatCount(count).padStart(width), what], "  ", columns),
  );
}
