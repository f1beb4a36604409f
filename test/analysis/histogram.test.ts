import fc from "fast-check";
import { build, decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { HISTOGRAM_COUNTS, HISTOGRAM_HIGHEST_NS } from "../../assembly/layout.ts";
import {
  encodeCounts,
  fioPercentiles,
  hgrm,
  isCarried,
  meanNs,
  percentileNs,
  samplesNeeded,
  stddevNs,
  toHdrHistogram,
} from "../../src/analysis/histogram.ts";
import { bucketHighNs, bucketIndex, bucketLowNs } from "../../src/measurement/buckets.ts";
import { emptyCounts, mergeCounts } from "../../src/measurement/latency-counts.ts";
import { countsOf, latencies } from "../examples/run.ts";

/** Latencies of every magnitude, small ones as often as large ones. */
const samples = fc.array(
  fc
    .double({ min: 0, max: 1, noNaN: true })
    .map((exponent) => Math.floor(HISTOGRAM_HIGHEST_NS ** exponent)),
  { minLength: 1, maxLength: 300 },
);

function library(samplesNs: readonly number[]) {
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    highestTrackableValue: HISTOGRAM_HIGHEST_NS,
    numberOfSignificantValueDigits: 3,
  });
  for (const ns of samplesNs) histogram.recordValue(ns);
  return histogram;
}

describe("without samples", () => {
  test("everything is 0 and nothing is carried", () => {
    expect(percentileNs(emptyCounts, 50)).toBe(0);
    expect(percentileNs(emptyCounts, 100)).toBe(0);
    expect(meanNs(emptyCounts)).toBe(0);
    expect(stddevNs(emptyCounts)).toBe(0);
    expect(mergeCounts([])).toEqual(emptyCounts);
    expect(mergeCounts([emptyCounts, emptyCounts])).toEqual(emptyCounts);
    expect(isCarried(0, 100)).toBe(false);
    expect(hgrm(emptyCounts)).toContain("Total count    =            0");
  });

  test("an empty part changes no extreme", () => {
    const counts = countsOf([300, 400]);
    expect(mergeCounts([emptyCounts, counts])).toEqual(counts);
  });
});

test("counts that contradict their maximum are a bug, not a histogram", () => {
  expect(() => toHdrHistogram({ ...countsOf([5000]), maxNs: 10 })).toThrow(/bucket/);
  const beyond = {
    total: 1,
    minNs: 1,
    maxNs: 1e15,
    sumNs: 1,
    counts: [[HISTOGRAM_COUNTS, 1]],
  } as const;
  expect(() => toHdrHistogram(beyond)).toThrow(/bucket/);
});

test("buckets follow one another without gap from 0 to beyond the highest latency", () => {
  expect(bucketLowNs(0)).toBe(0);
  for (let index = 1; index < HISTOGRAM_COUNTS; index++) {
    expect(bucketLowNs(index)).toBe(bucketHighNs(index - 1) + 1);
  }
  expect(bucketHighNs(HISTOGRAM_COUNTS - 1)).toBeGreaterThan(HISTOGRAM_HIGHEST_NS);
});

test("the bucket of a value is the one that it lies in", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: HISTOGRAM_HIGHEST_NS }), (ns) => {
      const index = bucketIndex(ns);
      expect(bucketLowNs(index)).toBeLessThanOrEqual(ns);
      expect(bucketHighNs(index)).toBeGreaterThanOrEqual(ns);
    }),
    { examples: [[0], [1], [2047], [2048], [4095], [4096], [HISTOGRAM_HIGHEST_NS]] },
  );
});

test("a sample lies in its bucket, which is as narrow as three digits ask", () => {
  fc.assert(
    fc.property(fc.nat(HISTOGRAM_HIGHEST_NS), (ns) => {
      const [index] = countsOf([ns]).counts[0] ?? [-1];
      expect(bucketLowNs(index)).toBeLessThanOrEqual(ns);
      expect(bucketHighNs(index)).toBeGreaterThanOrEqual(ns);
      expect(bucketHighNs(index) - bucketLowNs(index)).toBeLessThanOrEqual(ns / 1000);
    }),
  );
});

test("percentiles are the library's, cut at the maximum", () => {
  const percentile = fc.oneof(
    fc.constantFrom(...fioPercentiles, 99.999, 100),
    fc.double({ min: 0.001, max: 100, noNaN: true }),
  );
  fc.assert(
    fc.property(samples, percentile, (samplesNs, p) => {
      const expected = Math.min(library(samplesNs).getValueAtPercentile(p), Math.max(...samplesNs));
      expect(percentileNs(countsOf(samplesNs), p)).toBe(expected);
    }),
  );
});

test("percentiles rise, and the last is the exact maximum", () => {
  const counts = countsOf(latencies(10_000, 8000));
  const values = [...fioPercentiles, 100].map((percentile) => percentileNs(counts, percentile));
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(values.at(-1)).toBe(counts.maxNs);
});

test("merging parts is the same as counting all at once", () => {
  fc.assert(
    fc.property(fc.array(samples, { maxLength: 5 }), (parts) => {
      const merged = mergeCounts(parts.map(countsOf));
      expect(merged).toEqual(parts.length === 0 ? emptyCounts : countsOf(parts.flat()));
    }),
  );
});

test("the library's histogram holds the same counts and the exact maximum", () => {
  fc.assert(
    fc.property(samples, (samplesNs) => {
      const counts = countsOf(samplesNs);
      const histogram = toHdrHistogram(counts);
      const expected = library(samplesNs);
      expect(histogram.totalCount).toBe(samplesNs.length);
      expect(histogram.maxValue).toBe(counts.maxNs);
      expect(histogram.mean).toBe(expected.mean);
      expect(histogram.outputPercentileDistribution()).toBe(
        expected.outputPercentileDistribution(),
      );
      expect(encodeCounts(counts)).toBe(encodeCounts(countsOf(samplesNs)));
    }),
  );
});

test("the encoding is read back by the library", () => {
  const counts = countsOf(latencies(20_000, 300));
  const encoded = encodeCounts(counts);
  expect(encoded).toMatch(/^HISTFAAA/);
  const decoded = decodeFromCompressedBase64(encoded, 64);
  expect(decoded.totalCount).toBe(20_000);
  for (const percentile of fioPercentiles) {
    expect(decoded.getValueAtPercentile(percentile)).toBe(percentileNs(counts, percentile));
  }
});

test("counts beyond 32 bits are kept", () => {
  const many = {
    total: 2 ** 40,
    minNs: 300,
    maxNs: 300,
    sumNs: 300 * 2 ** 40,
    counts: [[300, 2 ** 40]],
  };
  expect(toHdrHistogram(many as never).totalCount).toBe(2 ** 40);
});

test("the mean is exact, the deviation within three digits", () => {
  const samplesNs = latencies(10_000, 80_000);
  const mean = samplesNs.reduce((sum, ns) => sum + ns, 0) / samplesNs.length;
  const squares = samplesNs.reduce((sum, ns) => sum + (ns - mean) ** 2, 0);
  expect(meanNs(countsOf(samplesNs))).toBe(mean);
  const deviation = Math.sqrt(squares / samplesNs.length);
  expect(Math.abs(stddevNs(countsOf(samplesNs)) / deviation - 1)).toBeLessThan(0.001);
});

test.each([
  [50, 20],
  [90, 100],
  [99, 1000],
  [99.5, 2000],
  [99.9, 10_000],
  [99.95, 20_000],
  [99.99, 100_000],
  [99.999, 1_000_000],
])("p%d needs %d samples", (percentile, needed) => {
  expect(samplesNeeded(percentile)).toBe(needed);
  expect(isCarried(needed, percentile)).toBe(true);
  expect(isCarried(needed - 1, percentile)).toBe(false);
});

test("the maximum of any sample is carried", () => {
  expect(isCarried(1, 100)).toBe(true);
});

test(".hgrm is HdrHistogram's text in us", () => {
  const text = hgrm(countsOf([1000, 2000, 3000, 2_500_520]));
  const lines = text.split("\n");
  expect(lines[0]).toBe("       Value     Percentile TotalCount 1/(1-Percentile)");
  expect(lines[2]).toBe("       1.000 0.000000000000          1           1.00");
  expect(text).toMatch(/^ {4}2500\.520 1\.000000000000 {10}4$/m);
  // The exact maximum, as the library writes it for values that it saw itself.
  expect(text).toContain("#[Max     =     2500.520, Total count    =            4]");
});
