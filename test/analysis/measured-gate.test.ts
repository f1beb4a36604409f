import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundValue, formatGate } from "../../src/analysis/gate.ts";
import { measuredFigure, parseMeasuredGate } from "../../src/analysis/measured-gate.ts";

describe("what is no condition says where, and how one looks", () => {
  test.each([
    ["", 1, /expected a figure/],
    ["p0 > 5us", 1, /expected a figure/],
    ["p100 > 5us", 1, /expected a figure/],
    ["p99. > 5us", 1, /expected a figure/],
    ["p99.1234567 > 5us", 1, /expected a figure/],
    ["eror > 0", 1, /perhaps errors/],
    ["constructor > 0", 1, /expected a figure/],
    ["p99", 4, /expected ">" or "<"/],
    ["errors = 0", 8, /expected ">" or "<" or "=="/],
    ["errors => 0", 8, /expected ">" or "<" or "=="/],
    ["p99 == 5us", 5, /expected ">" or "<": p99 is no count/],
    ["iops != 5", 6, /expected ">" or "<": iops is no count/],
    ["p99 > 200", 10, /: expected ns, us, ms or s/],
    ["p99 > 200k", 10, /: expected ns, us, ms or s/],
    ["iops < 5ms", 9, /: expected k, M, G or nothing, for iops is no time/],
    ["iops < 5ki", 10, /nothing, for iops is no time, and then the end/],
    ["p99 > +200us", 7, /\+200us is a change.*phasebit diff.*without a sign, 200us bounds/],
    ["iops < -3k", 8, /-3k is a change.*without a sign, 3k bounds/],
    ["p99 > 5%", 7, /5% is a change, which phasebit diff judges between two results; as in/],
    ["errors < 0", 10, /never fails, for errors cannot lie below 0/],
    ["p99 < 0.0us", 7, /never fails, for p99 cannot lie below 0/],
    ["errors == 0.5", 11, /never fails, for errors is a whole number/],
    ["b:p99 > 200us", 1, /sides are for phasebit diff/],
  ])("%s", (text, character, why) => {
    const parsed = parseMeasuredGate(text);
    if (parsed.ok) throw new Error(`read as ${formatGate(parsed.value)}`);
    expect(parsed.why).toMatch(new RegExp(`^at character ${character}: `));
    expect(parsed.why).toMatch(why);
    expect(parsed.why).toContain('as in "p99 > 200us"');
  });
});

test.each([
  ["p99<200us", "p99 < 200us", 200_000],
  ["P99.9 > 1.5MS", "p99.9 > 1.5ms", 1.5e6],
  ["p75 > 2s", "p75 > 2s", 2e9],
  ["read.p99.95 >= 800ns", "read.p99.95 >= 800ns", 800],
  ["p50.p50 > 1us", "p50.p50 > 1us", 1000],
  ["errors==0", "errors == 0", 0],
  ["Errors != 0", "errors != 0", 0],
  ["lost > 3", "lost > 3", 3],
  ["iops <= 0", "iops <= 0", 0],
  ["errors == 1.5k", "errors == 1.5k", 1500],
  ["IOPS < 100K", "iops < 100k", 100_000],
  ["iops <= 1.5m", "iops <= 1.5M", 1.5e6],
  ["poll.iops < 2g", "poll.iops < 2G", 2e9],
  ["mibps < 2.5", "mibps < 2.5", 2.5],
  ["interrupt.qd8.c7-10.write.cpu > 20us", "interrupt.qd8.c7-10.write.cpu > 20us", 20_000],
])("%s is %s", (text, usual, value) => {
  const parsed = parseMeasuredGate(text);
  if (!parsed.ok) throw new Error(parsed.why);
  expect(formatGate(parsed.value)).toBe(usual);
  expect(boundValue(parsed.value.bound)).toBeCloseTo(value, 9);
  expect(parseMeasuredGate(usual)).toEqual(parsed);
});

test("any percentile has a name and what it needs", () => {
  expect(measuredFigure("p05")?.name).toBe("p5");
  expect(measuredFigure("p99.5")).toMatchObject({ percentile: 99.5, unit: "ns" });
  expect(measuredFigure("p99.99")?.percentile).toBe(99.99);
});

test("no text makes it throw, and every refusal names a character within the text or after it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const parsed = parseMeasuredGate(text);
      if (parsed.ok) return;
      const [, character] = /^at character ([0-9]+): /.exec(parsed.why)!;
      expect(Number(character)).toBeGreaterThanOrEqual(1);
      expect(Number(character)).toBeLessThanOrEqual(text.length + 1);
    }),
  );
});
