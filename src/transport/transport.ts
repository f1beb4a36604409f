// What a transport is: whatever fills the windows of the linear memory. Everything above it, and the hot
// loop, sees only these members; none of them is called in the hot loop.
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { EventFd } from "../native.ts";

/** Kinds of interrupt, in the order of preference. */
export const interruptKinds = ["msix", "msi", "intx"] as const;
export type InterruptKind = (typeof interruptKinds)[number];

export interface Transport {
  readonly name: "embedded" | "vfio";
  /** As the user gave it. */
  readonly address: string;
  readonly memory: LinearMemory;
  /** What the device adds to a pointer: IOVA = iovaBase + pointer. */
  readonly iovaBase: bigint;
  /** Vectors there are of each kind of interrupt. */
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  /** Whether `reset` is there: without it a dead process can leave the controller enabled. */
  readonly hasReset: boolean;
  /** Size of the pages behind the DMA window. */
  readonly pageBytes: number;
  /** CPU time that the embedded controller's own thread has used, in ns; null for a real device. */
  readonly deviceCpuNs: number | null;

  /** A controller register below the doorbells, four bytes. All-ones when no device answers. */
  read32(offset: number): number;
  write32(offset: number, value: number): void;

  /** Puts memory under the DMA window and lets the device reach the arenas. */
  mapDma(): void;
  /** Takes the arenas from the device. The controller must be disabled. */
  unmapDma(): void;
  /** Lets the device start transfers, or stops it from doing so. */
  setBusMaster(on: boolean): void;
  /** An eventfd that counts the interrupts of `vector` from now on. All in use are of one kind. */
  interrupt(kind: InterruptKind, vector: number): EventFd;
  /**
   * INTx is masked by the kernel when it comes; whoever signals this eventfd unmasks it. null for kinds
   * that are not masked.
   */
  unmask(kind: InterruptKind): EventFd | null;
  /**
   * Where the device is to stamp the commands of I/O queue `qid`: STAMP_BYTES for each slot, which is the CID
   * under `mask`; pointer 0 ends it. Only the embedded controller can.
   */
  stampQueue?(qid: number, pointer: number, mask: number): void;
  /**
   * Gets ready for writes to a range of a namespace, where the first ones would cost more than those after them:
   * on the embedded controller's RAM. May take seconds, so `signal` ends it early.
   */
  prepareWrites?(nsid: number, range: ByteRange, signal?: AbortSignal): Promise<void>;
  /** Switches all interrupts off and closes their eventfds. */
  disableInterrupts(): void;
  /** Function level reset, or what the kernel takes for it. */
  reset(): void;
  /** Inside every wait of the control plane: sleeps a little, or steps the embedded device. */
  pause(): Promise<void>;
  /** Gives the device back. The controller must be disabled and its memory unmapped. */
  close(): Promise<void>;
}

/** A part of a namespace. */
export interface ByteRange {
  readonly offset: number;
  readonly bytes: number;
}

/** What a controller is opened for: how much memory it needs. Bytes, without the transport's own needs. */
export interface MemoryNeeds {
  /** I/O queue pairs whose doorbells must be in the window. */
  readonly ioQueues: number;
  readonly heapBytes: number;
  readonly commandBytes: number;
  readonly completionBytes: number;
  readonly dataBytes: number;
}
