// Region info: capabilities that lead anywhere, areas that lie outside.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PeerError } from "../../src/vfio-user/peer-error.ts";
import {
  capability,
  RegionFlag,
  regionInfo,
  sparseArea,
  sparseMmap,
} from "../../src/vfio-user/protocol.ts";
import { decodeRegionInfo, encodeRegionInfo } from "../../src/vfio-user/region-info.ts";

const flags = RegionFlag.READ | RegionFlag.WRITE | RegionFlag.MMAP;
const info = {
  ...{ index: 0, flags, bytes: 0x4000, fdOffset: 0 },
  areas: [{ offset: 0x1000, bytes: 0x2000 }],
};

/** A payload whose parts can lie. */
function payload(
  { capOffset = regionInfo.bytes, next = 0, areas = 1, offset = 0x1000n, size = 0x1000n } = {},
  bytes = 0x4000n,
): Uint8Array {
  const area = sparseArea.encode({ offset, size });
  const caps = capability.encode(
    { id: 1, version: 1, next },
    sparseMmap.encode({ areas, reserved: 0 }, area),
  );
  const fixed = { argsz: 64, flags: flags | RegionFlag.CAPS, index: 0 };
  return regionInfo.encode({ ...fixed, capOffset, size: bytes, offset: 0n }, caps);
}

test.each([
  ["a capability before the info's end", payload({ capOffset: 16 })],
  ["a capability past the end", payload({ capOffset: 65 })],
  ["a capability that is cut off", payload({ capOffset: 60 })],
  ["more areas than there are", payload({ areas: 2 })],
  ["very many areas", payload({ areas: 0xffff_ffff })],
  ["an area past the region's end", payload({ offset: 0x3001n })],
  ["an area that would wrap", payload({ offset: 2n ** 64n - 1n })],
  ["a region that is no BAR's", payload({}, 2n ** 63n)],
  ["less than it says", payload().subarray(0, 40)],
])("%s is refused", (_, bytes) => {
  expect(() => decodeRegionInfo(bytes, 0)).toThrow(PeerError);
});

test("another region's info is refused", () => {
  expect(() => decodeRegionInfo(payload(), 1)).toThrow("info of region 0 instead of 1");
});

test("a circle of capabilities ends", () => {
  const circle = payload();
  // another kind of capability, whose next is itself
  circle.set([9, 0], regionInfo.bytes);
  circle.set([regionInfo.bytes], regionInfo.bytes + capability.offsets.next);
  expect(() => decodeRegionInfo(circle, 0)).toThrow(PeerError);
});

test("what a server says is read back", () => {
  expect(decodeRegionInfo(encodeRegionInfo(info, 1024), 0)).toEqual({
    ...info,
    flags: flags | RegionFlag.CAPS,
  });
  const whole = { ...info, areas: [] };
  expect(decodeRegionInfo(encodeRegionInfo({ ...whole, flags: RegionFlag.READ }, 32), 0)).toEqual({
    ...whole,
    flags: RegionFlag.READ,
  });
});

test("a client with too little room is told how much it takes, and of no capabilities", () => {
  const short = encodeRegionInfo(info, 32);
  expect(short).toHaveLength(regionInfo.bytes);
  expect(regionInfo.decode(short)).toMatchObject({ argsz: 64, capOffset: 0, flags });
});

test("any bytes are info or a PeerError, and areas lie in their region", () => {
  const near = fc.tuple(fc.nat(63), fc.nat(255)).map(([at, byte]) => {
    const bytes = payload();
    bytes[at] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 96 })), (bytes) => {
      try {
        const { bytes: size, areas } = decodeRegionInfo(bytes, 0);
        for (const area of areas) expect(area.offset + area.bytes).toBeLessThanOrEqual(size);
      } catch (error) {
        expect(error).toBeInstanceOf(PeerError);
      }
    }),
  );
});
