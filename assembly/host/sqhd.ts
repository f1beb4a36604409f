// How far SQHD may go on. It moves round the submission queue from the last one to the tail that was rung: a way that is cut
// at the queue's end, so that it is a straight one and a single comparison in the loop holds an entry against it.

/** Where a CQE's second half has the phase tag. */
const PHASE_BIT: u64 = 48;
export const PHASE: u64 = 1 << PHASE_BIT;

/**
 * Where SQHD may go on to: the tail that was rung, or the last entry while the tail lies before it. An index, and above it
 * the phase tag of a new entry, where its second half has both.
 */
let sqhdEnd: u64 = 0;
/** How many entries SQHD of the last completion, up to which the device says that it has read, lies before that. */
let sqhdLeft: u64 = 0;

/** The SQHD in the second half of an entry. */
// @ts-ignore: decorator
@inline
export function sqhdOf(second: u64): u32 {
  return (second as u32) & 0xffff;
}

/** @returns SQHD of the last completion. */
// @ts-ignore: decorator
@inline
export function submissionHead(): u32 {
  return sqhdOf(sqhdEnd) - (sqhdLeft as u32);
}

/** SQHD goes on from `index` to the rung `tail`, or to the `last` entry first where that lies between. */
// @ts-ignore: decorator
@inline
export function setWay(index: u32, tail: u32, last: u32, phase: u64): void {
  const end = select<u32>(last, tail, tail < index);
  sqhdEnd = phase | end;
  sqhdLeft = end - index;
}

/** From the queue's beginning on to the rung `tail`. @returns how far that is. */
// @ts-ignore: decorator
@inline
export function startAnew(tail: u32, phase: u64): u64 {
  sqhdEnd = phase | tail;
  return tail;
}

/** New entries have the other phase tag. */
// @ts-ignore: decorator
@inline
export function turnEnd(): void {
  sqhdEnd = turned(sqhdEnd);
}

/** @returns the index up to which SQHD may go on, and the phase tag of a new entry, as its second half has them. */
// @ts-ignore: decorator
@inline
export function endOfSqhd(): u64 {
  return sqhdEnd;
}

/**
 * How far it is from an entry's SQHD to the way's end, in one comparison with all of the entry: SQID, CID with generation,
 * phase and status 0 cancel and leave that way, which grows no longer; whatever else is there makes it longer than any, or
 * negative, which is longer still.
 * @param wanted SQID and CID, where the second half of an entry has them
 */
// @ts-ignore: decorator
@inline
export function wayOf(second: u64, wanted: u64): u64 {
  return sqhdEnd + wanted - second;
}

/** @returns how far it is from SQHD of the last completion to there. */
// @ts-ignore: decorator
@inline
export function leftOfSqhd(): u64 {
  return sqhdLeft;
}

/** With the other phase tag; without the constant, which would take a register from each command. */
// @ts-ignore: decorator
@inline
export function turned(second: u64): u64 {
  return rotl<u64>(rotr<u64>(second, PHASE_BIT) ^ 1, PHASE_BIT);
}
