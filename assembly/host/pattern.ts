// Which block comes next. Random: SplitMix64 (Steele, Lea, Flood 2014), whose n-th draw depends on the
// seed and n alone, so that two runs with one seed touch the same blocks in the same order.
import { NvmOpcode } from "../spec/commands.ts";

const GOLDEN_GAMMA: u64 = 0x9e3779b97f4a7c15;
const READ_SHARE_ALL: u32 = 0x10000;

/** Of the generator. */
export let state: u64 = 0;
let isRandom: bool = false;
/** Number of I/O-sized blocks in the range. */
let blocks: u64 = 1;
let cursor: u64 = 0;
let firstLba: u64 = 0;
let lbasPerBlock: u64 = 1;
/** Share of reads in 65,536ths. */
let readShare: u32 = READ_SHARE_ALL;

/**
 * @param random 1 for uniformly random blocks, 0 for one after the other, round and round
 * @param count how many blocks of the I/O size the range has, at least 1
 * @param slba the range's first LBA
 * @param lbas logical blocks per I/O
 * @param reads share of reads in 65,536ths
 */
export function configurePattern(
  random: bool,
  count: u64,
  slba: u64,
  lbas: u32,
  reads: u32,
  seed: u64,
): void {
  isRandom = random;
  blocks = count;
  firstLba = slba;
  lbasPerBlock = lbas;
  readShare = reads;
  state = seed;
  cursor = 0;
}

/** The next 64 random bits. */
// @ts-ignore: decorator
@inline
export function draw(): u64 {
  state = after(state);
  return mix(state);
}

/** The generator's state after one draw more. */
// @ts-ignore: decorator
@inline
export function after(drawn: u64): u64 {
  return drawn + GOLDEN_GAMMA;
}

/** The 64 random bits of a state. */
// @ts-ignore: decorator
@inline
export function mix(drawn: u64): u64 {
  let z = drawn;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Draws went on to here. */
// @ts-ignore: decorator
@inline
export function setState(drawn: u64): void {
  state = drawn;
}

/** The next I/O's starting LBA, from a draw. The branches are the same for a whole run. */
// @ts-ignore: decorator
@inline
export function nextLba(bits: u64): u64 {
  if (!isRandom) return lbaOf(nextInSequence());
  return isNarrow() ? narrowLba(bits) : lbaOf(multiplyHigh(bits, blocks));
}

/** Whether `narrowLba` may be asked: random blocks, fewer than 2^32. */
// @ts-ignore: decorator
@inline
export function isNarrow(): bool {
  return isRandom && blocks >> 32 == 0;
}

/** `nextLba` with half the multiplications. */
// @ts-ignore: decorator
@inline
export function narrowLba(bits: u64): u64 {
  return lbaOf(((bits >> 32) * blocks + (((bits & 0xffffffff) * blocks) >> 32)) >> 32);
}

// @ts-ignore: decorator
@inline
function lbaOf(block: u64): u64 {
  return firstLba + block * lbasPerBlock;
}

export function onlyReads(): bool {
  return readShare == READ_SHARE_ALL;
}

export function onlyWrites(): bool {
  return readShare == 0;
}

/** The next I/O's opcode; the draw's low 16 bits decide, which hardly move the block's number. */
// @ts-ignore: decorator
@inline
export function nextOpcode(bits: u64): u32 {
  return select<u32>(NvmOpcode.READ, NvmOpcode.WRITE, ((bits as u32) & 0xffff) < readShare);
}

// @ts-ignore: decorator
@inline
function nextInSequence(): u64 {
  const block = cursor;
  const next = block + 1;
  cursor = next == blocks ? 0 : next;
  return block;
}

/** Bits 127:64 of a × b: maps 64 random bits evenly onto [0, b) without a division. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const carry = (middle & 0xffffffff) + aLow * bHigh;
  return aHigh * bHigh + (middle >> 32) + (carry >> 32);
}
