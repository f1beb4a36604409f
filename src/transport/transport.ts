// What a transport is: whatever fills the windows of the linear memory. Everything above it, and the hot
// loop, sees only these members; none of them is called in the hot loop.
import type { LinearMemory } from "../memory.ts";
import type { EventFd } from "../native.ts";

export interface Transport {
  readonly name: "embedded" | "vfio";
  /** As the user gave it. */
  readonly address: string;
  readonly memory: LinearMemory;
  /** What the device adds to a pointer: IOVA = iovaBase + pointer. */
  readonly iovaBase: bigint;
  /** Interrupt vectors there are. */
  readonly vectors: number;
  /** Whether `reset` is there: without it a dead process can leave the controller enabled. */
  readonly hasReset: boolean;
  /** Size of the pages behind the DMA window. */
  readonly pageBytes: number;

  /** A controller register below the doorbells, four bytes. All-ones when no device answers. */
  read32(offset: number): number;
  write32(offset: number, value: number): void;

  /** Puts memory under the DMA window and lets the device reach the arenas. */
  mapDma(): void;
  /** Takes the arenas from the device. The controller must be disabled. */
  unmapDma(): void;
  /** Lets the device start transfers, or stops it from doing so. */
  setBusMaster(on: boolean): void;
  /** An eventfd that counts the interrupts of `vector` from now on. */
  interrupt(vector: number): EventFd;
  /** Switches all interrupts off and closes their eventfds. */
  disableInterrupts(): void;
  /** Function level reset, or what the kernel takes for it. */
  reset(): void;
  /** Inside every wait of the control plane: sleeps a little, or steps the embedded device. */
  pause(): Promise<void>;
  /** Gives the device back. The controller must be disabled and its memory unmapped. */
  close(): Promise<void>;
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
