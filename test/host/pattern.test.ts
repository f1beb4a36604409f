import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { harness } from "./harness.ts";

const u64 = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn });
const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

describe("the pattern", () => {
  test("multiplyHigh is the high half of the 128-bit product", () => {
    const { wasm } = harness();
    fc.assert(
      fc.property(u64, u64, (a, b) => {
        expect(unsigned(wasm.multiplyHigh(a, b))).toBe((a * b) >> 64n);
      }),
    );
  });

  test("draws are SplitMix64's", () => {
    const { wasm } = harness();
    wasm.configurePattern(true, 1n, 0n, 1, 0x10000, 1234567n);
    // reference values of the published algorithm for this seed
    expect([1, 2, 3].map(() => unsigned(wasm.draw()))).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });

  test("random blocks stay in the range and begin on the I/O size", () => {
    const { wasm } = harness();
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 1n << 40n }),
        fc.bigInt({ min: 0n, max: 1n << 40n }),
        fc.integer({ min: 1, max: 2048 }),
        u64,
        (blocks, first, lbas, bits) => {
          wasm.configurePattern(true, blocks, first, lbas, 0x10000, 1n);
          const lba = unsigned(wasm.nextLba(bits)) - first;
          expect(lba >= 0n && lba < blocks * BigInt(lbas)).toBe(true);
          expect(lba % BigInt(lbas)).toBe(0n);
        },
      ),
    );
  });

  test("random blocks reach both ends and are even", () => {
    const { wasm } = harness();
    const hits = new Array<number>(16).fill(0);
    wasm.configurePattern(true, 16n, 0n, 1, 0x10000, 9n);
    for (let n = 0; n < 160_000; n++) hits[Number(wasm.nextLba(wasm.draw()))]!++;
    // 10,000 expected each; five standard deviations are 485
    for (const count of hits) expect(Math.abs(count - 10_000)).toBeLessThan(485);
  });

  test("sequential blocks go round and round", () => {
    const { wasm } = harness();
    wasm.configurePattern(false, 3n, 100n, 8, 0x10000, 1n);
    const lbas = Array.from({ length: 7 }, () => wasm.nextLba(0n));
    expect(lbas).toEqual([100n, 108n, 116n, 100n, 108n, 116n, 100n]);
  });
});
