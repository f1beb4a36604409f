// What goes on until a time: looks, sweeps, and what the completion mode does between them.
import { HISTOGRAM_SUM } from "../layout.ts";
import { leastAtOnce } from "./batch.ts";
import {
  completed,
  countLooks,
  ended,
  examine,
  odd,
  readHistogram,
  recordIn,
  resetCounters,
  sweepFrom,
  sweepShadowed,
  writeHistogram,
} from "./loop.ts";
import { looksPerClock, pause } from "./pause.ts";
import { publish } from "./publish.ts";
import { isNew, isShadowed, secondHalf, secondHalfAhead } from "./queue.ts";
import { slotCount } from "./slots.ts";
import { sweepStaged } from "./staged.ts";
import { recordStagesIn } from "./stages.ts";
import { time } from "./time.ts";
import { idle, onlyPolls, settle } from "./wait.ts";

/** Which sweep it is. */
const PLAIN: u32 = 0;
const STAGED: u32 = 1;
const SHADOWED: u32 = 2;

/**
 * The measurement begins: what follows is counted, and recorded in these histograms, which are empty. Completions
 * that are there already waited for the caller, and are left in the histograms before.
 * @param stages a histogram for each Stage; 0 when they are not measured
 */
export function countIn(reads: u32, writes: u32, stages: u32): void {
  const kind = stages != 0 ? STAGED : isShadowed() ? SHADOWED : PLAIN;
  for (let left = slotCount(); left && isNew(secondHalf()); left--) reap(secondHalf(), kind);
  recordIn(reads, writes);
  recordStagesIn(stages);
  resetCounters();
}

/** Submits and reaps until the clock passes `until` (ns); then publishes the counters. */
export function run(until: u64): void {
  runLoop(until, PLAIN);
}

/** `run` with stages: one completion at a time, the clock read between the steps. */
export function runStaged(until: u64): void {
  runLoop(until, STAGED);
}

/** `run` where the doorbells have shadows. */
export function runShadowed(until: u64): void {
  runLoop(until, SHADOWED);
}

/** They are compiled apart: `kind` is settled where this is inlined. */
// @ts-ignore: decorator
@inline
function runLoop(until: u64, kind: u32): void {
  do {
    const most: u32 = onlyPolls() ? looksPerClock() : 1;
    const second = leastAtOnce() == 1 ? look(most) : lookForBatch(most);
    if (isNew(second)) reap(second, kind);
    else idle();
  } while (time() < until);
  publish();
}

/** Takes what is there from the head entry on, which is new. */
// @ts-ignore: decorator
@inline
function reap(second: u64, kind: u32): void {
  const before = ended();
  if (kind == STAGED) sweepStaged(second);
  else if (kind == SHADOWED) sweepShadowed(second);
  else sweepFrom(second);
  if (odd) examine(true);
  if (!onlyPolls()) settle((ended() - before) as u32, completed, latencySum());
}

/** Looks until an entry is new, `most` times. @returns the head entry's second half, as last read. */
// @ts-ignore: decorator
@inline
function look(most: u32): u64 {
  let left = most;
  let second = secondHalf();
  while (!isNew(second) && --left) {
    pause();
    second = secondHalf();
  }
  countLooks(most - left + ((left != 0) as u32));
  return second;
}

/** The same until as many are new as are to be taken at once. */
function lookForBatch(most: u32): u64 {
  const ahead = leastAtOnce() - 1;
  let left = most;
  let second = secondHalfAhead(ahead);
  while (!isNew(second) && --left) {
    pause();
    second = secondHalfAhead(ahead);
  }
  countLooks(most - left + ((left != 0) as u32));
  return left != 0 ? secondHalf() : second;
}

/** Sum of all latencies so far, in ns. During the ramp one histogram takes both directions. */
// @ts-ignore: decorator
@inline
function latencySum(): u64 {
  const writes = writeHistogram == readHistogram ? 0 : load<u64>(writeHistogram, HISTOGRAM_SUM);
  return load<u64>(readHistogram, HISTOGRAM_SUM) + writes;
}
