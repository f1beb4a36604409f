// The page of `phasebit report`: the answer first, with the doubts about it and its figures; then conditions, which are
// closed until somebody asks, and the charts.
import type { ReportData } from "../html/report-data.ts";
import type { Chart } from "./chart.ts";
import { cpuChart } from "./charts/cpu.ts";
import { depthChart } from "./charts/depth.ts";
import { heatCharts } from "./charts/heat.ts";
import { latencyTimeChart } from "./charts/latency-time.ts";
import { pairCharts } from "./charts/pairs.ts";
import { percentileChart } from "./charts/percentiles.ts";
import { queueHeatCharts } from "./charts/queue-heat.ts";
import { queueCharts } from "./charts/queues.ts";
import { stageChart } from "./charts/stages.ts";
import { throughputChart } from "./charts/throughput.ts";
import { conditions } from "./conditions.ts";
import { contextOf } from "./context.ts";
import { h } from "./dom.ts";
import { faults } from "./faults.ts";
import { Figure } from "./figure.ts";
import { header, warnings } from "./header.ts";
import { firstParts } from "./parts.ts";
import { drawAll, redrawWhenNeeded } from "./schedule.ts";
import { summary } from "./summary.ts";
import { verdict } from "./verdict.ts";

/** The figures, in the order of the page. Each gives no chart where it has no data. */
const figures = [
  percentileChart,
  pairCharts,
  depthChart,
  cpuChart,
  throughputChart,
  latencyTimeChart,
  heatCharts,
  queueCharts,
  queueHeatCharts,
  stageChart,
];

/** Fills `main` with the report. */
export function showReport(data: ReportData, main: HTMLElement): void {
  const context = contextOf(data);
  const charts = figures.flatMap((figure) => figure(context));
  const drawn = charts.map((chart) => new Figure(chart, data.generator));
  main.append(header(data));
  const first = [verdict(context), warnings(data.results), faults(data.results)];
  main.append(...first.filter((element) => element !== null));
  main.append(summary(context), conditions(data.results), contents(charts));
  main.append(...drawn.map(({ element }) => element), footer(data));
  redrawWhenNeeded(() => drawn, main);
  drawAll(drawn);
}

function contents(charts: readonly Chart[]): HTMLElement {
  const links = firstParts(charts).map(({ id, title }) => {
    return h("a", { href: `#figure-${id}` }, title);
  });
  return h("nav", { "aria-label": "Figures" }, ...links);
}

function footer({ generator, results }: ReportData): HTMLElement {
  const files = results.map(({ file }) => file).join(", ");
  return h(
    "footer",
    {},
    h("p", {}, `Made by ${generator} from ${files}.`),
    h(
      "p",
      {},
      "Latency runs from the submission of a command to the completion entry being seen, in histograms of " +
        "0.1% resolution; the maximum of an interval of a run is known to that, all others are exact. A percentile is shown only when at least ten I/Os lie beyond it. Intervals of " +
        "comparisons are 95% bootstrap intervals over rounds; a difference is called shown only when the " +
        "whole comparison supports it.",
    ),
  );
}
