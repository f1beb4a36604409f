// The figures by name, as two modes are compared in them.
import { formatCount, formatNs } from "../ground/units.ts";
import type { LatencyFigures, ModeFigures } from "./compare-figures.ts";

export interface Metric {
  /** Its path in the document's `modes`; only the sum of both CPU times is not there. */
  readonly metric: string;
  /** In a sentence: "poll has 0.60 times interrupt's p50". */
  readonly title: string;
  readonly of: (figures: ModeFigures) => number | null;
  readonly format: (value: number) => string;
  /** For a percentile, which: it needs samples enough. */
  readonly percentile?: number;
}

/** Every metric, in the order of the reports. */
export const metrics: readonly Metric[] = [
  { metric: "iops", title: "IOPS", of: ({ iops }) => iops, format: formatCount },
  latency("mean", "mean"),
  latency("p50", "p50", 50),
  latency("p90", "p90", 90),
  latency("p99", "p99", 99),
  latency("p999", "p99.9", 99.9),
  latency("p9999", "p99.99", 99.99),
  latency("max", "max"),
  cpu("total", "CPU per I/O", ({ user, system }) =>
    user === null || system === null ? null : user + system,
  ),
  cpu("user", "user CPU", ({ user }) => user),
  cpu("system", "system CPU", ({ system }) => system),
  perIo("switchesPerIo.voluntary", "voluntary switches", (all) => all.switchesPerIo.voluntary),
  perIo(
    "switchesPerIo.involuntary",
    "involuntary switches",
    (all) => all.switchesPerIo.involuntary,
  ),
  perIo("interruptsPerIo", "interrupts", ({ interruptsPerIo }) => interruptsPerIo),
  perIo("wakeupsPerIo", "wake-ups", ({ wakeupsPerIo }) => wakeupsPerIo),
  // Of a block; blocks are equally long.
  {
    metric: "spurious",
    title: "spurious wake-ups",
    of: (all) => all.spurious,
    format: formatCount,
  },
  { metric: "lost", title: "lost interrupts", of: (all) => all.lost, format: formatCount },
  {
    metric: "deviceCpuNsPerIo",
    title: "device CPU",
    of: (all) => all.deviceCpuNsPerIo,
    format: formatNs,
  },
];

/** Those that get a sentence for each pair; of the others a list says which differ. */
export const sentenceMetrics = metricsNamed(
  "iops",
  "latNs.p50",
  "latNs.p99",
  "latNs.p999",
  "latNs.p9999",
  "cpuNsPerIo.total",
);

/** Those whose drift is shown. */
export const driftMetrics = metricsNamed("iops", "latNs.p50", "latNs.p99");

/** A number of events per I/O: "0", "0.998", "<0.001". */
export function formatPerIo(value: number): string {
  if (value === 0) return "0";
  return value < 0.0005 ? "<0.001" : value.toFixed(3);
}

function latency(key: keyof LatencyFigures, title: string, percentile?: number): Metric {
  return {
    metric: `latNs.${key}`,
    title,
    of: ({ latNs }) => latNs[key],
    format: formatNs,
    ...(percentile !== undefined && { percentile }),
  };
}

function cpu(
  key: string,
  title: string,
  of: (cpuNsPerIo: ModeFigures["cpuNsPerIo"]) => number | null,
): Metric {
  return {
    metric: `cpuNsPerIo.${key}`,
    title,
    of: ({ cpuNsPerIo }) => of(cpuNsPerIo),
    format: formatNs,
  };
}

function perIo(metric: string, title: string, of: Metric["of"]): Metric {
  return { metric, title, of, format: formatPerIo };
}

function metricsNamed(...names: readonly string[]): readonly Metric[] {
  return names.map((name) => metrics.find(({ metric }) => metric === name)!);
}
