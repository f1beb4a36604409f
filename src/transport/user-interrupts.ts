// Interrupts of a vfio-user server's function: one eventfd for each vector, told of by message.
import { type EventFd, native } from "../compiled/native.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { Command, Irq, IrqSet, irqSet } from "../vfio-user/protocol.ts";
import type { InterruptKind } from "./transport.ts";
import type { Exchange } from "./user-exchange.ts";
import type { UserFunction } from "./user-function.ts";

const kinds: Readonly<Record<InterruptKind, number>> = {
  msix: Irq.MSIX,
  msi: Irq.MSI,
  intx: Irq.INTX,
};

export class UserInterrupts {
  readonly #exchange: Exchange;
  readonly #function: UserFunction;
  readonly #eventFds = new Map<number, EventFd>();
  #enabled: InterruptKind | undefined;
  #unmask: EventFd | undefined;

  constructor(exchange: Exchange, fn: UserFunction) {
    this.#exchange = exchange;
    this.#function = fn;
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
      if (this.#enabled !== kind) this.#function.tellBy(kind);
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

  disable(): void {
    const kind = this.#enabled;
    this.#enabled = undefined;
    if (kind !== undefined && this.#exchange.lost === undefined) {
      this.#function.tellBy(null);
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
    one?: { readonly vector: number; readonly fd: number },
  ): void {
    const range = { start: one?.vector ?? 0, count: one === undefined ? 0 : 1 };
    const asked = irqSet.encode({ argsz: irqSet.bytes, flags, index: kinds[kind], ...range });
    const fds = one === undefined ? [] : [one.fd];
    closeAll(this.#exchange.ask(Command.DEVICE_SET_IRQS, asked, { fds }).fds);
  }
}
