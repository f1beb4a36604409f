import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fioSize,
  fioTime,
  formatBytes,
  formatClock,
  formatCount,
  formatMiBps,
  formatNs,
  parseSize,
  parseTimeMs,
} from "../../src/ground/units.ts";

function why(result: ReturnType<typeof parseSize>): string {
  if (result.ok) throw new Error(`parsed as ${result.value}`);
  return result.why;
}

describe("a size that fio would misread is refused", () => {
  test.each([
    // What fio 3.33 makes of it.
    ["1_000", "digits only"],
    ["1,000", "digits only"],
    ["1.5k", "digits only"],
    ["50%", "not supported"],
  ])("%s", (text, advice) => {
    expect(why(parseSize(text))).toContain(advice);
  });

  test.each([
    "",
    " ",
    "k",
    "4 k",
    "4kk",
    "4x",
    "-4k",
    "+4k",
    "0x",
    "0xg",
    "4e3",
    "four",
    "4k\n",
    "٤",
  ])("%j is no size", (text) => expect(parseSize(text).ok).toBe(false));

  test("a size beyond what a number holds", () => {
    expect(parseSize("9007199254740991")).toEqual({ ok: true, value: 2 ** 53 - 1 });
    expect(parseSize("9007199254740992").ok).toBe(false);
    expect(parseSize("8p").ok).toBe(false);
    expect(parseSize(`1${"0".repeat(400)}`).ok).toBe(false);
  });
});

test.each([
  ["0", 0],
  ["512", 512],
  ["512b", 512],
  ["4k", 4096],
  ["4K", 4096],
  ["4kb", 4096],
  ["4ki", 4096],
  ["0x1000", 4096],
  ["0X1000", 4096],
  ["0x4k", 4096],
  ["1m", 1024 ** 2],
  ["2g", 2 * 1024 ** 3],
  ["1t", 1024 ** 4],
  ["1p", 1024 ** 5],
])("size %s is %d bytes, as to fio", (text, value) => {
  expect(parseSize(text)).toEqual({ ok: true, value });
});

test.each([
  ["4KiB", 4096],
  ["1.5KiB", undefined],
  ["0x4kib", 4096],
  ["16MiB", 16 * 1024 ** 2],
])("%s, as reports print it, is %d bytes", (text, value) => {
  const parsed = parseSize(text);
  expect(parsed.ok ? parsed.value : undefined).toBe(value);
});

test("a size is read back from fio's spelling", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(5), (odd, power) => {
      const bytes = Math.floor(odd / 1024 ** power) * 1024 ** power;
      expect(parseSize(fioSize(bytes))).toEqual({ ok: true, value: bytes });
    }),
  );
});

describe("a time that fio would misread is refused", () => {
  test.each([
    ["1sec", "write 1s"],
    ["2min", "write 2m"],
    ["1.5s", "1500ms"],
    ["0.5", "1500ms"],
    ["1h1m", "whole number"],
    ["500us", "whole milliseconds"],
  ])("%s", (text, advice) => {
    const result = parseTimeMs(text);
    expect(result).toMatchObject({ ok: false, why: expect.stringContaining(advice) });
  });

  test.each(["", "s", "-1s", "1 s", "1x", "0x10", "1constructor", "1__proto__", "1tostring"])(
    "%j is no time",
    (text) => expect(parseTimeMs(text).ok).toBe(false),
  );
});

test.each([
  ["0", 0],
  ["3", 3000],
  ["3s", 3000],
  ["500ms", 500],
  ["500msec", 500],
  ["5000us", 5],
  ["5000usec", 5],
  ["2m", 120_000],
  ["1H", 3_600_000],
  ["1d", 86_400_000],
])("time %s is %d ms", (text, value) => {
  expect(parseTimeMs(text)).toEqual({ ok: true, value });
});

test("a time is read back from fio's spelling", () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31 - 1), (ms) => {
      expect(parseTimeMs(fioTime(ms))).toEqual({ ok: true, value: ms });
    }),
  );
});

test.each([
  [0, "0ns"],
  [97, "97ns"],
  [311.7, "312ns"],
  [999.4, "999ns"],
  [999.5, "1.00us"],
  [8113, "8.11us"],
  [9994, "9.99us"],
  [9995, "10.0us"],
  [61_440, "61.4us"],
  [410_000, "410us"],
  [999_500, "1.00ms"],
  [1_200_000, "1.20ms"],
  [999_500_000, "1.00s"],
  [3e9, "3.00s"],
  [3.6e12, "3600s"],
])("%d ns reads %s", (ns, text) => {
  expect(formatNs(ns)).toBe(text);
});

test("a latency never takes more than seven characters, and never a fourth digit below an hour", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 999e9, noNaN: true }), (ns) => {
      const text = formatNs(ns);
      expect(text.length).toBeLessThanOrEqual(7);
      expect(text.replace(/[^0-9]/g, "").length).toBeLessThanOrEqual(3);
    }),
  );
});

test.each([
  [0, "0"],
  [7, "7"],
  [45.25, "45.25"],
  [9100, "9100"],
  [9100.4, "9100"],
  [9999.6, "10.00k"],
  [121_345, "121.3k"],
  [999_960, "1.000M"],
  [1_369_000, "1.369M"],
  [2.5e9, "2.500G"],
])("%d reads %s", (value, text) => {
  expect(formatCount(value)).toBe(text);
});

test("bytes, rates and clocks", () => {
  expect(formatBytes(512)).toBe("512B");
  expect(formatBytes(4096)).toBe("4KiB");
  expect(formatBytes(1536)).toBe("1.5KiB");
  expect(formatBytes(3_750_748_848 * 512)).toBe("1.75TiB");
  expect(formatMiBps(0)).toBe("0");
  expect(formatMiBps(473.84 * 1024 ** 2)).toBe("473.8");
  expect(formatMiBps(5348 * 1024 ** 2)).toBe("5348");
  expect(formatClock(3001)).toBe("0:04");
  expect(formatClock(750_000)).toBe("12:30");
  expect(formatClock(3_723_000)).toBe("1:02:03");
});
