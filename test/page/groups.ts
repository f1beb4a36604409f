// One group of a report, made up: a latency distribution, and all that a report shows of it.
import type {
  GroupData,
  HeatMap,
  LatencyNs,
  PercentileCurve,
  QueueData,
  Series,
} from "../../src/html/report-data.ts";

/** Numbers from 0 to 1 that `seed` decides. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** A lognormal body with a heavy tail: what a drive's latencies look like. */
export interface Shape {
  readonly medianNs: number;
  readonly sigma: number;
  /** Share of the I/Os that are in the tail. */
  readonly tail: number;
}

/** The latency that a share of 1 / oneOver of the I/Os exceeds. */
function quantileNs({ medianNs, sigma, tail }: Shape, oneOver: number): number {
  const body = medianNs * Math.exp(sigma * normalQuantile(1 - 1 / Math.max(oneOver, 1.0005)));
  const beyond = tail * oneOver;
  return Math.round(body * (1 + beyond ** 0.9));
}

/** Of the standard normal distribution: by the logistic curve, which is near enough for a picture. */
function normalQuantile(share: number): number {
  return Math.log(share / (1 - share)) / 1.702;
}

function curveOf(shape: Shape, ios: number): PercentileCurve {
  const most = Math.log10(Math.max(20, ios / 10));
  const oneOver = Array.from({ length: 120 }, (_, index) => 10 ** ((index / 119) * most));
  return { oneOver, ns: oneOver.map((at) => quantileNs(shape, at)) };
}

function latencyOf(shape: Shape, ios: number): LatencyNs {
  const carried = (oneOver: number) => (ios / oneOver >= 10 ? quantileNs(shape, oneOver) : null);
  return {
    mean: shape.medianNs * 1.06,
    p50: carried(2),
    p90: carried(10),
    p99: carried(100),
    p999: carried(1e3),
    p9999: carried(1e4),
    p99999: carried(1e5),
    max: quantileNs(shape, ios),
  };
}

export interface Timing {
  readonly columns: number;
  readonly lengthS: number;
  /** From one column's beginning to the next one's. */
  readonly strideS: number;
  readonly offsetS: number;
}

function seriesOf(shape: Shape, iops: number, time: Timing, random: () => number): Series {
  const columns = Array.from({ length: time.columns }, (_, index) => index);
  const wobble = () => 1 + 0.04 * (random() - 0.5);
  const ios = iops * time.lengthS;
  const at = (oneOver: number) =>
    columns.map(() =>
      ios / oneOver >= 10 ? Math.round(quantileNs(shape, oneOver) * wobble()) : null,
    );
  return {
    endS: columns.map((index) => time.offsetS + index * time.strideS + time.lengthS),
    lengthS: columns.map(() => time.lengthS),
    iops: columns.map(() => iops * wobble() * (random() < 0.02 ? 0.7 : 1)),
    p50: at(2),
    p99: at(100),
    p999: at(1e3),
    max: columns.map(() => Math.round(quantileNs(shape, ios) * (0.4 + random() * 3))),
  };
}

const STEP = 1.05;

function heatOf(shape: Shape, iops: number, time: Timing, random: () => number): HeatMap {
  const low = shape.medianNs * 0.4;
  const rows = Math.ceil(Math.log(quantileNs(shape, 1e6) / low) / Math.log(STEP)) + 12;
  const edgesNs = Array.from({ length: rows + 1 }, (_, row) => low * STEP ** row);
  const shares = edgesNs
    .slice(1)
    .map((upper, row) => above(shape, edgesNs[row]!) - above(shape, upper));
  const cells = Array.from({ length: time.columns }, () => {
    const pace = 1 + 0.1 * (random() - 0.5);
    const column: [number, number][] = [];
    for (const [row, share] of shares.entries()) {
      const expected = share * pace * iops * time.lengthS;
      const count = Math.floor(expected + (random() - 0.5) * Math.sqrt(expected) + random());
      if (count > 0) column.push([row, count]);
    }
    return column;
  });
  const startS = cells.map((_, index) => time.offsetS + index * time.strideS);
  return { startS, endS: startS.map((start) => start + time.lengthS), edgesNs, cells };
}

/** The share of I/Os that take longer, by halving. */
function above(shape: Shape, ns: number): number {
  let [low, high] = [0, 8];
  for (let step = 0; step < 24; step++) {
    const middle = (low + high) / 2;
    if (quantileNs(shape, 10 ** middle) > ns) high = middle;
    else low = middle;
  }
  return low === 0 ? 1 : 10 ** -low;
}

export interface GroupOptions {
  readonly id: string;
  readonly name?: string;
  readonly mode?: string;
  readonly shape: Shape;
  readonly iops: number;
  readonly time?: Timing;
  readonly iodepth?: number;
  readonly queues?: number;
  readonly hasQueueSeries?: boolean;
  readonly cpu?: { readonly user: number; readonly system: number };
  readonly result?: number;
  readonly stages?: boolean;
}

export function groupOf(options: GroupOptions): GroupData {
  const { id, shape, iops, time, queues = 1, cpu = null } = options;
  const random = randomFrom([...id].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const seconds = time ? time.columns * time.lengthS : 1;
  const ios = Math.round(iops * seconds);
  const series = time ? seriesOf(shape, iops, time, random) : null;
  return {
    id,
    best: [],
    result: options.result ?? 0,
    name: options.name ?? id,
    mode: options.mode ?? options.name ?? id,
    op: "read",
    iodepth: options.iodepth ?? 1,
    numjobs: queues,
    bs: 4096,
    ios,
    drained: { ios: 0, longestNs: null },
    iops,
    bytesPerSecond: iops * 4096,
    latencyNs: latencyOf(shape, ios),
    cpuNsPerIo: cpu,
    deviceCpuNsPerIo: null,
    percentiles: curveOf(shape, ios),
    series,
    heat: time ? heatOf(shape, iops, time, random) : null,
    queues: Array.from({ length: queues }, (_, job) => queueOf(job, options, series, random)),
    stages: options.stages === true ? stages : [],
  };
}

export const stages = [
  { name: "build", mean: 92, p50: 88, p99: 140 },
  { name: "doorbell", mean: 61, p50: 58, p99: 120 },
  { name: "fetch", mean: 410, p50: 380, p99: 1210 },
  { name: "service", mean: 8200, p50: 7900, p99: 14_100 },
  { name: "seen", mean: 690, p50: 640, p99: 2400 },
  { name: "reap", mean: 240, p50: 230, p99: 390 },
];

function queueOf(
  job: number,
  { shape, iops, queues = 1, hasQueueSeries = false }: GroupOptions,
  series: Series | null,
  random: () => number,
): QueueData {
  const share = (iops / queues) * (1 + 0.08 * (random() - 0.5)) * (job === 3 ? 0.82 : 1);
  const kept = hasQueueSeries && series !== null;
  return {
    job,
    name: `q${job + 1}`,
    cpu: job + 2,
    ios: Math.round(share * 10),
    iops: share,
    p50: Math.round(quantileNs(shape, 2) * (1 + 0.02 * random())),
    p99: Math.round(quantileNs(shape, 100) * (1 + 0.1 * random())),
    max: Math.round(quantileNs(shape, 1e5) * (1 + random())),
    series: kept
      ? series.endS.map(() => Math.round(share * (1 + 0.06 * (random() - 0.5)) * stall(random)))
      : [],
  };
}

function stall(random: () => number): number {
  return random() < 0.004 ? 0.6 : 1;
}
