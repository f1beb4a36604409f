// What is known so far, as a report: the live page is drawn by the report's charts.
import type { GroupData, HeatMap, QueueData, ReportData, Series } from "../../html/report-data.ts";
import type { SampleEvent, StartEvent } from "../../live/events.ts";
import type { LiveColumn } from "./course.ts";
import type { LiveState } from "./state.ts";

/** Rows of the heat map: as the samples have them. */
const STEP = 1.05;

/** A group for each mode or point that has samples. */
export function liveReport(state: LiveState, start: StartEvent): ReportData {
  const groups = inOrder(state, start).map(([name, sample]) => {
    const columns = state.columns.filter((column) => column.name === name);
    return groupOf(name || start.command, sample, columns, start);
  });
  const title = `${start.command} ${start.workload}`;
  return {
    title,
    generator: `phasebit ${start.version}`,
    verdicts: [],
    results: [],
    groups,
    pairs: [],
  };
}

/** As reports have them, whichever came first. */
function inOrder({ latest }: LiveState, { settings = [] }: StartEvent): [string, SampleEvent][] {
  const names = settings.map(({ name }) => name);
  const place = (name: string) => (names.includes(name) ? names.indexOf(name) : names.length);
  return [...latest].sort(([a], [b]) => place(a) - place(b));
}

function groupOf(
  name: string,
  sample: SampleEvent,
  columns: readonly LiveColumn[],
  start: StartEvent,
): GroupData {
  const { total, block } = sample;
  const setting = start.settings?.find((one) => one.name === block.name);
  const { mode = name, iodepth = 0 } = setting ?? {};
  return {
    ...{ id: name, result: 0, name, mode, op: "mixed", iodepth, numjobs: start.jobs },
    best: [],
    ...{ bs: start.bs, ios: total.ios, iops: total.iops },
    bytesPerSecond: total.bytesPerSecond ?? total.iops * start.bs,
    latencyNs: { ...total.latencyNs, p90: null, p99999: null },
    cpuNsPerIo: null,
    deviceCpuNsPerIo: null,
    // samples do not tell, and the end is not there yet
    drained: { ios: 0, longestNs: null },
    percentiles: {
      oneOver: total.percentiles.map(([oneOver]) => oneOver),
      ns: total.percentiles.map(([, ns]) => ns),
    },
    series: seriesOf(columns),
    heat: heatOf(columns),
    queues: sample.queues.map(queueOf),
    stages: [],
  };
}

function seriesOf(columns: readonly LiveColumn[]): Series {
  return {
    endS: columns.map(({ endS }) => endS),
    lengthS: columns.map(({ lengthS }) => lengthS),
    iops: columns.map(({ ios, lengthS }) => (lengthS > 0 ? ios / lengthS : 0)),
    p50: columns.map(({ p50 }) => p50),
    p99: columns.map(({ p99 }) => p99),
    p999: columns.map(({ p999 }) => p999),
    max: columns.map(({ max }) => max),
  };
}

/** Rows from the lowest step with I/Os to the highest. */
function heatOf(columns: readonly LiveColumn[]): HeatMap | null {
  const stepOf = (edgeNs: number) => Math.round(Math.log(edgeNs) / Math.log(STEP));
  const steps = columns.flatMap(({ heat }) => [...heat.keys()].map(stepOf));
  if (steps.length === 0) return null;
  const first = steps.reduce((least, step) => Math.min(least, step));
  const last = steps.reduce((most, step) => Math.max(most, step));
  return {
    startS: columns.map(({ startS }) => startS),
    endS: columns.map(({ endS }) => endS),
    edgesNs: Array.from({ length: last - first + 2 }, (_, row) => STEP ** (first + row)),
    cells: columns.map(({ heat }) =>
      [...heat].map(([edge, count]): [number, number] => [stepOf(edge) - first, count]),
    ),
  };
}

/** Of the latest sample only: what a queue did before is not kept. */
function queueOf({ job, iops, p50, p99 }: SampleEvent["queues"][number]): QueueData {
  return { job, name: `q${job + 1}`, cpu: null, ios: 0, iops, p50, p99, max: null, series: [] };
}
