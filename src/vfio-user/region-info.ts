// Region info with the parts of a region that may be mapped.
import { PeerError } from "./peer-error.ts";
import {
  CAP_SPARSE_MMAP,
  capability,
  RegionFlag,
  regionInfo,
  sparseArea,
  sparseMmap,
} from "./protocol.ts";

/** A part of a region. */
export interface Area {
  readonly offset: number;
  readonly bytes: number;
}

/** What a server says of a region. */
export interface RegionInfo {
  readonly index: number;
  /** Some of RegionFlag. */
  readonly flags: number;
  readonly bytes: number;
  /** Where the region begins in the descriptor that comes with it. */
  readonly fdOffset: number;
  /** What of it may be mapped. */
  readonly areas: readonly Area[];
}

/** Room for the capabilities of any region that there is. */
export const REGION_INFO_BYTES = 1024;
/** Offsets are numbers here: more than any BAR has. */
const MOST_BYTES = 2n ** 48n;

/**
 * A reply's payload.
 * @param room what the client has room for (argsz): capabilities that do not fit are left out, and argsz says what they need.
 * RegionFlag.CAPS is not there then, as in libvfio-user, for QEMU takes a capability offset of 0 beside it for an error.
 */
export function encodeRegionInfo(info: RegionInfo, room: number): Uint8Array {
  const { index, bytes, fdOffset, areas } = info;
  const list = areas.map(({ offset, bytes: size }) =>
    sparseArea.encode({ offset: BigInt(offset), size: BigInt(size) }),
  );
  const caps =
    areas.length === 0
      ? new Uint8Array(0)
      : capability.encode(
          { id: CAP_SPARSE_MMAP, version: 1, next: 0 },
          sparseMmap.encode({ areas: areas.length, reserved: 0 }, Buffer.concat(list)),
        );
  const fits = regionInfo.bytes + caps.length <= room;
  const hasCaps = caps.length > 0 && fits;
  const flags = info.flags | (hasCaps ? RegionFlag.CAPS : 0);
  return regionInfo.encode(
    {
      ...{ argsz: regionInfo.bytes + caps.length, flags, index },
      capOffset: hasCaps ? regionInfo.bytes : 0,
      size: BigInt(bytes),
      offset: BigInt(fdOffset),
    },
    fits ? caps : undefined,
  );
}

/** @throws PeerError for another region's, and for capabilities and areas that lie outside of what they are a part of */
export function decodeRegionInfo(payload: Uint8Array, index: number): RegionInfo {
  const { flags, index: told, capOffset, size, offset, argsz } = regionInfo.decode(payload);
  if (told !== index) throw new PeerError(`info of region ${told} instead of ${index}`);
  if (size > MOST_BYTES || offset > MOST_BYTES) {
    throw new PeerError(`region ${index} of ${size} bytes at ${offset}`);
  }
  if (argsz > payload.length) {
    throw new PeerError(`region ${index} with ${argsz} bytes of info, and not ${payload.length}`);
  }
  const bytes = Number(size);
  const isMappable = (flags & RegionFlag.MMAP) !== 0;
  const sparse = (flags & RegionFlag.CAPS) === 0 ? undefined : areasIn(payload, capOffset);
  const areas = sparse ?? [{ offset: 0, bytes }];
  for (const area of areas) {
    if (area.offset + area.bytes > bytes) {
      throw new PeerError(
        `region ${index} of ${bytes} bytes, of which ${area.bytes} may be mapped at ${area.offset}`,
      );
    }
  }
  return { index, flags, bytes, fdOffset: Number(offset), areas: isMappable ? areas : [] };
}

/** The areas of the first sparse mmap capability; undefined when there is none. Each lies behind the one before. */
function areasIn(payload: Uint8Array, first: number): Area[] | undefined {
  let at = first;
  let before = regionInfo.bytes - 1;
  while (at !== 0) {
    if (at <= before || at > payload.length) throw new PeerError(`a capability at ${at}`);
    const { id, next } = capability.decode(payload.subarray(at));
    if (id === CAP_SPARSE_MMAP) return listAt(payload.subarray(at + capability.bytes));
    before = at;
    at = next;
  }
  return undefined;
}

function listAt(bytes: Uint8Array): Area[] {
  const { areas } = sparseMmap.decode(bytes);
  const list = bytes.subarray(sparseMmap.bytes);
  if (areas * sparseArea.bytes > list.length) throw new PeerError(`${areas} sparse mmap areas`);
  return Array.from({ length: areas }, (_, index) => {
    const { offset, size } = sparseArea.decode(list.subarray(index * sparseArea.bytes));
    if (offset > MOST_BYTES || size > MOST_BYTES) {
      throw new PeerError(`an area of ${size} bytes at ${offset}`);
    }
    return { offset: Number(offset), bytes: Number(size) };
  });
}
