// Structures of messages: fields of 2, 4 and 8 bytes, one behind the other without gaps. Both sides run on one machine, and
// phasebit on little endian ones.
import { PeerError } from "./peer-error.ts";

const sizes = { u16: 2, u32: 4, u64: 8 } as const;
type Size = keyof typeof sizes;

type Values<F extends Readonly<Record<string, Size>>> = {
  readonly [K in keyof F]: F[K] extends "u64" ? bigint : number;
};

/** A structure that was declared once, for whoever writes and whoever reads it. */
export interface Structure<F extends Readonly<Record<string, Size>>> {
  readonly name: string;
  readonly bytes: number;
  /** Where each field begins. */
  readonly offsets: Readonly<Record<keyof F, number>>;
  /** @param tail what follows it */
  encode(values: Values<F>, tail?: Uint8Array): Uint8Array;
  /** @throws PeerError when there are too few bytes; those behind it are the caller's to look at */
  decode(from: Uint8Array): Values<F>;
}

export function structure<const F extends Readonly<Record<string, Size>>>(
  name: string,
  fields: F,
): Structure<F> {
  const places: { key: string; size: Size; at: number }[] = [];
  let bytes = 0;
  for (const [key, size] of Object.entries(fields)) {
    places.push({ key, size, at: bytes });
    bytes += sizes[size];
  }
  const offsets = Object.fromEntries(places.map(({ key, at }) => [key, at]));
  return {
    name,
    bytes,
    offsets: offsets as Record<keyof F, number>,
    encode(values, tail = new Uint8Array(0)) {
      const result = new Uint8Array(bytes + tail.length);
      const view = new DataView(result.buffer);
      for (const { key, size, at } of places) put(view, at, size, values[key]!);
      result.set(tail, bytes);
      return result;
    },
    decode(from) {
      if (from.length < bytes) {
        throw new PeerError(`${name} of ${from.length} bytes, which has ${bytes}`);
      }
      const view = new DataView(from.buffer, from.byteOffset, bytes);
      return Object.fromEntries(
        places.map(({ key, size, at }) => [key, get(view, at, size)]),
      ) as Values<F>;
    },
  };
}

function put(view: DataView, at: number, size: Size, value: number | bigint): void {
  if (size === "u16") view.setUint16(at, Number(value), true);
  else if (size === "u32") view.setUint32(at, Number(value), true);
  else view.setBigUint64(at, BigInt(value), true);
}

function get(view: DataView, at: number, size: Size): number | bigint {
  if (size === "u16") return view.getUint16(at, true);
  return size === "u32" ? view.getUint32(at, true) : view.getBigUint64(at, true);
}
