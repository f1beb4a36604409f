// What `adaptive` knows of the device: quantiles of the time from a submission to what it brings, of the latency,
// and of how late wake-ups are.
//
// It must not learn from its own sleeps: one that was too long inflates the latency that is measured when it
// ends, and a mean of such latencies lengthens the next sleep. So no latency is used, only on which side of a
// quantile it lies, and a completion that is there at the first look after a sleep lies below the low one,
// whatever was measured. (Latencies only say how long a nap may be, a twenty-fifth of them: what a nap adds to one
// lengthens the next by a twenty-fifth of that, which comes to rest.) From these signs the quantiles are tracked (Robbins and Monro, 1951) in steps
// relative to their size: a device that becomes faster is followed as surely as one that becomes slower.

/** Shares of the times below the quantiles, and how far one sign moves them. */
const LOW_SHARE: f64 = 0.35;
const TAIL_SHARE: f64 = 0.99;
const LATENCY_SHARE: f64 = 0.95;
const LATE_WAKE_SHARE: f64 = 0.99;
/** The tail follows slowly: it must not swing by more than a sleep may add to it. */
const FINE: f64 = 0.25;
/** A late wake-up may move the tail to this, and a nap may last this part of a long latency. */
const TAIL_ROOM: f64 = 1.01;
const NAP_PART: f64 = 0.04;
/** And this part of the median latency. */
const NAP_PART_OF_MEDIAN: f64 = 0.07;
/** A nap that a late wake-up would make longer by more than this is none. */
const NAP_WAKE: f64 = 0.75;
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
let lateWake: f64 = WAKE_START;
let tail: f64 = LOW_START;
let longLatency: f64 = LOW_START;
let midLatency: f64 = LOW_START;

export function resetQuantiles(): void {
  low = LOW_START;
  high = HIGH_START;
  wake = WAKE_START;
  lateWake = WAKE_START;
  tail = LOW_START;
  longLatency = LOW_START;
  midLatency = LOW_START;
}

/**
 * For how long after a submission a sleep costs nothing that matters, in ns: most end before the low quantile, and the
 * latest wake-ups no later than what comes last anyway.
 */
export function sleepNs(): f64 {
  return max<f64>(0, min<f64>(low - wake, tail * TAIL_ROOM - lateWake));
}

/** How long a nap between looks may be, in ns, where completions come too often for a sleep; 0 is not at all. */
export function napNs(): f64 {
  const whole = min<f64>(longLatency * NAP_PART, midLatency * NAP_PART_OF_MEDIAN);
  return whole < lateWake * NAP_WAKE ? 0 : max<f64>(0, whole - wake);
}

/** Completions were found that took `ns`. A nap lengthens this by its small part, which cannot feed on itself. */
export function learnLatency(ns: u64): void {
  longLatency = moved(longLatency, (ns as f64) < longLatency, LATENCY_SHARE);
  midLatency = moved(midLatency, (ns as f64) < midLatency, 0.5);
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
  lateWake = moved(lateWake, (overshoot as f64) < lateWake, LATE_WAKE_SHARE);
}

/** There was no time for a sleep. */
export function skippedSleep(): void {
  wake = max(wake * FORGETTING, SHORTEST);
}

/**
 * Something came after `ns`, and not before `emptyNs`; `missed`: it was there at the first look after a sleep, so when it
 * came is not known.
 */
export function learn(ns: u64, emptyNs: u64, missed: bool): void {
  const time = ns as f64;
  low = moved(low, time < low || (missed && (emptyNs as f64) < low), LOW_SHARE);
  high = moved(high, missed || time < high, HIGH_SHARE);
  tail = moved(tail, missed || time < tail, TAIL_SHARE, STEP * FINE);
}

/** Whether a time is too short to be slept through: the low quantile is one of the others. */
export function isShort(ns: u64): bool {
  return (ns as f64) < wake;
}

/** A quantile after one more sign. In the mean it rests where `share` of the times lie below it. */
function moved(quantile: f64, isBelow: bool, share: f64, step: f64 = STEP): f64 {
  const factor = isBelow ? 1 - step * (1 - share) : 1 + step * share;
  return min(max(quantile * factor, SHORTEST), LONGEST);
}
