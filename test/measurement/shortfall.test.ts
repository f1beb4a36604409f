import { describe, expect, test } from "vitest";
import type { Warning } from "../../src/measurement/measurement.ts";
import {
  comparisonShortfall,
  runShortfall,
  shareText,
  shortfallText,
  sweepShortfall,
} from "../../src/measurement/shortfall.ts";
import { unitedWarnings } from "../../src/measurement/united-warnings.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { exampleRun } from "../examples/run.ts";

const block = (workload: number, ms: number) => ({ workload, elapsedNs: ms * 1e6 });

describe("a run", () => {
  const [setting] = exampleRun({ seconds: 10, perSecond: 1 }).workloads;
  test.each([
    [3217, "3.22s of 10s"],
    [0, "0ms of 10s"],
    [9700, "9.7s of 10s"],
  ])("of %d ms", (ms, share) => {
    const warnings = runShortfall(setting!, block(0, ms));
    expect(shareText(warnings)).toBe(share);
    expect(shortfallText(warnings[0]!)).toBe(`Only ${share} were measured.`);
  });

  test.each([9990, 10_000, 10_040])("of %d ms is whole", (ms) => {
    expect(runShortfall(setting!, block(0, ms))).toEqual([]);
  });
});

describe("a sweep", () => {
  const depths = [1, 2, 4, 8, 16, 32, 64];
  const planned = exampleSweep(depths.map((iodepth) => examplePoint({ iodepth }))).workloads;

  test("that came to all its settings is whole", () => {
    expect(
      sweepShortfall(
        planned,
        depths.map((_, index) => block(index, 1000)),
      ),
    ).toEqual([]);
    expect(shareText([])).toBe("");
  });

  test("that stopped names what is missing, as much as a line bears", () => {
    const found = sweepShortfall(planned, [block(0, 1000)]);
    expect(found).toMatchObject([{ unit: "settings", measured: 1, planned: 7 }]);
    expect(found[0]!.missing).toHaveLength(6);
    expect(shortfallText(found[0]!)).toBe(
      "Only 1 of 7 settings were measured in full; missing or cut short: interrupt.qd2, " +
        "interrupt.qd4, interrupt.qd8, interrupt.qd16 and 2 more.",
    );
  });

  test("of which a setting was cut short lacks that one", () => {
    const blocks = depths.map((_, index) => block(index, index === 6 ? 400 : 1000));
    expect(sweepShortfall(planned, blocks)).toMatchObject([
      { measured: 6, planned: 7, missing: ["interrupt.qd64"] },
    ]);
  });

  test("that measured nothing says so", () => {
    expect(shareText(sweepShortfall(planned, []))).toBe("0 of 7 settings");
  });
});

test("a comparison counts blocks", () => {
  const whole = exampleComparison({ modes: [poll, interrupt], rounds: 4, ios: 20 });
  const timed = whole.blocks.map((one) => ({ ...one, elapsedNs: 1e9 }));
  expect(comparisonShortfall({ ...whole, blocks: timed })).toEqual([]);
  const found = comparisonShortfall({ ...whole, blocks: timed.slice(0, 5) });
  expect(shareText(found)).toBe("5 of 8 blocks");
  expect(shortfallText(found[0]!)).toBe("Only 5 of 8 blocks were measured in full.");
});

test("of two that are partial, the sum says the worse", () => {
  const part = (measured: number): Warning[] => [
    { kind: "partial", unit: "ms", measured, planned: 10_000 },
  ];
  expect(shareText(unitedWarnings([part(9000), part(2000), part(5000)]))).toBe("2s of 10s");
  const other: Warning[] = [{ kind: "io-errors", count: 1 }];
  expect(unitedWarnings([other, part(9000)]).map(({ kind }) => kind)).toEqual([
    "partial",
    "io-errors",
  ]);
});
