// The hot loop, in the order of a command's life: configure, start, sweep, run, drain. What could be
// settled before a run is settled in `configure`: the entries' constant dwords, the PRPs, the pattern.
import {
  BLOCK_COMPLETED,
  BLOCK_DRAINED_READS,
  BLOCK_DRAINED_WRITES,
  BLOCK_FAILED,
  BLOCK_PAUSE,
  BLOCK_PAUSE_EXCEPTIONS,
  BLOCK_REJECTED,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS,
  BLOCK_SWEEPS_FULL,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  SLOT_EXPECTED,
  SLOT_LBA_SHIFT,
  SLOT_OPCODE,
  SLOT_PRP1,
  SLOT_PRP2,
  SLOT_RUNG,
  SLOT_SUBMITTED,
  Stage,
} from "../layout.ts";
import { NvmOpcode } from "../spec/commands.ts";
import { SQE_BYTES, Sqe } from "../spec/entries.ts";
import { leastAtOnce, mostAtOnce, takeAll } from "./batch.ts";
import { allInFlight, end, noneInFlight, outstanding } from "./flight.ts";
import { count, countBelow, record } from "./histogram.ts";
import { judge, REJECTED, SUCCEEDED } from "./judge.ts";
import {
  cameTooSoon,
  learnPause,
  longestPause,
  looksPerClock,
  pause,
  pauseExceptions,
  resetPause,
  soonestNs,
} from "./pause.ts";
import { draw, nextLba, nextOpcode, onlyReads, onlyWrites } from "./pattern.ts";
import {
  advanceHead,
  advanceTail,
  entryAfter,
  free,
  indexOf,
  isNew,
  lastSubmission,
  mayBeHead,
  moveSubmissionHead,
  newEntries,
  nextEntry,
  phaseAfterSqhd,
  ring,
  ringBoth,
  rungTail,
  secondHalf,
  secondHalfAhead,
  sqhdOf,
  submissionEntries,
  submissionEntry,
  submissionHead,
  submissionsEnd,
} from "./queue.ts";
import { claim, isIdle, slotAt, slotCount, slotOf, slotOfCommand } from "./slots.ts";
import { recordService, recordStagesIn, stageEnds } from "./stages.ts";
import { configureTime, readClock, time } from "./time.ts";
import {
  begin,
  idle,
  onlyPolls,
  publishWaits,
  resetWaits,
  settle,
} from "./wait.ts";

let block: u32 = 0;
let readHistogram: u32 = 0;
let writeHistogram: u32 = 0;
/** The one of them that all commands are recorded in; 0 where each takes some. */
let onlyHistogram: u32 = 0;
let completed: u64 = 0;
let failed: u64 = 0;
let rejected: u64 = 0;
let sweeps: u64 = 0;
let sweepsFull: u64 = 0;
/** Of the completed ones, those that `drain` reaped. */
let drainedReads: u64 = 0;
let drainedWrites: u64 = 0;
/** The head entry is new and is not the plain success of a busy slot: `sweep` left it to `examine`. */
let odd: bool = false;
/** That entry's second half, as it was read. */
let oddSecond: u64 = 0;
/** The tail as it was rung when it was seen, an index. */
let oddTail: u32 = 0;

/**
 * Takes the control block, the histograms and the dwords that all commands of the job share, which are
 * written once into every submission queue entry. Queue, slots and pattern are configured before.
 * @param nlb number of logical blocks, 0's based, as CDW12 holds it
 */
export function configure(
  controlBlock: u32,
  reads: u32,
  writes: u32,
  nsid: u32,
  nlb: u32,
): void {
  block = controlBlock;
  configureTime(controlBlock);
  recordIn(reads, writes);
  noneInFlight();
  resetCounters();
  takeAll();
  odd = false;
  for (let index: u32 = 0; index < submissionEntries(); index++) {
    const pointer = submissionEntry(index);
    memory.fill(pointer, 0, offsetof<Sqe>());
    const sqe = changetype<Sqe>(pointer as usize);
    sqe.nsid = nsid;
    sqe.cdw12 = nlb;
  }
}

/**
 * The measurement begins: what follows is counted, and recorded in these histograms, which are empty. Completions
 * that are there already waited for the caller, and are left in the histograms before.
 * @param stages a histogram for each Stage; 0 when they are not measured
 */
export function countIn(reads: u32, writes: u32, stages: u32): void {
  for (let left = slotCount(); left && isNew(secondHalf()); left--) reap(secondHalf(), stages != 0);
  recordIn(reads, writes);
  recordStagesIn(stages);
  resetCounters();
}

function recordIn(reads: u32, writes: u32): void {
  readHistogram = reads;
  writeHistogram = writes;
  onlyHistogram = onlyReads() || reads == writes ? reads : onlyWrites() ? writes : 0;
}

/** Counts from here on. What is in flight counts as submitted; histograms are the caller's. */
export function resetCounters(): void {
  completed = 0;
  failed = 0;
  rejected = 0;
  sweeps = 0;
  sweepsFull = 0;
  drainedReads = 0;
  drainedWrites = 0;
  resetWaits();
  resetPause();
}

/** Submits one command from every slot and rings once. */
export function start(): void {
  const first = nextEntry();
  for (let slot: u32 = 0; slot < slotCount(); slot++) build(slotAt(slot));
  readClock();
  for (let entry = first; entry != nextEntry(); entry = entryAfter(entry)) {
    const slot = slotOfCommand(load<u32>(entry));
    stamp(slot, entry);
    store<u64>(slot, time(), SLOT_RUNG);
  }
  ring();
  allInFlight();
  begin();
}

/** Writes the slot's next command at the tail, as far as commands differ. @returns its entry. */
// @ts-ignore: decorator
@inline
function build(slot: u32): u32 {
  const bits = draw();
  const opcode = nextOpcode(bits);
  const entry = nextEntry();
  const sqe = changetype<Sqe>(entry as usize);
  // Command Dword 0: opcode, FUSE and PSDT zero, CID
  store<u32>(changetype<usize>(sqe), opcode | claim(slot));
  v128.store(changetype<usize>(sqe), v128.load(slot, SLOT_PRP1), offsetof<Sqe>("prp1"));
  // CDW10 and CDW11: starting LBA
  store<u64>(changetype<usize>(sqe), nextLba(bits), offsetof<Sqe>("cdw10"));
  advanceTail();
  return entry;
}

/** Keeps when the slot's command, which stands in `entry`, is submitted, and what it is. */
// @ts-ignore: decorator
@inline
function stamp(slot: u32, entry: u32): void {
  const opcode: u64 = load<u8>(entry);
  // one store for both: a command that never ends is told by its LBA
  const lba = load<u64>(entry, offsetof<Sqe>("cdw10"));
  store<u64>(slot, (lba << SLOT_LBA_SHIFT) | opcode, SLOT_OPCODE);
  store<u64>(slot, time(), SLOT_SUBMITTED);
}

/**
 * Reaps all that is ready and builds the next commands of the same slots; reads the clock once, after the last
 * completion was seen and before anything is submitted, so that no latency is shorter than what the device took;
 * rings each doorbell once, and keeps the books while the device is at work again.
 * @returns completions reaped. The first entry that is not the success of a busy slot ends the sweep.
 */
export function sweep(): u32 {
  const second = secondHalf();
  return isNew(second) ? sweepFrom(second) : 0;
}

/** @param first the second half of the head entry, which is new */
export function sweepFrom(first: u64): u32 {
  const built = nextEntry();
  // SQHD moves on from the last one to the tail that was rung, or first to the queue's end
  let end = rungTail();
  if (end < submissionHead()) end = lastSubmission();
  let left = end - submissionHead();
  let second = first;
  let more = mostAtOnce();
  for (;;) {
    do {
      const slot = slotOf(second);
      // SQID, CID with generation, phase and status 0 in one comparison: an entry of the last lap fails it too
      if (second >> 16 != (load<u64>(slot, SLOT_EXPECTED) | phaseAfterSqhd())) break;
      // and SQHD in another: behind the last one, past the end, and outside of the queue it leaves more than there was
      const rest = end - sqhdOf(second);
      if (rest > left) break;
      left = rest;
      advanceHead();
      build(slot);
      second = secondHalf();
    } while (--more);
    if (end == rungTail() || !more || !isNew(second) || sqhdOf(second) > rungTail()) break;
    // once a lap it begins anew
    end = rungTail();
    left = end;
  }
  const reaped = mostAtOnce() - more;
  readClock();
  moveSubmissionHead(end - left);
  if (reaped) ringBoth();
  keepBooks(built);
  if (more && isNew(second)) {
    odd = true;
    oddSecond = second;
    oddTail = indexOf(built);
  }
  completed += reaped;
  sweepsFull++;
  return reaped;
}

/** Records what the slots of the entries from `first` to the tail completed, and stamps what they submit now. */
// @ts-ignore: decorator
@inline
function keepBooks(first: u32): void {
  if (onlyHistogram != 0) keepBooksIn(onlyHistogram, first);
  else keepMixedBooks(first);
}

// @ts-ignore: decorator
@inline
function keepMixedBooks(first: u32): void {
  for (let entry = first; entry != nextEntry(); entry = entryAfter(entry)) {
    const slot = slotOfCommand(load<u32>(entry));
    finish(slot);
    stamp(slot, entry);
  }
}

/**
 * The same where all commands are recorded in one histogram: what stands beside its counts is kept in locals over a
 * sweep, and entries are taken up to the queue's end, then from its beginning. It takes a seventh off a command
 * (docs/measuring.md).
 */
// @ts-ignore: decorator
@inline
function keepBooksIn(histogram: u32, first: u32): void {
  const tail = nextEntry();
  let sum = load<u64>(histogram, HISTOGRAM_SUM);
  let least = load<u64>(histogram, HISTOGRAM_MIN);
  let most = load<u64>(histogram, HISTOGRAM_MAX);
  let end = first <= tail ? tail : submissionsEnd();
  for (let entry = first; ; entry = submissionEntry(0)) {
    for (; entry != end; entry += SQE_BYTES) {
      const slot = slotOfCommand(load<u32>(entry));
      const ns = time() - load<u64>(slot, SLOT_SUBMITTED);
      count(histogram, ns);
      sum += ns;
      least = min<u64>(least, ns);
      most = max<u64>(most, ns);
      stamp(slot, entry);
    }
    if (end == tail) break;
    end = tail;
  }
  store<u64>(histogram, sum, HISTOGRAM_SUM);
  store<u64>(histogram, least, HISTOGRAM_MIN);
  store<u64>(histogram, most, HISTOGRAM_MAX);
}

/** Counts a success of the slot's command. */
// @ts-ignore: decorator
@inline
function finish(slot: u32): void {
  const isRead = load<u8>(slot, SLOT_OPCODE) == NvmOpcode.READ;
  const histogram = select<u32>(readHistogram, writeHistogram, isRead);
  record(histogram, time() - load<u64>(slot, SLOT_SUBMITTED));
}

/** Judges the head entry that ended a sweep, and submits again if it did end a command. */
function examine(resubmit: bool): void {
  const slot = slotOf(oddSecond);
  const verdict = judge(block, oddSecond, oddTail, time());
  advanceHead();
  odd = false;
  if (verdict == REJECTED) {
    rejected++;
  } else {
    if (verdict == SUCCEEDED) succeed(slot, !resubmit);
    else failed++;
    if (resubmit) {
      stamp(slot, build(slot));
    } else {
      end(slot);
    }
  }
  free();
  ring();
}

/** Submits and reaps until the clock passes `until` (ns); then publishes the counters. */
export function run(until: u64): void {
  runLoop(until, false);
}

/** `run` with stages: one completion at a time, the clock read between the steps. */
export function runStaged(until: u64): void {
  runLoop(until, true);
}

/** Both are compiled apart: `staged` is settled where this is inlined. */
// @ts-ignore: decorator
@inline
function runLoop(until: u64, staged: bool): void {
  do {
    const most: u32 = onlyPolls() ? looksPerClock() : 1;
    const second = leastAtOnce() == 1 ? look(most) : lookForBatch(most);
    if (isNew(second)) reap(second, staged);
    else idle();
  } while (time() < until);
  publish();
}

/** Takes what is there from the head entry on, which is new. */
// @ts-ignore: decorator
@inline
function reap(second: u64, staged: bool): void {
  const before = completed + failed;
  if (staged) sweepStaged(second);
  else sweepFrom(second);
  if (odd) examine(true);
  if (!onlyPolls()) settle((completed + failed - before) as u32, completed, latencySum());
}

/** One completion, stage by stage; an entry that is not the success of a busy slot is left to `examine`. */
export function sweepStaged(second: u64): void {
  readClock();
  const seen = time();
  const slot = slotOf(second);
  const expected = load<u64>(slot, SLOT_EXPECTED) | phaseAfterSqhd();
  if (second >> 16 != expected || !mayBeHead(sqhdOf(second), rungTail())) {
    odd = true;
    oddSecond = second;
    oddTail = rungTail();
    return;
  }
  moveSubmissionHead(sqhdOf(second));
  finish(slot);
  completed++;
  recordService(slot, seen);
  advanceHead();
  free();
  const reaped = stageEnds(Stage.REAP, seen);
  stamp(slot, build(slot));
  const built = stageEnds(Stage.BUILD, reaped);
  ring();
  store<u64>(slot, stageEnds(Stage.DOORBELL, built), SLOT_RUNG);
  sweepsFull++;
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
  sweeps += most - left + (left != 0) as u32;
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
  sweeps += most - left + (left != 0) as u32;
  return left != 0 ? secondHalf() : second;
}

/** Sum of all latencies so far, in ns. During the ramp one histogram takes both directions. */
// @ts-ignore: decorator
@inline
function latencySum(): u64 {
  const writes = writeHistogram == readHistogram ? 0 : load<u64>(writeHistogram, HISTOGRAM_SUM);
  return load<u64>(readHistogram, HISTOGRAM_SUM) + writes;
}

/**
 * Reaps without submitting until nothing is outstanding or the clock passes `until` (ns), and then once more: the
 * thread may have stood still in between.
 * @returns commands still outstanding.
 */
export function drain(until: u64): u32 {
  let left = outstanding();
  for (let isLast = false; left; ) {
    // the clock is read after the look: what was found was there by then
    let ready = newEntries();
    readClock();
    for (; ready && left; ready--) left -= reapOne(secondHalf());
    free();
    if (isLast) break;
    isLast = time() >= until;
  }
  publish();
  return left;
}

/** @returns 1 when the head entry, whose second half is `second`, ended a command. */
function reapOne(second: u64): u32 {
  const slot = slotOf(second);
  const expected = load<u64>(slot, SLOT_EXPECTED) | phaseAfterSqhd();
  if (second >> 16 != expected || !mayBeHead(sqhdOf(second), rungTail())) {
    const before = failed + completed;
    oddSecond = second;
    oddTail = rungTail();
    examine(false);
    return (failed + completed - before) as u32;
  }
  moveSubmissionHead(sqhdOf(second));
  succeed(slot, true);
  advanceHead();
  end(slot);
  return 1;
}

function succeed(slot: u32, isDrained: bool): void {
  finish(slot);
  completed++;
  if (!isDrained) return;
  if (load<u8>(slot, SLOT_OPCODE) == NvmOpcode.READ) drainedReads++;
  else drainedWrites++;
}

/** Stores the counters where the main thread reads them. */
export function publish(): void {
  store<u64>(block, completed + failed + outstanding(), BLOCK_SUBMITTED);
  store<u64>(block, completed, BLOCK_COMPLETED);
  store<u64>(block, failed, BLOCK_FAILED);
  store<u64>(block, rejected, BLOCK_REJECTED);
  store<u64>(block, sweeps, BLOCK_SWEEPS);
  store<u64>(block, sweepsFull, BLOCK_SWEEPS_FULL);
  store<u64>(block, drainedReads, BLOCK_DRAINED_READS);
  store<u64>(block, drainedWrites, BLOCK_DRAINED_WRITES);
  publishWaits(block);
  publishPause();
}

/** Stores what pauses may have added, and takes the pause that the latencies so far allow. */
function publishPause(): void {
  const soonest = soonestNs();
  const ns = shortest();
  if (ns < soonest) {
    cameTooSoon(countBelow(readHistogram, soonest));
    if (writeHistogram != readHistogram) cameTooSoon(countBelow(writeHistogram, soonest));
  }
  store<u64>(block, longestPause(), BLOCK_PAUSE);
  store<u64>(block, pauseExceptions(), BLOCK_PAUSE_EXCEPTIONS);
  learnPause(ns, completed);
}

/** The shortest latency so far, in ns. */
function shortest(): u64 {
  return min<u64>(
    load<u64>(readHistogram, HISTOGRAM_MIN),
    load<u64>(writeHistogram, HISTOGRAM_MIN),
  );
}
