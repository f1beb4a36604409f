// What a transport is: whatever fills the windows of the linear memory and stands between us and the registers.
// Everything above it, and the hot loop, sees only these members; none of them is called in the hot loop.

import type { ClockScale, EventFd } from "../compiled/native.ts";
import type { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { Iommu } from "../memory/iommu.ts";
import type { LinearMemory, MemoryLimits } from "../memory/linear-memory.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import type { InterruptKind, Wiring } from "./wiring.ts";

export { type InterruptKind, interruptKinds } from "./wiring.ts";

/** BARs that are memory, and not registers. */
export interface DeviceBars {
  /** Address space that is left for them in the linear memory. */
  readonly room: number;
  /** Bytes of a BAR by its number, 0 to 5; 0 when there is none. The second half of a 64-bit BAR is none. */
  bytes(bar: number): number;
  /**
   * Maps whole pages of a BAR into the linear memory, until the device is closed. The same part again is the same place.
   * @throws PhasebitError DEVICE when the BAR has no such part, ENVIRONMENT when the kernel does not let it be mapped, USAGE
   * when there is no room.
   */
  map(bar: number, offset: number, bytes: number): Span;
  /** The address that the BAR has on the bus, which a buffer as before NVMe 1.4 is reached by; null when nobody says. */
  address(bar: number): bigint | null;
}

/** A PCI function, or what stands for one, that is held open. Opening one touches no register. */
export interface Transport {
  /** "vfio", "embedded". */
  readonly name: string;
  /** As the user gave it. */
  readonly address: string;
  readonly memory: LinearMemory;
  /** What the device's transfers go through. */
  readonly iommu: Iommu;
  /** Vectors there are of each kind of interrupt. */
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  /** Its other BARs; left out where there can be none. */
  readonly bars?: DeviceBars;
  /** Whether `reset` is there: without it a dead process can leave the controller enabled. */
  readonly hasReset: boolean;

  /** The function's configuration space. Left out where what is reached has none. */
  readonly config?: ConfigAccess;

  /** A controller register below the doorbells, four bytes. All-ones when no device answers. */
  read32(offset: number): number;
  write32(offset: number, value: number): void;
  /**
   * The same of eight bytes in one access, as far as what lies between does not split it. Left out where there is no such
   * access.
   */
  read64?(offset: number): bigint;
  write64?(offset: number, value: bigint): void;

  /**
   * Doorbells are messages, which go out in `pause` and before each access to a register: no loop can ring them. Left out
   * where they are memory of the device's.
   */
  readonly ringsByMessage?: boolean;

  /** Lets the device start transfers, or stops it from doing so. */
  setBusMaster(on: boolean): void;
  /** An eventfd that counts the interrupts of `vector` from now on. All in use are of one kind. */
  interrupt(kind: InterruptKind, vector: number): EventFd;
  /**
   * INTx is masked by the kernel when it comes; whoever signals this eventfd unmasks it. null for kinds
   * that are not masked.
   */
  unmask(kind: InterruptKind): EventFd | null;
  /** Masks, and what the function itself shows of its vectors. Left out where only `interrupt` is there. */
  readonly wiring?: Wiring;
  /** Switches all interrupts off and closes their eventfds. */
  disableInterrupts(): void;
  /** Function level reset, or what the kernel takes for it. */
  reset(): void;
  /**
   * Hot reset of the link: every function behind it is reset. Left out where there is none.
   * @throws PhasebitError REFUSED when it would reach functions that this process does not hold, USAGE where the link has none.
   */
  hotReset?(): void;
  /**
   * Switches register accesses on again, after a reset that nobody but the device knew of (a subsystem reset may take the
   * link down). Left out where nothing switches them off.
   */
  restore?(): void;
  /**
   * For how long, in ms, the host has kept the device itself from running so far: one that a process plays. Left out
   * where the device needs no host to run.
   */
  hostDelayMs?(): number;
  /** The process that plays the device, where it is another one and is known. */
  readonly process?: number | undefined;
  /**
   * What of the host the device has lost that it cannot be without (the file under an emulated medium), an ENVIRONMENT
   * error: what the device then answers is no fault of its own. Left out where there is no such thing.
   */
  readonly hostFailure?: PhasebitError | undefined;
  /**
   * Why the device is lost, a DEVICE error, where more is known than that its registers read all-ones. Left out where they
   * are all that tells.
   */
  readonly lost?: PhasebitError | undefined;
  /** Inside every wait of the control plane: sleeps a little, or steps the embedded device. */
  pause(): Promise<void>;
  /** Gives the device back. The controller must be disabled and its memory detached. */
  close(): Promise<void>;
}

/** How a transport is opened. */
export interface TransportOptions {
  /** Largest size of each kind of memory, in bytes of address space. */
  readonly memory?: Partial<MemoryLimits>;
  /**
   * How long to wait for a device that somebody else still holds, in ms; 10,000 by default. The kernel gives the
   * device of a killed process away only after it has reset it. 0 tries once.
   */
  readonly busyTimeoutMs?: number;
  /**
   * How long a device that another process plays may take for an answer, in ms, and six times that for a reset; 5,000 by
   * default. Time in which the host kept it from running does not count. What an address says goes before it.
   */
  readonly answerTimeoutMs?: number;
  /** The most address space for BARs that are memory; 512 MiB by default. */
  readonly barBytes?: number;
  /** The clock of a device that this process plays itself; CLOCK_MONOTONIC without one. */
  readonly clock?: ClockScale | null;
}

/** A way to reach devices: which addresses are its own, and how one is opened. */
export interface TransportKind {
  readonly name: string;
  /** How its addresses look, for people. */
  readonly form: string;
  owns(address: string): boolean;
  /** @throws PhasebitError USAGE, ENVIRONMENT, REFUSED or DEVICE */
  open(address: string, options: TransportOptions): Promise<Transport>;
}
