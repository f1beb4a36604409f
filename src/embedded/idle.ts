// When the embedded controller's thread may sleep, and for how long. Doorbells wake nobody, so a sleeping
// device sees them late: it sleeps only after nothing has happened for a while, and only for a fraction of
// what it would wait anyway.

/** A benchmark between two commands never waits this long. */
const PATIENCE_NS = 50_000_000;
/** With a completion due, whoever submits again at once has done so by then. */
const PATIENCE_DUE_NS = 1_000_000;
/** Nearer than this the thread stays awake: waking takes tens of microseconds, and nobody promises how many. */
const NEAR_NS = 1_000_000;
const MARGIN_NS = 200_000;
/**
 * A sleep takes this part of the time left, or of that already idle: a command that comes meanwhile is seen
 * late by that part at most, and 100 ms are slept through in about forty turns.
 */
const PART = 8;
const SHORTEST_NS = 100_000;
const LONGEST_NS = 5_000_000;

/** `sleepNs` is 0 before nothing has been done for so long. */
export const SOONEST_REST_NS = PATIENCE_DUE_NS;

/**
 * How long the thread may sleep, in ns; 0 is not at all.
 * @param idleNs since something was done
 * @param dueInNs until the next completion or interrupt is due, or null when none is
 * @param waiting completions and interrupts that wait for their time or for room
 */
export function sleepNs(idleNs: number, dueInNs: number | null, waiting: number): number {
  if (dueInNs !== null) {
    if (idleNs < PATIENCE_DUE_NS || dueInNs < NEAR_NS) return 0;
    return Math.min((dueInNs - MARGIN_NS) / PART, LONGEST_NS);
  }
  if (waiting > 0 || idleNs < PATIENCE_NS) return 0;
  return Math.max(SHORTEST_NS, Math.min((idleNs - PATIENCE_NS) / PART, LONGEST_NS));
}

/** A pause between two idle steps is at most this part of what a command takes anyway, and not longer than that. */
const PAUSE_PART = 256;
const LONGEST_PAUSE_NS = 1_000;

/** What lies between two looks at the doorbells, in ns: commands of `latencyNs` are seen late by that at most. */
export function pauseNs(latencyNs: number): number {
  return Math.min(Math.floor(latencyNs / PAUSE_PART), LONGEST_PAUSE_NS);
}
