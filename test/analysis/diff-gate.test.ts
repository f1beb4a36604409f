import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffFigures } from "../../src/analysis/diff-figures.ts";
import { parseGate } from "../../src/analysis/diff-gate.ts";
import { boundValue, formatGate, type Gate } from "../../src/analysis/gate.ts";

describe("a bound that may be a change or a value is refused with both readings", () => {
  test.each([
    ["p99 > 200us", 7, "p99 > +200us", "above a", "b:p99 > 200us", "above it"],
    ["read.p99 > 10us", 12, "read.p99 > +10us", "above a", "b:read.p99 > 10us", "above it"],
    ["P99>200US", 5, "p99 > +200us", "above a", "b:p99 > 200us", "above it"],
    ["iops < 100k", 8, "iops < -100k", "below a", "b:iops < 100k", "below it"],
    ["mibps<500", 7, "mibps < -500", "below a", "b:mibps < 500", "below it"],
    ["interrupts > 0", 14, "interrupts > +0", "above a", "b:interrupts > 0", "above it"],
  ])("%s", (text, character, change, fromA, value, itself) => {
    const parsed = parseGate(text);
    if (parsed.ok) throw new Error(`read as ${formatGate(parsed.value)}`);
    expect(parsed.why).toBe(
      `at character ${character}: may mean two things: "${change}" fails when b lies more than ` +
        `that ${fromA}, "${value}" when b itself lies ${itself}`,
    );
    expect(parseGate(change).ok).toBe(true);
    expect(parseGate(value).ok).toBe(true);
  });
});

describe("what is no condition says where, and how one looks", () => {
  test.each([
    ["", 1, /expected a figure/],
    ["   ", 4, /expected a figure/],
    ["p98 > 5%", 1, /perhaps p9/],
    ["read.p98 > 5%", 1, /expected a figure/],
    [".p99 > 5%", 1, /expected a figure/],
    ["__proto__ > 5%", 1, /expected a figure/],
    ["p99", 4, /expected ">" or "<"/],
    ["p99 = 5%", 5, /expected ">" or "<"/],
    ["p99 >> 5%", 5, /expected ">" or "<"/],
    ["p99 >= 5%", 5, /expected ">" or "<" for a change/],
    ["p99 == +5us", 5, /expected ">" or "<" for a change/],
    ["p99 >", 6, /expected a number/],
    ["p99 > five", 7, /expected a number/],
    ["p99 > +-5%", 8, /expected a number/],
    ["p99 > 5", 8, /expected %, ns, us, ms or s/],
    ["p99 > 5e3us", 8, /and then the end/],
    ["p99 > 5 %", 8, /and then the end/],
    ["p99 > 5% or so", 9, /and then the end/],
    ["p99 > 1,5%", 8, /and then the end/],
    ["p99 > 5.%", 8, /and then the end/],
    ["p99 > NaN%", 7, /expected a number/],
    ["p99 > Infinity", 7, /expected a number/],
    ["iops < -3us", 10, /expected %, k, M, G or nothing, for iops is no time/],
    ["iops < -3s", 10, /expected %, k, M, G or nothing, for iops/],
    ["p99 > 5m", 8, /expected %, ns, us, ms or s/],
    ["b:p99 > +5us", 9, /\+5us is a change, and "b:" is what b has; leave one of them out/],
    ["a:p99 < 5%", 9, /5% is a change, and "a:" is what a has/],
    ["c:p99 > 5us", 1, /expected a figure/],
    ["b: > 5us", 3, /expected a figure/],
    ["iops < -100%", 8, /never fails, for iops cannot fall by more than 100%/],
    ["poll.iops < -200%", 13, /never fails, for iops cannot fall by more than 100%/],
    ["b:iops < 0", 10, /never fails, for iops cannot lie below 0/],
    ["iops < 3%", 8, /expected a sign: "-" for a fall/],
    [`p99 > ${"1".repeat(13)}%`, 19, /and then the end/],
    ["p99 > 1.1234567%", 15, /and then the end/],
    [`${"x".repeat(300)} > 5%`, 201, /expected the end/],
  ])("%s", (text, character, why) => {
    const parsed = parseGate(text);
    if (parsed.ok) throw new Error(`read as ${formatGate(parsed.value)}`);
    expect(parsed.why).toMatch(new RegExp(`^at character ${character}: `));
    expect(parsed.why).toMatch(why);
    expect(parsed.why).toContain('as in "p99 > +5%"');
  });
});

test.each([
  ["p99>5%", "p99 > +5%", 0.05],
  ["  p99.9  >  +10us ", "p99.9 > +10us", 10_000],
  ["read.p99.9 > +1.5ms", "read.p99.9 > +1.5ms", 1.5e6],
  ["READ.P99.9 > +1.5MS", "READ.p99.9 > +1.5ms", 1.5e6],
  ["iops < -3K", "iops < -3k", -3000],
  ["b:p99>200us", "b:p99 > 200us", 200_000],
  ["B:poll.read.p99 >= 1.5MS", "b:poll.read.p99 >= 1.5ms", 1.5e6],
  ["a:iops <= 1.5m", "a:iops <= 1.5M", 1.5e6],
  ["iops < -3%", "iops < -3%", -0.03],
  ["iops<-1000", "iops < -1000", -1000],
  ["p99 > -10%", "p99 > -10%", -0.1],
  ["poll#2.read.mean > +250ns", "poll#2.read.mean > +250ns", 250],
  ["interrupt.qd8.c7-10.write.cpu > 0%", "interrupt.qd8.c7-10.write.cpu > +0%", 0],
  ["p50.p50 > +1s", "p50.p50 > +1s", 1e9],
  ["mibps < +2.5", "mibps < +2.5", 2.5],
])("%s is %s", (text, usual, value) => {
  const parsed = parseGate(text);
  if (!parsed.ok) throw new Error(parsed.why);
  expect(formatGate(parsed.value)).toBe(usual);
  expect(boundValue(parsed.value.bound)).toBeCloseTo(value, 9);
});

const word = fc.stringMatching(/^[a-z0-9#_-]{1,12}$/);
const gates: fc.Arbitrary<Gate> = fc
  .record({
    group: fc.option(
      fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(".")),
    ),
    figure: fc.constantFrom(...diffFigures),
    operator: fc.constantFrom(">" as const, "<" as const),
    side: fc.option(fc.constantFrom("a" as const, "b" as const)),
    digits: fc.tuple(fc.nat(999_999), fc.nat(999_999)),
    negative: fc.boolean(),
    unit: fc.constantFrom("ns" as const, "us" as const, "ms" as const, "s" as const),
    isShare: fc.boolean(),
  })
  .map(({ group, figure, side, operator, digits, negative, unit, isShare }) => {
    const number = Number(`${digits[0]}.${String(digits[1]).padStart(6, "0")}`);
    const own = figure.unit === "ns" ? unit : "";
    const isChange = side === null;
    const bound = {
      number: isChange && negative ? -number : number,
      unit: isChange && isShare ? "%" : own,
      isChange,
    } as const;
    return { side, group, figure: figure.name, operator, bound };
  })
  .filter(({ side, operator, bound: { number, unit } }) => {
    const neverFails = side === null ? unit === "%" && number <= -100 : number === 0;
    return operator === ">" || !neverFails;
  });

test("what is written is read back, and a blank more or less changes nothing", () => {
  fc.assert(
    fc.property(gates, (gate) => {
      const text = formatGate(gate);
      expect(parseGate(text)).toEqual({ ok: true, value: gate });
      expect(parseGate(text.replaceAll(" ", "  "))).toEqual({ ok: true, value: gate });
      expect(parseGate(text.replaceAll(" ", ""))).toEqual({ ok: true, value: gate });
    }),
  );
});

test("no text makes it throw, and every refusal names a character within the text or after it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      const parsed = parseGate(text);
      if (parsed.ok) return;
      const [, character] = /^at character ([0-9]+): /.exec(parsed.why)!;
      expect(Number(character)).toBeGreaterThanOrEqual(1);
      expect(Number(character)).toBeLessThanOrEqual(text.length + 1);
    }),
  );
});
