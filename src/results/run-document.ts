// The result document of a run: fio's tree, and under one more key, "phasebit", what fio has no place for, with
// figures for those who do not unpack histograms.
import {
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
} from "../../assembly/layout.ts";
import { encodeCounts, fioPercentiles, isCarried, meanNs } from "../analysis/histogram.ts";
import { errorsOf, flagsOf, median, rejectionsOf } from "../analysis/totals.ts";
import { fioGroups } from "../fio/sources.ts";
import { fioTree } from "../fio/tree.ts";
import { type Group, groupsOf, latencyOf } from "../measurement/groups.ts";
import type { Job, LatencyCounts, Measurement } from "../measurement/measurement.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import { detailsOf, perDirection, statusEntry } from "./details.ts";

/** Everything about a run, fit for JSON. */
export function runDocument(run: Measurement) {
  const [group] = groupsOf(run);
  const jobs = group!.jobs!;
  const details = { ...detailsOf(run), ...runFigures(group!, jobs) };
  const tree = fioTree(
    run.version,
    fioGroups(run).map(({ sources }) => sources),
  );
  return { ...tree, phasebit: details };
}

/** The figures of the run's only group. */
function runFigures(group: Group, jobs: readonly Job[]) {
  return {
    /** Cost of one reading of the clock; each latency includes about one. */
    clockNs: median(jobs.map((job) => job.clockNs)),
    histogram: {
      unit: "ns" as const,
      lowest: HISTOGRAM_LOWEST_NS,
      highest: HISTOGRAM_HIGHEST_NS,
      significantDigits: HISTOGRAM_DIGITS,
    },
    total: perDirection(directionsOf(group.workload), (direction) =>
      latencyDetails(latencyOf(group, direction)),
    ),
    errors: errorsOf(jobs).map(statusEntry),
    flags: flagsOf(jobs),
    rejections: rejectionsOf(jobs),
  };
}

/** The counts twice: as they are, and encoded as HdrHistogram's tools read them. */
function latencyDetails(latencies: LatencyCounts) {
  const { total, minNs, maxNs, sumNs, counts } = latencies;
  return {
    total,
    minNs,
    maxNs,
    sumNs,
    meanNs: meanNs(latencies),
    percentilesNotCarried: fioPercentiles.filter((percentile) => !isCarried(total, percentile)),
    counts: {
      index: counts.map(([index]) => index),
      count: counts.map(([, count]) => count),
    },
    hdrHistogramV2: encodeCounts(latencies),
  };
}
