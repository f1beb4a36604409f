import { describe, expect, test } from "vitest";
import { Region, type RegionHome } from "../../src/memory/region.ts";

function regionIn(): { region: Region; home: RegionHome; released: number[] } {
  const released: number[] = [];
  const home: RegionHome = {
    bytes: new Uint8Array(new SharedArrayBuffer(0x10000)),
    iovaBase: 0x1_0000_0000n,
    isOpen: () => true,
    release: ({ pointer }) => released.push(pointer),
  };
  return { region: new Region({ pointer: 0x2000, bytes: 0x1000 }, home), home, released };
}

describe("misuse", () => {
  test.each([
    [-1, 8],
    [0, 0x1001],
    [0xff9, 8],
    [0, -1],
    [0.5, 8],
    [Number.NaN, 8],
    [0, Number.NaN],
  ])("a slice at %d of %d bytes is no part of it", (offset, bytes) => {
    expect(() => regionIn().region.slice(offset, bytes)).toThrow(RangeError);
  });

  test("bytes that do not fit are not written", () => {
    const { region, home } = regionIn();
    expect(() => region.write(new Uint8Array(9).fill(1), 0xff8)).toThrow(RangeError);
    expect(() => region.write(Uint8Array.of(1), -1)).toThrow(RangeError);
    expect(home.bytes.every((byte) => byte === 0)).toBe(true);
  });

  test.each([-1, 0x1001, 0.5, Number.NaN])("a copy of %d bytes is no part of it", (bytes) => {
    expect(() => regionIn().region.copy(bytes)).toThrow(RangeError);
  });

  test("a region that was given back refuses use, and so do its parts", () => {
    const { region } = regionIn();
    const part = region.slice(0, 512).slice(16, 16);
    region.release();
    for (const gone of [region, part]) {
      expect(gone.isReleased).toBe(true);
      const uses = [
        () => gone.view,
        () => gone.fill(1),
        () => gone.write(Uint8Array.of(1)),
        () => gone.copy(),
      ];
      for (const use of uses) {
        expect(use).toThrow(expect.objectContaining({ code: "USAGE", what: "region" }));
        expect(use).toThrow(/was given back/);
      }
    }
  });

  test("is given back once, however often that is asked for", () => {
    const { region, released } = regionIn();
    region.release();
    region.release();
    expect(released).toEqual([0x2000]);
  });

  test("a part does not give the whole back", () => {
    const { region, released } = regionIn();
    region.slice(0x800).release();
    expect(released).toEqual([]);
    expect(region.isReleased).toBe(false);
  });
});

test("the device sees it at the base and its pointer, and so each part of it", () => {
  const { region } = regionIn();
  expect(region.iova).toBe(0x1_0000_2000n);
  const part = region.slice(0x10, 0x20);
  expect([part.pointer, part.bytes, part.iova]).toEqual([0x2010, 0x20, 0x1_0000_2010n]);
  expect(region.slice(0xff0).bytes).toBe(0x10);
});

test("what is written is in the memory, a copy is one's own", () => {
  const { region, home } = regionIn();
  region.fill(0xa5).write(Uint8Array.of(1, 2, 3), 8);
  expect([...home.bytes.subarray(0x2007, 0x200c)]).toEqual([0xa5, 1, 2, 3, 0xa5]);
  expect([home.bytes[0x1fff], home.bytes[0x3000]]).toEqual([0, 0]);
  const copy = region.copy(12);
  expect(copy).toHaveLength(12);
  region.fill(0);
  expect([...copy.subarray(7)]).toEqual([0xa5, 1, 2, 3, 0xa5]);
});

test("as plain data, for another thread, it is pointer, bytes and iova", () => {
  const { pointer, bytes, iova } = regionIn().region;
  expect(structuredClone(regionIn().region)).toEqual({ pointer, bytes, iova });
});
