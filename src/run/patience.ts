// When a command has been in flight for too long. Time in which the host kept the job, or the embedded controller, from
// running is not the device's: a process that was stopped, or shared its CPU, finds old commands when it comes back, and
// their completions a moment later.

/** What a job is patient with. */
export interface PatienceOptions {
  readonly timeoutNs: bigint;
  /** How long a turn of the loop takes at most when nothing keeps it from running. */
  readonly turnNs: bigint;
  /** For how long the host has kept each thread from running so far. It may cost a little to ask. */
  readonly waitedNs: () => readonly bigint[];
}

/** The command that is watched, since half of its time had passed. */
interface Watch {
  readonly submittedNs: bigint;
  readonly sinceNs: bigint;
  readonly waitedNs: readonly bigint[];
  /** How much longer than they should the turns took meanwhile. */
  awayNs: bigint;
}

export class Patience {
  readonly #options: PatienceOptions;
  readonly #halfNs: bigint;
  #watch: Watch | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#halfNs = options.timeoutNs / 2n;
  }

  /**
   * A turn of the loop has ended, in which the command that was submitted at `submittedNs` did not complete.
   * @returns whether it has had its time: half of it passed, and then as much again with each of the threads running.
   */
  isOver(submittedNs: bigint, fromNs: bigint, toNs: bigint): boolean {
    if (toNs - submittedNs <= this.#halfNs) return false;
    const watch = this.#watch;
    if (watch === undefined || watch.submittedNs !== submittedNs) {
      const waitedNs = this.#options.waitedNs();
      this.#watch = { submittedNs, sinceNs: toNs, waitedNs, awayNs: 0n };
      return false;
    }
    const lateNs = toNs - fromNs - this.#options.turnNs;
    if (lateNs > 0n) watch.awayNs += lateNs;
    const watchedNs = toNs - watch.sinceNs;
    if (watchedNs - watch.awayNs <= this.#halfNs) return false;
    const waited = this.#options.waitedNs().map((ns, thread) => ns - watch.waitedNs[thread]!);
    const missingNs = [...waited, watch.awayNs].reduce((most, ns) => (ns > most ? ns : most));
    return watchedNs - missingNs > this.#halfNs;
  }
}
