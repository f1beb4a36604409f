// Everything that a report shows, worked out from the results: groups with their names, pairs, conditions, doubts.

import { safeString } from "../ground/strings.ts";
import { fioSize } from "../ground/units.ts";
import { groupsOf } from "../measurement/groups.ts";
import type { Measurement, Warning } from "../measurement/measurement.ts";
import { shortfallIn } from "../measurement/shortfall.ts";
import { directionsOf, workloadName } from "../measurement/workload-names.ts";
import { weightOf, worstFirst } from "../measurement/worst-first.ts";
import type { Result } from "../results/read.ts";
import { warningText } from "../results/warnings.ts";
import { faultTexts } from "../text/fault-list.ts";
import { eachText, workloadsOf } from "../text/workload-parts.ts";
import { conditionsOf } from "./conditions.ts";
import { differenceWarnings } from "./differences.ts";
import { type Drafts, draftsOf } from "./drafts.ts";
import { namesOf, shortPaths } from "./group-names.ts";
import { pairOf } from "./pairs.ts";
import type { GroupData, PairData, ReportData, ResultData } from "./report-data.ts";
import { bestsOf } from "./standings.ts";
import { generator } from "./template.ts";
import { type Told, verdictsOf } from "./verdict.ts";

/** Columns of a chart over time, and those of all charts together: a report of many results stays small. */
const MOST_COLUMNS = 600;
const ALL_COLUMNS = 2400;
const FEWEST_COLUMNS = 60;

/** The report of some results, which are at least one. */
export function reportData(results: readonly Result[], title?: string): ReportData {
  const most = columnsEach(results);
  const drafts = results.map(({ measurement }) => draftsOf(measurement, most));
  const names = namesOf(unnamed(results, drafts));
  const idOf = (result: number, index: number): string => `${result}.${index}`;
  let next = 0;
  const pairs = drafts.flatMap((draft, result) =>
    draft.pairs.flatMap(({ a, b, comparison }): PairData[] => {
      const pair = pairOf(comparison, idOf(result, a), idOf(result, b));
      return pair === undefined ? [] : [pair];
    }),
  );
  const bests = bestsOf(pairs);
  const groups = drafts.flatMap((draft, result) =>
    draft.groups.map(({ data }, index): GroupData => {
      const id = idOf(result, index);
      return { id, result, name: names[next++]!, best: bests.get(id) ?? [], ...data };
    }),
  );
  const about = results.map((result, index) =>
    resultData(result, drafts[index]!.warnings, results[0]!),
  );
  const told = results.map(({ file, measurement }, result): Told => {
    const own = groups.filter((group) => group.result === result);
    const ids = new Set(own.map(({ id }) => id));
    const ownPairs = pairs.filter(({ a }) => ids.has(a));
    const { rounds } = drafts[result]!;
    return { file: nameOf(file), measurement, groups: own, pairs: ownPairs, rounds };
  });
  const verdicts = verdictsOf(told);
  return { title: title ?? titleOf(results), generator, verdicts, results: about, groups, pairs };
}

/** How many columns each chart over time may have. */
function columnsEach(results: readonly Result[]): number {
  const charts = results.reduce((sum, { measurement }) => sum + chartsOf(measurement), 0);
  const each = Math.floor(ALL_COLUMNS / Math.max(charts, 1));
  return Math.max(FEWEST_COLUMNS, Math.min(MOST_COLUMNS, each));
}

/** One for each direction of what has a course: single blocks have none. */
function chartsOf({ workloads, blocks, rounds }: Measurement): number {
  const hasCourse = rounds !== null || blocks.some(({ intervals }) => intervals?.length !== 0);
  if (!hasCourse) return 0;
  return workloads.reduce((sum, { workload }) => sum + directionsOf(workload).length, 0);
}

function unnamed(results: readonly Result[], drafts: readonly Drafts[]) {
  const files = shortPaths(results.map(({ file }) => file));
  return drafts.flatMap(({ groups }, result) => {
    const { host } = results[result]!.measurement;
    return groups.map(({ data, group: { device, mode, workload } }) => {
      const { rw, completion, coalesce: coalescing, cmb, shadowDoorbells } = workload;
      const { irq, pauseNs } = completion;
      const settings = { ...data, mode, rw, irq, coalescing, pauseNs, cmb, shadowDoorbells };
      const place = { device: device.address, host: host.hostname, file: files[result]! };
      return { settings, ...place };
    });
  });
}

function resultData(result: Result, doubts: readonly Warning[], first: Result): ResultData {
  const { file, measurement } = result;
  const elsewhere = differenceWarnings(first.measurement, measurement, nameOf(first.file));
  const ordered = worstFirst(doubts);
  return {
    kind: measurement.kind,
    file: nameOf(file),
    startedMs: measurement.startedMs,
    conditions: conditionsOf(measurement),
    warnings: [...ordered.map((doubt) => safeString(warningText(doubt))), ...elsewhere],
    findings: ordered.filter((doubt) => weightOf(doubt) < 2).length,
    faults: faultTexts(groupsOf(measurement)).map(({ group, what, count, queues, first }) => ({
      what: safeString(group === "" ? what : `${group}: ${what}`),
      ...{ count, queues },
      first: first.replace(/^first: /, ""),
    })),
    merged: measurement.merged.map((source) => safeString(source.file)),
  };
}

/** Without its folder. */
function nameOf(file: string): string {
  return safeString(file.replace(/^.*\//, ""));
}

/** "randread-4k-qd32x1 on ACME X1", or "3 results". */
function titleOf(results: readonly Result[]): string {
  const [{ measurement }] = results as readonly [Result];
  const isPart = results.some((result) => shortfallIn(result.measurement.warnings) !== null);
  const part = isPart ? " (partial)" : "";
  if (results.length > 1) return `${results.length} results${part}`;
  const { kind, workload, devices } = measurement;
  const sides = workloadsOf(measurement);
  const models = [...new Set(devices.map(({ model }) => model))].join(" and ");
  const named = {
    run: workloadName(workload),
    compare: `compare ${eachText(sides, workloadName)}`,
    // its depths are what it is about
    sweep: `sweep ${workload.rw}-${fioSize(workload.bs)}`,
  };
  return safeString(`${named[kind]} on ${models}${part}`);
}
