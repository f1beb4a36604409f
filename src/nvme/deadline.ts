// How long the control plane waits for a device before it blames it. Time in which the host stood still, or kept an
// embedded controller from running, is not the device's: a process that was stopped for a minute finds nothing done when
// it comes back, and everything done a moment later.

/** A turn of a wait takes a millisecond or two: what it takes beyond this, something else took. */
const LONGEST_TURN_MS = 100;

/** The end of a wait that is looked at turn by turn. */
export class Deadline {
  readonly #limitMs: number;
  readonly #hostDelayMs: () => number;
  readonly #delayBeforeMs: number;
  #lastMs = performance.now();
  #waitedMs = 0;

  /**
   * The wait begins now.
   * @param limitMs how long the device has
   * @param hostDelayMs for how long the host has kept the device from running so far; it may cost a little to ask
   */
  constructor(limitMs: number, hostDelayMs: () => number = () => 0) {
    this.#limitMs = limitMs;
    this.#hostDelayMs = hostDelayMs;
    this.#delayBeforeMs = hostDelayMs();
  }

  /** A turn has ended, and what is waited for has not come. @returns whether the device has had its time. */
  isOver(): boolean {
    const nowMs = performance.now();
    this.#waitedMs += Math.min(nowMs - this.#lastMs, LONGEST_TURN_MS);
    this.#lastMs = nowMs;
    if (this.#waitedMs <= this.#limitMs) return false;
    return this.#waitedMs - (this.#hostDelayMs() - this.#delayBeforeMs) > this.#limitMs;
  }
}
