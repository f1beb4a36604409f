import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HEAP, RESERVED_BYTES } from "../../assembly/layout.ts";
import { PhasebitError } from "../../src/errors.ts";
import { Arena, alignUp } from "../../src/memory/arena.ts";
import { HUGE_PAGE_BYTES, LinearMemory, type MemoryPlan } from "../../src/memory/linear-memory.ts";
import { native } from "../../src/native.ts";
import { presentPages } from "../pages.ts";

const plan: MemoryPlan = {
  heapBytes: 10_000,
  commandBytes: 5000,
  completionBytes: 4096,
  dataBytes: 1_000_000,
  doorbellBytes: 4096,
  mediaBytes: [65536, 4096],
};

describe("an arena", () => {
  test("that is full says which one and how large it is", () => {
    const arena = new Arena("command memory", { pointer: 0x1000, bytes: 0x1000 });
    arena.allocate(0x1000);
    expect(() => arena.allocate(1)).toThrow(/command memory.*4096 bytes is full/);
  });

  test("hands out disjoint aligned regions and is whole again when all came back", () => {
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
            const region = arena.allocate(bytes, alignment);
            expect(region.pointer % alignment).toBe(0);
            return region;
          });
          const sorted = [...taken].sort((a, b) => a.pointer - b.pointer);
          for (const [index, region] of sorted.entries()) {
            const next = sorted[index + 1]?.pointer ?? whole.pointer + whole.bytes;
            expect(region.pointer + region.bytes).toBeLessThanOrEqual(next);
          }
          while (taken.length > 0) {
            arena.release(taken.splice((order.next().value ?? 0) % taken.length, 1)[0]!);
          }
          expect(arena.allocate(whole.bytes)).toEqual(whole);
        },
      ),
    );
  });
});

describe("the linear memory", () => {
  test("larger than 4 GiB is refused", () => {
    const huge = { ...plan, dataBytes: 5 * 2 ** 30 };
    expect(() => new LinearMemory(huge)).toThrow(PhasebitError);
    expect(() => new LinearMemory(huge)).toThrow(/4 GiB/);
  });

  test("has its windows in order, apart, inside, on their pages", () => {
    const memory = new LinearMemory(plan);
    const { heap, doorbells, commands, completions, data, dma, media } = memory;
    const windows = [heap, doorbells, commands, completions, data, ...media];
    expect(heap.pointer).toBe(HEAP);
    for (const [index, window] of windows.entries()) {
      expect(window.pointer % 4096).toBe(0);
      const next = windows[index + 1]?.pointer ?? memory.bytes.length;
      expect(window.pointer + window.bytes).toBeLessThanOrEqual(next);
    }
    expect(dma.pointer).toBe(commands.pointer);
    expect(data.pointer + data.bytes).toBeLessThanOrEqual(dma.pointer + dma.bytes);
    expect(dma.pointer + dma.bytes).toBeLessThanOrEqual(media[0]!.pointer);
  });

  test("keeps unmapped pages between arenas", () => {
    const { commands, completions, data } = new LinearMemory(plan);
    expect(completions.pointer - commands.pointer - commands.bytes).toBeGreaterThanOrEqual(4096);
    expect(data.pointer - completions.pointer - completions.bytes).toBeGreaterThanOrEqual(4096);
  });

  test("puts the DMA window's address on a huge page", () => {
    const memory = new LinearMemory(plan);
    const address = native().addressOf(memory.bytes) + BigInt(memory.dma.pointer);
    expect(address % BigInt(HUGE_PAGE_BYTES)).toBe(0n);
    expect(memory.dma.bytes % HUGE_PAGE_BYTES).toBe(0);
  });

  test("has all its pages below the DMA window, and none of the media, from the start", () => {
    const memory = new LinearMemory({ ...plan, heapBytes: 3_000_000 });
    const { doorbells, media } = memory;
    const end = doorbells.pointer + doorbells.bytes;
    const below = { pointer: RESERVED_BYTES, bytes: end - RESERVED_BYTES };
    expect(presentPages(memory.bytes, below)).toHaveLength(below.bytes / 4096);
    expect(presentPages(memory.bytes, media[0]!)).toEqual([]);
  });

  test("is zero and writable after its windows were closed", () => {
    const memory = new LinearMemory(plan);
    memory.populateDma();
    memory.bytes[memory.data.pointer] = 7;
    memory.close();
    expect(memory.bytes[memory.data.pointer]).toBe(0);
    memory.bytes[memory.data.pointer] = 8;
    expect(memory.bytes[memory.data.pointer]).toBe(8);
  });
});

test("alignUp is the next multiple, also past 32 bits", () => {
  expect(alignUp(0, 4096)).toBe(0);
  expect(alignUp(1, 4096)).toBe(4096);
  expect(alignUp(2 ** 33 + 1, 4096)).toBe(2 ** 33 + 4096);
});
