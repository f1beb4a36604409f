// What the embedder supplies.

/**
 * Stores the time in ns at BUS_NOW; in a stepped test it does nothing, the test stores virtual
 * time.
 */
// @ts-ignore: decorator
@external("env", "clock")
export declare function clock(): void;

/** Raises a vector of MSI-X or MSI, or the pin's interrupt as 0. */
// @ts-ignore: decorator
@external("env", "interrupt")
export declare function interrupt(vector: u32): void;

/** 1 when the host has unmasked the pin since it was last asked. */
// @ts-ignore: decorator
@external("env", "unmasked")
export declare function unmasked(): u32;
