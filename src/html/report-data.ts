// What a report page is given: everything computed and thinned, nothing left to look up. The page draws it
// and works out no figure of its own. Times are ns and latencies too, unless a name says otherwise; null is
// what the samples cannot carry or what was not measured.

/** The data island of a report. All strings are safe text from the builder, and still text to the page. */
export interface ReportData {
  readonly title: string;
  /** "phasebit 0.1.0" */
  readonly generator: string;
  /** The first is of the whole report; those of comparisons in it follow where it has several results. */
  readonly verdicts: readonly VerdictData[];
  readonly results: readonly ResultData[];
  readonly groups: readonly GroupData[];
  readonly pairs: readonly PairData[];
}

/** What was found, for those who have five seconds: no more than the measurement allows. */
export interface VerdictData {
  /** The result file that it is of; null for the whole report. */
  readonly about: string | null;
  readonly sentence: readonly VerdictPart[];
  /** What the sentence rests on, and what it does not say. */
  readonly basis: string;
}

/** Text, or the name of a group by its id. */
export type VerdictPart = string | { readonly group: string };

/** One result file. */
export interface ResultData {
  readonly kind: "run" | "compare" | "sweep";
  /** The file's name without its folder. */
  readonly file: string;
  readonly startedMs: number;
  /** What was measured, on what, where: ready to print, the most telling first. */
  readonly conditions: readonly { readonly label: string; readonly value: string }[];
  /** The worst first. */
  readonly warnings: readonly string[];
  /** How many of the warnings, from the first on, say more than that figures are uncertain. */
  readonly findings: number;
  /** The list of errors. */
  readonly faults: readonly FaultData[];
  /** Files that were merged into it. */
  readonly merged: readonly string[];
}

/** A kind of error: commands that ended so, or completions that were not believed. */
export interface FaultData {
  readonly what: string;
  readonly count: number;
  readonly queues: string;
  readonly first: string;
}

/** One thing that was measured, which is one curve: a direction of a run, a mode, a point of a sweep. */
export interface GroupData {
  /** Unique in the report. */
  readonly id: string;
  /** Titles of the pairs' figures in which it is shown to be better than every other setting of its comparison. */
  readonly best: readonly string[];
  /** Index in `results`. */
  readonly result: number;
  /** For legends; unique in the report, and as short as that allows: "poll", "read", "interrupt qd8". */
  readonly name: string;
  readonly mode: string;
  readonly op: "read" | "write" | "mixed";
  readonly iodepth: number;
  readonly numjobs: number;
  /** Bytes of an I/O. */
  readonly bs: number;
  readonly ios: number;
  /** Of these, what was in flight at the end, and the longest wait for it; of two directions that of both. */
  readonly drained: { readonly ios: number; readonly longestNs: number | null };
  readonly iops: number | null;
  readonly bytesPerSecond: number | null;
  readonly latencyNs: LatencyNs;
  /** CPU time of the jobs' threads for each I/O; of a run with two directions, of both together. */
  readonly cpuNsPerIo: { readonly user: number; readonly system: number } | null;
  readonly deviceCpuNsPerIo: number | null;
  readonly percentiles: PercentileCurve;
  /** Null for a point of a sweep, and for a run of an old result. */
  readonly series: Series | null;
  /** Null where the result kept no histograms of intervals. */
  readonly heat: HeatMap | null;
  /** Queue by queue; empty where the result kept no queues. */
  readonly queues: readonly QueueData[];
  /** Empty unless the run measured stages. */
  readonly stages: readonly StageData[];
}

export interface LatencyNs {
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly p9999: number | null;
  readonly p99999: number | null;
  readonly max: number | null;
}

/** Points of a percentile curve, at most 200, as far as the samples carry it; none for fewer than ten samples. */
export interface PercentileCurve {
  /** 1 / (1 - quantile): 1 is the minimum, 2 the median, 100 is p99. Rising. */
  readonly oneOver: readonly number[];
  readonly ns: readonly number[];
}

/** Figures over time, one entry for each interval of a run or each block of a mode; at most 600, then joined. */
export interface Series {
  /** Seconds since the group's result began, at the interval's end. */
  readonly endS: readonly number[];
  /** How much of the time up to `endS` was measured: columns need not touch. */
  readonly lengthS: readonly number[];
  readonly iops: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly p999: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** Counts over time and latency. Columns are the intervals (at most 600, then joined), rows 5 % steps. */
export interface HeatMap {
  /** Where each column begins and ends, in seconds. Columns of comparisons and merged runs need not touch. */
  readonly startS: readonly number[];
  readonly endS: readonly number[];
  /** Lower edges of the rows and the upper edge of the last, rising, log-spaced. */
  readonly edgesNs: readonly number[];
  /** [row, count] of the rows with samples, for each column. */
  readonly cells: readonly (readonly (readonly [number, number])[])[];
}

export interface QueueData {
  readonly job: number;
  /** "q1", with its host or file where results were merged. */
  readonly name: string;
  readonly cpu: number | null;
  readonly ios: number;
  readonly iops: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** IOPS at the times of the group's series; empty where not kept. */
  readonly series: readonly number[];
}

export interface StageData {
  readonly name: string;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Two modes of a comparison in one figure, with what its intervals allow. */
export interface PairData {
  /** Ids of groups. */
  readonly a: string;
  readonly b: string;
  /** "IOPS", "p99", "CPU per I/O". */
  readonly title: string;
  readonly unit: "ns" | "per second" | "count";
  /** Of a, minus b; and a as a multiple of b. */
  readonly difference: number | null;
  readonly differenceCi95: readonly [number, number] | null;
  readonly ratio: number | null;
  readonly ratioCi95: readonly [number, number] | null;
  /** "lower", "higher" or "no difference shown" of a against b; null where it cannot be compared. */
  readonly verdict: string | null;
}

/** What a live page is sent, event by event, over the same stream as `--live ndjson`: see src/live/events.ts. */
export interface LivePageConfig {
  /** Path of the event stream on the page's own server. */
  readonly events: string;
}
