// HdrHistogram's interval log, version 1.3 with V2 payloads, as its readers in Java and C and
// HistogramLogAnalyzer take it. The header is written here: the library puts an empty line into it, at which
// the C reader stops.
//
//   StartTimestamp and Interval_Length in s, the stamp since StartTime (readers take stamps that lie more
//   than a year below it as relative); Interval_Max in ms, for people. A tag has no comma, blank or line end.

import { version } from "../ground/package.ts";
import { NS_PER_MS } from "../ground/units.ts";
import type { Distribution, Group, Stretch } from "../measurement/groups.ts";
import { iosIn, latencyIn, packLatency } from "../measurement/latency-counts.ts";
import type { PackedLatency } from "../measurement/measurement.ts";

const MS_PER_SECOND = 1000;
const COLUMNS = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"';

/** What Interval_Max is, where it is not exact. */
const CUT = "#[Interval_Max: the upper end of its bucket, 0.1 % at most above the exact maximum]";

/** One line of the log before it is text. */
interface Entry {
  readonly stretch: Stretch;
  /** Null: untagged, as log processors read by default. */
  readonly tag: string | null;
  readonly packed: PackedLatency;
}

export interface HlogOptions {
  readonly startedMs: number;
  readonly untagged: boolean;
  /** "7 of 12 settings"; empty for a whole measurement. */
  readonly partial?: string;
}

/**
 * The log of `distributions`, in the order of time: a line for each interval, direction and queue, tagged
 * "poll.read.q1" (the queue of job 0), or with `untagged` one line for all of an interval.
 */
export function hlog(
  distributions: readonly Distribution[],
  { startedMs, untagged, partial = "" }: HlogOptions,
): string {
  const groups = [...new Set(distributions.map(({ group }) => group))];
  const entries = groups.flatMap((group) => {
    const names = new Map(
      distributions.filter((one) => one.group === group).map(({ op, name }) => [op, name]),
    );
    return untagged ? untaggedEntries(group, names) : taggedEntries(group, names);
  });
  entries.sort((a, b) => a.stretch.startMs - b.stretch.startMs);
  const isCut = entries.some(({ stretch }) => stretch.isInterval);
  return `${[...header(startedMs, partial, isCut), ...entries.map(line)].join("\n")}\n`;
}

/** How many of the distributions' samples the intervals hold. */
export function timedIos(distributions: readonly Distribution[]): number {
  return distributions.reduce(
    (sum, { group, op }) =>
      group.stretches.reduce((own, { latencies }) => own + iosIn(latencies, op), sum),
    0,
  );
}

/** @param isCut intervals of a block, whose exact maxima nobody kept */
function header(startedMs: number, partial: string, isCut: boolean): string[] {
  const start = `${seconds(startedMs)} (seconds since epoch), ${new Date(startedMs).toUTCString()}`;
  return [
    "#[Histogram log format version 1.3]",
    `#[Logged with phasebit ${version}]`,
    ...(partial === "" ? [] : [`#[Partial: ${partial}]`]),
    `#[StartTime: ${start}]`,
    ...(isCut ? [CUT] : []),
    COLUMNS,
  ];
}

type Names = ReadonlyMap<PackedLatency["op"], string>;

function taggedEntries({ stretches }: Group, names: Names): Entry[] {
  return stretches.flatMap((stretch) =>
    stretch.latencies
      .filter(({ op, total }) => total > 0 && names.has(op))
      .map((packed) => ({ stretch, tag: tagOf(names.get(packed.op)!, packed.job), packed })),
  );
}

function tagOf(name: string, job: number | null): string {
  return job === null ? name : `${name}.q${job + 1}`;
}

function untaggedEntries({ stretches }: Group, names: Names): Entry[] {
  return stretches.flatMap((stretch) => {
    const all = latencyIn(stretch.latencies.filter(({ op }) => names.has(op)));
    if (all.total === 0) return [];
    return [{ stretch, tag: null, packed: packLatency(all, { op: "mixed", job: null }) }];
  });
}

function line({ stretch, tag, packed }: Entry): string {
  const fields = [
    ...(tag === null ? [] : [`Tag=${tag}`]),
    seconds(Math.max(0, stretch.startMs)),
    seconds(stretch.lengthMs),
    (packed.maxNs / NS_PER_MS).toFixed(3),
    packed.hdrHistogramV2,
  ];
  return fields.join(",");
}

function seconds(ms: number): string {
  return (ms / MS_PER_SECOND).toFixed(3);
}
