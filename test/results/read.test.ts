import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { bucketLowNs } from "../../src/measurement/buckets.ts";
import { packCounts } from "../../src/measurement/histogram-payload.ts";
import { comparisonDocument } from "../../src/results/compare-document.ts";
import { documentOf } from "../../src/results/document.ts";
import { readResult, resultOf } from "../../src/results/read.ts";
import { runDocument } from "../../src/results/run-document.ts";
import { jsonText } from "../../src/results/save.ts";
import { sweepDocument } from "../../src/results/sweep-document.ts";
import {
  blocksOf,
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { blockIn, exampleRun, troubledRun } from "../examples/run.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "phasebit-read-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a file holds after a document was written to it. */
const parsed = (document: object): Record<string, never> => JSON.parse(JSON.stringify(document));

const run = exampleRun({ options: { rw: "randrw", numjobs: "2" }, seconds: 2, perSecond: 300 });
const comparison = exampleComparison({ modes: [poll, interrupt], rounds: 8, ios: 200 });
const sweep = exampleSweep([examplePoint({ mode: "poll" }), examplePoint({ iodepth: 8 })]);
const documents = {
  run: runDocument(run),
  compare: comparisonDocument(comparison),
  sweep: sweepDocument(sweep),
};

/** Where things are under "phasebit". */
const BLOCK = ["blocks", 0] as const;
const JOB = [...BLOCK, "jobs", 0] as const;
const INTERVAL = [...BLOCK, "intervals", 0] as const;
const READ = [...BLOCK, "latencies", 0] as const;

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(PhasebitError);
    expect((error as PhasebitError).exitCode).toBe(2);
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

test("work is bounded by the file's size, not by what a few bytes stand for", () => {
  const counts = Array.from({ length: HISTOGRAM_COUNTS - 1 }, (_, index) => [index, 1] as const);
  const run = exampleRun({ perSecond: 100, seconds: 1 });
  const document = JSON.parse(jsonText(documentOf(run)));
  const [block] = document.phasebit.blocks;
  const total = counts.length;
  const sumNs = total;
  const [minNs, maxNs] = [bucketLowNs(0), bucketLowNs(total - 1)];
  const hdrHistogramV2 = packCounts(counts);
  const latency = { op: "read", job: 0, total, minNs, maxNs, sumNs, hdrHistogramV2 };
  const [interval] = block.intervals;
  block.intervals = Array.from({ length: 1000 }, () => ({ ...interval, latencies: [latency] }));
  const file = join(folder, "dense.json");
  writeFileSync(file, JSON.stringify(document));
  expect(refusal(() => readResult(file))).toMatch(
    /dense\.json: is damaged at phasebit\.blocks\.0\.intervals\.\d+\..*more than any result of this size has$/,
  );
  // the next file begins anew
  writeFileSync(file, jsonText(documentOf(run)));
  readResult(file);
});

test("a byte order mark is taken", () => {
  const file = join(folder, "bom.json");
  const run = exampleRun({ perSecond: 100, seconds: 1 });
  writeFileSync(file, `\uFEFF${jsonText(documentOf(run))}`);
  expect(readResult(file).measurement.blocks).toHaveLength(1);
});

describe("a file that is no result", () => {
  test.each([
    ["empty.json", "", "it is empty"],
    ["cut.json", JSON.stringify(documents.run).slice(0, 5000), "is no JSON"],
    ["list.json", "[1, 2]", "no result of phasebit"],
    ["null.json", "null", "no result of phasebit"],
    ["fio.json", '{"fio version": "fio-3.33", "jobs": []}', "a result of fio itself"],
    ["later.json", '{"phasebit": {"schema": 7}}', "later phasebit (schema 7)"],
    ["old.json", '{"phasebit": {"schema": 0}}', "has schema 0"],
    ["half.json", '{"phasebit": {"schema": 1.5}}', "has schema 1.5"],
    ["text.json", '{"phasebit": {"schema": "2"}}', 'no "phasebit" with a "schema"'],
    ["first.json", '{"phasebit": {"schema": 1}}', "is damaged at "],
    ["modes.json", '{"schema": 1, "modes": {"a": null}}', "is damaged at "],
    ["points.json", '{"schema": 2, "points": 3}', "is damaged at "],
  ])("%s", (name, text, why) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    const message = refusal(() => readResult(file));
    expect(message).toContain(`${file}: `);
    expect(message).toContain(why);
  });

  test("a FIFO is refused and not waited for", () => {
    const fifo = join(folder, "fifo");
    execFileSync("mkfifo", [fifo]);
    expect(refusal(() => readResult(fifo))).toContain("not a regular file");
  });

  test("a name that the system refuses, and a long list of nothing", () => {
    expect(refusal(() => readResult(join(folder, "x".repeat(300))))).toContain("ENAMETOOLONG");
    const file = join(folder, "nothing.json");
    writeFileSync(file, JSON.stringify(new Array(600_000).fill({})));
    expect(refusal(() => readResult(file))).toContain("no result of phasebit");
  });

  test("one that is not there, and one that is a folder", () => {
    expect(refusal(() => readResult(join(folder, "nope.json")))).toContain("no such file");
    expect(refusal(() => readResult(folder))).toContain("not a regular file");
  });
});

describe("a damaged result", () => {
  const damaged = (change: (details: typeof documents.run.phasebit) => unknown): string => {
    const document = parsed(documents.run);
    change(document["phasebit"]!);
    return refusal(() => resultOf("x.json", document));
  };

  test.each<[string, (details: never) => unknown, string]>([
    ["a negative count", (d) => set(d, [...JOB, "completed"], -1), "jobs.0.completed"],
    ["a pattern of another world", (d) => set(d, ["workload", "rw"], "dance"), "workload.rw"],
    ["no jobs", (d) => set(d, [...BLOCK, "jobs"], []), "phasebit.blocks.0.jobs"],
    ["a seed that is no number", (d) => set(d, ["workload", "seed"], "abc"), "workload.seed"],
    ["a total that is not the sum", (d) => set(d, [...READ, "total"], 5), "latencies.0"],
    [
      "a bucket beyond the last",
      (d) => set(d, ["total", "read", "counts", "index", 0], 1e6),
      "read",
    ],
    ["an extreme elsewhere", (d) => set(d, [...READ, "maxNs"], 9e9), '"maxNs"'],
    [
      "an interval that is no histogram",
      (d) => set(d, [...INTERVAL, "latencies", 0, "hdrHistogramV2"], "HISTF!"),
      "intervals.0.latencies.0",
    ],
    ["a time before time", (d) => set(d, ["startedMs"], -1), "startedMs"],
    [
      "a warning without its count",
      (d) => set(d, ["warnings"], [{ kind: "io-errors", text: "" }]),
      "warnings.0",
    ],
  ])("%s is named", (_, change, where) => {
    expect(damaged(change as never)).toContain(where);
  });

  test.each<[string, (details: never) => unknown, string]>([
    [
      "two jobs of one number",
      (d) => set(d, [...BLOCK, "jobs", 1, "job"], 0),
      "two jobs have one number",
    ],
    ["a job of no source", (d) => set(d, [...JOB, "source"], 1), "a source is none"],
    [
      "an interval of no job",
      (d) => set(d, [...INTERVAL, "latencies", 0, "job"], 9),
      "a job that is not",
    ],
    [
      "another payload",
      (d) => set(d, ["total", "read", "hdrHistogramV2"], packCounts([[5, 1]])),
      "another than",
    ],
    [
      "a payload of garbage",
      (d) => set(d, ["total", "read", "hdrHistogramV2"], "garbage"),
      "total.read",
    ],
    [
      "a sum without samples",
      (d) => set(d, [...INTERVAL, "latencies", 0, "sumNs"], 1e20),
      '"sumNs"',
    ],
    ["a time that divides to infinity", (d) => set(d, [...JOB, "elapsedNs"], 1e-300), "elapsedNs"],
    ["a time that adds up to infinity", (d) => set(d, [...JOB, "elapsedNs"], 1e308), "elapsedNs"],
    [
      "more samples than can be counted",
      (d) => set(d, [...JOB, "completed"], 2 ** 53 - 1),
      "completed",
    ],
  ])("%s is named too", (_, change, where) => {
    expect(damaged(change as never)).toContain(where);
  });

  test("modes of one name, and modes that nobody named", () => {
    const twice = parsed(documents.compare);
    set(twice, ["workloads", 1, "name"], "poll");
    expect(refusal(() => resultOf("x.json", twice))).toContain("two modes have one name");
    const unnamed = parsed(documents.compare);
    set(unnamed, ["workloads"], parsed(documents.compare.workloads.slice(0, 1)));
    expect(refusal(() => resultOf("x.json", unnamed))).toContain("a block is of no workload");
  });

  test("text that becomes longer when it is made safe can be written and read again", () => {
    const copy = parsed(documents.sweep);
    set(copy, ["devices", 0, "model"], "\u00e9".repeat(4000));
    const { measurement } = resultOf("x.json", copy);
    const again = parsed(sweepDocument(measurement));
    expect(resultOf("x.json", again).measurement).toEqual(measurement);
  });

  test("any one value replaced by anything is read or refused in one line", () => {
    const paths = Object.values(documents).flatMap((document) => {
      const copy = parsed(document);
      return leaves(copy).map((path) => ({ document, path }));
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.jsonValue({ maxDepth: 2 }),
        ({ document, path }, value) => {
          const copy = parsed(document);
          set(copy, path, value);
          try {
            expect(resultOf("x.json", copy).file).toBe("x.json");
          } catch (error) {
            expect(error).toBeInstanceOf(PhasebitError);
            expect((error as Error).message).toMatch(/^[ -~]+$/);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test("__proto__ changes nobody's prototype", () => {
    const text = JSON.stringify(documents.compare).replace(
      '"poll":{',
      '"__proto__":{"polluted":1},"poll":{',
    );
    expect(resultOf("x.json", JSON.parse(text)).measurement.kind).toBe("compare");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("strings come out as safe text", () => {
    const copy = parsed(documents.run);
    set(copy, ["phasebit", "devices", 0, "serial"], "<svg onload=alert()>\u001b[2J\u00e9");
    const { measurement } = resultOf("x.json", copy);
    expect(measurement.devices[0]!.serial).toBe("<svg onload=alert()>\\x1b[2J\\xc3\\xa9");
  });

  test("a doubt of a later phasebit comes out in its words", () => {
    const copy = parsed(documents.run);
    set(
      copy,
      ["phasebit", "warnings"],
      [{ kind: "moon-phase", text: "The moon was full.", moon: 1 }],
    );
    const { measurement } = resultOf("x.json", copy);
    expect(measurement.warnings).toEqual([{ kind: "noted", text: "The moon was full." }]);
  });
});

describe("a result comes back as it was measured", () => {
  test("a run", () => {
    expect(resultOf("x", parsed(documents.run)).measurement).toEqual(run);
  });

  test("a run with every trouble", () => {
    const troubled = troubledRun();
    expect(resultOf("x", parsed(runDocument(troubled))).measurement).toEqual(troubled);
  });

  test("a comparison", () => {
    const { measurement } = resultOf("x", parsed(documents.compare));
    expect(measurement).toEqual({ ...comparison, warnings: [] });
    expect(comparisonDocument(measurement)).toEqual(documents.compare);
  });

  test("a sweep", () => {
    const { measurement } = resultOf("x", parsed(documents.sweep));
    expect(measurement).toEqual(sweep);
    expect(sweepDocument(measurement)).toEqual(documents.sweep);
  });
});

describe("results of schema 1", () => {
  const old = (name: string) => readResult(join(packageRoot, "test/results/schema-1", name));

  test("a run keeps its figures, and has no histograms of intervals", () => {
    const { measurement } = old("run.json");
    const { latencies, jobs, intervals } = blockIn(measurement);
    expect(latencies[0]!.total).toBe(jobs![0]!.completed);
    expect(intervals).toBeNull();
    expect(measurement.workload).toMatchObject({ logHistMs: 1000, precondition: null });
    // what was not kept is left out of what is written from it, and never 0
    const again = runDocument(measurement);
    expect(again.jobs[0]!["read"]).toMatchObject({ iops_samples: 0 });
    expect(again.phasebit.blocks[0]!.intervals).toBeNull();
  });

  test("a comparison keeps its counts and its histograms", () => {
    const { measurement } = old("compare.json");
    for (const block of measurement.blocks) {
      expect(block.latencies[0]!.total).toBe(block.work.completed);
      expect(block.latencies.map(({ op, job }) => [op, job])).toEqual([["read", 0]]);
    }
    const polled = blocksOf(measurement, "poll")[0]!;
    expect(polled.work.userNs).toBeGreaterThan(polled.elapsedNs * 0.9);
    expect(Number.isInteger(polled.work.userNs)).toBe(true);
  });

  test("a sweep", () => {
    const { measurement } = old("sweep.json");
    expect(measurement.workloads.map(({ mode, workload }) => [mode, workload.iodepth])).toEqual([
      ["poll", 1],
      ["interrupt", 1],
    ]);
    expect(measurement.blocks[1]!.work.waits.interrupts).toBeGreaterThan(0);
    // it did not count what failed
    expect(measurement.blocks.map(({ work }) => work.failed)).toEqual([null, null]);
  });
});

describe("results of schema 2", () => {
  const old = (name: string) => readResult(join(packageRoot, "test/results/schema-2", name));

  test("a run keeps its latencies, jobs and intervals", () => {
    const { latencies, jobs, intervals, work } = blockIn(old("run.json").measurement);
    expect(latencies.map(({ op, job, total }) => [op, job, total])).toEqual([
      ["read", 0, work.completed],
    ]);
    expect(jobs).toHaveLength(1);
    expect(intervals).toHaveLength(100);
    expect(intervals!.flatMap((interval) => interval.latencies)).toHaveLength(100);
  });

  test("which clock it was is not known", () => {
    const { measurement } = old("run.json");
    expect(blockIn(measurement).jobs![0]!.clock).toBeNull();
    expect(measurement.workload.clocksource).toBeNull();
  });

  test("a comparison has no jobs, and what they did together", () => {
    const { rounds, blocks, workloads } = old("compare.json").measurement;
    expect(workloads.map(({ name, options }) => [name, options])).toEqual([
      ["poll", "--completion poll"],
      ["interrupt", "--completion interrupt"],
    ]);
    expect([rounds, blocks.length]).toEqual([12, 24]);
    expect(blocks.map(({ position }) => position)).toEqual([...blocks.keys()]);
    for (const { jobs, intervals, work, latencies } of blocks) {
      expect([jobs, intervals]).toEqual([null, []]);
      expect(latencies[0]!.total).toBe(work.completed);
    }
  });

  test("a sweep has its points as settings, and does not claim to have counted switches", () => {
    const { measurement } = old("sweep.json");
    expect(measurement.workloads.slice(0, 2).map(({ name }) => name)).toEqual([
      "poll.qd1",
      "interrupt.qd1",
    ]);
    for (const { work, round } of measurement.blocks) {
      expect([work.voluntarySwitches, round]).toEqual([null, null]);
    }
  });

  test.each(["run", "compare", "sweep"])("%s is the same once it was written anew", (kind) => {
    const { measurement } = old(`${kind}.json`);
    const again = parsed(documentOf(measurement));
    expect(resultOf("x", again).measurement).toEqual(measurement);
  });
});

function set(into: unknown, [first, ...rest]: readonly (string | number)[], value: unknown): void {
  const holder = into as Record<string | number, unknown>;
  if (rest.length === 0) holder[first!] = value;
  else set(holder[first!], rest, value);
}

function leaves(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
