import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { at, harness, IOVA_BASE, iovaOf } from "./harness.ts";

const PAGE = 4096;

/** What a device makes of PRP1, PRP2 and the list: the IOVA of each page's piece with its length. */
function walk(u64: BigUint64Array, bytes: number): { iova: bigint; bytes: number }[] {
  const [prp1, prp2] = [u64[at.scratch / 8]!, u64[at.scratch / 8 + 1]!];
  const first = Math.min(bytes, PAGE - Number(prp1 % BigInt(PAGE)));
  const pieces = [{ iova: prp1, bytes: first }];
  let left = bytes - first;
  if (left === 0) return pieces;
  if (left <= PAGE) return [...pieces, { iova: prp2, bytes: left }];
  let entry = Number(prp2 - IOVA_BASE);
  while (left > 0) {
    const value = u64[entry / 8]!;
    if (entry % PAGE === PAGE - 8 && left > PAGE) {
      entry = Number(value - IOVA_BASE);
      continue;
    }
    pieces.push({ iova: value, bytes: Math.min(left, PAGE) });
    left -= PAGE;
    entry += 8;
  }
  return pieces;
}

describe("PRPs", () => {
  test("cover the buffer exactly once, whatever its offset and length", () => {
    const { wasm, u64, bytes } = harness();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: PAGE / 4 - 1 }).map((dword) => dword * 4),
        fc.integer({ min: 1, max: 8 * 1024 * 1024 }),
        (offset, length) => {
          const buffer = 0x4000_0000 + offset;
          bytes.fill(0xee, at.scratch, at.scratch + 16);
          wasm.buildPrps(at.scratch, iovaOf(buffer), length, at.lists, iovaOf(at.lists));
          const pieces = walk(u64, length);
          let next = iovaOf(buffer);
          for (const piece of pieces) {
            expect(piece.iova).toBe(next);
            next += BigInt(piece.bytes);
          }
          expect(next).toBe(iovaOf(buffer + length));
        },
      ),
    );
  });

  test("a transfer inside one page leaves PRP2 zero", () => {
    const { wasm, u64 } = harness();
    wasm.buildPrps(at.scratch, iovaOf(0x10200), PAGE - 0x200, at.lists, iovaOf(at.lists));
    expect(u64[at.scratch / 8 + 1]).toBe(0n);
    expect(wasm.prpListPages(0x10200, PAGE - 0x200)).toBe(0);
  });

  test("a list that fills its page exactly is not chained", () => {
    const { wasm, u64 } = harness();
    const length = PAGE + 512 * PAGE;
    wasm.buildPrps(at.scratch, iovaOf(at.buffers), length, at.lists, iovaOf(at.lists));
    expect(wasm.prpListPages(at.buffers, length)).toBe(1);
    expect(u64[at.lists / 8 + 511]).toBe(iovaOf(at.buffers + 512 * PAGE));
  });

  test("one page more chains to the next list page", () => {
    const { wasm, u64 } = harness();
    const length = PAGE + 513 * PAGE;
    wasm.buildPrps(at.scratch, iovaOf(at.buffers), length, at.lists, iovaOf(at.lists));
    expect(wasm.prpListPages(at.buffers, length)).toBe(2);
    expect(u64[at.lists / 8 + 511]).toBe(iovaOf(at.lists + PAGE));
    expect(u64[at.lists / 8 + 512]).toBe(iovaOf(at.buffers + 512 * PAGE));
  });

  test("list pages counted are list pages written", () => {
    const { wasm, bytes } = harness();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 * 1024 * 1024 }), (length) => {
        bytes.fill(0, at.lists, at.lists + 8 * PAGE);
        wasm.buildPrps(at.scratch, iovaOf(at.buffers), length, at.lists, iovaOf(at.lists));
        const pages = wasm.prpListPages(at.buffers, length);
        const end = at.lists + pages * PAGE;
        expect(bytes.slice(end, at.lists + 8 * PAGE).every((byte) => byte === 0)).toBe(true);
        if (pages > 0) {
          expect(bytes.slice(end - PAGE, end).some((byte) => byte !== 0)).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
