// Memory that is mapped beside the windows: what is refused, by name, and what an IOMMU hears of the rest.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Access, Iommu } from "../../src/memory/iommu.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import type { MapOptions } from "../../src/memory/mappings.ts";

const PAGE = 4096;
const MIB = 2 ** 20;
const plan = { doorbellBytes: PAGE, host: MIB, commands: MIB, completions: MIB, data: 4 * MIB };
const RANGES = [
  { start: 0n, end: 0xfedf_ffffn },
  { start: 0xfef0_0000n, end: (1n << 39n) - 1n },
];
/** Inside the ranges, far from the windows. */
const FAR = 0x20_0000_3000n;

let memory: LinearMemory;
let maps: string[];
let iommu: Iommu;
beforeEach(() => {
  memory = new LinearMemory(plan);
  maps = [];
  iommu = {
    ranges: () => RANGES,
    watchFaults: () => expect.unreachable(),
    answerFaults: () => expect.unreachable(),
    map: ({ bytes }, iova, access) => maps.push(`map ${iova.toString(16)} ${bytes} ${access}`),
    unmap: (iova, bytes) => maps.push(`unmap ${iova.toString(16)} ${bytes}`),
  };
  memory.placeFor(iommu);
});
afterEach(() => memory.close());

function mapping(options: MapOptions, bytes = PAGE) {
  return memory.map(memory.allocate(bytes, { kind: "host" }), options);
}

describe("is refused by name:", () => {
  test.each([
    ["an address on no page", 0x1234n, /iova .*4660.*: must be a multiple of 4096/],
    ["a negative address", -4096n, /must be a multiple of 4096/],
    [
      "one in a hole of the ranges",
      0xfee0_0000n,
      /iova .*fee00000h.* can map: 0-fedfffff, fef00000-/,
    ],
    ["one that ends in the hole", 0xfedf_f000n, /8192 bytes lie outside of what the IOMMU can map/],
    ["one past all ranges", 1n << 39n, /lie outside of what the IOMMU can map/],
    ["the end of all addresses", (1n << 64n) - 4096n, /lie outside of what the IOMMU can map/],
  ])("%s", (_, iova, words) => {
    expect(() => mapping({ iova }, 2 * PAGE)).toThrow(
      expect.objectContaining({ code: "USAGE", what: "iova" }),
    );
    expect(() => mapping({ iova }, 2 * PAGE)).toThrow(words);
  });

  test("an address on the windows, their guards, another mapping, or memory of the controller's own", () => {
    const first = memory.iovaBase + BigInt(memory.dma.pointer);
    const windows = /would lie on the windows of DMA memory from [0-9a-f]+h to/;
    expect(() => mapping({ iova: first })).toThrow(windows);
    expect(() => mapping({ iova: memory.unmapped() })).toThrow(windows);
    expect(() => mapping({ iova: first - 4096n }, 2 * PAGE)).toThrow(windows);
    mapping({ iova: FAR }, 2 * PAGE);
    expect(() => mapping({ iova: FAR + 4096n })).toThrow(/would lie on another mapping/);
    memory.avoid(() => [{ start: 0x30_0000_0000n, end: 0x30_0000_ffffn, what: "the CMB" }]);
    expect(() => mapping({ iova: 0x30_0000_f000n })).toThrow(/on the CMB from 3000000000h/);
  });

  test("a region that is no whole pages, was given back, is another device's, or nobody's", () => {
    const page = memory.allocate(2 * PAGE, { kind: "host" });
    expect(() => memory.map(page.slice(0, 512))).toThrow(/whole pages of 4096 bytes, and has 512/);
    expect(() => memory.map(page.slice(512, PAGE))).toThrow(/whole pages/);
    page.release();
    expect(() => memory.map(page)).toThrow(/it was given back/);
    const other = new LinearMemory(plan);
    expect(() => memory.map(other.allocate(PAGE))).toThrow(/region .* memory of another device/);
    other.close();
    const last = memory.allocate(PAGE);
    memory.close();
    expect(() => memory.map(last)).toThrow(/the device was closed/);
  });

  test("a direction that is none", () => {
    expect(() => mapping({ access: "none" as Access })).toThrow(
      /access none: must be read-write, read-only, write-only/,
    );
  });

  test("what the kernel does not map, and then nothing is there", () => {
    memory.attach(iommu);

    iommu.map = () => {
      throw new Error("map: ENOSPC");
    };

    expect(() => mapping({ iova: FAR })).toThrow(/ENOSPC/);
    iommu.map = (_, iova) => maps.push(`map ${iova.toString(16)}`);
    mapping({ iova: FAR });
    expect(maps.at(-1)).toBe(`map ${FAR.toString(16)}`);
  });
});

test("is mapped while memory is attached, and at once when it is", () => {
  const early = mapping({ iova: FAR, access: "write-only" });
  expect(maps).toEqual([]);
  memory.attach(iommu);
  const late = mapping({ iova: FAR + 0x1000n, access: "read-only" }, 2 * PAGE);
  expect(maps).toEqual(["map 2000003000 4096 write-only", "map 2000004000 8192 read-only"]);
  early.unmap();
  early.unmap();
  memory.detach();
  expect(maps.slice(2)).toEqual(["unmap 2000003000 4096", "unmap 2000004000 8192"]);
  memory.attach(iommu);
  expect(maps.slice(4)).toEqual(["map 2000004000 8192 read-only"]);
  expect(late.region.iova).toBe(FAR + 0x1000n);
});

test("without an address a free one is chosen, whose low dword is the pointer", () => {
  const region = memory.allocate(PAGE);
  const first = memory.map(region);
  const second = memory.map(region, { access: "read-only" });
  expect([first.iova, second.iova].map((iova) => Number(iova % (1n << 32n)))).toEqual([
    region.pointer,
    region.pointer,
  ]);
  expect(new Set([region.iova, first.iova, second.iova]).size).toBe(3);
});

test("its region is the same memory, and ends with it", () => {
  const region = memory.allocate(2 * PAGE, { kind: "host" });
  const { region: seen, ...mapped } = memory.map(region, { iova: FAR });
  expect(mapped.iova).toBe(FAR);
  seen.write(Uint8Array.of(7));
  expect(region.copy(1)).toEqual(Uint8Array.of(7));
  expect(seen.slice(PAGE).iova).toBe(FAR + 4096n);
  region.release();
  expect(() => seen.view).toThrow(/its mapping has ended/);
});

test("giving a region back unmaps it first, parts of it too", () => {
  const region = memory.allocate(2 * PAGE, { kind: "host" });
  memory.attach(iommu);
  memory.map(region.slice(PAGE), { iova: FAR });
  region.release();
  expect(maps).toEqual(["map 2000003000 4096 read-write", "unmap 2000003000 4096"]);
});
