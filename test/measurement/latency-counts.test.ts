// Latency counts as a whole: what was drained is in the counts and in no rate.
import { expect, test } from "vitest";
import {
  emptyCounts,
  inTime,
  iosIn,
  iosInTime,
  latencyIn,
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

test("packed ones add up to what unpacked ones do", () => {
  const other: LatencyCounts = {
    total: 5,
    minNs: 7,
    maxNs: 2000,
    sumNs: 3000,
    counts: [
      [7, 4],
      [1900, 1],
    ],
  };
  for (const parts of [[], [counts], [counts, other], [emptyCounts, drained, other, counts]]) {
    const packed = parts.map((part) => packLatency(part, { op: "read", job: 0 }));
    expect(latencyIn(packed)).toEqual(mergeCounts(parts));
  }
});

test("a sum is empty after what was no sum", () => {
  const packed = packLatency(counts, { op: "read", job: 0 });
  expect(() => latencyIn([packed, { ...packed, total: 4 }])).toThrow("the counts and their total");
  expect(latencyIn([packed, packed]).counts).toEqual(mergeCounts([counts, counts]).counts);
});

test("it counts as I/O and not for rates", () => {
  const packed = packLatency(drained, { op: "read", job: 0 });
  expect([iosIn([packed]), iosInTime([packed])]).toEqual([3, 1]);
  expect([inTime(counts), inTime(drained)]).toEqual([3, 1]);
});
