// What the loop does when it found nothing: the one thing in which completion modes differ. Blocking and
// sleeping are native; when, and until when, is decided here.
import { BLOCK_OVERSLEPT, BLOCK_SLEEPS, BLOCK_WAIT_UNTIL, WaitMode } from "../layout.ts";
import { sleep } from "./imports.ts";
import {
  awaitInterrupt,
  foundAfterWait,
  publishAudit,
  resetAudit,
  takeInterrupts,
  waitsEnd,
} from "./audit.ts";
import { looksPerCheck, looksPerClock, pause } from "./pause.ts";
import {
  highNs,
  isRegular,
  isShort,
  learn,
  learnLatency,
  napNs,
  resetQuantiles,
  skippedSleep,
  sleepNs,
  woke,
} from "./quantiles.ts";
import { slotCount } from "./slots.ts";
import { acceptClock, readClock, time } from "./time.ts";

/** `lhp` takes its mean over periods of this length, as Linux did. */
const PERIOD_NS: u64 = 100_000_000;
/** A thread that sleeps hears nothing else, not even that it is to stop. */
const LONGEST_SLEEP_NS: u64 = 100_000_000;
/** A sleep shorter than this costs more than it saves. */
const SHORTEST_SLEEP_NS: u64 = 2_000;

let mode: u32 = WaitMode.POLL;
let block: u32 = 0;
let spinNs: u64 = 0;

/** Looks since the loop last found something or waited. */
let looks: u32 = 0;
/** When it last found something: what it then submitted has been in flight since. */
let since: u64 = 0;
/** In this idle stretch a sleep was taken; what arrived before was taken from the eventfd. */
let slept: bool = false;
let drained: bool = false;
/** There was no time for a sleep, but there is for naps. */
let naps: bool = false;
/** Until then after `since`, nothing had come: the last look before a sleep. */
let emptyNs: u64 = 0;
/** Sum of all latencies when something was last found. */
let sumBefore: u64 = 0;

/** Completions found in this flock so far, and when the first of it was: when all slots had one, no more is to come. */
let flock: u32 = 0;
let flockNs: u64 = 0;

let sleeps: u64 = 0;
let overslept: u64 = 0;

let periodEnd: u64 = 0;
let periodCount: u64 = 0;
let periodSumNs: u64 = 0;
let meanNs: u64 = 0;

/**
 * @param waitMode a WaitMode
 * @param spin `hybrid`: for how many ns it looks before it blocks
 */
export function configureWait(controlBlock: u32, waitMode: u32, spin: u64): void {
  block = controlBlock;
  mode = waitMode;
  spinNs = spin;
  beginStretch();
  periodEnd = 0;
  periodCount = 0;
  periodSumNs = 0;
  meanNs = 0;
  resetQuantiles();
  sumBefore = 0;
  flock = 0;
  flockNs = 0;
}

/** The first commands have been submitted. */
export function begin(): void {
  since = time();
  beginStretch();
}

/** Counts from here on. */
export function resetWaits(): void {
  sleeps = 0;
  overslept = 0;
  resetAudit();
}

/** Stores the counters in the control block. */
export function publishWaits(controlBlock: u32): void {
  store<u64>(controlBlock, sleeps, BLOCK_SLEEPS);
  store<u64>(controlBlock, overslept, BLOCK_OVERSLEPT);
  publishAudit(controlBlock);
}

/** Whether this mode only looks, and so learns nothing from what it finds. */
// @ts-ignore: decorator
@inline
export function onlyPolls(): bool {
  return mode == WaitMode.POLL;
}

/** The loop found nothing: waits as its mode does, and returns for another look. */
// @ts-ignore: decorator
@inline
export function idle(): void {
  if (mode == WaitMode.POLL) {
    readClock();
  } else {
    looks++;
    wait();
  }
}

// @ts-ignore: decorator
@inline
function pollOn(): void {
  if ((looks & (looksPerClock() - 1)) == 0) readClock();
  else pause();
}

/** Waits as the mode does, for modes that do more than look. */
export function wait(): void {
  switch (mode) {
    case WaitMode.INTERRUPT:
      awaitInterrupt();
      break;
    case WaitMode.HYBRID:
      lookThenBlock(spinNs);
      break;
    case WaitMode.LHP:
      if (!slept) sleepUntil(since + meanNs / 2);
      else pollOn();
      break;
    default:
      adapt();
  }
}

/**
 * `adaptive`. What is served side by side comes in flocks, or at any time. After a flock has begun, the first wake-up's time
 * is looked through, since a sleep would end too late for the rest of it; unless that is the whole of it. What comes at any
 * time leaves no room for a sleep, but for naps.
 */
function adapt(): void {
  if (slept) {
    if (naps) nap();
    else lookThenBlock(highNs() as u64);
    return;
  }
  if (slotCount() > 1) {
    if (!isRegular()) {
      slept = true;
      looks = 1;
      naps = napNs() > 0;
      if (naps) nap();
      else skippedSleep();
      return;
    }
    readClock();
    if (flock < slotCount() && isShort(time() - since)) return;
  }
  sleepUntil(since + (sleepNs() as u64));
}

/** A sleep that is a small part of a latency: where completions come often, this is what rests the CPU. */
function nap(): void {
  readClock();
  emptyNs = time() - since;
  if (emptyNs >= (highNs() as u64)) {
    looks = 0;
    lookThenBlock(0);
    return;
  }
  rest(time() + (napNs() as u64));
}

/** Looks until the stretch has lasted `limit`, then takes the interrupts that came meanwhile, then blocks. */
function lookThenBlock(limit: u64): void {
  if ((looks & (looksPerCheck() - 1)) != 0) {
    pause();
    return;
  }
  readClock();
  if (time() - since < limit) return;
  if (drained) {
    awaitInterrupt();
    return;
  }
  // A completion may have come just before its interrupt is taken here: look once more before blocking.
  takeInterrupts();
  drained = true;
  looks = looksPerCheck() - 1;
}

function sleepUntil(wanted: u64): void {
  slept = true;
  looks = 0;
  readClock();
  const until = min<u64>(min<u64>(wanted, waitsEnd()), time() + LONGEST_SLEEP_NS);
  if (until < time() + SHORTEST_SLEEP_NS) {
    looks = 1;
    naps = mode == WaitMode.ADAPTIVE && napNs() > 0;
    if (naps) nap();
    else skippedSleep();
    return;
  }
  emptyNs = time() > since ? time() - since : 0;
  rest(until);
}

function rest(until: u64): void {
  looks = 0;
  store<u64>(block, until, BLOCK_WAIT_UNTIL);
  sleep();
  acceptClock();
  sleeps++;
  woke(time() - until);
}

/** Whether the look that found something was the first one after a sleep. */
// @ts-ignore: decorator
@inline
function isFirstAfterSleep(): bool {
  return slept && looks == 0;
}

/** The loop found `reaped` completions, `count` so far with latencies of `sumNs` together. */
export function settle(reaped: u32, count: u64, sumNs: u64): void {
  foundAfterWait(reaped);
  if (mode == WaitMode.LHP && time() >= periodEnd) takeMean(count, sumNs);
  if (mode == WaitMode.ADAPTIVE) learnFrom(reaped, sumNs);
  if (isFirstAfterSleep()) overslept++;
  if (mode == WaitMode.ADAPTIVE) countFlock(reaped);
  since = time();
  beginStretch();
}

/** A flock begins after a sleep, after the whole of the last one, or when that began more than a wake-up ago. */
function countFlock(reaped: u32): void {
  if (slept || flock >= slotCount() || !isShort(time() - flockNs)) {
    flock = 0;
    flockNs = time();
  }
  flock += reaped;
}

/** Of several at once the mean latency is known; of a flock only how long it kept us waiting. */
function learnFrom(reaped: u32, sumNs: u64): void {
  if (reaped != 0 && sumNs > sumBefore) learnLatency((sumNs - sumBefore) / reaped);
  sumBefore = sumNs;
  const ns = time() - since;
  const missed = isFirstAfterSleep();
  if (missed || slotCount() == 1 || !isShort(ns)) learn(ns, emptyNs, missed, naps);
}

function beginStretch(): void {
  looks = 0;
  slept = false;
  drained = false;
  naps = false;
  emptyNs = 0;
}

/** The mean service time of the period that has ended. */
function takeMean(count: u64, sumNs: u64): void {
  if (count > periodCount) meanNs = (sumNs - periodSumNs) / (count - periodCount);
  periodCount = count;
  periodSumNs = sumNs;
  periodEnd = time() + PERIOD_NS;
}
