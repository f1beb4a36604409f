// assembly/host/loop.ts in plain JavaScript: typed arrays over the same memory. It is made once, so that
// V8 takes its constants for constants.
import {
  AHEAD_BYTES,
  BLOCK_COMPLETED,
  BLOCK_NOW,
  BLOCK_REJECTED,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS,
  BLOCK_SWEEPS_FULL,
  SLOT_BYTES,
  SLOT_EXPECTED,
  SLOT_LBA_SHIFT,
  SLOT_OPCODE,
  SLOT_PRP1,
  SLOT_PRP2,
  SLOT_RUNG,
  SLOT_STATE,
  SLOT_SUBMITTED,
} from "../../assembly/layout.ts";
import type { Place } from "../place.ts";
import { read, record, write } from "./histogram.ts";
import { Pattern } from "./pattern.ts";

const LOOKS_PER_CLOCK = 1024;
const READ = 2;
const OPCODE_MASK = 0xff;
const LBA_STEP = 2 ** SLOT_LBA_SHIFT;
const SQE_BYTES = 64;
const SQE_PRP1 = 24;
const SQE_PRP2 = 32;
const SQE_SLBA = 40;
const CQE_BYTES = 16;

export type JsLoop = ReturnType<typeof createLoop>;

/** @param clock the native clock, which stores at the control block's BLOCK_NOW */
export function createLoop(buffer: SharedArrayBuffer, clock: () => void) {
  const words = new Uint32Array(buffer);
  const pattern = new Pattern();
  let readsClock = true;
  let depth = 0;
  let slots = 0;
  let ahead = 0;
  let block = 0;
  let reads = 0;
  let writes = 0;
  let slotMask = 0;
  let generationStep = 0;
  let sqid = 0;
  let sq = 0;
  let sqEntries = 0;
  // pointers in the loop, indexes at the doorbells
  let sqTail = 0;
  let sqEnd = 0;
  let sqTailDoorbell = 0;
  // indexes: the tail as it was rung, and SQHD of the last completion
  let rungTail = 0;
  let sqHead = 0;
  let cq = 0;
  let cqHead = 0;
  let cqEnd = 0;
  let cqHeadDoorbell = 0;
  let phase = 1;
  let odd = false;
  // in an array of doubles: numbers past 32 bits would be objects
  const numbers = new Float64Array(5);
  const NOW = 0;
  const COMPLETED = 1;
  const REJECTED = 2;
  const SWEEPS = 3;
  const SWEEPS_FULL = 4;

  function configure(where: Place, withClock: boolean): void {
    readsClock = withClock;
    ({ depth, slots, ahead, block, reads, writes, sqid, sq, sqEntries, cq } = where);
    sqTailDoorbell = where.sqTailDoorbell >>> 2;
    cqHeadDoorbell = where.cqHeadDoorbell >>> 2;
    const bits = 32 - Math.clz32(depth);
    slotMask = (1 << bits) - 1;
    generationStep = bits < 16 ? 0x10000 << bits : 0;
    sqTail = sq;
    rungTail = 0;
    sqHead = 0;
    sqEnd = sq + sqEntries * SQE_BYTES;
    cqHead = cq;
    cqEnd = cq + where.cqEntries * CQE_BYTES;
    phase = 1;
    odd = false;
    numbers.fill(0);
    pattern.configure(where);
    for (let entry = sq; entry !== sqEnd; entry += SQE_BYTES) drawFor(entry);
  }

  /** Where stands what the entry asks for next, in dwords. */
  function aheadOf(entry: number): number {
    return (ahead + (entry - sq) / (SQE_BYTES / AHEAD_BYTES)) >>> 2;
  }

  function drawFor(entry: number): void {
    pattern.draw();
    write(words, aheadOf(entry), pattern.nextLba() * LBA_STEP + pattern.nextOpcode());
  }

  function start(): void {
    const first = sqTail;
    for (let slot = 0; slot < depth; slot++) {
      const at = slots + slot * SLOT_BYTES;
      // idle ones hold a CID that no entry finds them by
      words[(at + SLOT_EXPECTED) >>> 2]! ^= 0x10000;
      build(at);
    }
    readClock();
    for (let entry = first; entry !== sqTail; entry = entryAfter(entry)) {
      const slot = slotOfCommand(entry);
      stamp(slot, entry);
      write(words, (slot + SLOT_RUNG) >>> 2, numbers[NOW]!);
    }
    rungTail = (sqTail - sq) / SQE_BYTES;
    words[sqTailDoorbell] = rungTail;
  }

  function build(slot: number): void {
    const command = aheadOf(sqTail);
    const at = slot >>> 2;
    const sqe = sqTail >>> 2;
    const cid = ((words[at + SLOT_EXPECTED / 4]! & 0xffff0000) + generationStep) | 0;
    words[at + SLOT_EXPECTED / 4] = cid | sqid;
    words[at + SLOT_STATE / 4] = 0;
    words[sqe] = cid | (words[command]! & OPCODE_MASK);
    words[sqe + SQE_PRP1 / 4] = words[at + SLOT_PRP1 / 4]!;
    words[sqe + SQE_PRP1 / 4 + 1] = words[at + SLOT_PRP1 / 4 + 1]!;
    words[sqe + SQE_PRP2 / 4] = words[at + SLOT_PRP2 / 4]!;
    words[sqe + SQE_PRP2 / 4 + 1] = words[at + SLOT_PRP2 / 4 + 1]!;
    write(words, sqe + SQE_SLBA / 4, Math.floor(read(words, command) / LBA_STEP));
    sqTail = entryAfter(sqTail);
  }

  function entryAfter(entry: number): number {
    return entry + SQE_BYTES === sqEnd ? sq : entry + SQE_BYTES;
  }

  function slotOfCommand(entry: number): number {
    return slots + ((words[entry >>> 2]! >>> 16) & slotMask) * SLOT_BYTES;
  }

  function stamp(slot: number, entry: number): void {
    write(words, (slot + SLOT_SUBMITTED) >>> 2, numbers[NOW]!);
    const command = aheadOf(entry);
    words[(slot + SLOT_OPCODE) >>> 2] = words[command]!;
    words[(slot + SLOT_OPCODE + 4) >>> 2] = words[command + 1]!;
    drawFor(entry);
  }

  /** Dword 3 of the head entry: CID, phase and status. Dword 2 is read after it, so it is not older. */
  function thirdDword(): number {
    return words[(cqHead >>> 2) + 3]!;
  }

  function isNew(third: number): boolean {
    return ((third >>> 16) & 1) === phase;
  }

  function sweep(): number {
    const third = thirdDword();
    return isNew(third) ? sweepFrom(third) : 0;
  }

  function sweepFrom(first: number): number {
    let third = first;
    const built = sqTail;
    const limit = depth;
    // SQHD moves on to the tail that was rung: as far as `end` before it passes the queue's end
    let end = rungTail < sqHead ? sqEntries - 1 : rungTail;
    let head = sqHead;
    let reaped = 0;
    do {
      const slot = slots + (third & slotMask) * SLOT_BYTES;
      if (!isSuccess(third, slot)) break;
      const sqhd = words[(cqHead >>> 2) + 2]! & 0xffff;
      if (sqhd < head || sqhd > end) {
        if (end === rungTail || sqhd > rungTail) break;
        end = rungTail;
      }
      head = sqhd;
      advanceHead();
      build(slot);
      third = thirdDword();
    } while (++reaped < limit);
    readClock();
    sqHead = head;
    if (reaped > 0) ringBoth();
    keepBooks(built);
    odd = reaped < limit && isNew(third);
    numbers[COMPLETED]! += reaped;
    numbers[SWEEPS_FULL]!++;
    return reaped;
  }

  function keepBooks(first: number): void {
    for (let entry = first; entry !== sqTail; entry = entryAfter(entry)) {
      const slot = slotOfCommand(entry);
      finish(slot);
      stamp(slot, entry);
    }
  }

  /** SQID, CID with generation, phase, status 0. */
  function isSuccess(third: number, slot: number): boolean {
    const second = words[(cqHead >>> 2) + 2]!;
    const expected = words[(slot + SLOT_EXPECTED) >>> 2]!;
    return (
      third >>> 16 === phase &&
      (third & 0xffff) === expected >>> 16 &&
      second >>> 16 === (expected & 0xffff) &&
      words[(slot + SLOT_STATE) >>> 2] === 0
    );
  }

  function finish(slot: number): void {
    const histogram = (words[(slot + SLOT_OPCODE) >>> 2]! & OPCODE_MASK) === READ ? reads : writes;
    record(words, histogram, numbers[NOW]! - read(words, (slot + SLOT_SUBMITTED) >>> 2));
  }

  function advanceHead(): void {
    cqHead += CQE_BYTES;
    if (cqHead === cqEnd) {
      cqHead = cq;
      phase ^= 1;
    }
  }

  function ringBoth(): void {
    words[cqHeadDoorbell] = (cqHead - cq) / CQE_BYTES;
    rungTail = (sqTail - sq) / SQE_BYTES;
    words[sqTailDoorbell] = rungTail;
  }

  function readClock(): void {
    if (readsClock) clock();
    numbers[NOW] = read(words, (block + BLOCK_NOW) >>> 2);
  }

  /** The benchmark's devices make no mistakes: whatever comes here is counted, and the run thrown away. */
  function examine(): void {
    odd = false;
    numbers[REJECTED]!++;
    advanceHead();
    ringBoth();
  }

  function run(until: number): void {
    do {
      let looks = LOOKS_PER_CLOCK;
      let third = thirdDword();
      while (!isNew(third) && --looks > 0) third = thirdDword();
      numbers[SWEEPS]! += LOOKS_PER_CLOCK - looks;
      if (looks > 0) {
        numbers[SWEEPS]!++;
        sweepFrom(third);
        if (odd) examine();
      } else {
        readClock();
      }
    } while (numbers[NOW]! < until);
    publish();
  }

  function drive(commands: number): number {
    let left = commands;
    while (left > 0) {
      const reaped = sweep();
      if (reaped === 0) break;
      left -= reaped;
    }
    return left;
  }

  function resetCounters(): void {
    numbers.fill(0, COMPLETED);
  }

  function outstanding(): number {
    let count = 0;
    for (let slot = 0; slot < depth; slot++) {
      const state = words[(slots + slot * SLOT_BYTES + SLOT_STATE) >>> 2]!;
      if (state === 0) count++;
    }
    return count;
  }

  function publish(): void {
    write(words, (block + BLOCK_SUBMITTED) >>> 2, numbers[COMPLETED]! + outstanding());
    write(words, (block + BLOCK_COMPLETED) >>> 2, numbers[COMPLETED]!);
    write(words, (block + BLOCK_REJECTED) >>> 2, numbers[REJECTED]!);
    write(words, (block + BLOCK_SWEEPS) >>> 2, numbers[SWEEPS]!);
    write(words, (block + BLOCK_SWEEPS_FULL) >>> 2, numbers[SWEEPS_FULL]!);
  }

  return { configure, start, sweep, run, drive, resetCounters, publish };
}
