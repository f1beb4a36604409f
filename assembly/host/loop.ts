// The hot loop, in the order of a command's life: configure, start, sweep. What could be settled before a run is settled in
// `configure`: the entries' constant dwords, the PRPs, the pattern.
import {
  AHEAD_BYTES,
  SLOT_LBA_SHIFT,
  SLOT_OPCODE,
  SLOT_PRP1,
  SLOT_RUNG,
  SLOT_SUBMITTED,
} from "../layout.ts";
import { NvmOpcode } from "../spec/commands.ts";
import { CQE_BYTES, SQE_BYTES, Sqe } from "../spec/entries.ts";
import { aheadOf, drawAll, drawFrom } from "./ahead.ts";
import { mostAtOnce, takeAll } from "./batch.ts";
import { keep, keepBooksIn, stamp } from "./books.ts";
import { allInFlight, end, noneInFlight } from "./flight.ts";
import { record } from "./histogram.ts";
import { REJECTED, SUCCEEDED, judge } from "./judge.ts";
import { onlyReads, onlyWrites } from "./pattern.ts";
import { resetPause } from "./pause.ts";
import {
  advanceHead,
  advanceTail,
  advanceTo,
  beginAnew,
  entriesToEnd,
  entryAfter,
  free,
  headEntry,
  isNew,
  nextEntry,
  ring,
  ringBoth,
  ringBothShadowed,
  rungTail,
  secondHalf,
  secondHalfOf,
  submissionEntries,
  submissionEntry,
} from "./queue.ts";
import {
  claim,
  expectedOf,
  inSecondHalf,
  isSuccess,
  slotAt,
  slotCount,
  slotOf,
  slotOfCommand,
  wake,
} from "./slots.ts";
import { endOfSqhd, leftOfSqhd, sqhdOf, wayOf } from "./sqhd.ts";
import { configureTime, readClock, time } from "./time.ts";
import { begin, resetWaits } from "./wait.ts";

export let block: u32 = 0;
export let readHistogram: u32 = 0;
export let writeHistogram: u32 = 0;
/** The one of them that all commands are recorded in; 0 where each takes some. */
let onlyHistogram: u32 = 0;
export let completed: u64 = 0;
export let failed: u64 = 0;
export let rejected: u64 = 0;
export let sweeps: u64 = 0;
export let sweepsFull: u64 = 0;
/** Of the completed ones, those that `drain` reaped. */
export let drainedReads: u64 = 0;
export let drainedWrites: u64 = 0;
/** The head entry is new and is not the plain success of a busy slot: `sweep` left it to `examine`. */
export let odd: bool = false;
/** That entry's second half, as it was read. */
let oddSecond: u64 = 0;
/** The tail as it was rung when it was seen, an index. */
let oddTail: u32 = 0;

/**
 * Takes the control block, the histograms and the dwords that all commands of the job share, which are
 * written once into every submission queue entry. Queue, slots and pattern are configured before.
 * @param nlb number of logical blocks, 0's based, as CDW12 holds it
 * @param ahead AHEAD_BYTES for each submission queue entry
 */
export function configure(
  controlBlock: u32,
  reads: u32,
  writes: u32,
  nsid: u32,
  nlb: u32,
  ahead: u32,
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
  drawAll(ahead);
}

/** From here on latencies are recorded in these histograms. */
export function recordIn(reads: u32, writes: u32): void {
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
  for (let slot: u32 = 0; slot < slotCount(); slot++) {
    wake(slotAt(slot));
    build(slotAt(slot));
  }
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

/** Writes the slot's next command at the tail. @returns its entry. */
// @ts-ignore: decorator
@inline
export function build(slot: u32): u32 {
  const entry = nextEntry();
  fill(entry, slot, load<u64>(aheadOf(entry)), expectedOf(slot));
  advanceTail();
  return entry;
}

/** Writes a command, as SLOT_OPCODE has it, as far as commands differ; the slot goes over from `expected` to it. */
// @ts-ignore: decorator
@inline
function fill(entry: u32, slot: u32, command: u64, expected: u64): void {
  const sqe = changetype<Sqe>(entry as usize);
  // Command Dword 0: opcode, FUSE and PSDT zero, CID
  store<u32>(changetype<usize>(sqe), ((command as u32) & 0xff) | claim(slot, expected as u32));
  v128.store(changetype<usize>(sqe), v128.load(slot, SLOT_PRP1), offsetof<Sqe>("prp1"));
  // CDW10 and CDW11: starting LBA
  store<u64>(changetype<usize>(sqe), command >> SLOT_LBA_SHIFT, offsetof<Sqe>("cdw10"));
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
  return sweepWith(first, false);
}

/** The same where the doorbells have shadows. */
export function sweepShadowed(first: u64): u32 {
  return sweepWith(first, true);
}

/** Both are compiled apart: `shadowed` is settled where this is inlined. */
// @ts-ignore: decorator
@inline
function sweepWith(first: u64, shadowed: bool): u32 {
  sweepsFull++;
  return mostAtOnce() == 1 && sweepOne(first, shadowed) ? 1 : sweepMany(shadowed);
}

/** The shortest way to the doorbells. @returns whether the head entry is right; else nothing was done. */
// @ts-ignore: decorator
@inline
function sweepOne(second: u64, shadowed: bool): bool {
  const slot = slotOf(second);
  const expected = expectedOf(slot);
  const left = wayOf(second, inSecondHalf(expected));
  if (left > leftOfSqhd()) return false;
  const entry = nextEntry();
  fill(entry, slot, load<u64>(aheadOf(entry)), expected);
  advanceHead();
  advanceTail();
  readClock();
  ringDoorbells(left, shadowed);
  finish(slot);
  stamp(slot, entry);
  completed++;
  return true;
}

/** Takes entries as long as they are right. @returns how many. */
// @ts-ignore: decorator
@inline
function sweepMany(shadowed: bool): u32 {
  const built = nextEntry();
  let left = leftOfSqhd();
  let room = mostAtOnce();
  for (;;) {
    // As far as neither queue ends. A store waits for the line that the device had last: there are four of them a command,
    // and pointers are kept in locals (docs/measuring.md).
    let entry = headEntry();
    let next = nextEntry();
    let ahead = aheadOf(next);
    let seen: u64 = 0;
    const from = entry;
    const end = entry + min<u32>(room, entriesToEnd()) * CQE_BYTES;
    do {
      const second = secondHalfOf(entry);
      const slot = slotOf(second);
      const expected = expectedOf(slot);
      const way = wayOf(second, inSecondHalf(expected));
      if (way > left) {
        seen = second;
        break;
      }
      left = way;
      fill(next, slot, load<u64>(ahead), expected);
      entry += CQE_BYTES;
      next += SQE_BYTES;
      ahead += AHEAD_BYTES;
    } while (entry != end);
    advanceTo(entry, next);
    room -= (entry - from) / CQE_BYTES;
    if (!room) break;
    if (entry == end) continue;
    if (!isNew(seen)) break;
    if (!mayBeginAnew(seen)) {
      leave(seen, rungTail());
      break;
    }
    left = beginAnew();
  }
  const reaped = mostAtOnce() - room;
  readClock();
  if (reaped) {
    ringDoorbells(left, shadowed);
    keepBooks(built);
    drawFrom(built);
  }
  completed += reaped;
  return reaped;
}

/** @param left how far it is from SQHD of the last completion to its way's end */
// @ts-ignore: decorator
@inline
function ringDoorbells(left: u64, shadowed: bool): void {
  if (shadowed) ringBothShadowed(left);
  else ringBoth(left);
}

/** Whether the entry is right when SQHD, which went on to the queue's end so far, goes on from its beginning. */
function mayBeginAnew(second: u64): bool {
  if (!isSuccess(second)) return false;
  return sqhdOf(endOfSqhd()) != rungTail() && sqhdOf(second) <= rungTail();
}

/** Records what the slots of the entries from `first` to the tail, one at least, completed, and stamps what they submit now. */
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
    keep(slot, load<u64>(aheadOf(entry)));
  }
}

/** Records the latency of the slot's command. */
// @ts-ignore: decorator
@inline
export function finish(slot: u32): void {
  const isRead = load<u8>(slot, SLOT_OPCODE) == NvmOpcode.READ;
  const histogram = select<u32>(readHistogram, writeHistogram, isRead);
  record(histogram, time() - load<u64>(slot, SLOT_SUBMITTED));
}

/** Leaves the head entry to `examine`: its second half, as it was read, and the tail that was rung then. */
// @ts-ignore: decorator
@inline
export function leave(second: u64, tail: u32): void {
  odd = true;
  oddSecond = second;
  oddTail = tail;
}

/** Judges the head entry that ended a sweep, and submits again if it did end a command. */
export function examine(resubmit: bool): void {
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

/** A success has ended the slot's command. */
export function succeed(slot: u32, isDrained: bool): void {
  finish(slot);
  completed++;
  if (!isDrained) return;
  if (load<u8>(slot, SLOT_OPCODE) == NvmOpcode.READ) drainedReads++;
  else drainedWrites++;
}


/** Looks at the completion queue. */
// @ts-ignore: decorator
@inline
export function countLooks(looks: u32): void {
  sweeps += looks;
}

/** A sweep that found something. */
// @ts-ignore: decorator
@inline
export function countSweep(): void {
  sweepsFull++;
}

/** Commands that have ended, counted from `resetCounters` on. */
// @ts-ignore: decorator
@inline
export function ended(): u64 {
  return completed + failed;
}
