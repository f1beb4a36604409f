// Pseudo-random numbers: SplitMix64. A stream is eight bytes of state, and everybody who draws has
// a stream of its own, so that one more consumer does not move the others.

import { logarithm } from "./math.ts";

const GOLDEN: u64 = 0x9e3779b97f4a7c15;

/** The next 64 bits of the stream whose state lies at `stream`. */
export function nextRandom(stream: usize): u64 {
  const state = load<u64>(stream) + GOLDEN;
  store<u64>(stream, state);
  return mix(state);
}

/** The next number of the stream, inside (0, 1) and never at its ends. */
export function nextUniform(stream: usize): f64 {
  return (((nextRandom(stream) >> 11) as f64) + 0.5) * (1.0 / 9007199254740992.0);
}

/** A number with the standard normal distribution, by Marsaglia's polar method. */
export function nextNormal(stream: usize): f64 {
  while (true) {
    const x = 2.0 * nextUniform(stream) - 1.0;
    const y = 2.0 * nextUniform(stream) - 1.0;
    const square = x * x + y * y;
    if (square < 1.0) return x * sqrt((-2.0 * logarithm(square)) / square);
  }
}

/** SplitMix64's finaliser: a well-mixed function of one number. */
export function mix(value: u64): u64 {
  let mixed = value;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}
