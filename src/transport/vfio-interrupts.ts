// Interrupts through VFIO: the kernel has the vectors, and signals an eventfd for each.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import type { EventFd, Native, NativeError, VfioDevice } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { DeviceBars } from "./transport.ts";
import { handOver, type InterruptKind, type Masking, type Wiring } from "./wiring.ts";

/** VFIO's index of each kind of interrupt. */
const INDEX: Readonly<Record<InterruptKind, number>> = { intx: 0, msi: 1, msix: 2 };

const BARS = 6;

type Device = Pick<
  VfioDevice,
  | "interruptInfo"
  | "setInterrupts"
  | "setUnmask"
  | "disableInterrupts"
  | "maskInterrupt"
  | "unmaskInterrupt"
  | "read32"
>;

export class VfioInterrupts implements Wiring {
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly #device: Device;
  readonly #bars: DeviceBars;
  readonly #memory: LinearMemory;
  readonly #newEventFd: Native["eventFd"];
  readonly #eventFds = new Map<number, EventFd>();
  /** Vectors of MSI-X whose eventfds were taken away. */
  readonly #masked = new Set<number>();
  /** The kind of interrupt that is switched on. */
  #enabled: InterruptKind | undefined;
  /** Vectors that are on. */
  #size = 0;
  #unmask: EventFd | undefined;

  constructor(
    device: Device,
    bars: DeviceBars,
    memory: LinearMemory,
    newEventFd: Native["eventFd"],
  ) {
    this.#device = device;
    this.#bars = bars;
    this.#memory = memory;
    this.#newEventFd = newEventFd;
    const count = (kind: InterruptKind): number => device.interruptInfo(INDEX[kind]).count;
    this.vectors = { msix: count("msix"), msi: count("msi"), intx: count("intx") };
  }

  grant(kind: InterruptKind, count: number): number {
    if (this.#enabled !== kind) this.disable();
    let size = Math.min(count, this.vectors[kind]);
    // a pin that is on without an eventfd would be masked at its first interrupt, with nobody to say so
    if (kind === "intx") return size;
    if (size <= this.#size) return size;
    for (;;) {
      try {
        this.#switchOn(kind, size);
        return size;
      } catch (error) {
        if (!isTooMany(error) || size === 1) throw this.#allOff(error);
        // messages of MSI come in powers of two
        size = 2 ** Math.floor(Math.log2(size - 1));
      }
    }
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    if (this.#enabled !== kind) this.disable();
    const known = this.#eventFds.get(vector);
    if (known !== undefined) return known;
    const eventFd = this.#newEventFd();
    this.#eventFds.set(vector, eventFd);
    if (vector < this.#size) this.#wire(kind, vector, eventFd);
    // the kernel grows a vector set only from its first vector on, so all are given anew
    else this.#grow(kind, vector + 1);
    return eventFd;
  }

  unmask(kind: InterruptKind): EventFd | null {
    if (kind !== "intx") return null;
    if (this.#unmask === undefined) {
      this.#unmask = this.#newEventFd();
      this.#device.setUnmask(INDEX.intx, 0, this.#unmask.fd);
    }
    return this.#unmask;
  }

  /** The kernel has one eventfd for another in one step, in which it waits for whoever is signalling the old one. */
  rewire(kind: InterruptKind, vector: number): EventFd {
    const old = this.#eventFds.get(vector)!;
    const fresh = this.#newEventFd();
    this.#eventFds.set(vector, fresh);
    try {
      this.#device.setInterrupts(INDEX[kind], vector, [this.#triggerOf(vector)]);
    } catch (error) {
      this.#eventFds.set(vector, old);
      fresh.close();
      throw error;
    }
    return handOver(old, fresh);
  }

  isWired(kind: InterruptKind, vector: number): boolean {
    return kind === this.#enabled && this.#eventFds.has(vector);
  }

  /** The kernel has no mask for messages. Without an eventfd it masks a vector of MSI-X; a message of MSI would be lost. */
  masking(kind: InterruptKind): Masking | null {
    if (this.vectors[kind] === 0 || kind === "msi") return null;
    if (this.#device.interruptInfo(INDEX[kind]).maskable) return "kernel";
    return kind === "msix" ? "trigger" : null;
  }

  mask(kind: InterruptKind, vector: number, isMasked: boolean): void {
    if (this.masking(kind) === "kernel") {
      if (isMasked) this.#device.maskInterrupt(INDEX[kind], vector);
      else this.#device.unmaskInterrupt(INDEX[kind], vector);
      return;
    }
    if (isMasked) this.#masked.add(vector);
    else this.#masked.delete(vector);
    this.#device.setInterrupts(INDEX[kind], vector, [this.#triggerOf(vector)]);
  }

  /**
   * The kernel lets the array be read, and answers all-ones for the table; but from Linux 4.16 on the table's page may be
   * mapped, which shows it as it is.
   */
  readMsix(structure: "table" | "pending", bar: number, offset: number): number | null {
    // what the function says of its own structures may lead anywhere
    if (bar >= BARS || offset + 4 > this.#bars.bytes(bar)) return null;
    if (structure === "pending") return this.#device.read32(bar, offset);
    const page = Math.floor(offset / PAGE_BYTES) * PAGE_BYTES;
    try {
      const { pointer } = this.#bars.map(bar, page, PAGE_BYTES);
      return this.#memory.u32[(pointer + offset - page) / 4]!;
    } catch (error) {
      if (error instanceof PhasebitError) return null;
      throw error;
    }
  }

  disable(): void {
    this.#switchOff();
    this.close();
  }

  /** Closes the eventfds. */
  close(): void {
    for (const eventFd of this.#eventFds.values()) eventFd.close();
    this.#eventFds.clear();
    this.#masked.clear();
    this.#unmask?.close();
    this.#unmask = undefined;
  }

  #grow(kind: InterruptKind, size: number): void {
    try {
      this.#switchOn(kind, size);
    } catch (error) {
      throw this.#allOff(error);
    }
  }

  /** All are off now: an eventfd that nothing signals must not look like one that works. */
  #allOff(error: unknown): unknown {
    this.close();
    return error;
  }

  /** A vector among those that are on: the others stay as they are. */
  #wire(kind: InterruptKind, vector: number, eventFd: EventFd): void {
    try {
      this.#device.setInterrupts(INDEX[kind], vector, [eventFd.fd]);
    } catch (error) {
      this.#eventFds.delete(vector);
      eventFd.close();
      throw error;
    }
  }

  /** Switches so many on, with the eventfds that there are. */
  #switchOn(kind: InterruptKind, size: number): void {
    // the admin queue's messages come as vector 0 whether wanted or not: unlike MSI-X nothing masks them
    if (kind === "msi" && !this.#eventFds.has(0)) this.#eventFds.set(0, this.#newEventFd());
    const fds = Array.from({ length: size }, (_, at) => this.#triggerOf(at));
    this.#switchOff();
    this.#device.setInterrupts(INDEX[kind], 0, fds);
    this.#enabled = kind;
    this.#size = size;
  }

  #triggerOf(vector: number): number {
    return this.#masked.has(vector) ? -1 : (this.#eventFds.get(vector)?.fd ?? -1);
  }

  /** The kernel refuses to disable what is not enabled. */
  #switchOff(): void {
    if (this.#enabled !== undefined) this.#device.disableInterrupts(INDEX[this.#enabled]);
    this.#enabled = undefined;
    this.#size = 0;
  }
}

/** The host has fewer vectors than were asked for. */
function isTooMany(error: unknown): boolean {
  return (error as NativeError).code === "ENOSPC";
}
