// What WebAssembly cannot do: native functions without arguments, whose parameters and results lie in the
// control block. A function that stores is cheaper to call than one that returns a number (bench/).

/** Stores the time by the run's clock, in ns, at BLOCK_NOW. */
// @ts-ignore: decorator
@external("env", "clock")
export declare function clock(): void;

/**
 * Waits for the queue's interrupt until BLOCK_WAIT_UNTIL. Stores how many interrupts it took at
 * BLOCK_WAIT_COUNT, 0 at the deadline, and the time at BLOCK_NOW.
 */
// @ts-ignore: decorator
@external("env", "block")
export declare function block(): void;

/** Sleeps until BLOCK_WAIT_UNTIL and stores the time at BLOCK_NOW. */
// @ts-ignore: decorator
@external("env", "sleep")
export declare function sleep(): void;
