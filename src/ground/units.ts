// Sizes and times as fio users write them, and as reports print them. fio reads a unit that it does not
// know as 0 or as something else (1sec is 0, 1_000 is 1); here such a value is an error.

export const NS_PER_US = 1e3;
export const NS_PER_MS = 1e6;
export const NS_PER_S = 1e9;

const sizeUnits = ["", "k", "m", "g", "t", "p"];
const timeUnitsUs: Readonly<Record<string, number>> = {
  d: 86_400_000_000,
  h: 3_600_000_000,
  m: 60_000_000,
  s: 1_000_000,
  "": 1_000_000,
  ms: 1000,
  msec: 1000,
  us: 1,
  usec: 1,
};

/** A parsed value, or why there is none: "fio would cut it at the point; …". */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/**
 * Bytes of `4096`, `4k`, `4kb`, `4ki`, `4KiB`, `0x1000` or `1g`: k is 1024, case does not matter. `4KiB` is what reports
 * print; fio takes it for 4000 unless its kb_base says else.
 */
export function parseSize(text: string): Parsed<number> {
  const lower = text.toLowerCase();
  const match = /^(0x[0-9a-f]+|[0-9]+)(?:([kmgtp])i?b?|b)?$/.exec(lower);
  if (!match?.[1]) return refused(sizeAdvice(lower));
  const bytes = Number(match[1]) * 1024 ** sizeUnits.indexOf(match[2] ?? "");
  if (!Number.isSafeInteger(bytes)) return refused("is larger than phasebit can count (8p - 1)");
  return { ok: true, value: bytes };
}

function sizeAdvice(lower: string): string {
  if (lower.endsWith("%")) return "shares of the device are not supported; give bytes, as in 1g";
  if (/^[0-9]+[_,.][0-9]/.test(lower)) {
    return "fio would stop reading at the first character that is no digit; write digits only, as in 1536 or 4k";
  }
  return "a size is a whole number with k, m, g, t or p (powers of 1024), or 0x and hexadecimal digits";
}

/** Milliseconds of `3` (seconds), `3s`, `500ms`, `2m`, `1h`, `1d` or `5000us`. */
export function parseTimeMs(text: string): Parsed<number> {
  const lower = text.toLowerCase();
  const match = /^([0-9]+)([a-z]*)$/.exec(lower);
  const unitUs = timeUnitsUs[match?.[2] ?? ""];
  if (!match || unitUs === undefined || !Object.hasOwn(timeUnitsUs, match[2] ?? "")) {
    return refused(timeAdvice(lower));
  }
  const us = Number(match[1]) * unitUs;
  if (!Number.isSafeInteger(us)) return refused("is longer than phasebit can count");
  if (us % 1000 !== 0) return refused("times go in whole milliseconds");
  return { ok: true, value: us / 1000 };
}

function timeAdvice(lower: string): string {
  const sameAs = /^([0-9]+)(sec|secs|second|seconds|min|mins|minute|minutes)$/.exec(lower);
  if (sameAs?.[2]) {
    return `fio takes this unit for 0; write ${sameAs[1]}${sameAs[2].startsWith("s") ? "s" : "m"}`;
  }
  if (/^[0-9]+\.[0-9]/.test(lower)) {
    return "fio would cut it at the point; write it in a smaller unit, as in 1500ms";
  }
  return "a time is a whole number with d, h, m, s, ms or us; without a unit it is seconds";
}

function refused(why: string): Parsed<never> {
  return { ok: false, why };
}

/** The shortest fio spelling of a size: 4096 is "4k". parseSize reads it back. */
export function fioSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value > 0 && value % 1024 === 0 && unit < sizeUnits.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value}${sizeUnits[unit]}`;
}

/** fio's spelling of a time: "10s", or "1500ms" where seconds do not divide it. parseTimeMs reads it back. */
export function fioTime(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Three significant digits: 8.11, 61.4, 410. Values from 999.5 on are the caller's to scale. */
function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  if (value < 99.95) return value.toFixed(1);
  return value.toFixed(0);
}

/** "312ns", "8.11us", "61.4us", "1.20ms", "3.00s": three significant digits, ASCII. */
export function formatNs(ns: number): string {
  if (ns < 999.5) return `${ns.toFixed(0)}ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)}us`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)}ms`;
  return `${threeDigits(ns / 1e9)}s`;
}

/** As options are given: "100ms", "2s". */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Number(ms.toFixed(1))}ms` : `${Number((ms / 1000).toFixed(2))}s`;
}

/** "4KiB", "1.5KiB", "1.75TiB": exact where two decimals suffice. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))}${units[unit]}`;
}

/** MiB per second with four significant digits, without the unit: "0.012", "473.8", "5348". */
export function formatMiBps(bytesPerSecond: number): string {
  return fourDigits(bytesPerSecond / 1024 ** 2);
}

/** A count or a rate: "0", "9100", "121.3k", "1.369M". */
export function formatCount(value: number): string {
  if (value < 9999.5) return Number.isInteger(value) ? `${value}` : fourDigits(value);
  if (value < 999.95e3) return `${fourDigits(value / 1e3)}k`;
  if (value < 999.95e6) return `${fourDigits(value / 1e6)}M`;
  return `${fourDigits(value / 1e9)}G`;
}

function fourDigits(value: number): string {
  if (value === 0) return "0";
  if (value < 9.9995) return value.toFixed(3);
  if (value < 99.995) return value.toFixed(2);
  if (value < 999.95) return value.toFixed(1);
  return value.toFixed(0);
}

/** Hours, minutes and seconds left: "0:04", "12:30", "1:02:03". */
export function formatClock(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

const timeUnitsNs: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const HOUR_NS = 3600e9;

/** Times of a device: down to nanoseconds, with fractions, and never without a unit. For messages. */
export const TIME_FORMAT = "a time is a number with ns, us, ms or s, at most an hour, as in 20us";

/** Nanoseconds of "80us", "1.5ms" or "250ns"; undefined when it is none. */
export function parseTimeNs(text: string): number | undefined {
  const [, number, unit] = /^([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const ns = Number(number) * (timeUnitsNs[unit] ?? Number.NaN);
  return ns <= HOUR_NS ? ns : undefined;
}
