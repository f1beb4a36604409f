// Reports for the tests of the page: shaped like real ones, and the same every time.
import type {
  GroupData,
  PairData,
  ReportData,
  ResultData,
  VerdictData,
} from "../../src/html/report-data.ts";
import { bestsOf } from "../../src/html/standings.ts";
import { groupOf, randomFrom, stages, type Timing } from "./groups.ts";

const conditions: ResultData["conditions"] = [
  { label: "device", value: "0000:5e:00.0, ACME X1 1.92TB, firmware 2B4QEXM7, NVMe 1.4.0" },
  { label: "workload", value: "randread, bs 4KiB, iodepth 1, 1 job" },
  { label: "runtime", value: "60s after a ramp of 5s" },
  { label: "host", value: "bench-1, Example CPU 9000 @ 3.20GHz, 8 CPUs, 32GiB" },
  { label: "kernel", value: "6.12.0-amd64" },
  { label: "DMA memory", value: "2MiB pages" },
  { label: "clock", value: "24ns a reading" },
  { label: "load", value: "0.12" },
];

function resultOf(kind: ResultData["kind"], file: string, changes: Partial<ResultData> = {}) {
  const startedMs = Date.UTC(2026, 10, 22, 9, 14, 5);
  const none = { warnings: [], findings: 0, faults: [], merged: [] };
  return { kind, file, startedMs, conditions, ...none, ...changes };
}

function reportOf(title: string, parts: Partial<ReportData>): ReportData {
  const generator = "phasebit 0.1.0";
  const pairs = parts.pairs ?? [];
  const bests = bestsOf(pairs);
  const groups = (parts.groups ?? []).map((group) => ({
    ...group,
    best: bests.get(group.id) ?? [],
  }));
  const verdicts = [verdictOf(groups)];
  return { title, generator, results: [], ...parts, verdicts, pairs, groups };
}

/** About the first group and the last, over two lines. */
function verdictOf(groups: readonly GroupData[]): VerdictData {
  const [first = "", last = ""] = [groups[0]?.id, groups.at(-1)?.id];
  const text = " has the most IOPS, 1.04 to 1.33 times the others', and the lowest p99; ";
  const sentence = [{ group: first }, text, { group: last }, " has the least CPU per I/O."];
  return { about: null, sentence, basis: "12 rounds, interleaved; ranges are 95% intervals" };
}

const runTime: Timing = { columns: 60, lengthS: 1, strideS: 1, offsetS: 0 };

/** One run of one minute on one queue. */
export function runReport(): ReportData {
  const shape = { medianNs: 8000, sigma: 0.12, tail: 2e-4 };
  const cpu = { user: 8100, system: 90 };
  return reportOf("randread 4KiB, iodepth 1, polled", {
    results: [resultOf("run", "run-20261122-091405.json")],
    groups: [groupOf({ id: "read", shape, iops: 121_000, time: runTime, cpu, stages: true })],
  });
}

const modes = [
  { id: "poll", shape: { medianNs: 80_500, sigma: 0.3, tail: 3e-5 }, iops: 11_744 },
  { id: "interrupt", shape: { medianNs: 106_000, sigma: 0.27, tail: 9e-5 }, iops: 8642 },
  { id: "hybrid", shape: { medianNs: 97_000, sigma: 0.3, tail: 8e-5 }, iops: 9420 },
  { id: "adaptive", shape: { medianNs: 82_200, sigma: 0.3, tail: 6e-5 }, iops: 11_110 },
];
const modeCpu = [
  { user: 84_300, system: 0 },
  { user: 7390, system: 3520 },
  { user: 17_200, system: 3100 },
  { user: 36_400, system: 2290 },
];

/** Four modes in turns, twelve rounds, two queues each. */
export function compareReport(): ReportData {
  const groups = modes.map(({ id, shape, iops }, index) =>
    groupOf({
      ...{ id, shape, iops, queues: 2, cpu: modeCpu[index]! },
      time: { columns: 12, lengthS: 1, strideS: 4.8, offsetS: 0.2 + index * 1.2 },
    }),
  );
  const warnings = [
    "poll's IOPS drifted by 3.1% over the rounds, more than its difference from adaptive: the device may " +
      "not have been in a steady state",
    "2 jobs shared CPU 1 with the embedded controller",
  ];
  const file = "compare-20261122-101500.json";
  return reportOf("poll, interrupt, hybrid and adaptive on a device of 80us", {
    results: [resultOf("compare", file, { warnings })],
    groups,
    pairs: groups.flatMap((a, index) => groups.slice(index + 1).flatMap((b) => pairsOf(a, b))),
  });
}

function pairsOf(a: GroupData, b: GroupData): PairData[] {
  const random = randomFrom(a.ios + b.ios);
  const figure = (title: string, unit: PairData["unit"], of: (group: GroupData) => number) => {
    const [left, right] = [of(a), of(b)];
    const ratio = right === 0 ? null : left / right;
    const width = 0.02 + 0.1 * random();
    const isShown = ratio === null || Math.abs(Math.log(ratio)) > width;
    const verdict = left < right ? "lower" : "higher";
    return {
      ...{ a: a.id, b: b.id, title, unit, difference: left - right, ratio },
      differenceCi95: [left - right - right * width, left - right + right * width] as const,
      ratioCi95: ratio === null ? null : ([ratio * (1 - width), ratio * (1 + width)] as const),
      verdict: isShown ? verdict : "no difference shown",
    };
  };
  return [
    figure("IOPS", "per second", ({ iops }) => iops ?? 0),
    figure("mean", "ns", ({ latencyNs }) => latencyNs.mean ?? 0),
    figure("p50", "ns", ({ latencyNs }) => latencyNs.p50 ?? 0),
    figure("p90", "ns", ({ latencyNs }) => latencyNs.p90 ?? 0),
    figure("p99", "ns", ({ latencyNs }) => latencyNs.p99 ?? 0),
    figure("max", "ns", ({ latencyNs }) => latencyNs.max ?? 0),
    figure("CPU per I/O", "ns", ({ cpuNsPerIo }) => cpuNsPerIo!.user + cpuNsPerIo!.system),
    figure("user CPU", "ns", ({ cpuNsPerIo }) => cpuNsPerIo!.user),
    figure("system CPU", "ns", ({ cpuNsPerIo }) => cpuNsPerIo!.system),
    figure("voluntary switches", "count", ({ mode }) => (mode === "poll" ? 0 : 0.999)),
    figure("interrupts", "count", ({ mode }) => (mode === "poll" ? 0.001 : 1)),
  ];
}

/** Four modes at four depths: sixteen groups without series. */
export function sweepReport(): ReportData {
  const depths = [1, 4, 16, 64];
  const groups = modes.flatMap(({ id, shape, iops }, index) =>
    depths.map((iodepth) => {
      const speed = iodepth / (1 + iodepth / 24);
      return groupOf({
        ...{ id: `${id}-${iodepth}`, name: `${id} qd${iodepth}`, mode: id, iodepth },
        ...{ iops: iops * speed, cpu: { user: modeCpu[index]!.user / speed, system: 900 } },
        shape: { ...shape, medianNs: (shape.medianNs * iodepth) / speed },
      });
    }),
  );
  return reportOf("Depths 1 to 64 in four modes", {
    results: [resultOf("sweep", "sweep-20261122-113000.json")],
    groups,
  });
}

/** Names as long as they get, of groups, figures and queues. */
export function longNamesReport(): ReportData {
  const report = compareReport();
  const long = (name: string) =>
    `${name} 128k qd32 x4 irq msix coalesce 7,1 before-the-update-of-firmware`;
  const groups = report.groups.map((group) => ({
    ...group,
    name: long(group.name),
    queues: group.queues.map((queue) => ({
      ...queue,
      name: `${queue.name} storage-bench-1.lab.example.org/merged-a.json`,
      series: group.series!.endS.map((_, index) => 5000 + 100 * (index % 5)),
    })),
    stages: stages.map((stage) => ({ ...stage, name: `${stage.name} of the command` })),
  }));
  const pairs = report.pairs.map((pair) => ({ ...pair, title: `${pair.title} of all commands` }));
  return { ...report, groups, pairs };
}

/** A sweep of two hundred points. */
export function wideSweepReport(): ReportData {
  const settings = Array.from({ length: 50 }, (_, index) => index);
  const groups = settings.flatMap((setting) =>
    modes.map(({ id, shape, iops }, index) =>
      groupOf({
        ...{ id: `${id}-${setting}`, mode: id, iodepth: 1 + (setting % 10) },
        name: `${id} qd${1 + (setting % 10)} coalesce ${Math.floor(setting / 10)},1`,
        ...{ iops: iops * (1 + setting / 10), cpu: modeCpu[index]! },
        shape: { ...shape, medianNs: shape.medianNs * (1 + setting / 20) },
      }),
    ),
  );
  const results = [resultOf("sweep", "sweep-wide.json")];
  return reportOf("Two hundred settings", { results, groups });
}

/** Sixteen runs, each a file of its own with series, heat and four queues. */
export function manyReport(): ReportData {
  const runs = Array.from({ length: 16 }, (_, index) => index);
  const groups = runs.map((index) => {
    const mode = ["poll", "interrupt", "hybrid", "adaptive"][index % 4]!;
    const name = `fw${Math.floor(index / 4) + 1} ${mode}`;
    return groupOf({
      ...{ id: `g${index}`, name, mode, result: index, queues: 4, hasQueueSeries: true },
      shape: { medianNs: 20_000 * 1.13 ** index, sigma: 0.2, tail: 1e-4 },
      ...{ iops: 180_000 / 1.13 ** index, time: runTime },
      cpu: { user: 3000 + 900 * index, system: 200 * (index % 4) },
    });
  });
  const results = runs.map((index) =>
    resultOf("run", `run-${String(index + 1).padStart(2, "0")}.json`, {
      conditions: [
        ...conditions.slice(0, 4),
        { label: "firmware", value: `2B4QEXM${Math.floor(index / 4)}` },
        { label: "load", value: (index / 10).toFixed(2) },
      ],
    }),
  );
  return reportOf("Four firmwares in four modes", { results, groups });
}

/** As large as reports get: 600 columns of 64 queues. */
export function largeReport(): ReportData {
  const shape = { medianNs: 30_000, sigma: 0.25, tail: 1e-4 };
  const time = { columns: 600, lengthS: 1.7, strideS: 1.7, offsetS: 0 };
  const cpu = { user: 1900, system: 120 };
  const group = groupOf({
    ...{ id: "read", shape, iops: 1_900_000, time, cpu },
    ...{ queues: 64, hasQueueSeries: true, iodepth: 32 },
  });
  return reportOf("randread 4KiB on 64 queues, 1,000 intervals", {
    results: [resultOf("run", "run-64-queues.json")],
    groups: [group],
  });
}

/** Everything that a string may hold, in every place that holds one. */
export function hostileReport(): ReportData {
  const evil = `<svg onload=alert()>"'&</script><!--\u0000\u001b[31m${"\u202e"}`;
  const rename = (group: GroupData, index: number): GroupData => ({
    ...group,
    name: `${evil}${index}`,
    mode: evil,
    queues: group.queues.map((queue) => ({ ...queue, name: evil })),
    stages: stages.map((stage) => ({ ...stage, name: `${stage.name}${evil}` })),
  });
  const report = compareReport();
  return {
    title: evil,
    generator: evil,
    verdicts: [{ about: evil, sentence: [evil, { group: "poll" }, evil], basis: evil }],
    results: report.results.map((result) => ({
      ...result,
      file: `../../${evil}.json`,
      conditions: [{ label: evil, value: evil }],
      warnings: [evil],
      merged: [evil],
    })),
    groups: report.groups.map((group, index) => ({ ...rename(group, index), best: [evil] })),
    pairs: report.pairs.map((pair) => ({ ...pair, title: `${pair.title}${evil}` })),
  };
}
