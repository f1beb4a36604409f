import fc from "fast-check";
import hdr from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import {
  HISTOGRAM_CAPACITY,
  HISTOGRAM_COUNTS,
  HISTOGRAM_DIGITS,
  HISTOGRAM_HIGHEST_NS,
  HISTOGRAM_LOWEST_NS,
} from "../../assembly/layout.ts";
import { harness } from "./harness.ts";

const reference = hdr.build({
  lowestDiscernibleValue: HISTOGRAM_LOWEST_NS,
  highestTrackableValue: HISTOGRAM_HIGHEST_NS,
  numberOfSignificantValueDigits: HISTOGRAM_DIGITS,
  bitBucketSize: 64,
}) as unknown as { countsArrayLength: number; countsArrayIndex(value: number): number };

describe("the loop's histogram", () => {
  test("has as many counts as HdrHistogram with the same numbers", () => {
    expect(reference.countsArrayLength).toBe(HISTOGRAM_COUNTS);
  });

  test("has room for every value that there is, in rising order", () => {
    const { wasm } = harness();
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        const [low, high] = (a < b ? [a, b] : [b, a]).map((ns) => wasm.countsIndex(ns));
        expect(low).toBeLessThanOrEqual(high!);
        expect(high).toBeLessThan(HISTOGRAM_CAPACITY);
      }),
      { examples: [[0n, 2n ** 64n - 1n]] },
    );
  });

  test("counts every latency where HdrHistogram does", () => {
    const { wasm } = harness();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HISTOGRAM_HIGHEST_NS }), (ns) => {
        expect(wasm.countsIndex(BigInt(ns))).toBe(reference.countsArrayIndex(ns));
      }),
      {
        numRuns: 5000,
        examples: [[0], [1], [2047], [2048], [4095], [4096], [HISTOGRAM_HIGHEST_NS]],
      },
    );
  });
});
