import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { decodeFromCompressedBase64 } from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { encodeCounts } from "../../src/analysis/histogram.ts";
import { bucketHighNs } from "../../src/measurement/buckets.ts";
import { packCounts, unpackCounts } from "../../src/measurement/histogram-payload.ts";

const sparse = fc
  .uniqueArray(fc.integer({ min: 0, max: HISTOGRAM_COUNTS - 1 }), { maxLength: 60 })
  .chain((indices) =>
    fc
      .array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 52 })), {
        minLength: indices.length,
        maxLength: indices.length,
      })
      .map((counts) =>
        indices.sort((a, b) => a - b).map((index, at): [number, number] => [index, counts[at]!]),
      ),
  );

/** An encoding with this inside. */
function payload(inner: Buffer): string {
  return framed(deflateSync(inner));
}

function framed(compressed: Buffer): string {
  const outer = Buffer.alloc(8);
  outer.writeUInt32BE(0x1c849314, 0);
  outer.writeUInt32BE(compressed.length, 4);
  return Buffer.concat([outer, compressed]).toString("base64");
}

/** The inside of an encoding of 1 ns to 1 h with three digits. */
function inside(numbers: readonly number[], digits = 3): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32BE(0x1c849313, 0);
  header.writeUInt32BE(numbers.length, 4);
  header.writeUInt32BE(digits, 12);
  header.writeBigUInt64BE(1n, 16);
  header.writeBigUInt64BE(3_600_000_000_000n, 24);
  return Buffer.concat([header, Buffer.from(numbers)]);
}

describe("what is no encoding is an error that says why", () => {
  const good = packCounts([[5, 7]]);
  test.each([
    ["nothing", "", "no HdrHistogram"],
    ["other text", "<script>alert(1)</script>", "no HdrHistogram"],
    ["another cookie", `HISTFw${"A".repeat(39)}`, "no V2 cookie"],
    ["one cut short", good.slice(0, 40), "cut short"],
    ["no zlib", framed(Buffer.from("no zlib at all")), "does not inflate"],
    ["other buckets", payload(inside([2], 2)), "other buckets"],
    ["a number without end", payload(inside([0x80])), "ends within a number"],
    ["a payload shorter than it says", payload(inside([2]).subarray(0, 40)), "cut short"],
    ["zeros beyond the buckets", payload(inside([0xff, 0xff, 0xff, 0x7f])), "beyond the buckets"],
    ["a zlib bomb", payload(Buffer.alloc(64 * 2 ** 20)), "does not inflate"],
  ])("%s", (_, text, why) => {
    expect(() => unpackCounts(text)).toThrow(why);
  });

  test("a count that is none is a mistake of the caller", () => {
    for (const count of [0, -1, Number.NaN, 2 ** 53]) {
      expect(() => packCounts([[0, count]])).toThrow(RangeError);
    }
  });

  test("whatever is changed in one, it is unpacked or refused, and never more than our buckets", () => {
    fc.assert(
      fc.property(sparse, fc.nat(), fc.nat(255), (counts, at, byte) => {
        const bytes = Buffer.from(packCounts(counts), "base64");
        bytes[at % bytes.length] = byte;
        try {
          expect(unpackCounts(bytes.toString("base64")).length).toBeLessThanOrEqual(
            HISTOGRAM_COUNTS,
          );
        } catch (error) {
          expect((error as Error).message).toMatch(/^[ -~]{8,120}$/);
        }
      }),
    );
  });
});

test("counts come back as they went in", () => {
  fc.assert(
    fc.property(sparse, (counts) => {
      expect(unpackCounts(packCounts(counts))).toEqual(counts);
    }),
  );
});

test("the library reads what is packed, and packs what is read", () => {
  const few = sparse.map((counts) =>
    counts.map(([i, count]): [number, number] => [i, count % 1e9 || 1]),
  );
  fc.assert(
    fc.property(few, (counts) => {
      const decoded = decodeFromCompressedBase64(packCounts(counts));
      const total = counts.reduce((sum, [, count]) => sum + count, 0);
      expect(decoded.totalCount).toBe(total);
      for (const [index, count] of counts) {
        expect(
          (decoded as unknown as { getCountAtIndex(i: number): number }).getCountAtIndex(index),
        ).toBe(count);
      }
      const maxNs = bucketHighNs(counts.at(-1)?.[0] ?? 0);
      expect(unpackCounts(encodeCounts({ total, minNs: 0, maxNs, sumNs: 0, counts }))).toEqual(
        counts,
      );
    }),
    { numRuns: 60 },
  );
});
