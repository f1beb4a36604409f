// Windows that are handed out piece by piece, and get their pages as far as they are needed.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena, alignUp, type Span } from "../../src/memory/arena.ts";

const STEP = 0x4000;

/** An arena over an empty window, with what was committed. */
function growing(bytes = 0x10000): { arena: Arena; committed: Span[] } {
  const committed: Span[] = [];
  const window = { pointer: 0x100000, bytes };
  const arena = new Arena("data memory", window, {
    step: STEP,
    commit: (span) => committed.push(span),
  });
  return { arena, committed };
}

describe("misuse", () => {
  test.each([0, -4096, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "a size of %d is none, and takes nothing",
    (bytes) => {
      const arena = new Arena("test", { pointer: 0x1000, bytes: 0x2000 });
      expect(() => arena.allocate(bytes)).toThrow(/^bytes .*whole number from 1/);
      expect(arena.used).toBe(0);
      expect(arena.allocate(0x2000).pointer).toBe(0x1000);
    },
  );

  test.each([0, -8, 3, 1.5, Number.NaN])("an alignment of %d is none", (alignment) => {
    const arena = new Arena("test", { pointer: 0x1000, bytes: 0x2000 });
    expect(() => arena.allocate(8, alignment)).toThrow(/^alignment .*power of two/);
  });

  test("an arena that is full says which one and how large it is", () => {
    const arena = new Arena("command memory", { pointer: 0x1000, bytes: 0x1000 });
    arena.allocate(0x1000);
    expect(() => arena.allocate(1)).toThrow(/command memory.*4096 bytes is full/);
    expect(() => arena.allocate(1)).toThrow(
      expect.objectContaining({ code: "USAGE", what: "memory", value: 1 }),
    );
  });

  test("a request that can never fit commits nothing", () => {
    const { arena, committed } = growing();
    expect(() => arena.allocate(0x10001)).toThrow(/full/);
    expect(committed).toEqual([]);
    expect(arena.committed).toBe(0);
  });

  test("a step that the system refuses leaves the arena as it was", () => {
    let isRefused = true;
    const arena = new Arena(
      "data memory",
      { pointer: 0, bytes: 0x10000 },
      {
        step: STEP,
        commit: () => {
          if (isRefused) throw new Error("ENOMEM");
        },
      },
    );
    expect(() => arena.allocate(4096)).toThrow(/ENOMEM/);
    expect([arena.used, arena.committed]).toEqual([0, 0]);
    isRefused = false;
    expect(arena.allocate(4096).pointer).toBe(0);
  });
});

test("hands out disjoint aligned spans and is whole again when all came back", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          bytes: fc.integer({ min: 1, max: 5000 }),
          alignment: fc.constantFrom(8, 64, 4096),
        }),
        { maxLength: 20 },
      ),
      fc.infiniteStream(fc.nat()),
      (wishes, order) => {
        const whole = { pointer: 0x3000, bytes: 0x40000 };
        const arena = new Arena("test", whole);
        const taken = wishes.map(({ bytes, alignment }) => {
          const span = arena.allocate(bytes, alignment);
          expect(span.pointer % alignment).toBe(0);
          return span;
        });
        expect(arena.used).toBe(wishes.reduce((sum, { bytes }) => sum + bytes, 0));
        const sorted = [...taken].sort((a, b) => a.pointer - b.pointer);
        for (const [index, span] of sorted.entries()) {
          const next = sorted[index + 1]?.pointer ?? whole.pointer + whole.bytes;
          expect(span.pointer + span.bytes).toBeLessThanOrEqual(next);
        }
        while (taken.length > 0) {
          arena.release(taken.splice((order.next().value ?? 0) % taken.length, 1)[0]!);
        }
        expect(arena.used).toBe(0);
        expect(arena.allocate(whole.bytes)).toEqual(whole);
      },
    ),
  );
});

describe("growth", () => {
  test("is by whole steps, as many as a request needs, and only when no hole fits", () => {
    const { arena, committed } = growing();
    const first = arena.allocate(4096);
    expect(committed).toEqual([{ pointer: 0x100000, bytes: STEP }]);
    arena.allocate(STEP - 4096);
    expect(committed).toHaveLength(1);
    arena.allocate(STEP + 1);
    expect(committed[1]).toEqual({ pointer: 0x100000 + STEP, bytes: 2 * STEP });
    arena.release(first);
    expect(arena.allocate(4096)).toEqual(first);
    expect(committed).toHaveLength(2);
  });

  test("goes on from a hole at the end", () => {
    const { arena, committed } = growing();
    const { pointer } = arena.allocate(STEP - 4096);
    expect(arena.allocate(8192).pointer).toBe(pointer + STEP - 4096);
    expect(arena.committed).toBe(2 * STEP);
    expect(committed).toHaveLength(2);
  });

  test("what was given back is used again before more is committed, whatever comes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 0x3000 }), { maxLength: 40 }), (sizes) => {
        const { arena } = growing(0x100000);
        for (const bytes of sizes) arena.release(arena.allocate(bytes));
        expect(arena.used).toBe(0);
        expect(arena.committed).toBeLessThanOrEqual(STEP);
      }),
    );
  });
});

test("alignUp is the next multiple, also past 32 bits", () => {
  expect(alignUp(0, 4096)).toBe(0);
  expect(alignUp(1, 4096)).toBe(4096);
  expect(alignUp(2 ** 33 + 1, 4096)).toBe(2 ** 33 + 4096);
});
