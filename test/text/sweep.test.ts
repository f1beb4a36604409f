import { describe, expect, test } from "vitest";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { sweepDocument } from "../../src/results/sweep-document.ts";
import { sweepReport } from "../../src/text/sweep.ts";
import { examplePoint, exampleSweep } from "../examples/compare.ts";
import { drained } from "../examples/drained.ts";
import { MEASURED_KEYS } from "../results/keys.ts";

const report = (sweep: Measurement): string => sweepReport(sweep, { color: false });

const coalesced = { threshold: 7, time: 10 };
const points = [
  examplePoint({ mode: "poll", interrupts: 0, typicalNs: 8000 }),
  examplePoint({ iodepth: 8, ios: 40_000, typicalNs: 12_000 }),
  // Fewer interrupts, later.
  examplePoint({
    iodepth: 8,
    coalescing: coalesced,
    ios: 40_000,
    interrupts: 5000,
    typicalNs: 12_900,
  }),
  // As many interrupts as that and later still.
  examplePoint({
    iodepth: 8,
    coalescing: { threshold: 7, time: 50 },
    ios: 40_000,
    interrupts: 5000,
    typicalNs: 14_000,
  }),
  examplePoint({ iodepth: 32, coalescing: coalesced, ios: 200 }),
];
const sweep = exampleSweep(points);

describe("a sweep that measured too little", () => {
  test("nothing at all has a heading and no rows", () => {
    const text = report({ ...exampleSweep([]), interrupted: true });
    expect(text).toMatch(/0 settings {2}1 job {2}interrupted$/m);
    expect(text).not.toMatch(/NaN|undefined|null|not beaten/);
  });

  test("a point without I/O has no latency and no cost", () => {
    const text = report(exampleSweep([examplePoint({ ios: 0 })]));
    expect(text).toMatch(/^ {2}interrupt +1 +- +0 +- +- +0 +-$/m);
  });

  test("a setting whose p99 is not carried is not judged", () => {
    expect(report(sweep)).toMatch(/^ {2}interrupt +32 +7,10 +200 +\S+ +- /m);
    expect(report(sweep)).toContain("p99 needs 1,000");
    expect(sweepDocument(sweep).points.at(-1)).toMatchObject({
      unbeaten: false,
      latNs: { p99: null },
    });
  });
});

test("settings that nothing beats are marked, and the mark is explained", () => {
  const text = report(sweep);
  expect(sweepDocument(sweep).points.map(({ unbeaten }) => unbeaten)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(text.match(/^\* \S/gm)).toHaveLength(3);
  expect(text).toMatch(/^\* interrupt +8 +- +40\.00k +\S+us +\S+us +40\.00k +5\.00us$/m);
  expect(text).toMatch(/^ {2}interrupt +8 +7,50 /m);
  expect(text).toContain("*       not beaten: no other setting of the mode");
});

test("a point is not beaten by its equal, nor by another mode", () => {
  const equal = exampleSweep([
    examplePoint({}),
    examplePoint({}),
    examplePoint({ mode: "poll", interrupts: 0 }),
  ]);
  expect(sweepDocument(equal).points.map(({ unbeaten }) => unbeaten)).toEqual([true, true, true]);
});

test("the document has every point with its settings and figures", () => {
  const document = sweepDocument(sweep);
  expect(Object.keys(document)).toEqual([...MEASURED_KEYS, "points"]);
  expect(document.points[2]).toMatchObject({
    mode: "interrupt",
    iodepth: 8,
    coalescing: coalesced,
    iops: 40_000,
    interruptsPerSecond: 5000,
    interruptsPerIo: 0.125,
    cpuNsPerIo: { user: 2000, system: 3000 },
  });
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test("what was drained is told of each setting", () => {
  const some = exampleSweep([points[0]!, points[1]!]);
  expect(report(some)).not.toContain("drained");
  const text = report(drained(some, 1500, 2000));
  expect(text).toMatch(/^drained poll\S* 1500 in 2\.00us {2}interrupt\S* 1500 in 4\.00us$/m);
});

test("no line is wider than 80 columns or ends in blanks", () => {
  const wide = exampleSweep([
    examplePoint({
      mode: "a-mode-with-a-long-name",
      iodepth: 65_535,
      coalescing: { threshold: 255, time: 255 },
    }),
    ...points,
  ]);
  for (const line of report({ ...wide, warnings: [{ kind: "interrupted" }] }).split("\n")) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
  }
});
