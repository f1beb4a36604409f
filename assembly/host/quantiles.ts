// What `adaptive` knows of the device: quantiles of the time from a submission to what it brings, of the latency,
// and of how late wake-ups are.
//
// It must not learn from its own sleeps: one that was too long inflates the latency that is measured when it
// ends, and a mean of such latencies lengthens the next sleep. So no latency is used, only on which side of a
// quantile it lies, and a completion that is there at the first look after a sleep lies below the low one,
// whatever was measured. (Latencies only say how long a nap may be, a small part of them: what a nap adds to one lengthens
// the next by a small part of that, which comes to rest.) From these signs the quantiles are tracked (Robbins and Monro,
// 1951) in steps relative to their size: a device that becomes faster is followed as surely as one that becomes slower.

/** Shares of the times below the quantiles, and how far one sign moves them. */
const LOW_SHARE: f64 = 0.35;
const TAIL_SHARE: f64 = 0.99;
const LATENCY_SHARE: f64 = 0.99;
const LATE_WAKE_SHARE: f64 = 0.99;
/** The tail follows slowly: it must not swing by more than a sleep may add to it. */
const FINE: f64 = 0.25;
/** A late wake-up may move the tail to this. */
const TAIL_ROOM: f64 = 1.01;
/** With its wake-up a nap lasts at most these parts of a long latency and of the median, of which it adds half. */
const NAP_PART: f64 = 0.045;
const NAP_PART_OF_MEDIAN: f64 = 0.1;
/** Where hardly any latency is longer than this many medians, each late wake-up shows: less of them. */
const ALIKE: f64 = 1.2;
const NAP_PART_ALIKE: f64 = 0.04;
/** It need not last longer than these parts, nor be shorter than so many wake-ups, of which half are spent awake. */
const USUAL_PART: f64 = 0.04;
const USUAL_PART_OF_MEDIAN: f64 = 0.07;
const USUAL_WAKES: f64 = 1.4;
/** The least that a nap lasts beside its wake-up, in ns, and how much of a late wake-up it must cover. */
const SHORTEST_NAP: f64 = 400;
const LATE_WAKE_PART: f64 = 0.6;
/** Times of which a sleep spans this part of the median are alike. */
const REGULAR: f64 = 0.8;
const HIGH_SHARE: f64 = 0.995;
const WAKE_SHARE: f64 = 0.75;
const STEP: f64 = 0.0625;
/** Where the quantiles begin, and where they end, in ns. */
const LOW_START: f64 = 1_000;
const HIGH_START: f64 = 1_000_000;
const WAKE_START: f64 = 1_000;
const SHORTEST: f64 = 100;
const LONGEST: f64 = 10_000_000_000;
/** What is left of the cost of waking each time that it forbade a sleep: it must be tried again, but seldom. */
const FORGETTING: f64 = 0.999;
/** The same of the other wake-ups, which forbid naps: a disturbed time must not forbid them for good. */
const RECOVERY: f64 = 0.9999;
/** Wake-ups are not forgotten below these parts of the median latency, and late ones not below so many of the others. */
const SOON_WAKE: f64 = 0.25;
const SOON_MID_WAKE: f64 = 0.07;
const SOON_LATE_WAKES: f64 = 1.5;

/** Latencies that are followed in large steps, from where the quantiles begin to where they are. */
const QUICK: u32 = 512;

/** Of the time from a submission, or a flock of them, to what comes next. */
let low: f64 = LOW_START;
let mid: f64 = LOW_START;
let high: f64 = HIGH_START;
let tail: f64 = LOW_START;
/** Of how late a sleep ends. */
let midWake: f64 = WAKE_START;
let wake: f64 = WAKE_START;
let lateWake: f64 = WAKE_START;
/** Of the latencies. */
let midLatency: f64 = LOW_START;
let longLatency: f64 = LOW_START;
let latencies: u32 = 0;

export function resetQuantiles(): void {
  low = LOW_START;
  mid = LOW_START;
  high = HIGH_START;
  tail = LOW_START;
  midWake = WAKE_START;
  wake = WAKE_START;
  lateWake = WAKE_START;
  midLatency = LOW_START;
  longLatency = LOW_START;
  latencies = 0;
}

/**
 * For how long after a submission a sleep costs nothing that matters, in ns: most end before the low quantile, and the
 * latest wake-ups no later than what comes last anyway.
 */
export function sleepNs(): f64 {
  return max<f64>(0, min<f64>(low - wake, tail * TAIL_ROOM - lateWake));
}

/**
 * How long a nap between two looks may be, in ns, where completions come too often for a sleep; 0 is not at all. Whatever
 * comes during a nap waits for its end, so one that costs little is longer than a wake-up only where latencies are long.
 */
export function napNs(): f64 {
  const part = longLatency < midLatency * ALIKE ? NAP_PART_ALIKE : NAP_PART;
  const most = min<f64>(longLatency * part, midLatency * NAP_PART_OF_MEDIAN);
  if (most < max<f64>(midWake + SHORTEST_NAP, lateWake * LATE_WAKE_PART)) return 0;
  const usual = min<f64>(longLatency * USUAL_PART, midLatency * USUAL_PART_OF_MEDIAN);
  return min<f64>(most, max<f64>(usual, midWake * USUAL_WAKES)) - midWake;
}

/** Whether most times to what comes next are alike, beyond the wake-up's that all of them last. */
export function isRegular(): bool {
  return low - wake > (mid - wake) * REGULAR;
}

/** Completions were found that took `ns`. A nap lengthens this by its small part, which cannot feed on itself. */
export function learnLatency(ns: u64): void {
  const step = latencies < QUICK ? STEP : STEP * FINE;
  latencies = min<u32>(latencies + 1, QUICK);
  midLatency = moved(midLatency, (ns as f64) < midLatency, 0.5, step);
  longLatency = moved(longLatency, (ns as f64) < longLatency, LATENCY_SHARE, step);
}

/** The low quantile, in ns: until then a sleep costs no latency that matters. */
export function lowNs(): f64 {
  return low;
}

/** The high quantile, in ns: past it, spinning is no longer worth it. */
export function highNs(): f64 {
  return max<f64>(high, longLatency);
}

/** By how much most sleeps overshoot, in ns. */
export function wakeNs(): f64 {
  return wake;
}

/** A sleep ended `overshoot` ns late. */
export function woke(overshoot: u64): void {
  const late = overshoot as f64;
  midWake = moved(midWake, late < midWake, 0.5, STEP * FINE);
  wake = moved(wake, late < wake, WAKE_SHARE);
  lateWake = moved(lateWake, late < lateWake, LATE_WAKE_SHARE);
}

/** There was no time for a sleep. */
export function skippedSleep(): void {
  wake = forgotten(wake, FORGETTING, midLatency * SOON_WAKE);
  midWake = forgotten(midWake, RECOVERY, midLatency * SOON_MID_WAKE);
  lateWake = forgotten(lateWake, RECOVERY, midWake * SOON_LATE_WAKES);
}

/** A little less of `ns`, down to `least`. */
function forgotten(ns: f64, left: f64, least: f64): f64 {
  return ns > least ? max<f64>(ns * left, SHORTEST) : ns;
}

/**
 * Something came after `ns`, and not before `emptyNs`; `missed`: it was there at the first look after a sleep, so when it
 * came is not known; `napped`: that sleep was a nap, too short to matter to what is long.
 */
export function learn(ns: u64, emptyNs: u64, missed: bool, napped: bool): void {
  const time = ns as f64;
  const empty = emptyNs as f64;
  low = moved(low, time < low || (missed && empty < low), LOW_SHARE);
  mid = moved(mid, time < mid || (missed && empty < mid), 0.5);
  const unknown = missed && !napped;
  high = moved(high, unknown || time < high, HIGH_SHARE);
  tail = moved(tail, unknown || time < tail, TAIL_SHARE, STEP * FINE);
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
