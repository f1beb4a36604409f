// The figures in which two results are compared, by name: what each is of, how it is written, which way is good.

import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import { inTime } from "../measurement/latency-counts.ts";
import type { LatencyCounts } from "../measurement/measurement.ts";
import { formatPerIo } from "./compare-metrics.ts";
import { carriedNs, meanNs } from "./histogram.ts";
import { perSecond } from "./totals.ts";

/** What a run, a block, a point or an interval gave. */
export interface Sample {
  readonly latency: LatencyCounts;
  readonly elapsedNs: number;
  /** Bytes of one I/O. */
  readonly bs: number;
  /** Commands that the CPU time and the interrupts were spent on; null where those are not told. */
  readonly spent: Spent | null;
}

/** All directions together: a queue serves both. */
export interface Spent {
  readonly completed: number;
  readonly cpuNs: number;
  readonly interrupts: number;
}

export interface Figure {
  /** Its path in the result documents. */
  readonly metric: string;
  /** In a condition: "p99.9". */
  readonly name: string;
  /** In a table. */
  readonly title: string;
  /** Null is what the samples cannot carry, or what was not there to be measured. */
  readonly of: (sample: Sample) => number | null;
  readonly format: (value: number) => string;
  /** What a condition's absolute limit is a number of. */
  readonly unit: "ns" | null;
  readonly better: "higher" | "lower";
  /** For a percentile, which: it needs samples enough. */
  readonly percentile?: number;
}

const BYTES_PER_MIB = 1024 ** 2;

/** Figures of one direction, or of both where they are not told apart. */
export const directionFigures: readonly Figure[] = [
  rate("iops", "IOPS", formatCount, iopsOf),
  rate("mibps", "MiB/s", formatMibps, (sample) => (iopsOf(sample) * sample.bs) / BYTES_PER_MIB),
  latency("mean", "mean", ({ latency }) => (latency.total > 0 ? meanNs(latency) : null)),
  percentile("p50", 50),
  percentile("p90", 90),
  percentile("p99", 99),
  percentile("p999", 99.9),
  percentile("p9999", 99.99),
  percentile("p99999", 99.999),
  latency("max", "max", ({ latency }) => (latency.total > 0 ? latency.maxNs : null)),
];

/** Figures of all directions together. */
export const sharedFigures: readonly Figure[] = [
  {
    metric: "cpuNsPerIo.total",
    name: "cpu",
    title: "CPU/IO",
    of: ({ spent }) => perIo(spent, "cpuNs"),
    format: formatNs,
    unit: "ns",
    better: "lower",
  },
  {
    metric: "interruptsPerIo",
    name: "interrupts",
    title: "irq/IO",
    of: ({ spent }) => perIo(spent, "interrupts"),
    format: formatPerIo,
    unit: null,
    better: "lower",
  },
];

/** Every figure, in the order of the reports. */
export const diffFigures: readonly Figure[] = [...directionFigures, ...sharedFigures];

function iopsOf({ latency, elapsedNs }: Sample): number {
  return perSecond(inTime(latency), elapsedNs);
}

function rate(
  metric: string,
  title: string,
  format: Figure["format"],
  of: (sample: Sample) => number,
): Figure {
  const measured = (sample: Sample): number | null => (sample.elapsedNs > 0 ? of(sample) : null);
  return { metric, name: metric, title, of: measured, format, unit: null, better: "higher" };
}

function latency(key: string, name: string, of: Figure["of"]): Figure {
  const common = { format: formatNs, unit: "ns", better: "lower" } as const;
  return { metric: `latNs.${key}`, name, title: name, of, ...common };
}

function percentile(key: string, wanted: number): Figure {
  const of = ({ latency }: Sample) => carriedNs(latency, wanted);
  return { ...latency(key, `p${wanted}`, of), percentile: wanted };
}

function perIo(spent: Spent | null, key: "cpuNs" | "interrupts"): number | null {
  return spent !== null && spent.completed > 0 ? spent[key] / spent.completed : null;
}

function formatMibps(mibps: number): string {
  return formatMiBps(mibps * BYTES_PER_MIB);
}
