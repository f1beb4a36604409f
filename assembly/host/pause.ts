// The pause between two looks at the completion queue. Each look takes the cache line that the device is about
// to write, and a look more often than the result can tell apart is of no use to anybody. x86's PAUSE is not to
// be had in WebAssembly, and calling a native function that has it costs more than most pauses are long: a pause
// is a counted loop over a global, which no compiler removes.
//
// Learned, it is none until enough commands have completed, then a fixed share of the shortest latency so far, and from
// then on it only becomes shorter. It is half of what may be added to a latency: a command that comes sooner than all
// before keeps to that too, unless it takes less than half as long. Those are counted. Where a completion is there already,
// a pause costs nothing.

/** What a learned pause may add to a latency: at most this part of it. */
const PROMISED: u64 = 128;
/** What it lasts, as a part of the shortest latency so far. */
const PART: u64 = 2 * PROMISED;
/** Commands that have completed before there is a pause: what a disturbed moment shows is not the device. */
const ENOUGH: u64 = 1_024;
/** A learned pause is never longer: nothing more is gained by it. */
const LONGEST_LEARNED_NS: u64 = 1_000;
/** One that is shorter costs as much to count as it lasts. */
const SHORTEST_LEARNED_NS: u64 = 8;
/** Looks between two readings of the clock: as many as take about so long, but not more than that. */
const CLOCK_NS: u64 = 4_000;
const MOST_PER_CLOCK: u64 = 1024;
/** Likewise while a limit of microseconds is watched. */
const CHECK_NS: u64 = 250;
const MOST_PER_CHECK: u64 = 16;

/** Turns of the counted loop so far. */
let turned: u64 = 0;
/** Turns of a pause; 0 is none. */
let turns: u32 = 0;
/** How many turns take a nanosecond, as they were timed before the run. */
let turnsPerNs: f64 = 0;
let isLearned: bool = false;
let pauseNs: u64 = 0;
let longestNs: u64 = 0;
let shortestNs: u64 = u64.MAX_VALUE;
/** Commands that came too soon for what a pause may add. */
let exceptions: u64 = 0;
let perClock: u32 = MOST_PER_CLOCK as u32;
let perCheck: u32 = MOST_PER_CHECK as u32;

/**
 * @param ns how long a pause lasts, or less than 0: that is to be learned
 * @param perNs turns of the counted loop in a nanosecond
 */
export function configurePause(ns: i64, perNs: f64): void {
  turnsPerNs = perNs;
  isLearned = ns < 0;
  shortestNs = u64.MAX_VALUE;
  setPause(isLearned ? 0 : (ns as u64));
  resetPause();
}

/** The longest pause, and what came too soon for one, count from here on. */
export function resetPause(): void {
  longestNs = pauseNs;
  exceptions = 0;
}

/** @returns the longest pause so far, in ns: what looking later added to a latency is at most that. */
export function longestPause(): u64 {
  return longestNs;
}

/** @returns the latency, in ns, below which a learned pause adds more than it may; 0 when none does. */
export function soonestNs(): u64 {
  return isLearned ? pauseNs * PROMISED : 0;
}

/** `count` commands took less than that. */
export function cameTooSoon(count: u64): void {
  exceptions += count;
}

/** @returns commands to whose latency a learned pause may have added more than it may. */
export function pauseExceptions(): u64 {
  return exceptions;
}

/** Of `completed` commands the shortest latency is `ns`; an endless one is none yet. */
export function learnPause(ns: u64, completed: u64): void {
  if (!isLearned || ns == u64.MAX_VALUE) return;
  shortestNs = min<u64>(shortestNs, ns);
  if (pauseNs == 0 && completed < ENOUGH) return;
  const wanted = min<u64>(shortestNs / PART, LONGEST_LEARNED_NS);
  setPause(wanted < SHORTEST_LEARNED_NS ? 0 : wanted);
}

function setPause(ns: u64): void {
  pauseNs = ns;
  longestNs = max<u64>(longestNs, ns);
  turns = ((ns as f64) * turnsPerNs) as u32;
  perClock = powerOfTwo(min<u64>(CLOCK_NS / max<u64>(ns, 1), MOST_PER_CLOCK) as u32);
  perCheck = powerOfTwo(min<u64>(CHECK_NS / max<u64>(ns, 1), MOST_PER_CHECK) as u32);
}

/** The largest up to `most`, and 1 for 0. */
function powerOfTwo(most: u32): u32 {
  return (1 as u32) << (31 - clz<u32>(most | 1));
}

/** Passes the time between two looks. */
// @ts-ignore: decorator
@inline
export function pause(): void {
  if (turns != 0) turn(turns);
}

/** The counted loop, which is also what is timed before the run. @returns turns so far. */
export function turn(count: u32): u64 {
  for (let left = count; left != 0; left--) turned++;
  return turned;
}

/** Looks from one reading of the clock to the next while polling: some microseconds. A power of two. */
// @ts-ignore: decorator
@inline
export function looksPerClock(): u32 {
  return perClock;
}

/** The same while a limit of microseconds is watched. */
// @ts-ignore: decorator
@inline
export function looksPerCheck(): u32 {
  return perCheck;
}
