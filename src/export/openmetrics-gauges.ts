// Gauges: rates and percentiles, which do not add up.
import { exportedPercentiles, isCarried, percentileNs } from "../analysis/histogram.ts";
import { perSecond } from "../analysis/totals.ts";
import type { Distribution } from "../measurement/groups.ts";
import { inTime } from "../measurement/latency-counts.ts";
import type { Measured } from "./openmetrics-labels.ts";
import { decimal, type Family, type Labels, real, type Sample } from "./openmetrics-text.ts";

const NS_DIGITS = 9;

export function gaugeFamilies({ distributions, groups, labelsOf }: Measured): Family[] {
  return [
    {
      ...gauge("phasebit_iops"),
      help: "I/Os in a second, all queues together.",
      samples: distributions.map(({ group, op, latency }) => ({
        labels: { ...labelsOf(group), op },
        value: real(perSecond(inTime(latency), group.elapsedNs)),
      })),
    },
    {
      ...gauge("phasebit_measured_seconds", "seconds"),
      help: "How long it was measured.",
      samples: groups.map((group) => ({
        labels: labelsOf(group),
        value: decimal(group.elapsedNs, NS_DIGITS),
      })),
    },
    {
      ...gauge("phasebit_latency_percentile_seconds", "seconds"),
      help: "Latency that so many percent of the I/Os did not exceed, exact to 0.1 percent; 100 is the maximum.",
      samples: distributions.flatMap((one) => percentiles(one, labelsOf(one.group))),
    },
  ];
}

function gauge(name: string, unit: Family["unit"] = "") {
  return { name, type: "gauge", unit } as const;
}

/** Those that the samples carry. Readers of Prometheus' text take a label "quantile" for a summary's. */
function percentiles({ op, latency }: Distribution, labels: Labels): Sample[] {
  return exportedPercentiles
    .filter((percentile) => isCarried(latency.total, percentile))
    .map((percentile) => ({
      labels: { ...labels, op, percentile: `${percentile}` },
      value: decimal(percentileNs(latency, percentile), NS_DIGITS),
    }));
}
