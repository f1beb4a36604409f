// The embedded controller as a PCI function that a client sees: its regions, its interrupts, its reset.
import { readlinkSync } from "node:fs";
import { DOORBELLS, PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { native } from "../compiled/native.ts";
import { msixPlaces } from "../embedded/device.ts";
import type { EmbeddedOptions } from "../embedded/options.ts";
import { parseEmbedded } from "../embedded/options.ts";
import { type EmbeddedTransport, openEmbedded } from "../embedded/transport.ts";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import type { InterruptKind } from "../transport/transport.ts";
import { EINVAL, ENOSPC, EOPNOTSUPP } from "../vfio-user/errno.ts";
import { Irq, IrqFlag, IrqSet, Region, RegionFlag } from "../vfio-user/protocol.ts";
import type { RegionInfo } from "../vfio-user/region-info.ts";
import { MemoryBars } from "./memory-bars.ts";
import { Refusal } from "./refusal.ts";

/** Pending bits come in whole quadwords; no function has more than 2048. */
const PENDING_BYTES = PAGE_BYTES;
const EVENTFD = "anon_inode:[eventfd]";

const kindOf: Readonly<Record<number, InterruptKind>> = {
  [Irq.INTX]: "intx",
  [Irq.MSI]: "msi",
  [Irq.MSIX]: "msix",
};

const irqFlags: Readonly<Record<InterruptKind, number>> = {
  intx: IrqFlag.EVENTFD | IrqFlag.MASKABLE | IrqFlag.AUTOMASKED,
  msi: IrqFlag.EVENTFD,
  msix: IrqFlag.EVENTFD | IrqFlag.MASKABLE,
};

/** What SET_IRQS asks. */
export interface IrqWish {
  readonly flags: number;
  readonly index: number;
  readonly start: number;
  readonly count: number;
  /** Behind the structure. */
  readonly data: Uint8Array;
}

/**
 * The embedded controller at `address`, for clients.
 * @throws PhasebitError USAGE for another device, and for parameters whose parts of it no client would see
 */
export async function openServed(
  address: string,
  { stepped = false }: { readonly stepped?: boolean } = {},
): Promise<ServedFunction> {
  if (!/^embedded(\?|$)/.test(address)) {
    throw usage(`serve ${safeString(address)}: only the embedded controller is served`);
  }
  const options = parseEmbedded(address);
  if (options.cmb?.isLegacy === true) {
    const why = "a buffer as before 1.4 has the addresses of its BAR on a bus, and there is none";
    throw usage(`serve ${safeString(address)}: cmb-legacy=1 cannot be served: ${why}`);
  }
  const controller = await openEmbedded(address, { stepped, served: true });
  try {
    return new ServedFunction(controller, options);
  } catch (error) {
    await controller.close();
    throw error;
  }
}

export class ServedFunction {
  readonly controller: EmbeddedTransport;
  readonly #barBytes: number;
  readonly #memoryBars: MemoryBars;

  constructor(controller: EmbeddedTransport, options: EmbeddedOptions) {
    this.controller = controller;
    this.#memoryBars = new MemoryBars(controller);
    this.#barBytes = 2 ** Math.ceil(Math.log2(msixPlaces(options).pending + PENDING_BYTES));
  }

  /** @returns what there is of a region, and the file that goes with it */
  region(index: number): { info: RegionInfo; fd: number | undefined } {
    const both = RegionFlag.READ | RegionFlag.WRITE;
    if (index === Region.CONFIG) {
      const { bytes } = this.controller.config;
      return { info: { index, flags: both, bytes, fdOffset: 0, areas: [] }, fd: undefined };
    }
    if (index !== Region.BAR0) {
      const none = { info: { index, flags: 0, bytes: 0, fdOffset: 0, areas: [] }, fd: undefined };
      return this.#memoryBars.region(index) ?? none;
    }
    const { doorbells } = this.controller.memory;
    const areas = [{ offset: DOORBELLS, bytes: doorbells.bytes }];
    const info = {
      index,
      flags: both | RegionFlag.MMAP,
      bytes: this.#barBytes,
      fdOffset: 0,
      areas,
    };
    return { info, fd: this.controller.doorbellFile!.fd };
  }

  /** @throws Refusal for a range or a width that there is not */
  read(region: number, offset: bigint, count: number): Uint8Array {
    const at = this.#place(region, offset, count);
    if (region === Region.CONFIG) return this.controller.config.read(at, count);
    if (region !== Region.BAR0) return this.#memoryBars.read(region, at, count);
    if (count === 8 && at % 8 === 0 && at < DOORBELLS) {
      const whole = new BigUint64Array([this.controller.read64(at)]);
      return new Uint8Array(whole.buffer);
    }
    requireDwords(at, count);
    const words = Uint32Array.from({ length: count / 4 }, (_, index) =>
      this.#doorbell(at + index * 4) === undefined ? this.controller.read32(at + index * 4) : 0,
    );
    return new Uint8Array(words.buffer);
  }

  /** @throws Refusal for a range or a width that there is not */
  write(region: number, offset: bigint, data: Uint8Array): void {
    const at = this.#place(region, offset, data.length);
    if (region === Region.CONFIG) {
      this.controller.config.write(at, data);
      return;
    }
    if (region !== Region.BAR0) {
      this.#memoryBars.write(region, at, data);
      return;
    }
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    if (data.length === 8 && at % 8 === 0 && at < DOORBELLS) {
      this.controller.write64(at, view.getBigUint64(0, true));
      return;
    }
    requireDwords(at, data.length);
    for (let index = 0; index < data.length; index += 4) {
      const value = view.getUint32(index, true);
      const doorbell = this.#doorbell(at + index);
      if (doorbell === undefined) this.controller.write32(at + index, value);
      else this.controller.memory.u32[doorbell / 4] = value;
    }
  }

  irq(index: number): { flags: number; count: number } {
    const kind = kindOf[index];
    if (kind === undefined) return { flags: 0, count: 0 };
    return { flags: irqFlags[kind], count: this.controller.vectors[kind] };
  }

  /**
   * Wires vectors to eventfds, ends that, or masks them. Descriptors that are kept are taken out of `fds`.
   * @throws Refusal for flags and ranges that there are not, and for descriptors that are no eventfds
   */
  setIrqs(wish: IrqWish, fds: readonly number[]): void {
    const { flags, index, start, count } = wish;
    const kind = kindOf[index];
    const data = flags & IrqSet.DATA_MASK;
    const action = flags & IrqSet.ACTION_MASK;
    if (flags !== (data | action) || !isOneBit(data) || !isOneBit(action)) {
      throw new Refusal(EINVAL, `SET_IRQS with the flags ${flags}`);
    }
    if (kind === undefined || start + count > this.controller.vectors[kind]) {
      throw new Refusal(EINVAL, `vectors ${start} to ${start + count - 1} of IRQ ${index}`);
    }
    const isEventFd = data === IrqSet.DATA_EVENTFD;
    if (!isEventFd && fds.length > 0) throw new Refusal(EINVAL, "descriptors that nothing is for");
    if (action === IrqSet.TRIGGER && isEventFd) this.#wire(kind, wish, fds);
    else if (action === IrqSet.TRIGGER && data === IrqSet.DATA_NONE && count === 0) {
      this.#disable(kind);
    } else if (kind === "intx" && isEventFd) this.#wireUnmask(action, fds);
    else if (kind !== "msi" && !isEventFd && action !== IrqSet.TRIGGER) this.#mask(kind, wish);
    else throw new Refusal(EOPNOTSUPP, `SET_IRQS with the flags ${flags} of IRQ ${index}`);
  }

  /** Function level reset, whole: the bus master goes off first, so that nothing is on its way. */
  reset(): void {
    this.controller.setBusMaster(false);
    this.controller.reset();
  }

  /** All interrupts off. */
  silence(): void {
    this.controller.disableInterrupts();
  }

  #wire(kind: InterruptKind, { start, count }: IrqWish, fds: readonly number[]): void {
    const { wires } = this.controller;
    if (fds.length === 0) {
      for (let vector = start; vector < start + count; vector++) wires.release(kind, vector);
      return;
    }
    if (fds.length !== count)
      throw new Refusal(EINVAL, `${fds.length} eventfds for ${count} vectors`);
    for (const fd of fds) requireEventFd(fd);
    for (const [index, fd] of fds.entries()) {
      const eventFd = native().eventFdFrom(fd);
      try {
        wires.adopt(kind, start + index, eventFd);
      } catch (error) {
        // this host has fewer messages of MSI than the function (host-messages=)
        eventFd.close();
        throw new Refusal(ENOSPC, (error as Error).message);
      }
    }
  }

  /** One kind is on at a time; another one's end is no news. */
  #disable(kind: InterruptKind): void {
    if (this.controller.wires.kind === kind) this.silence();
  }

  /** An eventfd that unmasks the pin. */
  #wireUnmask(action: number, fds: readonly number[]): void {
    if (action !== IrqSet.UNMASK || fds.length !== 1) {
      const what = `${fds.length} eventfds that are to mask the pin or unmask it`;
      throw new Refusal(EOPNOTSUPP, what);
    }
    requireEventFd(fds[0]!);
    this.controller.wires.adoptUnmask(native().eventFdFrom(fds[0]!));
  }

  /** Vectors that have eventfds; with DATA_BOOL those of them that are named. */
  #mask(kind: InterruptKind, { flags, start, count, data }: IrqWish): void {
    const { wires } = this.controller;
    const isNamed = (flags & IrqSet.DATA_BOOL) !== 0;
    if (isNamed && data.length !== count) {
      throw new Refusal(EINVAL, `${data.length} bytes for ${count} vectors`);
    }
    const vectors = Array.from({ length: count }, (_, at) => start + at).filter(
      (_, at) => !isNamed || data[at] === 1,
    );
    const bare = vectors.find((vector) => !wires.isWired(kind, vector));
    if (bare !== undefined)
      throw new Refusal(EINVAL, `a mask of vector ${bare}: it has no eventfd`);
    for (const vector of vectors) wires.mask(kind, vector, (flags & IrqSet.MASK) !== 0);
  }

  #place(region: number, offset: bigint, count: number): number {
    const { bytes } = this.region(region).info;
    if (count > 0 && offset + BigInt(count) <= BigInt(bytes)) return Number(offset);
    throw new Refusal(
      EINVAL,
      `${count} bytes at ${offset} of region ${region}, which has ${bytes}`,
    );
  }

  /** Pointer of the doorbell at an offset of BAR0; undefined where there is none. */
  #doorbell(offset: number): number | undefined {
    const { pointer, bytes } = this.controller.memory.doorbells;
    const at = offset - DOORBELLS;
    return at >= 0 && at < bytes ? pointer + at : undefined;
  }
}

const isOneBit = (flags: number): boolean => flags !== 0 && (flags & (flags - 1)) === 0;

/** Registers are of four bytes, and of eight (NVMe 1.4, 3.1). */
function requireDwords(at: number, count: number): void {
  if (at % 4 === 0 && count % 4 === 0 && count <= PAGE_BYTES) return;
  throw new Refusal(EINVAL, `${count} bytes at ${at} of BAR 0: registers are of four or eight`);
}

/** Anything else could block whoever writes to it. */
function requireEventFd(fd: number): void {
  if (readlinkSync(`/proc/self/fd/${fd}`) !== EVENTFD) {
    throw new Refusal(EINVAL, "a descriptor that is no eventfd");
  }
  native().setNonblocking(fd);
}
