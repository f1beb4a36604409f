// The version of the result documents; docs/results.md tells what each brought.

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
export const SCHEMA = 3;
