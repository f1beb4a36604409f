import { describe, expect, test } from "vitest";
import { percentileNs } from "../../src/analysis/histogram.ts";
import { exported, requireFitting } from "../../src/export/export.ts";
import { stemOf } from "../../src/export/stem.ts";
import { uniqueNames } from "../../src/measurement/safe-names.ts";
import { emptyRun, exampleRun, latencyIn } from "../examples/run.ts";
import { readHgrm } from "./hgrm-text.ts";
import { compareResult, runResult, sweepResult } from "./results.ts";

describe("what cannot be exported", () => {
  test("a selection that the result does not have", () => {
    const of = (select: string) => () => exported(compareResult(), { format: "hgrm", select });
    expect(of("pol.read")).toThrow(
      "--select pol.read: did you mean poll.read? the result has poll.read, interrupt.read",
    );
    expect(of("poll,interupt")).toThrow(/--select interupt: .*the result has/);
    expect(of("")).toThrow(/--select "": the result has/);
    expect(of("\x1b[31m")).toThrow(/--select \\x1b\[31m/);
  });

  test("a result without latencies", () => {
    const empty = { file: "x.json", measurement: emptyRun() } as const;
    expect(() => exported(empty, { format: "hgrm" })).toThrow("x.json: has no latencies");
    expect(() => exported(empty, { format: "hgrm", select: "poll" })).toThrow(/no latencies/);
  });

  test("with an option of another format", () => {
    expect(() => requireFitting({ format: "csv", unit: "ms" })).toThrow(
      "--unit: is for --format hgrm; leave it out",
    );
    expect(() => requireFitting({ format: "json", select: "poll" })).toThrow(
      "--select: is for --format hgrm, hlog, csv, fio-json, openmetrics, prometheus",
    );
    expect(() => requireFitting({ format: "hgrm", unit: "ms" })).not.toThrow();
  });
});

test("files say result, mode, depth, direction and unit, so that two results do not meet", () => {
  const names = (...args: Parameters<typeof exported>) =>
    exported(...args).files.map(({ name }) => name);
  expect(names(runResult(), { format: "hgrm" })).toEqual([
    "run-poll.read.us.hgrm",
    "run-poll.write.us.hgrm",
  ]);
  const single = runResult({ options: { rw: "randread", numjobs: "1", iodepth: "1" } });
  expect(names(single, { format: "hgrm", unit: "ns" })).toEqual(["run-poll.read.ns.hgrm"]);
  expect(names(compareResult(), { format: "hgrm" })).toEqual([
    "compare-poll.read.us.hgrm",
    "compare-interrupt.read.us.hgrm",
  ]);
  expect(names(sweepResult(), { format: "hgrm" })).toEqual([
    "sweep-poll.qd1.read.us.hgrm",
    "sweep-interrupt.qd8.read.us.hgrm",
    "sweep-interrupt.qd8.c7-10.read.us.hgrm",
  ]);
});

test("a selection takes distributions by their name, or all of a mode", () => {
  const of = (select: string) =>
    exported(runResult(), { format: "hgrm", select }).files.map((file) => file.of);
  expect(of("poll.write")).toEqual(["poll.write"]);
  expect(of("poll")).toEqual(["poll.read", "poll.write"]);
  expect(of("poll.write,poll.read")).toEqual(["poll.read", "poll.write"]);
});

test("modes with hostile names get names for files, each its own", () => {
  const modes = ["../../etc/x", "a b", "a,b", ".", ""].map((name) => ({ name, typicalNs: 8000 }));
  const { files } = exported(compareResult({ modes, rounds: 1 }), { format: "hgrm" });
  for (const { name } of files) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
  expect(new Set(files.map(({ name }) => name)).size).toBe(5);
  expect(uniqueNames(["a b", "a,b", "a_b", "-rf"])).toEqual(["a_b", "a_b-2", "a_b-3", "_rf"]);
  expect(stemOf("x/..json")).toBe("_");
  expect(stemOf(`x/${"y".repeat(300)}.json`)).toHaveLength(100);
});

test.each([
  ["ns", 1],
  ["us", 1000],
  ["ms", 1_000_000],
] as const)("values in %s are the run's percentiles", (unit, ns) => {
  const measurement = exampleRun({ perSecond: 20_000, seconds: 2 });
  const read = latencyIn(measurement, "read");
  const run = { file: "x.json", measurement } as const;
  const { rows, max, total } = readHgrm(exported(run, { format: "hgrm", unit }).files[0]!.text);
  expect(total).toBe(40_000);
  expect(max).toBeCloseTo(read.maxNs / ns, 3);
  expect(rows.length).toBeGreaterThan(50);
  for (const { value, quantile } of rows.filter(
    (row) => row.quantile > 0 && row.quantile < 0.999,
  )) {
    expect(value).toBeCloseTo(percentileNs(read, quantile * 100) / ns, 3);
  }
});

test("many equal names are numbered in no time", () => {
  const names = uniqueNames([...Array(50_000).fill("poll.qd1"), "poll.qd1-2", "poll.qd1-50001"]);
  expect(new Set(names).size).toBe(50_002);
  expect(names[49_999]).toBe("poll.qd1-50000");
});
