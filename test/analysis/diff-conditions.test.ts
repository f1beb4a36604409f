import { describe, expect, test } from "vitest";
import { differencesOf, subjectOf } from "../../src/analysis/diff-conditions.ts";
import type { DiffResult, Side } from "../../src/analysis/diff-sides.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import {
  changed,
  comparisonResult,
  elsewhere,
  runResult,
  sideOf,
  sweepResult,
} from "../examples/diff.ts";
import { exampleRun, withJob } from "../examples/run.ts";

const run = (options: WorkloadOptions = {}): DiffResult =>
  runResult(exampleRun({ seconds: 1, perSecond: 10, options }));
const base = run();
const differences = (a: DiffResult | DiffResult[], b: DiffResult | DiffResult[]) =>
  differencesOf(sideOf(a), sideOf(b));
const names = (a: DiffResult | DiffResult[], b: DiffResult | DiffResult[]) =>
  differences(a, b).map(({ name }) => name);

test("two results of the same differ in nothing", () => {
  expect(differences(base, run())).toEqual([]);
});

describe("what makes another workload", () => {
  test.each<[string, WorkloadOptions, string[]]>([
    ["rw", { rw: "read" }, ["rw"]],
    ["rwmixread without a mix", { rwmixread: "10" }, []],
    ["bs", { bs: "8k" }, ["bs"]],
    ["iodepth", { iodepth: "2" }, ["iodepth"]],
    ["numjobs", { numjobs: "2" }, ["numjobs"]],
    ["offset", { offset: "1m" }, ["offset"]],
    ["size", { size: "1m" }, ["size"]],
  ])("%s", (_, options, expected) => {
    const found = differences(base, run(options)).filter(({ isWorkload }) => isWorkload);
    expect(found.map(({ name }) => name)).toEqual(expected);
  });

  test("the mix", () => {
    const mix = (rwmixread: string) => run({ rw: "randrw", rwmixread });
    expect(names(mix("50"), mix("70"))).toEqual(["rwmixread"]);
  });

  test("the namespace's blocks", () => {
    const other = elsewhere(base, { device: { blockBytes: 4096, logicalBlocks: 468_843_606 } });
    const found = differences(base, other).filter(({ isWorkload }) => isWorkload);
    expect(found).toEqual([{ name: "block size", a: ["512"], b: ["4k"], isWorkload: true }]);
  });
});

describe("what is noted, with both values", () => {
  test.each<[string, WorkloadOptions, string, string]>([
    ["precondition", { precondition: "filled twice" }, "not stated", "filled twice"],
    ["ramp-time", { rampTime: "5" }, "0s", "5s"],
    ["runtime", { runtime: "90" }, "1s", "90s"],
    ["seed", { seed: "7" }, "1", "7"],
    ["cpus", { cpus: "2,3" }, "chosen", "2,3"],
    ["log-hist-msec", { logHistMsec: "100" }, "1000", "100"],
    ["stages", { stages: true }, "not measured", "measured"],
    ["completion", { completion: "interrupt" }, "poll", "interrupt"],
    ["irq", { irq: "msi" }, "auto", "msi"],
    ["coalesce", { coalesce: "7,10" }, "left alone", "7,10"],
  ])("%s", (name, options, a, b) => {
    expect(differences(base, run(options))).toEqual([{ name, a: [a], b: [b], isWorkload: false }]);
  });

  test.each([
    ["host", { host: { hostname: "other" } }],
    ["kernel", { host: { kernel: "6.13.1" } }],
    ["CPU", { host: { cpuModel: "another" } }],
    ["memory", { host: { memoryBytes: 2 ** 30 } }],
    ["Node.js", { host: { node: "v22.0.0" } }],
    ["Node.js", { host: { v8: "12.4" } }],
    ["pages", { host: { pageBytes: 4096 } }],
    ["load average", { host: { loadAverage: 2.5 } }],
    ["device", { device: { address: "0000:5f:00.0" } }],
    ["transport", { device: { transport: "embedded" } }],
    ["model", { device: { model: "ACME X2" } }],
    ["serial", { device: { serial: "S2" } }],
    ["firmware", { device: { firmware: "3B" } }],
    ["NVMe version", { device: { version: "2.0.0" } }],
    ["nsid", { device: { nsid: 2 } }],
    ["capacity", { device: { logicalBlocks: 1000 } }],
  ] as const)("%s", (name, change) => {
    expect(names(base, elsewhere(base, change))).toEqual([name]);
  });

  test("phasebit, an interruption, a merged result with all its hosts", () => {
    expect(names(base, changed(base, { version: "9.0.0" }))).toEqual(["phasebit"]);
    expect(names(base, changed(base, { interrupted: true }))).toEqual(["interrupted"]);
    const { host, devices } = base.measurement;
    const source = { file: "x", startedMs: 1, argv: [], host, devices };
    const merged = [source, { ...source, host: { ...host, hostname: "second" } }];
    expect(differences(base, changed(base, { merged }))).toEqual([
      { name: "host", a: ["bench-1"], b: ["bench-1", "second"], isWorkload: false },
      { name: "merged", a: ["no"], b: ["of 2 results"], isWorkload: false },
    ]);
  });

  test("a load and a clock that differ a little are not told", () => {
    expect(names(base, elsewhere(base, { host: { loadAverage: 0.5 } }))).toEqual([]);
    const clock = (clockNs: number) => runResult(withJob(base.measurement, { clockNs }));
    expect(names(base, clock(28))).toEqual([]);
    expect(differences(base, clock(30))).toEqual([
      { name: "clock", a: ["24ns a reading"], b: ["30ns a reading"], isWorkload: false },
    ]);
    expect(names(clock(30), base)).toEqual(["clock"]);
  });

  test("another clock, and one that an old result did not keep", () => {
    const clock = (source: "tsc" | "monotonic") => ({ source, hz: null, driftPpm: null });
    const other = runResult(withJob(base.measurement, { clock: clock("monotonic") }));
    expect(differences(base, other)).toEqual([
      { name: "clocksource", a: ["tsc"], b: ["monotonic"], isWorkload: false },
    ]);
    const old = runResult(withJob(base.measurement, { clock: null }));
    expect(differences(base, old)).toMatchObject([{ name: "clocksource", b: ["not known"] }]);
  });

  test("sets differ in what only one has; what both mix is the same", () => {
    const seeds = (...all: string[]) => all.map((seed) => run({ seed }));
    expect(names(seeds("1", "2"), seeds("2", "1"))).toEqual([]);
    expect(names(seeds("1", "2"), seeds("1"))).toEqual(["seed"]);
  });
});

describe("of comparisons and sweeps", () => {
  const compared = (options: string) =>
    comparisonResult(
      exampleComparison({ modes: [poll, { ...interrupt, options }], rounds: 2, ios: 10 }),
    );

  test("what a mode stands for", () => {
    expect(names(compared("--irq msix"), compared("--irq msi"))).toEqual(["modes' options"]);
  });

  test("their own completion mode, and a sweep's depth, mean nothing", () => {
    const deeper = run({ iodepth: "32", completion: "interrupt" }).measurement.workload;
    const comparison = compared("");
    expect(names(comparison, changed(comparison, { workload: deeper }))).toEqual([]);
    const sweep = sweepResult(exampleSweep([examplePoint({})]));
    expect(names(sweep, changed(sweep, { workload: deeper }))).toEqual([]);
  });
});

describe("the workload of a comparison's modes", () => {
  const modes = [poll, interrupt];
  const plain = exampleComparison({ modes, rounds: 2, ios: 10 });
  const withWorkload = (changes: Record<string, WorkloadOptions>) =>
    comparisonResult({
      ...plain,
      workloads: plain.workloads.map((mode) => ({
        ...mode,
        workload: workloadOf(changes[mode.name]),
      })),
    });
  const workloadOf = (options: WorkloadOptions = {}) => run(options).measurement.workload;
  const told = (a: Side, b: Side) => differencesOf(a, b).filter(({ isWorkload }) => isWorkload);

  test("that only a later mode has otherwise is told with the mode", () => {
    const other = withWorkload({ interrupt: { bs: "8k", iodepth: "32" } });
    expect(told(sideOf(withWorkload({})), sideOf(other))).toEqual([
      { name: "bs of interrupt", a: ["4k"], b: ["8k"], isWorkload: true },
      { name: "iodepth of interrupt", a: ["1"], b: ["32"], isWorkload: true },
    ]);
  });

  test("that differs between modes and not between sides is none", () => {
    const mixed = withWorkload({ interrupt: { bs: "8k" } });
    expect(told(sideOf(mixed), sideOf(mixed))).toEqual([]);
    expect(told(sideOf([mixed, mixed]), sideOf(mixed))).toEqual([]);
  });

  test("that differs in all modes alike needs no mode's name", () => {
    const other = withWorkload({ poll: { bs: "8k" }, interrupt: { bs: "8k" } });
    expect(told(sideOf(withWorkload({})), sideOf(other)).map(({ name }) => name)).toEqual(["bs"]);
  });

  test("of a mode that only one side chose counts, those of others do not", () => {
    const other = withWorkload({ interrupt: { bs: "8k" } });
    const chosen = (mode: string) => sideOf(other, { chosen: mode });
    expect(told(sideOf(withWorkload({})), chosen("poll"))).toEqual([]);
    expect(told(sideOf(withWorkload({})), chosen("interrupt"))).toHaveLength(1);
  });

  test("of two chosen modes of one file is compared too", () => {
    const one = withWorkload({ interrupt: { rw: "randrw", bs: "8k", numjobs: "2" } });
    const [a, b] = [sideOf(one, { chosen: "poll" }), sideOf(one, { chosen: "interrupt" })];
    expect(told(a, b).map(({ name }) => name)).toEqual(["rw", "bs", "numjobs"]);
  });
});

describe("what is compared", () => {
  const subject = (a: DiffResult | DiffResult[], b: DiffResult | DiffResult[]) =>
    subjectOf(differences(a, b))?.name ?? null;

  test("is the one condition that differs, whatever else is a little otherwise", () => {
    const newer = elsewhere(base, { device: { firmware: "3B" }, host: { loadAverage: 3 } });
    expect(subject(base, newer)).toBe("firmware");
    expect(subject(base, elsewhere(base, { host: { kernel: "6.13.1" } }))).toBe("kernel");
    expect(subject(base, run({ completion: "interrupt" }))).toBe("completion");
  });

  test("is nothing when nothing differs, or two conditions do, or a side is mixed", () => {
    const newer = elsewhere(base, { device: { firmware: "3B" } });
    expect(subject(base, run())).toBeNull();
    expect(subject(base, elsewhere(newer, { host: { kernel: "6.13.1" } }))).toBeNull();
    expect(subject([base, newer], newer)).toBeNull();
    expect(subject(base, run({ runtime: "90" }))).toBeNull();
  });
});
