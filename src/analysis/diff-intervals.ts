// The intervals of a run as samples in the order of time.

import { mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import { LatencySum } from "../measurement/latency-sum.ts";
import type { RunMeasurement } from "../measurement/measurement.ts";
import { NS_PER_MS } from "../units.ts";
import type { DirectionGroup } from "./diff-cells.ts";
import type { Sample } from "./diff-figures.ts";

/** A last interval shorter than this share of the others counts with the one before. */
const SHORT = 0.5;
/** More intervals than these are joined: with about ten blocks to draw they would tell nothing new. */
const MOST_INTERVALS = 240;

/** The intervals of a run in one direction, in the order of time; none where they do not tell it. */
export function intervalSamples(run: RunMeasurement, direction: DirectionGroup): Sample[] {
  const sources = [...new Set(run.intervals.map(({ source }) => source))].sort((x, y) => x - y);
  const samples = sources.flatMap((source) => withoutStub(sourceSamples(run, direction, source)));
  const measured = samples.reduce((sum, { latency }) => sum + latency.total, 0);
  return measured === 0 ? [] : condensed(samples);
}

/** Those of one of the results that were merged; of a run as it was measured, all. */
function sourceSamples(run: RunMeasurement, direction: DirectionGroup, source: number): Sample[] {
  const own = run.intervals.filter((interval) => interval.source === source);
  const sum = new LatencySum();
  return own
    .toSorted((x, y) => x.endMs - y.endMs)
    .map(({ latencies, lengthMs }): Sample => {
      for (const packed of latencies) {
        if (direction === "both" || packed.op === direction) sum.add(unpackLatency(packed));
      }
      return {
        latency: sum.take(),
        elapsedNs: lengthMs * NS_PER_MS,
        bs: run.workload.bs,
        spent: null,
      };
    });
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
