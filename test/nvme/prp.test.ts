// PRP entries as TypeScript builds them: the same as the loop's, for every buffer.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantiateQueue } from "../../src/compiled/modules.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import type { Region } from "../../src/memory/region.ts";
import { listPages, prps } from "../../src/nvme/prp.ts";

const PAGE = 4096;
const memory = new LinearMemory({ doorbellBytes: PAGE, commands: 1 << 20, data: 16 << 20 });
const wasm = instantiateQueue(memory);
const buffer = memory.allocate(9 << 20);
const list = memory.allocate(16 * PAGE, { kind: "commands" });
const other = memory.allocate(16 * PAGE, { kind: "commands" });
const scratch = memory.allocate(16, { kind: "host", alignment: 8 });

describe("misuse", () => {
  test("more than two pages without a list is refused, with the number", () => {
    const data = buffer.slice(0, 2 * PAGE + 4);
    expect(() => prps(data)).toThrow(
      expect.objectContaining({ code: "USAGE", what: "data", value: 2 * PAGE + 4, section: "4.3" }),
    );
    expect(() => prps(buffer.slice(4, 2 * PAGE))).toThrow(/need a PRP list/);
  });

  test("a list that is too short is refused, and nothing of it is written", () => {
    list.fill(0xee);
    const short = list.slice(0, 8);
    expect(() => prps(buffer.slice(0, 3 * PAGE), short)).toThrow(
      /^list 8: bytes are too few for 2/,
    );
    expect(list.copy().every((byte) => byte === 0xee)).toBe(true);
  });

  test("data that were given back are refused: their place may be somebody else's", () => {
    const gone = memory.allocate(PAGE);
    gone.release();
    expect(() => prps(gone)).toThrow(expect.objectContaining({ code: "USAGE", what: "region" }));
  });

  test("a list that does not begin on a page is refused: its chain would go wrong", () => {
    expect(() => prps(buffer.slice(0, 3 * PAGE), list.slice(64))).toThrow(/begin on a page/);
  });
});

test("are what the loop builds, whatever the offset and the length", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: PAGE / 4 - 1 }).map((dword) => dword * 4),
      fc.oneof(
        fc.integer({ min: 1, max: 8 << 20 }),
        // around the ends of pages and of list pages
        fc
          .tuple(
            fc.constantFrom(1, 2, 3, 512, 513, 514, 1023, 1024, 1025),
            fc.integer({ min: -8, max: 8 }),
          )
          .map(([pages, more]) => pages * PAGE + more),
      ),
      (offset, bytes) => {
        const data: Region = buffer.slice(offset, bytes);
        list.fill(0);
        other.fill(0);
        wasm.buildPrps(scratch.pointer, data.iova, bytes, other.pointer, other.iova);
        const [prp1, prp2] = [...new BigUint64Array(scratch.copy().buffer)];
        const pages = listPages(bytes);
        expect(wasm.prpListPages(data.pointer, bytes)).toBeLessThanOrEqual(pages);
        const built = prps(data, pages === 0 ? undefined : list.slice(0, pages * PAGE));
        const hasList = wasm.prpListPages(data.pointer, bytes) > 0;
        expect(built).toEqual([prp1, hasList ? list.iova : prp2]);
        const move = other.iova - list.iova;
        const used = pages * PAGE;
        const mine = new BigUint64Array(list.copy(used).buffer);
        const theirs = new BigUint64Array(other.copy(used).buffer);
        const inList = (iova: bigint): boolean =>
          iova >= other.iova && iova < other.iova + BigInt(other.bytes);
        const moved = theirs.map((entry) => (inList(entry) ? entry - move : entry));
        expect(Buffer.compare(Buffer.from(mine.buffer), Buffer.from(moved.buffer))).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test("list pages: none for a page, one from then on, one more when a list page is full", () => {
  expect([1, PAGE, PAGE + 1, 511 * PAGE, 511 * PAGE + 1].map(listPages)).toEqual([0, 0, 1, 1, 2]);
});
