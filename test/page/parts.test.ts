// Small parts of the page that need no browser.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Point } from "../../src/page/chart.ts";
import { jainIndex } from "../../src/page/charts/queues.ts";
import { doubtsOf, seenIn } from "../../src/page/doubts.ts";
import { fileName } from "../../src/page/download.ts";
import {
  clock,
  formatRatios,
  formatSeconds,
  percentileName,
  percentLabel,
  tickCount,
  tickNs,
} from "../../src/page/format.ts";
import { spread } from "../../src/page/labels.ts";
import { alone, toggled } from "../../src/page/legend.ts";
import { nearestPoint, neighbour } from "../../src/page/nearest.ts";
import { groupStyles } from "../../src/page/styles.ts";
import { manyReport, sweepReport } from "./fixtures.ts";
import { groupOf } from "./groups.ts";

const shape = { medianNs: 8000, sigma: 0.1, tail: 1e-4 };

test("file names hold only what every file system takes", () => {
  expect(fileName([], "svg")).toBe("phasebit.svg");
  expect(fileName(["../..", "-", "/"], "svg")).toBe("phasebit.svg");
  expect(fileName(["../../etc/passwd", "heat"], "png")).toBe("etc-passwd-heat.png");
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (parts) => {
      expect(fileName(parts, "json")).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.json$/);
    }),
  );
});

test("nobody shares nothing, and equal shares are fair", () => {
  expect(jainIndex([0, 0, 0])).toBe(1);
  expect(jainIndex([5, 5, 5])).toBeCloseTo(1);
  expect(jainIndex([9, 0, 0])).toBeCloseTo(1 / 3);
});

test("Jain's index lies between 1/n and 1, whatever the unit", () => {
  const shares = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(shares, (values) => {
      const index = jainIndex(values);
      expect(index).toBeGreaterThanOrEqual(1 / values.length - 1e-9);
      expect(index).toBeLessThanOrEqual(1 + 1e-9);
      expect(jainIndex(values.map((value) => value * 7))).toBeCloseTo(index);
    }),
  );
});

test("percentiles are named by as many nines as they have", () => {
  const names = [1, 2, 4, 10, 100, 1e3, 1e4, 1e5, 1e6].map(percentileName);
  expect(names).toEqual([
    ...["p0", "p50", "p75", "p90", "p99", "p99.9", "p99.99", "p99.999", "p99.9999"],
  ]);
  expect(percentLabel(1e3)).toBe("99.9%");
});

test("ticks and moments are short", () => {
  expect([0, 800, 1500, 2e6, 3e9].map(tickNs)).toEqual(["0", "800ns", "1.5us", "2ms", "3s"]);
  expect([0, 950, 1500, 2e6].map(tickCount)).toEqual(["0", "950", "1.5k", "2M"]);
  expect([0.25, 12.52, 119, 330].map(formatSeconds)).toEqual(["250ms", "12.5s", "119s", "5:30"]);
  expect(clock(3930)).toBe("1:05:30");
});

test("findings of any file come before what only makes figures uncertain", () => {
  const [result] = sweepReport().results;
  const of = (file: string, warnings: readonly string[], findings: number) => ({
    ...result!,
    ...{ file, warnings, findings },
  });
  const doubts = doubtsOf([
    of("a.json", ["The host was busy.", "Job 0 waited."], 0),
    of("b.json", ["1 command never completed.", "The host was busy."], 1),
  ]);
  expect(doubts).toEqual([
    { file: "b.json", text: "1 command never completed." },
    { file: "a.json, b.json", text: "The host was busy." },
    { file: "a.json", text: "Job 0 waited." },
  ]);
});

test("a doubt is not cut inside of brackets", () => {
  expect(seenIn("1 command never completed (the oldest: CID 2, 1.0 s). Look at it.")).toBe(
    "1 command never completed (the oldest: CID 2, 1.0 s).",
  );
  expect(seenIn("Job 0 was late: other work ran. Stop it.")).toBe("Job 0 was late:");
  expect(seenIn("It fell (and so on: no end. Really")).toBe("It fell (and so on: no end. Really");
});

test("ratios have the decimals that tell them from 1", () => {
  expect(formatRatios([0.6, 0.64])).toBe("0.60 to 0.64");
  expect(formatRatios([0.997, 0.999])).toBe("0.997 to 0.999");
  expect(formatRatios([2, 2])).toBe("2.00");
});

test("labels are never nearer than a line, and stay between the edges", () => {
  const heights = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(heights, (ys) => {
      const labels = ys.map((y) => ({ x: 0, y, text: "", colour: "" }));
      const placed = spread(labels, 4, 296).map(({ y }) => y);
      expect(Math.min(...placed)).toBeGreaterThanOrEqual(4);
      expect(Math.max(...placed)).toBeLessThanOrEqual(296);
      for (let index = 1; index < placed.length; index++) {
        expect(placed[index]! - placed[index - 1]!).toBeGreaterThanOrEqual(14 - 1e-9);
      }
    }),
  );
});

function point(series: string, x: number, y: number, size?: number): Point {
  const box = size === undefined ? {} : { width: size, height: size };
  return { series, x, y, ...box, tip: () => ({ heading: "", rows: [] }) };
}

test("without points nothing is near", () => {
  expect(nearestPoint([], 1, 1)).toBeUndefined();
});

test("the nearest point is found, and inside a bar it is the bar", () => {
  const points = [point("a", 0, 0), point("b", 100, 0, 60)];
  expect(nearestPoint(points, 20, 0)).toBe(points[0]);
  expect(nearestPoint(points, 72, 10)).toBe(points[1]);
});

test("keys go along a series, and from one to the next above or below", () => {
  const a = [0, 10, 20].map((x) => point("a", x, 50));
  const b = [0, 10, 20].map((x) => point("b", x, 80));
  const points = [...a, ...b];
  expect(neighbour(points, a[0]!, "right")).toBe(a[1]);
  expect(neighbour(points, a[0]!, "left")).toBe(a[0]);
  expect(neighbour(points, a[1]!, "down")).toBe(b[1]);
  expect(neighbour(points, b[2]!, "up")).toBe(a[2]);
  expect(neighbour(points, b[2]!, "down")).toBe(b[2]);
});

test("points that are alone in their series are walked in their order", () => {
  const rows = [0, 1, 2].map((row) => point(String(row), 50 - row * 10, row * 20));
  expect(neighbour(rows, rows[0]!, "right")).toBe(rows[1]);
  expect(neighbour(rows, rows[2]!, "left")).toBe(rows[1]);
  expect(neighbour(rows, rows[2]!, "right")).toBe(rows[2]);
});

test("a legend never shows nothing", () => {
  const all = ["a", "b", "c"];
  expect([...toggled(new Set(["a"]), "a", all)]).toEqual(all);
  expect([...toggled(new Set(all), "b", all)]).toEqual(["a", "c"]);
  expect([...alone(new Set(all), "b", all)]).toEqual(["b"]);
  expect([...alone(new Set(["b"]), "b", all)]).toEqual(all);
});

test("no two of sixteen groups look the same, and points of one mode share a colour", () => {
  for (const { groups } of [manyReport(), sweepReport()]) {
    const styles = [...groupStyles(groups).values()];
    expect(new Set(styles.map((style) => Object.values(style).join())).size).toBe(16);
  }
  const styles = groupStyles(sweepReport().groups);
  expect(styles.get("poll-1")!.colour).toBe(styles.get("poll-64")!.colour);
  // the deeper the stronger
  const opacities = [1, 4, 16, 64].map((depth) => styles.get(`poll-${depth}`)!.opacity);
  expect(opacities).toEqual(opacities.toSorted((a, b) => a - b));
});

const colours = { poll: 1, interrupt: 2, hybrid: 3, adaptive: 4, lhp: 5 };

test("a mode has its colour in any company, and no other name takes it from one that is there", () => {
  const named = (...names: string[]) =>
    groupStyles(names.map((mode) => groupOf({ id: mode, mode, shape, iops: 1 })));
  for (const [mode, index] of Object.entries(colours)) {
    for (const company of [[mode], [mode, "a", "b"], [...Object.keys(colours)].reverse()]) {
      expect(named(...company).get(mode)!.colour).toBe(`var(--s${index})`);
    }
  }
  const many = named("poll", ...Array.from({ length: 40 }, (_, index) => `side ${index}`));
  const others = [...many].filter(([id]) => id !== "poll").map(([, { colour }]) => colour);
  expect(others).not.toContain("var(--s1)");
  expect(new Set([...many.values()].map(({ colour, dash }) => colour + dash)).size).toBe(41);
});

test("of one mode in several files each has a colour of its own, the first the mode's", () => {
  const groups = ["a", "b", "c"].map((id) => groupOf({ id, mode: "interrupt", shape, iops: 1 }));
  const own = [...groupStyles(groups).values()].map(({ colour }) => colour);
  expect(own[0]).toBe("var(--s2)");
  expect(new Set(own).size).toBe(3);
});
