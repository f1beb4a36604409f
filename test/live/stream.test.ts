import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCarried, percentileNs } from "../../src/analysis/histogram.ts";
import { LiveStream } from "../../src/live/stream.ts";
import { workloadText } from "../../src/live/workload-text.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { countsOf, latencies } from "../examples/run.ts";
import { rampSample, runStream, sampleOf, samplesAmong } from "./samples.ts";

const only = { name: "", number: 1, of: 1 };

describe("what must not be said", () => {
  test("a percentile that the stretch's samples cannot carry", () => {
    const stream = runStream();
    const [event] = samplesAmong(stream.sample(sampleOf(250, [latencies(999, 8000)])));
    expect(event?.latencyNs).toMatchObject({ p99: null, p999: null });
    expect(event?.latencyNs.p50).not.toBeNull();
    expect(event?.latencyNs.max).not.toBeNull();
  });

  test("a queue's percentile that this queue's samples cannot carry, though all together can", () => {
    const queues = [latencies(600, 8000, 1), latencies(600, 8000, 2)];
    const [event] = samplesAmong(runStream({ numjobs: "2" }).sample(sampleOf(250, queues)));
    expect(event?.latencyNs.p99).not.toBeNull();
    expect(event?.queues.map(({ p99 }) => p99)).toEqual([null, null]);
  });

  test("a latency of a stretch without I/O, and a rate of no time", () => {
    const [idle] = samplesAmong(runStream().sample(sampleOf(250, [[]])));
    expect(idle).toMatchObject({ iops: 0, heat: [], latencyNs: { p50: null, max: null } });
    expect(idle?.total).toMatchObject({
      ios: 0,
      iops: 0,
      percentiles: [],
      latencyNs: { mean: null },
    });
    const [ramp] = samplesAmong(runStream().sample(rampSample(1500)));
    expect(ramp).toMatchObject({ elapsedMs: -1500, iops: 0, queues: [], total: { iops: 0 } });
  });

  test("a maximum of a stretch above the exact one of the whole", () => {
    const latency = { ...countsOf([4000, 5000]), maxNs: 5003 };
    const [event] = samplesAmong(
      runStream().sample(sampleOf(250, [], { latency, total: countsOf([4000, 5000]) })),
    );
    expect(event?.latencyNs.max).toBe(5000);
  });

  test("terminal escapes in the device's address", () => {
    const stream = runStream({ device: "embedded\x1b[2J" });
    expect(stream.start(0).device).toBe("embedded\\x1b[2J");
  });
});

test("the start names what is measured, in the order of the reports", () => {
  const [poll, interrupt] = ["poll", "interrupt"].map((completion) =>
    parseWorkload({ completion }),
  );
  const parts = [
    { name: "a", mode: "a", workload: interrupt! },
    { name: "poll qd1", workload: poll! },
  ];
  expect(new LiveStream({ command: "compare", parts, blocks: 2 }).start(0).settings).toEqual([
    { name: "a", mode: "a", iodepth: 1 },
    { name: "poll qd1", mode: "poll", iodepth: 1 },
  ]);
});

describe("a sample's figures", () => {
  const queues = [latencies(30_000, 8000, 1), latencies(20_000, 9000, 2)];
  const [event] = samplesAmong(
    runStream({ numjobs: "2", bs: "8k" }).sample(sampleOf(500, queues, { periodMs: 250 })),
  );

  test("rates are per second of the stretch, and of the block for the total", () => {
    expect(event).toMatchObject({ iops: 200_000, bytesPerSecond: 200_000 * 8192 });
    expect(event?.total).toMatchObject({ ios: 50_000, iops: 100_000 });
    expect(event?.queues.map(({ iops }) => iops)).toEqual([120_000, 80_000]);
  });

  test("every I/O lies in one 5 % step, and the steps rise", () => {
    const edges = event!.heat.map(([edge]) => edge);
    expect(event!.heat.reduce((sum, [, count]) => sum + count, 0)).toBe(50_000);
    for (const [at, edge] of edges.entries()) {
      if (at > 0) expect(edge / edges[at - 1]!).toBeGreaterThan(1.045);
    }
    expect(edges[0]).toBeLessThanOrEqual(Math.min(...queues.flat()));
    expect(edges.at(-1)! * 1.051).toBeGreaterThan(Math.max(...queues.flat()));
  });

  test("the percentile curve rises as far as the samples carry it", () => {
    const curve = event!.total.percentiles;
    expect(curve.length).toBeGreaterThan(20);
    expect(curve[0]).toEqual([1, percentileNs(countsOf(queues.flat()), 0)]);
    expect(curve.at(-1)![0]).toBeLessThanOrEqual(5000);
    expect([...curve].sort(([a], [b]) => a - b)).toEqual(curve);
    expect([...curve].sort(([, a], [, b]) => a - b)).toEqual(curve);
  });
});

test("percentiles are those of the report, or null", () => {
  const values = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 3000 });
  fc.assert(
    fc.property(values, (samples) => {
      const [event] = samplesAmong(runStream().sample(sampleOf(250, [samples])));
      const counts = countsOf(samples);
      const expected = (percentile: number) =>
        isCarried(counts.total, percentile) ? percentileNs(counts, percentile) : null;
      expect(event?.total.latencyNs).toMatchObject({
        p50: expected(50),
        p99: expected(99),
        p999: expected(99.9),
        p9999: expected(99.99),
        max: counts.maxNs,
      });
      expect(event!.total.percentiles.length).toBeLessThanOrEqual(60);
    }),
    { numRuns: 50 },
  );
});

describe("progress", () => {
  test("counts ramps, and says what is left", () => {
    const stream = runStream({ runtime: "8s", rampTime: "2s" });
    expect(stream.start(7)).toMatchObject({ startedMs: 7, totalMs: 10_000 });
    const at = (elapsedMs: number) =>
      samplesAmong(stream.sample({ ...rampSample(0), elapsedMs })).map(({ progress, leftMs }) => [
        progress,
        leftMs,
      ])[0];
    expect(at(-1000)).toEqual([0.1, 9000]);
    expect(at(3000)).toEqual([0.5, 5000]);
    expect(at(8200)).toEqual([1, 0]);
  });

  test("never goes back, whatever the lengths of the blocks and their order", () => {
    const part = (name: string, runtime: string) => ({
      name,
      workload: parseWorkload({ runtime }),
    });
    const parts = [part("a", "1s"), part("b", "4s")];
    const rounds = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rounds, (orders) => {
        const of = orders.length * 2;
        const stream = new LiveStream({ command: "compare", parts, blocks: of });
        const order = orders.flatMap((isAFirst) => (isAFirst ? ["a", "b"] : ["b", "a"]));
        const progress = order.flatMap((name, index) =>
          [250, 500, 1000].flatMap((elapsedMs) =>
            samplesAmong(
              stream.sample(sampleOf(elapsedMs, [[9]]), { name, number: index + 1, of }),
            ).map((event) => event.progress),
          ),
        );
        expect([...progress].sort((a, b) => a - b)).toEqual(progress);
        expect(progress.at(-1)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("a block's own block size makes its bandwidth", () => {
    const parts = ["4k", "64k"].map((bs) => ({ name: bs, workload: parseWorkload({ bs }) }));
    const stream = new LiveStream({ command: "compare", parts, blocks: 2 });
    const [event] = samplesAmong(
      stream.sample(sampleOf(250, [[9]]), { name: "64k", number: 2, of: 2 }),
    );
    expect(event?.bytesPerSecond).toBe(4 * 65_536);
  });
});

describe("warnings", () => {
  const sample = (count: number) =>
    sampleOf(250, [[9]], { doubts: [{ kind: "io-errors", count }] });

  test("come before their sample, once, and again when the count has risen for a second", () => {
    const stream = runStream();
    const texts = [1, 1, 2, 3, 4, 5, 5].map((count) =>
      stream.sample(sample(count)).map((event) => event.event === "warning" && event.text[0]),
    );
    expect(texts).toEqual([
      ["1", false],
      [false],
      [false],
      [false],
      ["4", false],
      [false],
      [false],
    ]);
  });

  test("the last word on them is exact, and each job has its own", () => {
    const stream = runStream();
    stream.sample(sample(1));
    stream.sample(sample(7));
    const last = stream.warnings([
      { kind: "io-errors", count: 7 },
      { kind: "not-pinned", job: 0 },
      { kind: "not-pinned", job: 1 },
    ]);
    expect(last.map(({ kind, job }) => [kind, job])).toEqual([
      ["io-errors", undefined],
      ["not-pinned", 0],
      ["not-pinned", 1],
    ]);
    expect(stream.warnings([{ kind: "not-pinned", job: 1 }])).toEqual([]);
  });
});

test("a workload in words has what all blocks have in common", () => {
  const poll = parseWorkload({ iodepth: "32", numjobs: "2" });
  expect(workloadText([poll])).toBe("randread 4k qd32 x2 poll");
  const interrupt = parseWorkload({ iodepth: "8", numjobs: "2", completion: "interrupt" });
  expect(workloadText([poll, interrupt])).toBe("randread 4k x2");
  const mix = parseWorkload({ rw: "randrw", rwmixread: "70", destructive: true });
  expect(workloadText([mix])).toBe("randrw, 70% reads, 4k qd1 x1 poll");
});

test("a block of a name that nobody announced counts as the first part", () => {
  const [event] = samplesAmong(runStream({ bs: "8k" }).sample(sampleOf(250, [[9]]), only));
  expect(event?.bytesPerSecond).toBe(4 * 8192);
});
