// What stands between a device and our memory: a VFIO container, the embedded controller's table, a socket.
import type { Span } from "./arena.ts";

/** Decides which parts of the linear memory a device may reach, and under which addresses. */
export interface Iommu {
  /** Usable IOVA ranges, both ends included; empty when nobody says. */
  ranges(): readonly { readonly start: bigint; readonly end: bigint }[];
  /** Lets the device read (and write, unless `readOnly`) `span` under `iova`. Both lie on pages. */
  map(span: Span, iova: bigint, readOnly: boolean): void;
  /** Takes from the device what one `map` gave it. */
  unmap(iova: bigint, bytes: number): void;
  /**
   * Lets the device read and write memory of another device, which lies in that one's linear memory. Left out where there is
   * no way from one device to another.
   */
  mapPeer?(memory: Uint8Array<SharedArrayBuffer>, span: Span, iova: bigint): void;
}
