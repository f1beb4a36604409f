// Interrupts of the embedded controller on the host's side: what a kernel would do with the function's table and pin, and
// the eventfds that its vectors are wired to.
import {
  BUS_INTERRUPT_KIND,
  BUS_MESSAGES,
  BUS_PIN_MASKED,
  BUS_PIN_UNMASK,
  BUS_VECTORS,
  BUS_VECTORS_GENERATION,
  BUS_VECTORS_MAX,
  BusInterrupts,
} from "../../assembly/layout.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { type EventFd, native } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { InterruptKind } from "../transport/transport.ts";
import { handOver, type Masking, type Wiring } from "../transport/wiring.ts";
import type { MsixPlaces } from "./device.ts";
import type { EmbeddedVectors } from "./interrupt-options.ts";
import type { EmbeddedOptions } from "./options.ts";

const busInterrupts: Readonly<Record<InterruptKind, BusInterrupts>> = {
  msix: BusInterrupts.MSIX,
  msi: BusInterrupts.MSI,
  intx: BusInterrupts.PIN,
};

const ENTRY_BYTES = 16;
const DATA = 8;
const CONTROL = 12;
const MASK_BIT = 1;
/** Where x86 has its local interrupt controllers. */
const MESSAGE_ADDRESS = 0xfee0_0000;
const REGISTER_BAR = 0;

/** Accesses to BAR 0, whichever way. */
export interface RegisterBar {
  read32(offset: number): number;
  write32(offset: number, value: number): void;
}

export class EmbeddedInterrupts implements Wiring {
  readonly #bus: Int32Array;
  readonly #bar: RegisterBar;
  readonly #places: MsixPlaces;
  readonly #vectors: EmbeddedVectors;
  readonly #hostMessages: number;
  readonly #eventFds = new Map<number, EventFd>();
  /** What is switched on. */
  #kind: InterruptKind | undefined;
  #unmask: EventFd | undefined;

  /** @param bus the linear memory, in words */
  constructor(
    bus: Int32Array,
    bar: RegisterBar,
    places: MsixPlaces,
    { vectors, hostMessages }: Pick<EmbeddedOptions, "vectors" | "hostMessages">,
  ) {
    this.#vectors = vectors;
    this.#hostMessages = hostMessages;
    this.#bus = bus;
    this.#bar = bar;
    this.#places = places;
    Atomics.store(bus, BUS_PIN_MASKED / 4, 1);
  }

  /** Messages of MSI come in powers of two (MME); the host has as many as the address says. */
  grant(kind: InterruptKind, count: number): number {
    const wanted = Math.min(count, this.#vectors[kind]);
    if (kind !== "msi" || wanted === 0) return wanted;
    const most = Math.min(this.#vectors.msi, this.#hostMessages);
    const messages = Math.min(2 ** Math.ceil(Math.log2(wanted)), most);
    const enabled = Atomics.load(this.#bus, BUS_MESSAGES / 4);
    if (messages > enabled) Atomics.store(this.#bus, BUS_MESSAGES / 4, messages);
    return Math.min(wanted, Math.max(messages, enabled));
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    if (kind === "msi" && this.grant(kind, vector + 1) <= vector) throw tooFew(vector);
    Atomics.store(this.#bus, BUS_INTERRUPT_KIND / 4, busInterrupts[kind]);
    this.#kind = kind;
    let eventFd = this.#eventFds.get(vector);
    if (eventFd === undefined) {
      eventFd = this.#wire(vector);
      if (kind === "msix") this.#writeEntry(vector);
      if (kind === "intx") this.mask(kind, vector, false);
    }
    return eventFd;
  }

  /**
   * As `interrupt`, with an eventfd of somebody else's, which is the vector's from now on; one that it had is closed.
   * @throws PhasebitError ENVIRONMENT when MSI has no such message
   */
  adopt(kind: InterruptKind, vector: number, eventFd: EventFd): void {
    if (kind !== this.#kind) this.disable();
    if (kind === "msi" && this.grant(kind, vector + 1) <= vector) throw tooFew(vector);
    Atomics.store(this.#bus, BUS_INTERRUPT_KIND / 4, busInterrupts[kind]);
    this.#kind = kind;
    const old = this.#eventFds.get(vector);
    this.#wire(vector, eventFd);
    if (old !== undefined) {
      this.#settle(old);
      return;
    }
    if (kind === "msix") this.#writeEntry(vector);
    if (kind === "intx") this.mask(kind, vector, false);
  }

  /** Ends a vector's wire. */
  release(kind: InterruptKind, vector: number): void {
    const old = this.#eventFds.get(vector);
    if (kind !== this.#kind || old === undefined) return;
    if (kind !== "msi") this.mask(kind, vector, true);
    this.#eventFds.delete(vector);
    Atomics.store(this.#bus, BUS_VECTORS / 4 + vector, 0);
    Atomics.add(this.#bus, BUS_VECTORS_GENERATION / 4, 1);
    this.#settle(old);
  }

  /** As `unmask`, with an eventfd of somebody else's. */
  adoptUnmask(eventFd: EventFd): void {
    const old = this.#unmask;
    this.#unmask = eventFd;
    Atomics.store(this.#bus, BUS_PIN_UNMASK / 4, eventFd.fd + 1);
    Atomics.add(this.#bus, BUS_VECTORS_GENERATION / 4, 1);
    if (old !== undefined) this.#settle(old);
  }

  /** What is wired to nothing any more. Whoever was about to signal it has done so by the time that the device answers. */
  #settle(old: EventFd): void {
    this.#bar.read32(Register.VS);
    old.close();
  }

  rewire(_kind: InterruptKind, vector: number): EventFd {
    const old = this.#eventFds.get(vector)!;
    const fresh = this.#wire(vector);
    // whoever was about to signal the old one has done so by the time that the device answers
    this.#bar.read32(Register.VS);
    return handOver(old, fresh);
  }

  /** What is switched on. */
  get kind(): InterruptKind | undefined {
    return this.#kind;
  }

  isWired(kind: InterruptKind, vector: number): boolean {
    return kind === this.#kind && this.#eventFds.has(vector);
  }

  /** The eventfd that unmasks the pin, which its interrupt masked. */
  unmask(kind: InterruptKind): EventFd | null {
    if (kind !== "intx") return null;
    if (this.#unmask === undefined) {
      this.#unmask = native().eventFd();
      Atomics.store(this.#bus, BUS_PIN_UNMASK / 4, this.#unmask.fd + 1);
    }
    return this.#unmask;
  }

  masking(kind: InterruptKind): Masking | null {
    if (kind === "msi" || this.#vectors[kind] === 0) return null;
    return kind === "msix" ? "table" : "kernel";
  }

  mask(kind: InterruptKind, vector: number, isMasked: boolean): void {
    if (kind === "intx") Atomics.store(this.#bus, BUS_PIN_MASKED / 4, Number(isMasked));
    else this.#bar.write32(this.#entry(vector) + CONTROL, isMasked ? MASK_BIT : 0);
  }

  readMsix(_structure: "table" | "pending", bar: number, offset: number): number | null {
    return bar === REGISTER_BAR ? this.#bar.read32(offset) : null;
  }

  /** After a reset of the function that the host knows of: the table as it was. */
  restore(): void {
    if (this.#kind !== "msix") return;
    for (const vector of this.#eventFds.keys()) this.#writeEntry(vector);
  }

  disable(): void {
    if (this.#kind === "msix") {
      for (const vector of this.#eventFds.keys()) this.mask("msix", vector, true);
    }
    this.#kind = undefined;
    Atomics.store(this.#bus, BUS_INTERRUPT_KIND / 4, BusInterrupts.PIN);
    this.#bus.fill(0, BUS_VECTORS / 4, BUS_VECTORS / 4 + BUS_VECTORS_MAX);
    Atomics.add(this.#bus, BUS_VECTORS_GENERATION / 4, 1);
    for (const eventFd of this.#eventFds.values()) eventFd.close();
    this.#eventFds.clear();
    Atomics.store(this.#bus, BUS_PIN_MASKED / 4, 1);
    Atomics.store(this.#bus, BUS_PIN_UNMASK / 4, 0);
    Atomics.store(this.#bus, BUS_MESSAGES / 4, 0);
    this.#unmask?.close();
    this.#unmask = undefined;
  }

  /** An eventfd, a fresh one by default, which the vector signals from now on. */
  #wire(vector: number, eventFd = native().eventFd()): EventFd {
    this.#eventFds.set(vector, eventFd);
    if (vector < BUS_VECTORS_MAX) {
      Atomics.store(this.#bus, BUS_VECTORS / 4 + vector, eventFd.fd + 1);
    }
    Atomics.add(this.#bus, BUS_VECTORS_GENERATION / 4, 1);
    return eventFd;
  }

  /** Where its message goes, and that it may go. */
  #writeEntry(vector: number): void {
    const entry = this.#entry(vector);
    this.#bar.write32(entry, MESSAGE_ADDRESS);
    this.#bar.write32(entry + DATA, vector);
    this.#bar.write32(entry + CONTROL, 0);
  }

  #entry(vector: number): number {
    return this.#places.table + vector * ENTRY_BYTES;
  }
}

function tooFew(vector: number): PhasebitError {
  const why = "function or host have no more messages of MSI (msi=, host-messages=)";
  return new PhasebitError("ENVIRONMENT", `wire vector ${vector} of embedded: ${why}`);
}
