// Numbers as a page needs them: a chart shows no sixth digit, and thousands of them take room.

const RATE_DIGITS = 4;
const TIME_DIGITS = 5;

/** A latency for a curve. The histograms themselves have three to four digits. */
export function roundedNs(ns: number): number {
  return Number(ns.toPrecision(TIME_DIGITS));
}

/** A rate for a curve. */
export function roundedRate(perSecond: number): number {
  return Number(perSecond.toPrecision(RATE_DIGITS));
}

/** Seconds on a time axis, to the ms. */
export function secondsOf(ms: number): number {
  return Number((ms / 1000).toFixed(3));
}
