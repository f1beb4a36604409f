// A PCI function through its VFIO group: BAR0's doorbells and fresh DMA memory become windows of the
// linear memory; registers below the doorbells go through the region's file, so that a device that
// vanished gives an error and not a SIGBUS.
import { setTimeout as sleep } from "node:timers/promises";
import { IOVA_WINDOW_DMA } from "../../assembly/layout.ts";
import {
  ALL_ONES,
  CAP_HI_DSTRD_MASK,
  CAP_HI_DSTRD_SHIFT,
  DOORBELLS,
  PAGE_BYTES,
  Register,
} from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../errors.ts";
import { alignUp } from "../memory/arena.ts";
import { LinearMemory, type MemoryPlan } from "../memory/linear-memory.ts";
import { type EventFd, type NativeError, native, type VfioDevice } from "../native.ts";
import { PciFunction, requireVfio } from "../pci.ts";
import type { InterruptKind, MemoryNeeds, Transport } from "./transport.ts";

const BAR0 = 0;
const CONFIG_SPACE = 7;
/** VFIO's index of each kind of interrupt. */
const INTERRUPT_INDEX: Record<InterruptKind, number> = { intx: 0, msi: 1, msix: 2 };
/** Command register of the configuration space, and its Memory Space and Bus Master Enable bits. */
const CONFIG_COMMAND = 4;
const COMMAND_MEMORY = 0x2;
const COMMAND_BUS_MASTER = 0x4;
/** A killed predecessor holds the group until the kernel has reset the function. */
const BUSY_RETRY_MS = 10_000;
const IOVA_WINDOW_BYTES = 0x1_0000_0000n;
/** Without a report from the kernel: below 39 bits, the narrowest IOMMU in use. */
const DEFAULT_IOVA_END = (1n << 39n) - 1n;

/** Takes the function at `address` and fills the windows. The controller's state is not touched. */
export async function openVfio(address: string, needs: MemoryNeeds): Promise<Transport> {
  const fn = new PciFunction(address);
  requireVfio(fn);
  const device = await takeDevice(fn);
  try {
    return new VfioTransport(address, device, needs);
  } catch (error) {
    device.close();
    throw error;
  }
}

async function takeDevice(fn: PciFunction): Promise<VfioDevice> {
  const deadline = Date.now() + BUSY_RETRY_MS;
  for (;;) {
    try {
      return native().openVfio(fn.iommuGroup!, fn.address);
    } catch (error) {
      const { code } = error as NativeError;
      if (code !== "EBUSY" || Date.now() > deadline) throw explain(fn, error as NativeError);
      await sleep(100);
    }
  }
}

/** Says what to do about a group that does not open. */
function explain(fn: PciFunction, cause: NativeError): PhasebitError {
  const group = `/dev/vfio/${fn.iommuGroup}`;
  const others = fn.groupSiblings.filter(
    ({ driver }) => driver !== null && !["vfio-pci", "pcieport", "pci-stub"].includes(driver),
  );
  const named = others.map(({ address, driver }) => `${address} (${driver})`).join(", ");
  const advice: Record<string, string> = {
    ENOENT: `${group} is not there: load vfio-pci and bind the function to it`,
    EACCES: `no permission on ${group}: run "chown $USER ${group}" as root`,
    EBUSY: `${group} is in use by another process; "fuser -v ${group}" names it`,
    EPERM:
      named === ""
        ? `the IOMMU group is not viable or the kernel refuses it: ${cause.message}`
        : `the IOMMU group is not viable: ${named} must be bound to vfio-pci or unbound too`,
  };
  return new PhasebitError(
    "ENVIRONMENT",
    `open ${fn.address}: ${advice[cause.code] ?? cause.message}`,
    { cause },
  );
}

class VfioTransport implements Transport {
  readonly name = "vfio";
  readonly address: string;
  readonly memory: LinearMemory;
  readonly iovaBase: bigint;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly hasReset: boolean;
  readonly deviceCpuNs = null;
  pageBytes: number = PAGE_BYTES;
  readonly #device: VfioDevice;
  readonly #eventFds = new Map<number, EventFd>();
  /** The kind of interrupt that is switched on. */
  #enabled: InterruptKind | undefined;
  #unmask: EventFd | undefined;
  #mapped: { pointer: number; bytes: number }[] = [];

  constructor(address: string, device: VfioDevice, needs: MemoryNeeds) {
    this.address = address;
    this.#device = device;
    this.hasReset = device.hasReset;
    const vectors = (kind: InterruptKind): number =>
      device.interruptInfo(INTERRUPT_INDEX[kind]).count;
    this.vectors = { msix: vectors("msix"), msi: vectors("msi"), intx: vectors("intx") };
    const bar = device.region(BAR0);
    this.#setCommand(COMMAND_MEMORY, true);
    if (bar.bytes < DOORBELLS + PAGE_BYTES) {
      throw new PhasebitError(
        "DEVICE",
        `open ${address}: BAR0 has ${bar.bytes} bytes, too few for registers and doorbells`,
      );
    }
    const doorbellBytes = this.#doorbellBytes(needs.ioQueues, bar.bytes - DOORBELLS);
    const plan: MemoryPlan = { ...needs, doorbellBytes };
    this.memory = new LinearMemory(plan);
    this.iovaBase = iovaBaseFor(this.memory, device.iovaRanges());
    this.memory.keep(
      device.mapRegion(
        this.memory.bytes,
        this.memory.doorbells.pointer,
        BAR0,
        DOORBELLS,
        doorbellBytes,
      ),
    );
  }

  read32(offset: number): number {
    try {
      return this.#device.read32(BAR0, offset);
    } catch (error) {
      if ((error as NativeError).code === "EIO") return ALL_ONES;
      throw error;
    }
  }

  write32(offset: number, value: number): void {
    this.#device.write32(BAR0, offset, value);
  }

  mapDma(): void {
    this.pageBytes = this.memory.populateDma().pageBytes;
    for (const { arena, readOnly } of this.memory.arenas) {
      try {
        const iova = this.iovaBase + BigInt(arena.pointer);
        this.#device.mapDma(this.memory.bytes, arena.pointer, arena.bytes, iova, readOnly);
      } catch (cause) {
        throw memlockAdvice(cause as NativeError, this.memory.dma.bytes);
      }
      this.#mapped.push(arena);
    }
  }

  unmapDma(): void {
    for (const { pointer, bytes } of this.#mapped.reverse()) {
      this.#device.unmapDma(this.iovaBase + BigInt(pointer), bytes);
    }
    this.#mapped = [];
  }

  setBusMaster(on: boolean): void {
    this.#setCommand(COMMAND_BUS_MASTER, on);
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    if (this.#enabled !== kind) this.disableInterrupts();
    const known = this.#eventFds.get(vector);
    if (known !== undefined) return known;
    const eventFd = native().eventFd();
    this.#eventFds.set(vector, eventFd);
    // the kernel grows a vector set only from its first vector on, so all are given anew
    const last = Math.max(...this.#eventFds.keys());
    const fds = Array.from({ length: last + 1 }, (_, at) => this.#eventFds.get(at)?.fd ?? -1);
    this.#switchOff();
    this.#device.setInterrupts(INTERRUPT_INDEX[kind], 0, fds);
    this.#enabled = kind;
    return eventFd;
  }

  unmask(kind: InterruptKind): EventFd | null {
    if (kind !== "intx") return null;
    if (this.#unmask === undefined) {
      this.#unmask = native().eventFd();
      this.#device.setUnmask(INTERRUPT_INDEX.intx, 0, this.#unmask.fd);
    }
    return this.#unmask;
  }

  disableInterrupts(): void {
    this.#switchOff();
    for (const eventFd of this.#eventFds.values()) eventFd.close();
    this.#eventFds.clear();
    this.#unmask?.close();
    this.#unmask = undefined;
  }

  /** The kernel refuses to disable what is not enabled. */
  #switchOff(): void {
    if (this.#enabled !== undefined) this.#device.disableInterrupts(INTERRUPT_INDEX[this.#enabled]);
    this.#enabled = undefined;
  }

  reset(): void {
    this.#device.reset();
  }

  async pause(): Promise<void> {
    await sleep(1);
  }

  async close(): Promise<void> {
    // A mapped BAR keeps the device open in the kernel, so the windows go first.
    this.memory.close();
    this.#device.close();
  }

  /** Whole pages for the doorbells of the admin queue and `ioQueues` pairs: MSI-X tables may lie behind. */
  #doorbellBytes(ioQueues: number, most: number): number {
    const dstrd = (this.read32(Register.CAP_HI) >>> CAP_HI_DSTRD_SHIFT) & CAP_HI_DSTRD_MASK;
    const wanted = alignUp(2 * (ioQueues + 1) * (4 << dstrd), PAGE_BYTES);
    return Math.min(wanted, Math.floor(most / PAGE_BYTES) * PAGE_BYTES);
  }

  #setCommand(bit: number, on: boolean): void {
    const [low = 0, high = 0] = this.#device.readBytes(CONFIG_SPACE, CONFIG_COMMAND, 2);
    const value = on ? low | bit : low & ~bit;
    this.#device.writeBytes(CONFIG_SPACE, CONFIG_COMMAND, Uint8Array.of(value, high));
  }
}

/** The first multiple of 4 GiB from which the DMA window lies inside a usable range; 4 GiB itself if it can. */
function iovaBaseFor(
  memory: LinearMemory,
  reported: readonly { readonly start: bigint; readonly end: bigint }[],
): bigint {
  const ranges = reported.length > 0 ? reported : [{ start: 0n, end: DEFAULT_IOVA_END }];
  const fits = (base: bigint): boolean => {
    const first = base + BigInt(memory.dma.pointer);
    const last = first + BigInt(memory.dma.bytes) - 1n;
    return ranges.some(({ start, end }) => start <= first && last <= end);
  };
  const usual = BigInt(IOVA_WINDOW_DMA) * IOVA_WINDOW_BYTES;
  const candidates = [
    usual,
    ...ranges.flatMap(({ start }) => {
      const base = (start / IOVA_WINDOW_BYTES) * IOVA_WINDOW_BYTES;
      return [base, base + IOVA_WINDOW_BYTES];
    }),
  ];
  const base = candidates.find(fits);
  if (base === undefined) {
    const known = ranges.map(({ start, end }) => `${start.toString(16)}-${end.toString(16)}`);
    throw new PhasebitError(
      "ENVIRONMENT",
      `place the DMA window: ${memory.dma.bytes} bytes fit none of the IOMMU's ranges ` +
        `(${known.join(", ")})`,
      { what: "memory", value: memory.dma.bytes },
    );
  }
  return base;
}

function memlockAdvice(cause: NativeError, bytes: number): PhasebitError {
  const advice =
    cause.code === "ENOMEM"
      ? `; the locked-memory limit must allow ${Math.ceil(bytes / 1024)} KiB: see "ulimit -l"`
      : "";
  return new PhasebitError("ENVIRONMENT", `${cause.message}${advice}`, { cause });
}
