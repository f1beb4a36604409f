// What stands between a device and our memory: a VFIO container, the embedded controller's table, a socket.
import { DmaAccess } from "../../assembly/layout.ts";
import type { Span } from "./arena.ts";
import type { FaultWatch } from "./faults.ts";
import type { PageAnswers, PageDecision } from "./page-requests.ts";

/** What a device may do with memory. */
export type Access = "read-write" | "read-only" | "write-only";

/** The same as bits of DmaAccess. */
export const accessBits: Readonly<Record<Access, number>> = {
  "read-write": DmaAccess.READ | DmaAccess.WRITE,
  "read-only": DmaAccess.READ,
  "write-only": DmaAccess.WRITE,
};

/** Decides which parts of the linear memory a device may reach, and under which addresses. */
export interface Iommu {
  /** Usable IOVA ranges, both ends included; empty when nobody says. */
  ranges(): readonly { readonly start: bigint; readonly end: bigint }[];
  /** Lets the device reach `span` under `iova`. Both lie on pages. */
  map(span: Span, iova: bigint, access: Access): void;
  /** Takes from the device what one `map` gave it. */
  unmap(iova: bigint, bytes: number): void;
  /** Tells of accesses that it refuses from now on, as far as it can. */
  watchFaults(): FaultWatch;
  /**
   * Has the process answer page faults from now on: the device waits with an access that leads nowhere, and `decide` maps what
   * is missing, or refuses. It is asked whenever something waits for the device, and by `look`.
   * @throws PhasebitError USAGE where there is no such way, with what is missing, ENVIRONMENT when the kernel refuses it
   */
  answerFaults(decide: PageDecision): PageAnswers;
  /**
   * Lets the device read and write memory of another device, which lies in that one's linear memory. Left out where there is
   * no way from one device to another.
   */
  mapPeer?(memory: Uint8Array<SharedArrayBuffer>, span: Span, iova: bigint): void;
}
