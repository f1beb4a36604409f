// How the main thread sees what a job has recorded.
import { describe, expect, test } from "vitest";
import {
  BLOCK_BYTES,
  HISTOGRAM_BYTES,
  HISTOGRAM_COUNTS,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
} from "../../assembly/layout.ts";
import { bucketHighNs, bucketIndex, bucketLowNs } from "../../src/measurement/buckets.ts";
import type { LinearMemory } from "../../src/memory/linear-memory.ts";
import type { JobMemory } from "../../src/run/job-memory.ts";
import { JobView } from "../../src/run/job-view.ts";

const READS = BLOCK_BYTES;

/** A view of a job that records reads when told. */
function recorder() {
  const buffer = new SharedArrayBuffer(READS + 2 * HISTOGRAM_BYTES);
  const [u32, u64] = [new Uint32Array(buffer), new BigUint64Array(buffer)];
  u64[(READS + HISTOGRAM_MIN) / 8] = 0xffff_ffff_ffff_ffffn;
  const at = (pointer: number) => ({ pointer });
  const view = new JobView(
    { u32, u64, bytes: new Uint8Array(buffer) } as unknown as LinearMemory,
    { block: at(0), reads: at(READS), writes: at(READS + HISTOGRAM_BYTES) } as JobMemory,
  );
  const record = (ns: number): void => {
    const [min, max] = [(READS + HISTOGRAM_MIN) / 8, (READS + HISTOGRAM_MAX) / 8];
    u64[(READS + HISTOGRAM_HEADER_BYTES) / 8 + bucketIndex(ns)]! += 1n;
    if (BigInt(ns) < u64[min]!) u64[min] = BigInt(ns);
    if (BigInt(ns) > u64[max]!) u64[max] = BigInt(ns);
  };
  return { view, record, seen: new Float64Array(HISTOGRAM_COUNTS) };
}

describe("what a direction recorded since the last look", () => {
  test("never lies beyond the exact extremes of the whole", () => {
    const { view, record, seen } = recorder();
    for (const ns of [100_050, 300_050]) record(ns);
    expect(bucketLowNs(bucketIndex(100_050))).toBeLessThan(100_050);
    expect(bucketHighNs(bucketIndex(300_050))).toBeGreaterThan(300_050);
    expect(view.since("read", seen)).toMatchObject({ minNs: 100_050, maxNs: 300_050 });
  });

  test("has its buckets' ends where they lie within those", () => {
    const { view, record, seen } = recorder();
    for (const ns of [100_050, 300_050]) record(ns);
    view.since("read", seen);
    record(200_050);
    const bucket = bucketIndex(200_050);
    expect(view.since("read", seen)).toMatchObject({
      total: 1,
      minNs: bucketLowNs(bucket),
      maxNs: bucketHighNs(bucket),
    });
  });

  test("nothing has no extremes", () => {
    const { view, seen } = recorder();
    expect(view.since("read", seen)).toEqual({ total: 0, minNs: 0, maxNs: 0, counts: [] });
  });
});
