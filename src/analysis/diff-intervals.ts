// The intervals of a run as samples in the order of time.

import { NS_PER_MS } from "../ground/units.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Group, Stretch } from "../measurement/groups.ts";
import { latencyIn, mergeCounts } from "../measurement/latency-counts.ts";
import type { DirectionGroup } from "./diff-cells.ts";
import type { Sample } from "./diff-figures.ts";

/** A last interval shorter than this share of the others counts with the one before. */
const SHORT = 0.5;
/** More intervals than these are joined: with about ten blocks to draw they would tell nothing new. */
const MOST_INTERVALS = 240;

/** The intervals in one direction, in the order of time; none where they do not tell it. */
export function intervalSamples(group: Group, direction: DirectionGroup): Sample[] {
  const intervals = group.stretches
    .filter(({ isInterval }) => isInterval)
    .toSorted((x, y) => x.source - y.source || x.endMs - y.endMs);
  const sources = [...grouped(intervals, ({ source }) => `${source}`).values()];
  const samples = sources.flatMap((own) =>
    withoutStub(own.map((interval) => sampleOf(interval, direction, group.workload.bs))),
  );
  const measured = samples.reduce((sum, { latency }) => sum + latency.total, 0);
  return measured === 0 ? [] : condensed(samples);
}

function sampleOf({ latencies, lengthMs }: Stretch, direction: DirectionGroup, bs: number): Sample {
  const latency = latencyIn(latencies, direction === "both" ? undefined : direction);
  return { latency, elapsedNs: lengthMs * NS_PER_MS, bs, spent: null };
}

/** The last interval ends with the run, whenever that is. */
function withoutStub(samples: readonly Sample[]): readonly Sample[] {
  const [before, last] = samples.slice(-2);
  if (!before || !last || last.elapsedNs >= SHORT * before.elapsedNs) return samples;
  return [...samples.slice(0, -2), together([before, last])];
}

/** Neighbours joined, equally many, until there are few enough. */
function condensed(samples: readonly Sample[]): Sample[] {
  const each = Math.ceil(samples.length / MOST_INTERVALS);
  return Array.from({ length: Math.ceil(samples.length / each) }, (_, place) =>
    together(samples.slice(place * each, (place + 1) * each)),
  );
}

function together(samples: readonly Sample[]): Sample {
  if (samples.length === 1) return samples[0]!;
  const elapsedNs = samples.reduce((sum, sample) => sum + sample.elapsedNs, 0);
  return { ...samples[0]!, latency: mergeCounts(samples.map(({ latency }) => latency)), elapsedNs };
}
