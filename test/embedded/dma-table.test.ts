// The table that the embedded controller checks its accesses against.
import { describe, expect, test } from "vitest";
import {
  DmaAccess,
  IOMMU_COUNT,
  IOMMU_ENTRIES,
  IOMMU_ENTRY_BYTES,
  IOMMU_GENERATION,
  IOMMU_MAX_ENTRIES,
} from "../../assembly/layout.ts";
import { EmbeddedIommu } from "../../src/embedded/dma-table.ts";
import type { Access } from "../../src/memory/iommu.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";

const PAGE = 4096;
const RW = DmaAccess.READ | DmaAccess.WRITE;
const WINDOW = 0x1_0000_0000n;

function table() {
  const memory = new LinearMemory({ doorbellBytes: PAGE, host: PAGE, commands: PAGE, data: PAGE });
  const iommu = new EmbeddedIommu(memory);
  const entries = (): number[][] =>
    Array.from({ length: memory.u32[IOMMU_COUNT / 4]! }, (_, index) => {
      const at = (IOMMU_ENTRIES + index * IOMMU_ENTRY_BYTES) / 4;
      return [...memory.u32.subarray(at, at + 4)];
    });
  const generation = (): number => memory.u32[IOMMU_GENERATION / 4]!;
  const at = (pointer: number): bigint => WINDOW + BigInt(pointer);
  const map = (pointer: number, bytes: number, access: Access = "read-write"): void =>
    iommu.map({ pointer, bytes }, at(pointer), access);
  return { iommu, entries, generation, map, at };
}

describe("misuse", () => {
  test("what was not mapped, or not as a whole, is not unmapped", () => {
    const { iommu, map, at, entries } = table();
    map(0x10000, 2 * PAGE);
    expect(() => iommu.unmap(at(0x20000), PAGE)).toThrow(/not mapped/);
    expect(() => iommu.unmap(at(0x10000), PAGE)).toThrow(/not mapped/);
    expect(() => iommu.unmap(2n * WINDOW + 0x10000n, 2 * PAGE)).toThrow(/not mapped/);
    expect(entries()).toHaveLength(1);
  });

  test("more than the table holds is refused, and nothing is written past its end", () => {
    const { map, entries } = table();
    for (let n = 0; n < IOMMU_MAX_ENTRIES; n++) map(0x100000 + 2 * n * PAGE, PAGE);
    expect(() => map(0x4000_0000, PAGE)).toThrow(/255 entries/);
    expect(entries()).toHaveLength(IOMMU_MAX_ENTRIES);
  });

  test("a mapping that was refused is not there later either", () => {
    const { iommu, map, at, entries } = table();
    for (let n = 0; n < IOMMU_MAX_ENTRIES; n++) map(0x100000 + 2 * n * PAGE, PAGE);
    expect(() => map(0x4000_0000, PAGE)).toThrow();
    iommu.unmap(at(0x100000), PAGE);
    expect(entries()).toHaveLength(IOMMU_MAX_ENTRIES - 1);
    expect(entries().some(([pointer]) => pointer === 0x4000_0000)).toBe(false);
  });
});

test("neighbours with the same rights are one entry, others are not", () => {
  const { map, entries } = table();
  map(0x11000, PAGE);
  map(0x10000, PAGE);
  map(0x12000, PAGE, "read-only");
  map(0x14000, PAGE);
  expect(entries()).toEqual([
    [0x10000, 2 * PAGE, 1, RW],
    [0x12000, PAGE, 1, DmaAccess.READ],
    [0x14000, PAGE, 1, RW],
  ]);
});

test("unmapping the middle leaves both ends", () => {
  const { iommu, map, at, entries } = table();
  for (const pointer of [0x10000, 0x11000, 0x12000]) map(pointer, PAGE);
  iommu.unmap(at(0x11000), PAGE);
  expect(entries()).toEqual([
    [0x10000, PAGE, 1, RW],
    [0x12000, PAGE, 1, RW],
  ]);
});

test("each change has a new generation, so that the device looks again", () => {
  const { iommu, map, at, generation } = table();
  const before = generation();
  map(0x10000, PAGE);
  iommu.unmap(at(0x10000), PAGE);
  expect(generation()).toBe(before + 2);
});

test("has no ranges to place windows in: every IOVA will do", () => {
  expect(table().iommu.ranges()).toEqual([]);
});

test("a pointer is had for every byte that is mapped, wherever it lies, and for no other", () => {
  const { iommu, map, at } = table();
  map(0x10000, PAGE);
  iommu.map({ pointer: 0x30000, bytes: PAGE }, 0x5000n, "read-only");
  expect(iommu.pointerAt(at(0x10000))).toBe(0x10000);
  expect(iommu.pointerAt(at(0x10000 + PAGE - 1))).toBe(0x10000 + PAGE - 1);
  expect(iommu.pointerAt(0x5fffn)).toBe(0x30fff);
  for (const outside of [at(0x10000 + PAGE), at(0xffff), 0x4fffn, 0x6000n, 0x10000n]) {
    expect(iommu.pointerAt(outside)).toBeUndefined();
  }
});
