// What changed together with the sides. The rates come from known truth: equal devices that slowly drift.
import { describe, expect, test } from "vitest";
import { type Diff, diffSides } from "../../src/analysis/diff.ts";
import type { Confounding } from "../../src/analysis/diff-confounded.ts";
import type { DiffResult, Side } from "../../src/analysis/diff-sides.ts";
import type { MergedSource } from "../../src/measurement/measurement.ts";
import { Random } from "../../src/statistics/random.ts";
import { compareSets } from "../../src/statistics/sets.ts";
import { confoundingText } from "../../src/text/diff-confounded.ts";
import { changed, elsewhere, runResult, sideOf } from "../examples/diff.ts";
import { exampleRun } from "../examples/run.ts";
import { gauss } from "../statistics/samples.ts";

const run = runResult(exampleRun({ perSecond: 100, seconds: 1 }));

/** Runs of both sides in this order, each a minute after the one before. */
function sidesIn(order: string): [Side, Side] {
  const runs = [...order].map((side, index) => {
    const result = changed({ ...run, file: `${index}.json` }, { startedMs: index * 60_000 });
    return { side, result };
  });
  const of = (wanted: string): Side =>
    sideOf(runs.filter(({ side }) => side === wanted).map(({ result }) => result));
  return [of("A"), of("B")];
}
const diffIn = (order: string): Diff => diffSides(...sidesIn(order));
const kinds = ({ confounded }: Diff) => confounded.map(({ kind }) => kind);

describe("the order", () => {
  test.each<[string, Confounding[]]>([
    ["AB", []],
    ["ABAB", []],
    ["ABBA", []],
    ["ABABABABAB", []],
    ["ABBAABBAAB", []],
    ["AABB", [{ kind: "order-confounded", first: "a", isWhole: true }]],
    ["ABBBB", [{ kind: "order-confounded", first: "a", isWhole: true }]],
    ["BABBB", []],
    ["BBBBBAAAAA", [{ kind: "order-confounded", first: "b", isWhole: true }]],
    ["AAAABABBBB", [{ kind: "order-confounded", first: "a", isWhole: false }]],
  ])("%s", (order, expected) => {
    expect(diffIn(order).confounded).toEqual(expected);
  });

  test("is that of the parts of merged results", () => {
    const [, b] = sidesIn("ABBB");
    const source = (startedMs: number): MergedSource => {
      const { argv, host, devices } = run.measurement;
      return { file: `${startedMs}`, startedMs, argv, host, devices };
    };
    const merged = (...times: number[]): Side =>
      sideOf(changed(run, { startedMs: 0, merged: times.map(source) }));
    expect(kinds(diffSides(merged(0, 30_000), b))).toEqual(["order-confounded"]);
    expect(kinds(diffSides(merged(0, 300_000), b))).toEqual([]);
  });

  test("of results that are on both sides is none", () => {
    const [a] = sidesIn("AAA");
    expect(kinds(diffSides(a, a))).toEqual([]);
  });
});

describe("equal devices that drift", () => {
  const REPEATS = 120;
  /** How far a device drifts from the first run to the last, in deviations of a run. */
  const DRIFT = 4;

  /** A level and its figures, run by run in this order. */
  function marksSomething(order: string, random: Random): boolean {
    const figures = Array.from({ length: 4 }, () => ({ a: [] as number[], b: [] as number[] }));
    for (const [index, side] of [...order].entries()) {
      const level = 100 + gauss(random) + (DRIFT * index) / (order.length - 1);
      for (const { a, b } of figures) (side === "A" ? a : b).push(level + 0.5 * gauss(random));
    }
    return compareSets(figures).some(({ verdict }) => verdict === "higher" || verdict === "lower");
  }

  function marked(order: string): number {
    const random = new Random(1);
    const found = Array.from({ length: REPEATS }, () => marksSomething(order, random));
    return found.filter(Boolean).length / REPEATS;
  }

  test("are marked where one side came first, and that is told", () => {
    const order = "AAAAABBBBB";
    expect(marked(order)).toBeGreaterThan(0.25);
    expect(kinds(diffIn(order))).toEqual(["order-confounded"]);
  });

  test("are not where they took turns, and nothing is said", () => {
    for (const order of ["ABABABABAB", "ABBAABBAAB"]) {
      expect(marked(order)).toBeLessThanOrEqual(0.025);
      expect(kinds(diffIn(order))).toEqual([]);
    }
  });
});

describe("the machine", () => {
  const { host } = run.measurement;
  const on = (change: Partial<typeof host>, device = {}): DiffResult =>
    changed(elsewhere(run, { host: change, device }), { startedMs: 1 });
  const confoundedIn = (...results: DiffResult[]) =>
    diffSides(sideOf(run), sideOf(results.map((one, index) => changed(one, { startedMs: index }))))
      .confounded;

  test("that is all that differs is what is compared", () => {
    expect(confoundedIn(on({ kernel: "6.13" }))).toEqual([]);
  });

  test("that differs beside what is compared is told", () => {
    const other = on({ kernel: "6.13", node: "v26.0.0" }, { firmware: "NEW" });
    expect(confoundedIn(other)).toEqual([
      { kind: "conditions-confounded", names: ["kernel", "Node.js"] },
    ]);
  });

  test("that differs in several ways is told, for nobody knows which it was", () => {
    expect(confoundedIn(on({ hostname: "bench-2", cpuModel: "Other" }))).toEqual([
      { kind: "conditions-confounded", names: ["host", "CPU"] },
    ]);
  });

  test("that both sides have had is not", () => {
    const others = [on({ kernel: "6.13" }, { firmware: "NEW" }), on({}, { firmware: "NEW" })];
    expect(confoundedIn(...others).filter(({ kind }) => kind === "conditions-confounded")).toEqual(
      [],
    );
  });
});

test("words", () => {
  expect(confoundingText({ kind: "order-confounded", first: "b", isWhole: true })).toBe(
    "all of b was measured before all of a: what drifted meanwhile counts as a difference; measure in turns",
  );
  expect(confoundingText({ kind: "order-confounded", first: "a", isWhole: false })).toMatch(
    /^most of a was measured before b: /,
  );
  const names = ["host", "kernel", "CPU"];
  expect(confoundingText({ kind: "conditions-confounded", names })).toBe(
    "a and b differ in host, kernel and CPU throughout: that may have made the difference",
  );
});
