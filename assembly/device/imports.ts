// What the embedder supplies.

/**
 * Stores the time in ns at BUS_NOW; in a stepped test it does nothing, the test stores virtual
 * time.
 */
// @ts-ignore: decorator
@external("env", "clock")
export declare function clock(): void;

/** Raises an MSI-X vector, or INTx as 0. */
// @ts-ignore: decorator
@external("env", "interrupt")
export declare function interrupt(vector: u32): void;
