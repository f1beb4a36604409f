// The arithmetic of the Controller Memory Buffer: units, and where its addresses may begin.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddressRange,
  basesFor,
  cmbLayout,
  mappedBytes,
  peerBases,
} from "../../src/nvme/cmb-layout.ts";

const PAGE = 4096;
const WINDOW = 1n << 32n;

describe("misuse", () => {
  test.each([
    [0x02, 0x0000_0018, "CMBSZ.SZ is 0"],
    [0x02, 0x0000_1700 | 0x18, "CMBSZ.SZU 7 is reserved"],
    [0x02, 0x0000_1f18, "CMBSZ.SZU 15 is reserved"],
    [0x01, 0x0000_1018, "CMBLOC.BIR 1 is no BAR"],
    [0x06, 0x0000_1018, "CMBLOC.BIR 6 is no BAR"],
    [0xffff_ffff, 0xffff_ffff, "CMBSZ.SZU 15 is reserved"],
  ])("CMBLOC %i, CMBSZ %i: %s", (cmbloc, cmbsz, why) => {
    expect(cmbLayout(cmbloc, cmbsz)).toBe(why);
  });
});

describe("CMBLOC and CMBSZ", () => {
  test("offset and size are both in units of SZU, as far as the fields go", () => {
    const units = fc.integer({ min: 0, max: 2 ** 20 - 1 });
    fc.assert(
      fc.property(
        ...[fc.integer({ min: 0, max: 6 }), units, units.filter((count) => count > 0)],
        ...[fc.constantFrom(0, 2, 3, 4, 5), fc.integer({ min: 0, max: 0x1f })],
        fc.integer({ min: 0, max: 0x3f }),
        (szu, offset, size, bir, uses, flags) => {
          const cmbloc = (offset * 4096 + flags * 8 + bir) >>> 0;
          const cmbsz = (size * 4096 + szu * 256 + uses) >>> 0;
          const unit = 4096 * 16 ** szu;
          expect(cmbLayout(cmbloc, cmbsz)).toEqual({
            ...{ bar: bir, unitBytes: unit, offset: offset * unit, bytes: size * unit },
            sqs: (uses & 1) !== 0,
            cqs: (uses & 2) !== 0,
            lists: (uses & 4) !== 0,
            rds: (uses & 8) !== 0,
            wds: (uses & 16) !== 0,
            cqmms: (flags & 1) !== 0,
            cdpmls: (flags & 4) !== 0,
            cdpcils: (flags & 8) !== 0,
            cdmmms: (flags & 16) !== 0,
            cqda: (flags & 32) !== 0,
          });
        },
      ),
    );
  });

  test("whatever the registers read, nothing but a layout or what is wrong comes of it", () => {
    const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(u32, u32, (cmbloc, cmbsz) => {
        const layout = cmbLayout(cmbloc, cmbsz);
        if (typeof layout === "string") return;
        // exact, though they may be beyond what a number counts one by one
        const end = BigInt(layout.offset) + BigInt(layout.bytes);
        expect(BigInt(layout.offset + layout.bytes)).toBe(end);
        expect(layout.bytes % PAGE).toBe(0);
        expect(layout.offset % PAGE).toBe(0);
      }),
    );
  });

  test("what is mapped is whole pages, and never more than there is room for", () => {
    const sizes = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(sizes, sizes, (bytes, room) => {
        const mapped = mappedBytes(bytes, room);
        expect(mapped % PAGE).toBe(0);
        expect(mapped).toBeLessThanOrEqual(Math.min(bytes, room));
        expect(mapped).toBeGreaterThan(Math.min(bytes, room) - PAGE);
      }),
    );
  });
});

/** Ranges of addresses, none of them empty. */
const ranges = fc.array(
  fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.bigInt({ min: 0n, max: 1n << 50n }))
    .map(([start, bytes]) => ({
      start,
      end: start + bytes < 1n << 64n ? start + bytes : (1n << 64n) - 1n,
    })),
  { maxLength: 4 },
);
const window = fc
  .tuple(fc.integer({ min: 16, max: 500_000 }), fc.integer({ min: 1, max: 500_000 }))
  .map(([page, pages]) => ({ pointer: page * PAGE, bytes: pages * PAGE }));

function meets(range: AddressRange, others: readonly AddressRange[]): boolean {
  return others.some(({ start, end }) => range.start <= end && start <= range.end);
}

describe("base addresses", () => {
  test("begin with the window that is kept for it, where nobody says what can be mapped", () => {
    const [base] = basesFor({ pointer: 0x1000, bytes: PAGE }, PAGE, [], [], 2);
    expect(base).toBe(2n * WINDOW);
  });

  test("lie above what an ordinary IOMMU can map", () => {
    const usable = [
      { start: 0n, end: 0xfedf_ffffn },
      { start: 0xfef0_0000n, end: (1n << 39n) - 1n },
    ];
    const [base] = basesFor({ pointer: 0x1000, bytes: PAGE }, PAGE, [], usable, 2);
    expect(base).toBe(1n << 39n);
  });

  test("lie beside what is mapped where the IOMMU can map everything", () => {
    const everything = [{ start: 0n, end: (1n << 64n) - 1n }];
    const taken = [{ start: WINDOW, end: 3n * WINDOW - 1n }];
    const [base] = basesFor({ pointer: 0x1000, bytes: PAGE }, PAGE, taken, everything, 2);
    expect(base).toBe(3n * WINDOW);
  });

  test("are never over what is taken, never past 2^64, and the pointer is the low dword", () => {
    fc.assert(
      fc.property(window, ranges, ranges, (span, taken, usable) => {
        const bytes = span.bytes * 2;
        const bases = basesFor(span, bytes, taken, usable, 2);
        const own = bases.map((base) => {
          const start = base + BigInt(span.pointer);
          return { start, end: start + BigInt(bytes) - 1n };
        });
        for (const range of own) {
          expect(meets(range, taken)).toBe(false);
          expect(range.end < 1n << 64n).toBe(true);
          expect(Number(range.start & 0xffff_ffffn)).toBe(span.pointer);
        }
        // all that lie outside of what can be mapped come before those that do not
        const inside = own.map((range) => meets(range, usable));
        expect(inside).toEqual([...inside].sort((a, b) => Number(a) - Number(b)));
      }),
    );
  });

  test("of a peer lie inside of what can be mapped, and over nothing that is", () => {
    fc.assert(
      fc.property(window, ranges, ranges, (span, taken, usable) => {
        for (const base of peerBases(span, taken, usable)) {
          const start = base + BigInt(span.pointer);
          const range = { start, end: start + BigInt(span.bytes) - 1n };
          expect(meets(range, taken)).toBe(false);
          const within = usable.some((one) => one.start <= range.start && range.end <= one.end);
          expect(usable.length === 0 || within).toBe(true);
        }
      }),
    );
    const [first] = peerBases(
      { pointer: PAGE, bytes: PAGE },
      [{ start: WINDOW, end: 2n * WINDOW }],
      [],
    );
    expect(first).toBe(2n * WINDOW);
  });
});
