import { describe, expect, test } from "vitest";
import { type Diff, diffSides, type FigureDiff } from "../../src/analysis/diff.ts";
import { groupName } from "../../src/analysis/diff-cells.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { Block } from "../../src/measurement/measurement.ts";
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
  runResult,
  runSet,
  sideOf,
  sweepResult,
} from "../examples/diff.ts";
import { emptyRun, exampleRun, intervalsIn, withBlock } from "../examples/run.ts";

const find = (diff: Diff, name: string, group?: string): FigureDiff => {
  const found = diff.figures.find(
    (one) => one.figure.name === name && (group === undefined || groupName(one.group) === group),
  );
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const groups = (diff: Diff): string[] => [
  ...new Set(diff.figures.map(({ group }) => groupName(group))),
];
const shown = (diff: Diff): string[] =>
  diff.figures
    .filter(({ verdict }) => verdict === "lower" || verdict === "higher")
    .map(({ figure }) => figure.name);

function refusal(work: () => unknown): PhasebitError {
  try {
    work();
  } catch (error) {
    if (error instanceof PhasebitError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("what cannot be compared", () => {
  const run = runResult(exampleRun({ perSecond: 100 }));
  const comparison = comparisonResult(exampleComparison({ rounds: 7, ios: 50 }));

  test("a run and a comparison", () => {
    const error = refusal(() => diffSides(sideOf(run), sideOf(comparison)));
    expect(error.code).toBe("USAGE");
    expect(error.message).toBe(
      "run.json is a run and c.json is a comparison; compare results of one kind",
    );
  });

  test("a mixed set", () => {
    expect(refusal(() => diffSides(sideOf([run, comparison]), sideOf(run))).code).toBe("USAGE");
  });

  test("other workloads, each option with both values and the flag that overrides it", () => {
    const options = { bs: "8k", iodepth: "32", size: "1g", rw: "randrw", rwmixread: "70" };
    const other = runResult(exampleRun({ perSecond: 100, options }));
    const error = refusal(() => diffSides(sideOf(run), sideOf(other)));
    expect(error.code).toBe("REFUSED");
    for (const part of [
      "rw randread in a, randrw in b",
      "bs 4k in a, 8k in b",
      "iodepth 1 in a, 32 in b",
      "size up to the end in a, 1g in b",
      "--despite-differences",
    ]) {
      expect(error.message).toContain(part);
    }
    const diff = diffSides(sideOf(run), sideOf(other), true);
    expect(diff.differences.filter(({ isWorkload }) => isWorkload).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["rw", "bs", "iodepth", "size"]),
    );
    expect(groups(diff)).toEqual(["read"]);
    expect(diff.unmatched).toEqual({ a: [], b: ["write", "both"] });
  });

  test("several workloads within a side, though both sides have them", () => {
    const deep = runResult(exampleRun({ perSecond: 100, options: { iodepth: "32" } }));
    const error = refusal(() => diffSides(sideOf([run, deep]), sideOf([run, deep])));
    expect(error.message).toContain("iodepth 1 and 32 in a, 1 and 32 in b");
  });

  test("comparisons without a mode in common", () => {
    const one = comparisonResult(exampleComparison({ modes: [poll], rounds: 7, ios: 50 }));
    const other = comparisonResult(exampleComparison({ modes: [interrupt], rounds: 7, ios: 50 }));
    const error = refusal(() => diffSides(sideOf(one), sideOf(other)));
    expect(error.code).toBe("USAGE");
    expect(error.message).toContain("a has poll.read, b has interrupt.read; choose one on each");
  });

  test("modes of one comparison that did other I/O, unless one insists", () => {
    const { measurement } = comparisonResult(
      exampleComparison({ modes: [poll, interrupt], rounds: 7, ios: 50 }),
    );
    const { workload } = runResult(
      exampleRun({ options: { bs: "8k", iodepth: "32" } }),
    ).measurement;
    const [first, second] = measurement.workloads;
    const one = comparisonResult({
      ...measurement,
      workloads: [first!, { ...second!, workload }],
    });
    const sides = [sideOf(one, { chosen: "poll" }), sideOf(one, { chosen: "interrupt" })] as const;
    const error = refusal(() => diffSides(...sides));
    expect(error.code).toBe("REFUSED");
    expect(error.message).toContain("bs 4k in a, 8k in b; iodepth 1 in a, 32 in b");
    expect(diffSides(...sides, true).subject).toMatchObject({ name: "mode" });
  });

  test("a comparison that was interrupted before it measured anything", () => {
    const whole = exampleComparison({ modes: [poll], rounds: 7, ios: 50 });
    const empty = comparisonResult({ ...whole, blocks: [], interrupted: true });
    const error = refusal(() => diffSides(sideOf(empty, { name: "x.json" }), sideOf(empty)));
    expect(error.message).toBe(
      "x.json: nothing was measured, it was interrupted; side: nothing was measured, it was interrupted",
    );
  });

  test("reads and writes, even when consent is given", () => {
    const writes = runResult(exampleRun({ perSecond: 100, options: { rw: "randwrite" } }));
    const error = refusal(() => diffSides(sideOf(run), sideOf(writes), true));
    expect(error.message).toContain("a has read, b has write");
    expect(error.message).not.toContain("FILE#NAME");
  });
});

describe("two runs", () => {
  const runOf = (typicalNs: number, change: Partial<Block> = {}) =>
    runResult(withBlock(exampleRun({ seconds: 12, perSecond: 2000, typicalNs }), change));

  test("are compared by their intervals, with an interval for each figure they tell", () => {
    const diff = diffSides(sideOf(runOf(8000)), sideOf(runOf(8800)));
    expect(diff.observations).toMatchObject({
      of: "intervals",
      a: 12,
      b: 12,
      blocks: { a: 3, b: 3 },
      likeness: { a: 0, b: 0 },
    });
    const p50 = find(diff, "p50");
    expect(p50.ratio).toBeCloseTo(1.1, 2);
    expect(p50.ci95!.ratio![0]).toBeGreaterThan(1.05);
    expect(p50).toMatchObject({ verdict: "higher", effect: { size: "large", cliffsDelta: 1 } });
    expect(shown(diff)).toEqual(expect.arrayContaining(["mean", "p50", "p90", "p99"]));
  });

  test("figures of the whole run have a difference and no interval", () => {
    const diff = diffSides(sideOf(runOf(8000)), sideOf(runOf(8800)));
    for (const name of ["max", "cpu"]) {
      expect(find(diff, name)).toMatchObject({
        ci95: null,
        verdict: null,
        noInterval: "whole run",
      });
      expect(find(diff, name).difference).not.toBeNull();
    }
  });

  test("beside itself nothing differs, and it is said", () => {
    const run = runOf(8000);
    const diff = diffSides(sideOf(run), sideOf({ ...run, file: "copy.json" }));
    expect(shown(diff)).toEqual([]);
    expect(diff.figures.every(({ difference }) => difference === 0 || difference === null)).toBe(
      true,
    );
    expect(diff.onBothSides).toEqual(["copy.json"]);
  });

  test("short ones have differences only", () => {
    const short = runResult(exampleRun({ seconds: 9, perSecond: 2000 }));
    const diff = diffSides(sideOf(short), sideOf(runOf(8800)));
    expect(find(diff, "p50")).toMatchObject({ ci95: null, verdict: null, noInterval: "few" });
    expect(find(diff, "p50").ratio).toBeCloseTo(1.1, 2);
  });

  test("old ones without histograms of intervals too", () => {
    const diff = diffSides(sideOf(runOf(8000, { intervals: null })), sideOf(runOf(8800)));
    expect(find(diff, "p50")).toMatchObject({ ci95: null, noInterval: "no histograms" });
  });

  test("a percentile that one of them cannot carry is not compared", () => {
    const diff = diffSides(sideOf(runOf(8000)), sideOf(runOf(8800)));
    expect(find(diff, "p99.9")).toMatchObject({ tooFewIos: null });
    expect(find(diff, "p99.99")).toMatchObject({
      a: null,
      b: null,
      difference: null,
      tooFewIos: { needed: 100_000, fewest: 24_000 },
    });
  });

  test("directions are compared by themselves, what they share together", () => {
    const mixed = runResult(
      exampleRun({ seconds: 10, perSecond: 500, options: { rw: "randrw", numjobs: "2" } }),
    );
    const diff = diffSides(sideOf(mixed), sideOf({ ...mixed }));
    expect(groups(diff)).toEqual(["read", "write", "both"]);
    const names = (group: string) =>
      diff.figures.filter((one) => groupName(one.group) === group).map(({ figure }) => figure.name);
    expect(names("read")).not.toContain("cpu");
    expect(names("both")).toEqual(["iops", "mibps", "cpu", "interrupts"]);
    expect(find(diff, "iops", "read").a).toBe(1000);
    expect(find(diff, "iops", "both").a).toBe(2000);
  });

  test("merged ones lose the short last interval of each of their sources", () => {
    const intervals = intervalsIn(runOf(8000).measurement);
    const two = [0, 1].flatMap((source) =>
      intervals.map((interval, index) =>
        index === intervals.length - 1
          ? { ...interval, source, lengthMs: interval.lengthMs / 10 }
          : { ...interval, source },
      ),
    );
    const diff = diffSides(sideOf(runOf(8000, { intervals: two })), sideOf(runOf(8800)));
    expect(diff.observations).toMatchObject({ a: 22, b: 12 });
  });

  test("one that measured nothing invents no figures", () => {
    const nothing = runResult(emptyRun());
    const diff = diffSides(sideOf(nothing), sideOf(nothing));
    const values = diff.figures.flatMap(({ a, b, difference, ratio }) => [a, b, difference, ratio]);
    expect(values.every((value) => value === null || Number.isFinite(value))).toBe(true);
    expect(shown(diff)).toEqual([]);
  });
});

describe("sets of runs", () => {
  test("each run is one value", () => {
    const diff = diffSides(
      sideOf(runSet({ count: 6 })),
      sideOf(runSet({ count: 5, seed: 2, typicalNs: 8800 })),
    );
    expect(diff.observations).toEqual({ of: "results", a: 6, b: 5 });
    expect(find(diff, "p50")).toMatchObject({ verdict: "higher", effect: { size: "large" } });
    expect(find(diff, "p50").ratio).toBeCloseTo(1.1, 1);
    expect(find(diff, "p99").ci95).not.toBeNull();
  });

  test("of fewer than five a side have differences only", () => {
    const diff = diffSides(sideOf(runSet({ count: 4 })), sideOf(runSet({ count: 6, seed: 2 })));
    expect(find(diff, "p50")).toMatchObject({ ci95: null, verdict: null, noInterval: "few" });
    expect(find(diff, "p50").effect).toBeNull();
    const lone = diffSides(sideOf(runSet({ count: 1 })), sideOf(runSet({ count: 6, seed: 2 })));
    expect(lone.observations).toEqual({ of: "results", a: 1, b: 6 });
    expect(find(lone, "p50").difference).not.toBeNull();
  });

  test("a percentile that one run cannot carry is compared for none", () => {
    const [first, ...others] = runSet({ count: 5 });
    const thin = runSet({ count: 1, seed: 3, ios: 900 });
    expect(first).toBeDefined();
    const diff = diffSides(sideOf([...others, ...thin]), sideOf(runSet({ count: 5, seed: 2 })));
    expect(find(diff, "p99")).toMatchObject({
      a: null,
      difference: null,
      tooFewIos: { needed: 1000, fewest: 900 },
    });
    expect(find(diff, "p99").b).not.toBeNull();
  });

  test("of one behaviour claim nothing, in at least 19 of 20", () => {
    const silent = Array.from({ length: 20 }, (_, index) => {
      const set = (seed: number) => sideOf(runSet({ count: 6, seed, scatter: 0.02, ios: 1000 }));
      return shown(diffSides(set(100 + index), set(200 + index))).length === 0;
    });
    expect(silent.filter(Boolean).length).toBeGreaterThanOrEqual(19);
  });

  test("a p99 10 % higher is found with 10 runs a side", () => {
    const [a, b] = [8000, 8800].map((typicalNs, index) =>
      sideOf(runSet({ count: 10, seed: index + 1, typicalNs, scatter: 0.02 })),
    );
    expect(find(diffSides(a!, b!), "p99").verdict).toBe("higher");
  });

  test("the same input gives the same output", () => {
    const once = () =>
      diffSides(sideOf(runSet({ count: 6 })), sideOf(runSet({ count: 6, seed: 2 })));
    expect(once()).toEqual(once());
  });
});

describe("comparisons", () => {
  const compared = (seed: number, modes = [poll, interrupt], rounds = 8) =>
    comparisonResult(exampleComparison({ modes, rounds, ios: 300, seed }), `${seed}.json`);

  test("mode by mode, by their rounds, and what has no partner is listed", () => {
    const faster = { ...poll, typicalNs: 7200 };
    const diff = diffSides(sideOf(compared(1)), sideOf(compared(2, [faster])));
    expect(diff.observations).toEqual({ of: "rounds", a: 8, b: 8 });
    expect(groups(diff)).toEqual(["poll.read"]);
    expect(diff.unmatched).toEqual({ a: ["interrupt.read"], b: [] });
    expect(find(diff, "p50")).toMatchObject({ verdict: "lower" });
    expect(find(diff, "iops")).toMatchObject({ verdict: "higher" });
  });

  test("two modes of one are compared side by side", () => {
    const one = compared(1);
    const diff = diffSides(sideOf(one, { chosen: "poll" }), sideOf(one, { chosen: "interrupt" }));
    expect(diff.observations).toEqual({ of: "paired rounds", a: 8, b: 8 });
    expect(diff.subject).toEqual({ name: "mode", a: ["poll"], b: ["interrupt"] });
    expect(groups(diff)).toEqual(["read"]);
    expect(diff.onBothSides).toEqual([]);
    const p50 = find(diff, "p50");
    expect(p50.verdict).toBe("higher");
    expect(p50.ratio).toBeCloseTo(13_200 / 8000, 1);
    expect(p50.difference).toBeGreaterThan(0);
    expect(find(diff, "interrupts")).toMatchObject({ ratio: null, verdict: "higher" });
    expect(find(diff, "interrupts").noRatioInterval).toBe("zero");
    expect(p50.ratio).toBeCloseTo(p50.b! / p50.a!, 12);
  });

  test("two modes of two comparisons by independent rounds", () => {
    const diff = diffSides(
      sideOf(compared(1), { chosen: "poll" }),
      sideOf(compared(2), { chosen: "interrupt" }),
    );
    expect(diff.observations.of).toBe("rounds");
    expect(find(diff, "p50").verdict).toBe("higher");
  });

  test("of several files each file is one value", () => {
    const set = (from: number, mode = poll) =>
      sideOf(Array.from({ length: 5 }, (_, index) => compared(from + index, [mode], 3)));
    const diff = diffSides(set(10), set(20, { ...poll, typicalNs: 8400 }));
    expect(diff.observations).toEqual({ of: "results", a: 5, b: 5 });
    expect(find(diff, "p50").verdict).toBe("higher");
  });

  test("a mode that some files do not have is listed with how many do", () => {
    const side = sideOf([compared(1), compared(2, [poll])]);
    const diff = diffSides(side, sideOf([compared(3), compared(4)]));
    expect(diff.unmatched.a).toEqual(["interrupt.read (in 1 of 2 results)"]);
    expect(diff.unmatched.b).toEqual(["interrupt.read"]);
  });
});

describe("sweeps", () => {
  const points = [1, 8].flatMap((iodepth) =>
    (["poll", "interrupt"] as const).map((mode) => examplePoint({ mode, iodepth, ios: 2000 })),
  );
  const coalesced = examplePoint({ iodepth: 8, coalescing: { threshold: 7, time: 10 }, ios: 2000 });
  const sweep = sweepResult(exampleSweep([...points, coalesced]));

  test("point by point", () => {
    const fewer = sweepResult(exampleSweep(points.slice(0, 3)));
    const diff = diffSides(sideOf(sweep), sideOf(fewer));
    expect(groups(diff)).toEqual(["poll.qd1.read", "interrupt.qd1.read", "poll.qd8.read"]);
    expect(diff.unmatched.a).toEqual(["interrupt.qd8.read", "interrupt.qd8.c7-10.read"]);
    expect(find(diff, "p50")).toMatchObject({ noInterval: "few" });
  });

  test("two modes of one at the same depths", () => {
    const diff = diffSides(
      sideOf(sweep, { chosen: "poll" }),
      sideOf(sweep, { chosen: "interrupt" }),
    );
    expect(groups(diff)).toEqual(["qd1.read", "qd8.read"]);
    expect(diff.unmatched).toEqual({ a: [], b: ["qd8.c7-10.read"] });
    expect(diff.subject).toEqual({ name: "point", a: ["poll"], b: ["interrupt"] });
  });

  test("two points", () => {
    const diff = diffSides(
      sideOf(sweep, { chosen: "interrupt.qd8" }),
      sideOf(sweep, { chosen: "interrupt.qd8.c7-10" }),
    );
    expect(groups(diff)).toEqual(["read"]);
  });
});

test("doubts of either side come along, those of both once, the worst first", () => {
  const busy = { kind: "host-busy", loadAverage: 3 } as const;
  const [a, b] = [runSet({ count: 3 }), runSet({ count: 3, seed: 2 })];
  const lost = { kind: "commands-lost", count: 2 } as const;
  const doubtful = changed(a[0]!, { warnings: [busy, lost] });
  const diff = diffSides(
    sideOf([doubtful, a[1]!, a[2]!]),
    sideOf([changed(b[0]!, { warnings: [busy] }), b[1]!, b[2]!]),
  );
  expect(diff.warnings).toEqual([
    { sides: ["a"], warning: lost, results: 1 },
    { sides: ["a", "b"], warning: busy, results: 1 },
  ]);
});
