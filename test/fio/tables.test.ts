// fio's tables of commands per call: what is not known is no table of zeros.
import { expect, test } from "vitest";
import { batchShares } from "../../src/fio/tables.ts";

test("I/Os that all came after the measured time were in no counted call", () => {
  expect(batchShares({ ended: 5, sweepsFull: 0, jobs: 1, most: 1 })).toBeNull();
});

test("no I/O has no share, and one at a time is a call of up to four", () => {
  const none = batchShares({ ended: 0, sweepsFull: 0, jobs: 1, most: 1 });
  expect(Object.values(none!)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(batchShares({ ended: 9, sweepsFull: 9, jobs: 1, most: 1 })).toMatchObject({ "4": 100 });
});
