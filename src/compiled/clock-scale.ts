// Nanoseconds beside the time stamp counter: numbers in, numbers out.
import type { BothClocks, ClockScale } from "./native.ts";

/** native/clock_scale.h */
const SHIFT = 48n;
const NS_PER_S = 1_000_000_000n;

/** One moment on both clocks. */
export interface Moment {
  readonly ticks: bigint;
  readonly ns: bigint;
  /** Ticks in which CLOCK_MONOTONIC was read, somewhere: half of them is how far `ticks` may be off. */
  readonly width: bigint;
}

/** The moment that the tightest of these readings tells: the others were interrupted. */
export function tightest(readings: readonly BothClocks[]): Moment {
  const widthOf = ({ before, after }: BothClocks): bigint => after - before;
  const [first, ...others] = readings as [BothClocks, ...BothClocks[]];
  const best = others.reduce((one, two) => (widthOf(two) < widthOf(one) ? two : one), first);
  const width = widthOf(best);
  return { ticks: best.before + width / 2n, ns: best.monotonicNs, width };
}

/** The scale on which both moments have their own time; null where no time or no ticks lie between them. */
export function scaleBetween(first: Moment, second: Moment): ClockScale | null {
  const ticks = second.ticks - first.ticks;
  const ns = second.ns - first.ns;
  if (ticks <= 0n || ns <= 0n) return null;
  const multiplier = ((ns << SHIFT) + ticks / 2n) / ticks;
  return multiplier === 0n ? null : { ticks: first.ticks, ns: first.ns, multiplier };
}

/** The time at `ticks`, as native/clock_scale.h works it out. */
export function nsAt({ ticks: origin, ns, multiplier }: ClockScale, ticks: bigint): bigint {
  return ns + (((ticks - origin) * multiplier) >> SHIFT);
}

/** Ticks in a second. */
export function hertz({ multiplier }: ClockScale): number {
  return Number((NS_PER_S << SHIFT) / multiplier);
}

/** How far a rate between two moments may be off, in millionths: half the width of each, by the time between them. */
export function uncertaintyPpm(first: Moment, second: Moment): number {
  const ticks = Number(second.ticks - first.ticks);
  return ticks <= 0
    ? Number.POSITIVE_INFINITY
    : (Number(first.width + second.width) / 2 / ticks) * 1e6;
}

/** By how many millionths the scale ran faster than CLOCK_MONOTONIC between two moments. */
export function driftPpm(scale: ClockScale, first: Moment, second: Moment): number {
  const monotonicNs = second.ns - first.ns;
  const scaledNs = nsAt(scale, second.ticks) - nsAt(scale, first.ticks);
  return (Number(scaledNs - monotonicNs) / Number(monotonicNs)) * 1e6;
}
