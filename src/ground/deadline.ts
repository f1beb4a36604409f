// How long the control plane waits for a device before it blames it. Time in which the host stood still, or kept an
// embedded controller from running, is not the device's: a process that was stopped for a minute finds nothing done when
// it comes back, and everything done a moment later.

/** A turn of a wait takes a millisecond or two: what it takes beyond this, something else took. */
const LONGEST_TURN_MS = 100;

/** So often the host is asked what it kept the device from. */
const ASKED_MS = 20;

/** The end of a wait that is looked at turn by turn. */
export class Deadline {
  readonly #limitMs: number;
  readonly #hostDelayMs: () => number;
  #delayMs: number;
  #lastMs = performance.now();
  /** What counted before the host was last asked, and since then. */
  #countedMs = 0;
  #sinceMs = 0;

  /**
   * The wait begins now.
   * @param limitMs how long the device has
   * @param hostDelayMs for how long the host has kept the device from running so far; it may cost a little to ask
   */
  constructor(limitMs: number, hostDelayMs: () => number = () => 0) {
    this.#limitMs = limitMs;
    this.#hostDelayMs = hostDelayMs;
    this.#delayMs = hostDelayMs();
  }

  /** A turn has ended, and what is waited for has not come. @returns whether the device has had its time. */
  isOver(): boolean {
    const nowMs = performance.now();
    const turnMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#sinceMs += Math.min(turnMs, LONGEST_TURN_MS);
    const seemsOver = this.#countedMs + this.#sinceMs > this.#limitMs;
    if (seemsOver || this.#sinceMs >= ASKED_MS) this.#askHost();
    return this.#countedMs > this.#limitMs;
  }

  /** The device loses no more than what counted meanwhile: a turn that stood still was not all counted. */
  #askHost(): void {
    const delayMs = this.#hostDelayMs();
    this.#countedMs += Math.max(0, this.#sinceMs - (delayMs - this.#delayMs));
    this.#delayMs = delayMs;
    this.#sinceMs = 0;
  }
}
