// A result as OpenMetrics text, or in Prometheus' own format: a metric that says on what and with what it was measured, a histogram of each
// distribution, counters of what was done, gauges of rates and percentiles. Base units: seconds and bytes.

import { grouped } from "../measurement/grouped.ts";
import { type Distribution, endMsOf, type Group } from "../measurement/groups.ts";
import type { Warning } from "../measurement/measurement.ts";
import type { Result } from "../results/read.ts";
import { counterFamilies } from "./openmetrics-counters.ts";
import { gaugeFamilies } from "./openmetrics-gauges.ts";
import { histogramFamily } from "./openmetrics-histogram.ts";
import { groupLabels, identityLabels, infoLabels } from "./openmetrics-labels.ts";
import {
  decimal,
  exposition,
  type Family,
  type Labels,
  type TextOptions,
} from "./openmetrics-text.ts";

export interface MetricsOptions {
  /** 2 is 2.0.0-rc0 with native histograms. */
  readonly version: TextOptions["version"];
  /** All samples bear the time at which the measurement ended. */
  readonly timestamps: boolean;
}

const MS_DIGITS = 3;

/** The exposition of `distributions`, which are of the result's `groups`. */
export function openMetrics(
  result: Result,
  all: readonly Group[],
  distributions: readonly Distribution[],
  { version, timestamps }: MetricsOptions,
): string {
  const { startedMs, warnings, devices } = result.measurement;
  const groups = [...new Set(distributions.map(({ group }) => group))];
  const measured = { distributions, groups, labelsOf: groupLabels(result, all) };
  const families = [
    infoFamily(result, all),
    histogramFamily(measured, version === 2),
    ...counterFamilies(measured),
    ...gaugeFamilies(measured),
    warningFamily(warnings, identityLabels(result, devices[0]!)),
  ];
  const endMs = startedMs + Math.ceil(endMsOf(groups));
  return exposition(
    families.map((family) => since(family, decimal(startedMs, MS_DIGITS))),
    {
      version,
      ...(timestamps && { timestamp: decimal(endMs, MS_DIGITS) }),
    },
  );
}

function infoFamily(result: Result, groups: readonly Group[]): Family {
  return {
    ...{ name: "phasebit_measurement_info", type: "info", unit: "" },
    help: "On what and with what it was measured; always 1.",
    samples: [{ labels: infoLabels(result, groups), value: "1" }],
  };
}

function warningFamily(warnings: readonly Warning[], own: Labels): Family {
  const kinds = grouped(warnings, ({ kind }) => kind);
  return {
    ...{ name: "phasebit_warnings", type: "gauge", unit: "" },
    help: "Doubts about the measurement by kind; the result has them in words.",
    samples: [...kinds].map(([kind, of]) => ({ labels: { ...own, kind }, value: `${of.length}` })),
  };
}

/** Counters and histograms count from the measurement's beginning. */
function since(family: Family, started: string): Family {
  if (family.type !== "counter" && family.type !== "histogram") return family;
  return { ...family, samples: family.samples.map((sample) => ({ ...sample, started })) };
}
