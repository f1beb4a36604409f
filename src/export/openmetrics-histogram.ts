// The latency histograms: classic ones of OpenMetrics 1.0, a line for each end, or native ones of 2.0, one line
// with the buckets of Prometheus' exponential schemas.
import type { LatencyCounts } from "../measurement/measurement.ts";
import { classicBuckets, nativeBuckets } from "./openmetrics-buckets.ts";
import type { Measured } from "./openmetrics-labels.ts";
import { canonical, decimal, type Family, type Labels, type Sample } from "./openmetrics-text.ts";

const NS_DIGITS = 9;

/** One histogram for each distribution, all queues together. */
export function histogramFamily({ distributions, labelsOf }: Measured, native: boolean): Family {
  return {
    ...{ name: "phasebit_latency_seconds", type: "histogram", unit: "seconds" },
    help: "Latency of I/Os that completed without error.",
    samples: distributions.flatMap(({ group, op, latency }) => {
      const labels = { ...labelsOf(group), op };
      return native ? [nativeSample(latency, labels)] : classicSamples(latency, labels);
    }),
  };
}

function classicSamples(latency: LatencyCounts, labels: Labels): Sample[] {
  const bucket = (le: string, upTo: number): Sample => {
    return { suffix: "_bucket", labels: { ...labels, le }, value: decimal(upTo) };
  };
  return [
    ...classicBuckets(latency).map(([endNs, upTo]) => bucket(canonical(endNs), upTo)),
    bucket("+Inf", latency.total),
    { suffix: "_count", labels, value: decimal(latency.total) },
    { suffix: "_sum", labels, value: decimal(latency.sumNs, NS_DIGITS) },
  ];
}

function nativeSample(latency: LatencyCounts, labels: Labels): Sample {
  const { schema, zeros, buckets } = nativeBuckets(latency);
  const fields = [
    `count:${decimal(latency.total)}`,
    `sum:${decimal(latency.sumNs, NS_DIGITS)}`,
    `schema:${schema}`,
    "zero_threshold:0.0",
    `zero_count:${decimal(zeros)}`,
    `positive_spans:[${spans(buckets.map(([index]) => index)).join(",")}]`,
    `positive_buckets:[${buckets.map(([, count]) => decimal(count)).join(",")}]`,
  ];
  return { labels, value: `{${fields.join(",")}}` };
}

/** "offset:length" of each run of neighbours: the first offset is an index, the others are gaps. */
function spans(indices: readonly number[]): string[] {
  const found: { offset: number; length: number; end: number }[] = [];
  for (const index of indices) {
    const last = found.at(-1);
    if (last?.end === index) {
      last.length++;
      last.end++;
    } else found.push({ offset: index - (last?.end ?? 0), length: 1, end: index + 1 });
  }
  return found.map(({ offset, length }) => `${offset}:${length}`);
}
