import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { perSecond } from "../../src/analysis/totals.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { groupsOf, latencyOf } from "../../src/measurement/groups.ts";
import { mergeCounts, packLatency, unpackLatency } from "../../src/measurement/latency-counts.ts";
import type { Measurement, Setting, Warning } from "../../src/measurement/measurement.ts";
import type { Workload } from "../../src/measurement/workload.ts";
import { pointName } from "../../src/measurement/workload-names.ts";
import { comparisonDocument } from "../../src/results/compare-document.ts";
import { mergeComparisons, mergeResults, mergeRuns, mergeSweeps } from "../../src/results/merge.ts";
import type { Result } from "../../src/results/read.ts";
import { readResult } from "../../src/results/read.ts";
import { SavedResult } from "../../src/results/save.ts";
import { blockOf } from "../../src/run/block.ts";
import {
  type ExamplePoint,
  exampleComparison,
  examplePoint,
  exampleSweep,
  hybrid,
  interrupt,
  poll,
} from "../examples/compare.ts";
import {
  blockIn,
  countsOf,
  exampleJob,
  exampleRun,
  intervalsIn,
  jobsIn,
  latencies,
  latencyIn,
  startedAt,
  troubledRun,
  withBlock,
  withJob,
  withJobs,
} from "../examples/run.ts";

const ARGV = ["merge"];
const FIRST_MS = Date.UTC(2026, 10, 22, 9, 14, 5);
const base = exampleRun({ perSecond: 1, seconds: 1 });

/** Samples of each job's reads; a job's first half is its first interval. */
interface RunShape {
  readonly startedMs: number;
  readonly jobs: readonly (readonly number[])[];
  readonly elapsedMs?: number;
  /** Of the intervals' ends. */
  readonly fractionMs?: number;
}

function runOf({ startedMs, jobs, elapsedMs = 2000, fractionMs = 0 }: RunShape): Measurement {
  const half = (samples: readonly number[], index: number) => {
    const middle = Math.ceil(samples.length / 2);
    return index === 0 ? samples.slice(0, middle) : samples.slice(middle);
  };
  const measured = {
    startedMs,
    jobs: jobs.map((samples, job) =>
      exampleJob(job, countsOf(samples), countsOf([]), elapsedMs / 1000),
    ),
    intervals: [0, 1].map((index) => ({
      source: 0,
      endMs: ((index + 1) * elapsedMs) / 2 + fractionMs,
      lengthMs: elapsedMs / 2,
      runDelay: null,
      latencies: jobs.flatMap((samples, job) => {
        const own = countsOf(half(samples, index));
        return own.total === 0 ? [] : [packLatency(own, { op: "read", job })];
      }),
    })),
    deviceCpuNs: null,
    deviceRunDelayNs: null,
  };
  const workload = { ...base.workload, numjobs: jobs.length };
  return {
    ...base,
    startedMs,
    argv: ["run", `${startedMs}`],
    workload,
    workloads: [{ ...base.workloads[0]!, workload }],
    blocks: [blockOf(measured, { workload: 0, round: null, phase: 0, position: 0 })],
  };
}

/** Latencies of every magnitude. */
const sample = fc.double({ min: 0, max: 1, noNaN: true }).map((part) => Math.floor(1e11 ** part));
const shape: fc.Arbitrary<RunShape> = fc.record({
  startedMs: fc.integer({ min: FIRST_MS, max: FIRST_MS + 86_400_000 }),
  jobs: fc.array(fc.array(sample, { maxLength: 40 }), { minLength: 1, maxLength: 3 }),
  fractionMs: fc.integer({ min: 0, max: 999_999 }).map((ns) => ns / 1e6),
});
const shapes = (count: number) =>
  fc.uniqueArray(shape, {
    minLength: count,
    maxLength: count,
    selector: ({ startedMs }) => startedMs,
  });

function part(measurement: Measurement, index = 0) {
  return { file: `${index}.json`, measurement };
}

function merged(...runs: readonly Measurement[]): Measurement {
  return mergeRuns(runs.map(part), ARGV);
}

function failure(action: () => unknown): PhasebitError {
  try {
    action();
  } catch (error) {
    if (error instanceof PhasebitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function result(measurement: Measurement, file = "a.json"): Result {
  return { file, measurement };
}

const later = (run: Measurement, ms = 60_000): Measurement => {
  return startedAt(run, run.startedMs + ms);
};

describe("what does not add up", () => {
  test("one result alone", () => {
    expect(failure(() => mergeResults([result(base)], ARGV)).message).toMatch(/two results/);
  });

  test("a result beside itself, also under another name or inside another sum", () => {
    const twice = failure(() => mergeResults([result(base), result(base, "copy.json")], ARGV));
    expect(twice.code).toBe("USAGE");
    expect(twice.message).toContain("in a.json and copy.json: its samples would count twice");
    const sum = merged(base, later(base));
    const inside = failure(() => mergeResults([result(sum, "sum.json"), result(base)], ARGV));
    expect(inside.message).toContain("in sum.json and a.json");
    const same = failure(() => mergeResults([result(base), result(base)], ARGV));
    expect(same.message).toContain("in a.json twice");
  });

  test("a run and a comparison", () => {
    const compare: Result = {
      file: "c.json",
      measurement: exampleComparison({ rounds: 1, ios: 10 }),
    };
    const error = failure(() => mergeResults([result(base), compare], ARGV));
    expect(error.message).toMatch(/a\.json is a run, c\.json is a comparison/);
  });

  test.each([
    ["--bs (4k and 8k)", { bs: "8k" }],
    ["--rw (randread and read)", { rw: "read" }],
    ["--iodepth (1 and 2)", { iodepth: "2" }],
    ["--completion (poll and interrupt)", { completion: "interrupt" }],
    ["--coalesce (none and 7,10)", { coalesce: "7,10" }],
    ["--irq (auto and msi)", { irq: "msi" }],
    ["--cmb (none and sq,data)", { cmb: "data,sq" }],
    ["--shadow-doorbells (without and with)", { shadowDoorbells: true }],
    ["--stages (without and with)", { stages: true }],
    ["--offset (0 and 1m)", { offset: "1m" }],
    ["--size (all and 1g)", { size: "1g" }],
    ["--nsid (1 and 2)", { nsid: "2" }],
  ])("runs that differ in %s", (words, options) => {
    const other = later(exampleRun({ options, perSecond: 1, seconds: 1 }));
    const error = failure(() => mergeResults([result(base), result(other, "b.json")], ARGV));
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain(`a.json and b.json differ in ${words}`);
  });

  test("mixes of different shares, and everything that differs is named", () => {
    const mix = (rwmixread: string, bs: string) =>
      exampleRun({ options: { rw: "randrw", rwmixread, bs }, perSecond: 1, seconds: 1 });
    const other = later(mix("30", "8k"));
    const error = failure(() => merged(mix("70", "4k"), other));
    expect(error.message).toContain("--rwmixread (70 and 30), --bs (4k and 8k)");
  });

  test("comparisons of different modes, or of modes with different options", () => {
    const of = (modes: Parameters<typeof exampleComparison>[0]) => ({
      file: "c.json",
      measurement: exampleComparison({ rounds: 1, ios: 10, ...modes }),
    });
    const names = failure(() =>
      mergeComparisons([of({ modes: [poll] }), of({ modes: [interrupt] })], ARGV),
    );
    expect(names.message).toContain("differ in their modes (poll and interrupt)");
    const spinning = { ...poll, options: "--spin 5us" };
    const options = failure(() =>
      mergeComparisons([of({ modes: [poll] }), of({ modes: [spinning] })], ARGV),
    );
    expect(options.message).toContain("differ in their modes (their options)");
  });
});

describe("comparisons and sweeps of other workloads do not add up", () => {
  const sides = (change: Partial<Workload>, completion: Partial<Workload["completion"]> = {}) => {
    const made = exampleComparison({ modes: [poll, hybrid], rounds: 1, ios: 10 });
    const [first, second] = made.workloads;
    const { workload } = second!;
    const other = {
      ...workload,
      ...change,
      completion: { ...workload.completion, ...completion },
    };
    return { ...made, workloads: [first!, { ...second!, workload: other }] };
  };
  const refusal = (b: Measurement) =>
    failure(() =>
      mergeComparisons(
        [
          { file: "a.json", measurement: sides({}) },
          { file: "b.json", measurement: b },
        ],
        ARGV,
      ),
    );

  test.each<[string, Measurement]>([
    ["--spin (10.0us and 20.0us) of hybrid", sides({}, { spinNs: 20_000 })],
    ["--coalesce (none and 7,10) of hybrid", sides({ coalesce: { threshold: 7, time: 10 } })],
    ["--cmb (none and sq) of hybrid", sides({ cmb: ["sq"] })],
    ["--shadow-doorbells (without and with) of hybrid", sides({ shadowDoorbells: true })],
    ["--irq (auto and msi) of hybrid", sides({}, { irq: "msi" })],
    ["--interrupt-timeout (100ms and 7ms) of hybrid", sides({}, { deadlineMs: 7 })],
    ["--rw (randread and read) of hybrid", sides({ rw: "read" })],
    ["--bs (4k and 8k) of hybrid", sides({ bs: 8192 })],
    ["--iodepth (1 and 2) of hybrid", sides({ iodepth: 2 })],
    ["--offset (0 and 1m) of hybrid", sides({ offset: 2 ** 20 })],
    ["--size (all and 1g) of hybrid", sides({ size: 2 ** 30 })],
    ["--nsid (1 and 2) of hybrid", sides({ nsid: 2 })],
  ])("comparisons that differ in %s", (words, b) => {
    expect(refusal(b).message).toContain(`a.json and b.json differ in ${words}: only`);
  });

  test("what all modes differ in is said once", () => {
    const made = sides({});
    const workloads = made.workloads.map((mode) => {
      return { ...mode, workload: { ...mode.workload, bs: 8192 } };
    });
    expect(refusal({ ...made, workloads }).message).toContain("differ in --bs (4k and 8k): only");
  });

  test("what no mode uses may differ, and a sum's modes keep their workloads", () => {
    const b = sides({ seed: 9n, numjobs: 2, runtimeMs: 9000 });
    const [first, second] = b.workloads;
    const spun = { ...first!.workload.completion, spinNs: 1 };
    const workloads = [{ ...first!, workload: { ...first!.workload, completion: spun } }, second!];
    const base = { ...b.workload, iodepth: 7 };
    const sum = mergeComparisons(
      [
        { file: "a.json", measurement: sides({}) },
        { file: "b.json", measurement: { ...b, workloads, workload: base } },
      ],
      ARGV,
    );
    expect(sum.workloads[1]!.workload).toMatchObject({ seed: 1n, numjobs: 2, runtimeMs: 9000 });
    expect(sum.workloads.map(({ name }) => name)).toEqual(["poll", "hybrid"]);
  });

  test.each<[string, Partial<Workload>, Partial<Workload["completion"]>]>([
    ["--spin (10.0us and 20.0us)", {}, { spinNs: 20_000 }],
    ["--irq (auto and msi)", {}, { irq: "msi" }],
    ["--bs (4k and 8k)", { bs: 8192 }, {}],
    ["--shadow-doorbells (without and with)", { shadowDoorbells: true }, {}],
    ["--offset (0 and 1m)", { offset: 2 ** 20 }, {}],
    ["--size (all and 1g)", { size: 2 ** 30 }, {}],
  ])("sweeps that differ in %s", (words, change, completion) => {
    const of = (mode: string) => {
      const a = exampleSweep([examplePoint({ mode, ios: 10 })]);
      const { workload } = a;
      const own = { ...workload, ...change, completion: { ...workload.completion, ...completion } };
      return () =>
        mergeSweeps(
          [
            { file: "a.json", measurement: a },
            { file: "b.json", measurement: { ...a, workload: own } },
          ],
          ARGV,
        );
    };
    expect(failure(of("hybrid")).message).toContain(`differ in ${words}: only`);
    if (words.startsWith("--spin")) expect(of("poll")().workloads).toHaveLength(1);
  });
});

test("a hundred thousand and more of anything add up", () => {
  // V8 takes 125,000 arguments
  const many = 130_000;
  const [first] = jobsIn(base);
  const jobs = Array.from({ length: many }, (_, job) => ({ ...first!, job }));
  const runs = merged(withJobs(base, jobs), later(base));
  expect(jobsIn(runs).at(-1)!.job).toBe(many);
  const point = examplePoint({ ios: 0 });
  const of = (file: string, points: readonly ExamplePoint[]) => {
    return { file, measurement: exampleSweep(points) };
  };
  const sum = mergeSweeps([of("a", Array(many).fill(point)), of("b", [point])], ARGV);
  expect(sum.workloads).toHaveLength(1);
  const made = exampleComparison({ modes: [poll], rounds: 1, ios: 1 });
  const blocks = Array.from({ length: many }, (_, position) => ({ ...made.blocks[0]!, position }));
  const long = { file: "a.json", measurement: { ...made, blocks, rounds: many } };
  const both = mergeComparisons([long, { ...long, file: "b.json" }], ARGV);
  expect(both.blocks.at(-1)!.position).toBe(2 * many - 1);
});

test("seed, CPUs, number of jobs, runtime and device may differ", () => {
  const other = exampleRun({
    options: { seed: "7", cpus: "3,4", numjobs: "2", runtime: "9" },
    perSecond: 2,
    seconds: 1,
  });
  const elsewhere = { ...later(other), devices: [{ ...other.devices[0]!, serial: "S2" }] };
  const sum = merged(base, elsewhere);
  const { workload, devices } = sum;
  expect(workload).toMatchObject({ numjobs: 3, runtimeMs: 9000, cpus: [], seed: 1n });
  expect(devices).toEqual(base.devices);
  expect(jobsIn(sum)).toHaveLength(3);
});

test("what was done to the device before is kept where all say the same", () => {
  const said = exampleRun({ options: { precondition: "filled twice" }, perSecond: 1, seconds: 1 });
  expect(merged(said, later(said)).workload.precondition).toBe("filled twice");
  expect(merged(said, later(base)).workload.precondition).toBeNull();
});

describe("a sum of runs", () => {
  test("is one histogram over all samples", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 4 }).chain((count) => shapes(count)),
        (all) => {
          const sum = merged(...all.map(runOf));
          expect(latencyIn(sum, "read")).toEqual(countsOf(all.flatMap(({ jobs }) => jobs.flat())));
        },
      ),
    );
  });

  test("is the same in whichever steps it is made", () => {
    fc.assert(
      fc.property(shapes(3), (all) => {
        const [a, b, c] = all.map(runOf) as [Measurement, Measurement, Measurement];
        const [left, right, once] = [
          merged(merged(a, b), c),
          merged(a, merged(b, c)),
          merged(a, b, c),
        ];
        const unnamed = ({ merged: sources, ...sum }: Measurement) => ({
          ...sum,
          merged: sources.map(({ file: _file, ...source }) => source),
        });
        expect(unnamed(left)).toEqual(unnamed(once));
        expect(unnamed(right)).toEqual(unnamed(once));
      }),
    );
  });

  test("is the same in whichever order, but for the order of its jobs", () => {
    fc.assert(
      fc.property(shapes(2), (all) => {
        const [a, b] = all.map(runOf) as [Measurement, Measurement];
        const [there, back] = [merged(a, b), merged(b, a)];
        expect(latencyIn(there, "read")).toEqual(latencyIn(back, "read"));
        expect(blockIn(there).elapsedNs).toBe(blockIn(back).elapsedNs);
        expect(there.startedMs).toBe(back.startedMs);
        const moments = (run: Measurement) =>
          intervalsIn(run).map(({ endMs, latencies: all }) => [
            endMs,
            all.reduce((sum, { total }) => sum + total, 0),
          ]);
        expect(moments(there).sort()).toEqual(moments(back).sort());
      }),
    );
  });

  test("has each job once, and its intervals beside it at the time that they had", () => {
    fc.assert(
      fc.property(shapes(3), (all) => {
        const runs = all.map(runOf);
        const sum = merged(...runs);
        const numbers = jobsIn(sum).map(({ job }) => job);
        expect(numbers).toEqual(numbers.map((_, index) => index));
        for (const job of jobsIn(sum)) {
          const own = intervalsIn(sum).flatMap(({ latencies: packed }) =>
            packed.filter((one) => one.job === job.job),
          );
          const whole = blockIn(sum).latencies.filter((one) => one.job === job.job);
          expect(mergeCounts(own.map(unpackLatency))).toEqual(
            mergeCounts(whole.map(unpackLatency)),
          );
        }
        for (const { source, endMs } of intervalsIn(sum)) {
          const { startedMs } = runs[source]!;
          const times = intervalsIn(runs[source]!).map((interval) => startedMs + interval.endMs);
          const found = times.filter((time) => Math.abs(time - (sum.startedMs + endMs)) < 1e-3);
          expect(found).toHaveLength(1);
        }
      }),
    );
  });

  test("names its sources: jobs and intervals say which, sums among them are taken apart", () => {
    const [a, b, c] = [0, 1, 2].map((index) =>
      runOf({ startedMs: FIRST_MS + index * 5000, jobs: [[300 + index], [400]] }),
    ) as [Measurement, Measurement, Measurement];
    const sum = mergeRuns([part(merged(b, c), 0), part(a, 1)], ARGV);
    expect(sum.merged.map(({ startedMs }) => startedMs - FIRST_MS)).toEqual([5000, 10_000, 0]);
    expect(sum.merged[2]).toMatchObject({ file: "1.json", argv: a.argv, host: a.host });
    expect(jobsIn(sum).map(({ source }) => source)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(sum.startedMs).toBe(FIRST_MS);
    expect(intervalsIn(sum).map(({ source }) => source)).toEqual([2, 2, 0, 0, 1, 1]);
  });

  test("beside each other they add up, one after the other they are averaged", () => {
    const samples = [latencies(6000, 8000)];
    const first = runOf({ startedMs: FIRST_MS, jobs: samples, elapsedMs: 3000 });
    const rate = (run: Measurement) =>
      perSecond(latencyIn(run, "read").total, blockIn(run).elapsedNs);
    expect(rate(first)).toBe(2000);
    const beside = {
      ...runOf({ startedMs: FIRST_MS, jobs: samples, elapsedMs: 3000 }),
      argv: ["b"],
    };
    expect(rate(merged(first, beside))).toBe(4000);
    const after = runOf({ startedMs: FIRST_MS + 3000, jobs: samples, elapsedMs: 3000 });
    expect(rate(merged(first, after))).toBe(2000);
    // a pause between them is nobody's time, half beside each other is half of it
    const muchLater = runOf({ startedMs: FIRST_MS + 3_600_000, jobs: samples, elapsedMs: 3000 });
    expect(rate(merged(first, muchLater))).toBe(2000);
    const half = runOf({ startedMs: FIRST_MS + 1500, jobs: samples, elapsedMs: 3000 });
    expect(blockIn(merged(first, half)).elapsedNs).toBe(4.5e9);
    expect(blockIn(merged(merged(first, half), muchLater)).elapsedNs).toBe(7.5e9);
  });

  test("has the doubts of all: counts added, jobs renumbered, of two measures the worse, the worst first", () => {
    const doubting = (run: Measurement, warnings: readonly Warning[]) => ({ ...run, warnings });
    const a = doubting(troubledRun(), [
      { kind: "io-errors", count: 15 },
      { kind: "host-busy", loadAverage: 3.2 },
      { kind: "not-pinned", job: 1 },
      { kind: "stopped-early", why: "one" },
    ]);
    const b = doubting(later(troubledRun()), [
      { kind: "not-pinned", job: 1 },
      { kind: "host-busy", loadAverage: 5 },
      { kind: "io-errors", count: 2 },
      { kind: "no-function-reset" },
      { kind: "stopped-early", why: "two" },
    ]);
    expect(merged(a, b).warnings).toEqual([
      { kind: "io-errors", count: 17 },
      { kind: "stopped-early", why: "one" },
      { kind: "stopped-early", why: "two" },
      { kind: "host-busy", loadAverage: 5 },
      { kind: "not-pinned", job: 1 },
      { kind: "not-pinned", job: 3 },
      { kind: "no-function-reset" },
    ]);
  });

  test("was interrupted when one was, and knows no device CPU when one does not", () => {
    expect(merged(base, later(base)).interrupted).toBe(false);
    expect(merged(base, { ...later(base), interrupted: true }).interrupted).toBe(true);
    const timed = (deviceCpuNs: number | null, run: Measurement) => withBlock(run, { deviceCpuNs });
    expect(blockIn(merged(timed(3, base), timed(4, later(base)))).deviceCpuNs).toBe(7);
    expect(blockIn(merged(timed(3, base), timed(null, later(base)))).deviceCpuNs).toBeNull();
  });

  test("keeps what was rejected at its time", () => {
    const rejectedRaw = [{ kind: "bad-cid", atNs: 5, cqHead: 1, cqe: "00".repeat(16) }] as const;
    const other = later(withJob(base, { rejectedRaw }), 2);
    expect(jobsIn(merged(base, other))[1]!.rejectedRaw[0]!.atNs).toBe(2_000_005);
  });
});

test("comparisons follow each other: rounds and positions go on, pairs have the rounds of both", () => {
  const of = (seed: number) => ({
    file: `${seed}.json`,
    measurement: {
      ...exampleComparison({ modes: [poll, interrupt], rounds: 4, ios: 200, seed }),
      argv: [`${seed}`],
    },
  });
  const sum = mergeComparisons([of(1), of(2)], ARGV);
  expect(sum.rounds).toBe(8);
  expect(sum.blocks.map(({ position }) => position)).toEqual([...Array(16).keys()]);
  expect(new Set(sum.blocks.map(({ round }) => round)).size).toBe(8);
  const { pairs } = comparisonDocument(sum);
  expect(pairs.find(({ metric }) => metric === "latNs.p50")!.verdict).toBe("lower");
  const [left, right] = [
    mergeComparisons(
      [{ file: "", measurement: mergeComparisons([of(1), of(2)], ARGV) }, of(3)],
      ARGV,
    ),
    mergeComparisons(
      [of(1), { file: "", measurement: mergeComparisons([of(2), of(3)], ARGV) }],
      ARGV,
    ),
  ];
  expect(left.blocks).toEqual(right.blocks);
});

describe("sweeps", () => {
  const of = (file: string, measurement: Measurement) => ({ file, measurement });
  const point = (iodepth: number, ios: number, seed: number) => {
    const made = examplePoint({ iodepth, ios });
    const latency = countsOf(latencies(ios, 9000, seed));
    const own = [packLatency(latency, { op: "read", job: 0 })];
    return { ...made, block: { ...made.block, latencies: own } };
  };

  test("equal settings are added up exactly, others follow", () => {
    const [a, b] = [
      exampleSweep([point(1, 100, 1), point(8, 200, 2)]),
      exampleSweep([point(8, 300, 3), point(32, 50, 4)]),
    ];
    const points = groupsOf(mergeSweeps([of("a", a), of("b", b)], ARGV));
    expect(points.map(({ workload }) => workload.iodepth)).toEqual([1, 8, 32]);
    const expected = countsOf([...latencies(200, 9000, 2), ...latencies(300, 9000, 3)]);
    expect(latencyOf(points[1]!)).toEqual(expected);
    expect(points[1]!.parts).toHaveLength(1);
    expect(points[1]!.parts[0]!.latency).toEqual(expected);
    expect(points[1]!).toMatchObject({ elapsedNs: 2e9, work: { completed: 500 } });
    expect(points[1]!.work.waits.interrupts).toBe(500);
  });

  test("settings of coalescing are told apart", () => {
    const coalesced = { ...point(8, 10, 1), coalescing: { threshold: 7, time: 1 } };
    const { workloads } = mergeSweeps(
      [of("a", exampleSweep([point(8, 10, 1)])), of("b", exampleSweep([coalesced]))],
      ARGV,
    );
    expect(workloads).toHaveLength(2);
  });

  test("places in the Controller Memory Buffer are told apart", () => {
    const inBuffer = exampleSweep([point(8, 10, 1)]);
    const [setting] = inBuffer.workloads as [Setting];
    const workload: Workload = { ...setting.workload, cmb: ["sq"] };
    const name = pointName(setting.mode, workload);
    const moved = { ...inBuffer, workloads: [{ ...setting, name, workload }] };
    const sum = mergeSweeps([of("a", exampleSweep([point(8, 10, 1)])), of("b", moved)], ARGV);
    expect(sum.workloads.map((each) => each.workload.cmb)).toEqual([[], ["sq"]]);
  });
});

describe("a saved sum is read back as it was", () => {
  function file(): string {
    const folder = mkdtempSync(join(tmpdir(), "phasebit-merge-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, "sum.json");
  }

  test("of runs, and may be added to again", () => {
    const path = file();
    const run = exampleRun({ options: { rw: "randrw", numjobs: "2" }, perSecond: 200, seconds: 2 });
    const sum = merged(run, later(run));
    new SavedResult(sum).save(path);
    const read = readResult(path);
    expect(read).toEqual({ file: path, measurement: sum });
    const more = mergeResults([read, result(later(run, 120_000), "c.json")], ARGV);
    expect(more.merged.map(({ file }) => file)).toEqual(["0.json", "1.json", "c.json"]);
  });

  test("of comparisons and sweeps", () => {
    const path = file();
    const parts = [1, 2].map((seed) => ({
      file: `${seed}.json`,
      measurement: exampleComparison({ modes: [poll, interrupt], rounds: 2, ios: 100, seed }),
    }));
    const rounded = parts.map(({ measurement, ...rest }) => ({
      ...rest,
      measurement: {
        ...measurement,
        blocks: measurement.blocks.map((block) => ({ ...block, startedMs: FIRST_MS })),
      },
    }));
    const sum = mergeComparisons(rounded, ARGV);
    new SavedResult(sum).save(path);
    expect(readResult(path).measurement).toMatchObject({ rounds: 4, merged: sum.merged });
    const sweeps = [1, 2].map((iodepth) => ({
      file: `${iodepth}.json`,
      measurement: exampleSweep([examplePoint({ iodepth: 8, ios: 100 })]),
    }));
    const swept = mergeSweeps(sweeps, ARGV);
    new SavedResult(swept).save(path);
    expect(readResult(path).measurement).toEqual(swept);
  });
});
