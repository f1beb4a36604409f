// How many turns of a counted pause this CPU makes in a nanosecond: timed before anything is in flight.
// assembly/host/pause.ts and assembly/device/pause.ts count.
const ROUNDS = 9;
/** Some tens of microseconds. */
const TURNS = 20_000;

/**
 * Turns of the counted pause in a nanosecond.
 * @param turn the loop's own
 * @param now the clock, in ns
 */
export function turnsPerNs(turn: (count: number) => unknown, now: () => bigint): number {
  turn(TURNS);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = now();
    turn(TURNS);
    return Number(now() - start);
  });
  // the middle one: an interrupt makes a round long, and nothing makes it short
  return TURNS / Math.max(1, rounds.sort((a, b) => a - b)[ROUNDS >> 1]!);
}
