// Whether the process stood still while it measured (SIGSTOP, Ctrl-Z, a debugger): the scheduler's accounts do not have it,
// for a thread that is stopped neither runs nor waits. What tells is the signal with which it goes on.

/** How often, and for how long at most. */
export interface Stops {
  readonly count: number;
  readonly ns: number;
}

/** Counts from `begin` to `end`. */
export class StopWatch {
  readonly #nowNs: () => bigint;
  #stops: Stops = { count: 0, ns: 0 };
  /** When the process was last seen to run. */
  #seenNs = 0n;
  readonly #goesOn = (): void => {
    const { count, ns } = this.#stops;
    const nowNs = this.#nowNs();
    this.#stops = { count: count + 1, ns: ns + Number(nowNs - this.#seenNs) };
    this.#seenNs = nowNs;
  };

  /** @param nowNs the time, in ns */
  constructor(nowNs: () => bigint) {
    this.#nowNs = nowNs;
  }

  get stops(): Stops {
    return this.#stops;
  }

  begin(): void {
    this.seen();
    process.on("SIGCONT", this.#goesOn);
  }

  /** The process runs: what it may have stood still counts from here on. */
  seen(): void {
    this.#seenNs = this.#nowNs();
  }

  /** Twice is once. */
  end(): void {
    process.off("SIGCONT", this.#goesOn);
  }
}
