// The one import: native code that stores CLOCK_MONOTONIC, in ns, at the control block's BLOCK_NOW. A
// function that stores is cheaper to call from Wasm than one that returns a number (bench/).

// @ts-ignore: decorator
@external("env", "clock")
export declare function clock(): void;
