// Latency counts as a whole: what was drained is in the counts and in no rate.
import { expect, test } from "vitest";
import {
  inTime,
  iosIn,
  iosInTime,
  mergeCounts,
  packLatency,
  unpackLatency,
} from "../../src/measurement/latency-counts.ts";
import type { LatencyCounts } from "../../src/measurement/measurement.ts";

const counts: LatencyCounts = {
  total: 3,
  minNs: 100,
  maxNs: 300,
  sumNs: 600,
  counts: [
    [100, 1],
    [200, 1],
    [300, 1],
  ],
};
const drained: LatencyCounts = { ...counts, drained: 2 };

test("what was drained survives packing and adding, and nothing has no key", () => {
  const packed = packLatency(drained, { op: "read", job: 0 });
  expect(packed.drained).toBe(2);
  expect(unpackLatency(packed).drained).toBe(2);
  expect(mergeCounts([drained, counts, drained]).drained).toBe(4);
  expect(packLatency(counts, { op: "read", job: 0 })).not.toHaveProperty("drained");
  expect(mergeCounts([counts, counts])).not.toHaveProperty("drained");
});

test("it counts as I/O and not for rates", () => {
  const packed = packLatency(drained, { op: "read", job: 0 });
  expect([iosIn([packed]), iosInTime([packed])]).toEqual([3, 1]);
  expect([inTime(counts), inTime(drained)]).toEqual([3, 1]);
});
