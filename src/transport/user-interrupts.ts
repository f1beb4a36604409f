// Interrupts of a vfio-user server's function: one eventfd for each vector, told of by message.
import { type EventFd, native } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { errnoName } from "../vfio-user/errno.ts";
import { Command, Irq, IrqSet, irqSet } from "../vfio-user/protocol.ts";
import { type Exchange, Refused } from "./user-exchange.ts";
import type { UserFunction } from "./user-function.ts";
import type { UserRegions } from "./user-regions.ts";
import { handOver, type InterruptKind, type Masking, type Wiring } from "./wiring.ts";

/** Memory and I/O; behind them lie the ROM and the configuration space. */
const BARS = 6;

const kinds: Readonly<Record<InterruptKind, number>> = {
  msix: Irq.MSIX,
  msi: Irq.MSI,
  intx: Irq.INTX,
};

/** The server's function, as far as interrupts need it. */
export interface UserVectors {
  readonly address: string;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly regions: UserRegions;
  readonly function: UserFunction;
}

export class UserInterrupts implements Wiring {
  readonly #exchange: Exchange;
  readonly #of: UserVectors;
  readonly #eventFds = new Map<number, EventFd>();
  #enabled: InterruptKind | undefined;
  #unmask: EventFd | undefined;

  constructor(exchange: Exchange, of: UserVectors) {
    this.#exchange = exchange;
    this.#of = of;
  }

  /**
   * A vector is switched on with its eventfd, and the server has all that it says; but of messages of MSI its host may have
   * fewer, which come in powers of two.
   */
  grant(kind: InterruptKind, count: number): number {
    if (this.#enabled !== undefined && this.#enabled !== kind) this.disable();
    let size = Math.min(count, this.#of.vectors[kind]);
    while (kind === "msi" && size > 1 && !this.#canWire(kind, size - 1)) {
      size = 2 ** Math.floor(Math.log2(size - 1));
    }
    return size;
  }

  #canWire(kind: InterruptKind, vector: number): boolean {
    try {
      this.interrupt(kind, vector);
      return true;
    } catch (error) {
      if (error instanceof Refused) return false;
      throw error;
    }
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    if (this.#enabled !== kind) {
      this.disable();
      // the admin queue tells by vector 0 whether somebody listens or not, and SPDK's target fails where nobody does
      if (vector !== 0) this.interrupt(kind, 0);
    }
    const known = this.#eventFds.get(vector);
    if (known !== undefined) return known;
    const eventFd = native().eventFd();
    try {
      this.#setIrqs(kind, IrqSet.DATA_EVENTFD | IrqSet.TRIGGER, { vector, fd: eventFd.fd });
      if (this.#enabled !== kind) this.#of.function.tellBy(kind);
    } catch (error) {
      eventFd.close();
      throw error;
    }
    this.#enabled = kind;
    this.#eventFds.set(vector, eventFd);
    return eventFd;
  }

  unmask(kind: InterruptKind): EventFd | null {
    if (kind !== "intx") return null;
    if (this.#unmask === undefined) {
      const eventFd = native().eventFd();
      this.#setIrqs(kind, IrqSet.DATA_EVENTFD | IrqSet.UNMASK, { vector: 0, fd: eventFd.fd });
      this.#unmask = eventFd;
    }
    return this.#unmask;
  }

  /** The server has one eventfd for another by the time that it answers. */
  rewire(kind: InterruptKind, vector: number): EventFd {
    const old = this.#eventFds.get(vector)!;
    const fresh = native().eventFd();
    try {
      this.#setIrqs(kind, IrqSet.DATA_EVENTFD | IrqSet.TRIGGER, { vector, fd: fresh.fd });
    } catch (error) {
      fresh.close();
      throw error;
    }
    this.#eventFds.set(vector, fresh);
    return handOver(old, fresh);
  }

  isWired(kind: InterruptKind, vector: number): boolean {
    return kind === this.#enabled && this.#eventFds.has(vector);
  }

  /** Whether it can, the server says when it is asked. */
  masking(kind: InterruptKind): Masking | null {
    return kind === "msi" || this.#of.vectors[kind] === 0 ? null : "server";
  }

  /** @throws PhasebitError REFUSED when the server does not mask such vectors */
  mask(kind: InterruptKind, vector: number, isMasked: boolean): void {
    const [action, name] = isMasked ? [IrqSet.MASK, "mask"] : [IrqSet.UNMASK, "unmask"];
    try {
      this.#setIrqs(kind, IrqSet.DATA_NONE | action, { vector });
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      const limit = `the server does not (DEVICE_SET_IRQS: ${errnoName(cause.errno)})`;
      const what = `${name} vector ${vector} of ${this.#of.address}`;
      const facts = { what: "vector", limit, section: "7.5.2", cause };
      throw new PhasebitError("REFUSED", `${what}: ${limit}`, facts);
    }
  }

  /** What the server shows; null where it refuses that. */
  readMsix(_structure: "table" | "pending", bar: number, offset: number): number | null {
    // what the function says of its own structures may lead anywhere
    if (bar >= BARS) return null;
    try {
      const bytes = this.#of.regions.read(bar, offset, 4);
      return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  disable(): void {
    const kind = this.#enabled;
    this.#enabled = undefined;
    if (kind !== undefined && this.#exchange.lost === undefined) {
      this.#of.function.tellBy(null);
      this.#setIrqs(kind, IrqSet.DATA_NONE | IrqSet.TRIGGER);
    }
    this.close();
  }

  /** Our side only. */
  close(): void {
    for (const eventFd of this.#eventFds.values()) eventFd.close();
    this.#eventFds.clear();
    this.#unmask?.close();
    this.#unmask = undefined;
  }

  #setIrqs(
    kind: InterruptKind,
    flags: number,
    one?: { readonly vector: number; readonly fd?: number },
  ): void {
    const range = { start: one?.vector ?? 0, count: one === undefined ? 0 : 1 };
    const asked = irqSet.encode({ argsz: irqSet.bytes, flags, index: kinds[kind], ...range });
    const fds = one?.fd === undefined ? [] : [one.fd];
    closeAll(this.#exchange.ask(Command.DEVICE_SET_IRQS, asked, { fds }).fds);
  }
}
