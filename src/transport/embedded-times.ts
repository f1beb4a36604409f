// Times of a device: down to nanoseconds, with fractions, and never without a unit.

const unitsNs: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const HOUR_NS = 3600e9;

/** What `parseTimeNs` takes, for messages. */
export const TIME_FORMAT = "a time is a number with ns, us, ms or s, at most an hour, as in 20us";

/** Nanoseconds of "80us", "1.5ms" or "250ns"; undefined when it is none. */
export function parseTimeNs(text: string): number | undefined {
  const [, number, unit] = /^([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  const ns = Number(number) * (unitsNs[unit] ?? Number.NaN);
  return ns <= HOUR_NS ? ns : undefined;
}
