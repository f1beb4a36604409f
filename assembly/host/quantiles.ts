// What `adaptive` knows of the device: a low and a high quantile of the time from a submission to what it
// brings, and the cost of waking.
//
// It must not learn from its own sleeps: one that was too long inflates the latency that is measured when it
// ends, and a mean of such latencies lengthens the next sleep. So no latency is used, only on which side of a
// quantile it lies, and a completion that is there at the first look after a sleep lies below the low one,
// whatever was measured. From these signs the quantiles are tracked (Robbins and Monro, 1951) in steps
// relative to their size: a device that becomes faster is followed as surely as one that becomes slower.

/** Shares of the times below the quantiles, and how far one sign moves them. */
const LOW_SHARE: f64 = 0.35;
const HIGH_SHARE: f64 = 0.995;
const WAKE_SHARE: f64 = 0.75;
const STEP: f64 = 0.0625;
/** Where the quantiles begin, and where they end, in ns. */
const LOW_START: f64 = 1_000;
const HIGH_START: f64 = 1_000_000;
const WAKE_START: f64 = 1_000;
const SHORTEST: f64 = 100;
const LONGEST: f64 = 10_000_000_000;
/** What is left of the cost of waking each time that it forbade a sleep: it must be tried again. */
const FORGETTING: f64 = 0.98;

let low: f64 = LOW_START;
let high: f64 = HIGH_START;
let wake: f64 = WAKE_START;

export function resetQuantiles(): void {
  low = LOW_START;
  high = HIGH_START;
  wake = WAKE_START;
}

/** The low quantile, in ns: until then a sleep costs no latency that matters. */
export function lowNs(): f64 {
  return low;
}

/** The high quantile, in ns: past it, spinning is no longer worth it. */
export function highNs(): f64 {
  return high;
}

/** By how much most sleeps overshoot, in ns. */
export function wakeNs(): f64 {
  return wake;
}

/** A sleep ended `overshoot` ns late. */
export function woke(overshoot: u64): void {
  wake = moved(wake, (overshoot as f64) < wake, WAKE_SHARE);
}

/** There was no time for a sleep. */
export function skippedSleep(): void {
  wake = max(wake * FORGETTING, SHORTEST);
}

/** Something came after `ns`; `missed`: it was there at the first look after a sleep. */
export function learn(ns: u64, missed: bool): void {
  const time = ns as f64;
  low = moved(low, missed || time < low, LOW_SHARE);
  high = moved(high, missed || time < high, HIGH_SHARE);
}

/** A quantile after one more sign. In the mean it rests where `share` of the times lie below it. */
function moved(quantile: f64, isBelow: bool, share: f64): f64 {
  const factor = isBelow ? 1 - STEP * (1 - share) : 1 + STEP * share;
  return min(max(quantile * factor, SHORTEST), LONGEST);
}
