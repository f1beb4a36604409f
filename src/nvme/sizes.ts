// Sizes of the queue entries, which assembly/spec/entries.ts declares; test/entries.test.ts holds them together.
export const SQE_BYTES = 64;
export const CQE_BYTES = 16;
