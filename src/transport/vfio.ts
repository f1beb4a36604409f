// A PCI function through its VFIO group: BAR0's doorbells and fresh DMA memory become windows of the
// linear memory; registers below the doorbells go through the region's file, so that a device that
// vanished gives an error and not a SIGBUS.
import { setTimeout as sleep } from "node:timers/promises";
import { ALL_ONES, DOORBELLS, PAGE_BYTES, Register } from "../../assembly/spec/registers.ts";
import {
  type EventFd,
  type Native,
  type NativeError,
  native,
  type VfioDevice,
  type VfioRegion,
} from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import { LinearMemory } from "../memory/linear-memory.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import { PciFunction } from "../pci/function.ts";
import { requireVfio } from "../pci/require-vfio.ts";
import { hostRoots, type SystemRoots } from "../pci/sysfs.ts";
import { watchKernelFaults } from "./kernel-faults.ts";
import { type KernelLog, openKernelLog } from "./kernel-log.ts";
import type { MappedBars } from "./mapped-bars.ts";
import type { InterruptKind, Transport, TransportOptions } from "./transport.ts";
import { parseVfioAddress, type VfioAddress } from "./vfio-address.ts";
import { withHolders } from "./vfio-advice.ts";
import { barSpace, vfioBars } from "./vfio-bars.ts";
import { canTakeByCdev, takeByCdev } from "./vfio-cdev.ts";
import { access, reset } from "./vfio-failures.ts";
import { takeByGroup } from "./vfio-group.ts";
import type { HeldFunction, VfioCalls } from "./vfio-held.ts";
import { hotReset } from "./vfio-hot-reset.ts";
import { VfioInterrupts } from "./vfio-interrupts.ts";
import { VfioIommu } from "./vfio-iommu.ts";
import type { Wiring } from "./wiring.ts";

const BAR0 = 0;
const CONFIG_SPACE = 7;
/** Command register of the configuration space, and its Memory Space and Bus Master Enable bits. */
const CONFIG_COMMAND = 4;
const COMMAND_MEMORY = 0x2;
const COMMAND_BUS_MASTER = 0x4;
const ALL_ONES_64 = 2n ** 64n - 1n;
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_POLL_MS = 100;
/** Doorbells of all queues there can be, at the usual stride, and more than BARs usually have. */
const MOST_DOORBELL_BYTES = 1 << 20;

/** What the transport has of the machine below it. Tests put one of their own in its place. */
export interface VfioSystem {
  readonly calls: VfioCalls & Pick<Native, "eventFd">;
  readonly roots: SystemRoots;
  /** @throws when it may not be read */
  openKernelLog(): KernelLog;
  /** Monotonic, in ms. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

export function thisSystem(): VfioSystem {
  return { calls: native(), roots: hostRoots, openKernelLog, now: () => performance.now(), sleep };
}

/** Takes the function at `address` and fills the windows. The controller's state is not touched. */
export async function openVfio(
  address: string,
  options: TransportOptions,
  system: VfioSystem,
): Promise<Transport> {
  const wish = parseVfioAddress(address);
  const fn = new PciFunction(wish.address, system.roots);
  requireVfio(fn, system.roots);
  const held = await takeWhenFree(fn, () => take(fn, wish, system), options, system);
  try {
    return new VfioTransport(fn, address, held, options, system);
  } catch (error) {
    held.close();
    throw error;
  }
}

/** By the back end that was asked for, else by an iommufd where that can be, else by a container. */
function take(fn: PciFunction, wish: VfioAddress, { calls, roots }: VfioSystem): HeldFunction {
  const { iommu } = wish;
  const token = wish.token ?? null;
  const byCdev = iommu === undefined ? canTakeByCdev(fn, roots) : iommu === "iommufd";
  return byCdev ? takeByCdev(fn, calls, token, roots) : takeByGroup(fn, calls, token);
}

async function takeWhenFree(
  fn: PciFunction,
  once: () => HeldFunction,
  { busyTimeoutMs = BUSY_TIMEOUT_MS }: TransportOptions,
  system: VfioSystem,
): Promise<HeldFunction> {
  const deadline = system.now() + busyTimeoutMs;
  for (;;) {
    try {
      return once();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (system.now() >= deadline) throw withHolders(fn, system.roots, error);
      await system.sleep(BUSY_POLL_MS);
    }
  }
}

function isBusy(error: unknown): error is PhasebitError {
  if (!(error instanceof PhasebitError)) return false;
  return (error.cause as NativeError | undefined)?.code === "EBUSY";
}

class VfioTransport implements Transport {
  readonly name = "vfio";
  readonly address: string;
  readonly memory: LinearMemory;
  readonly iommu: VfioIommu;
  readonly bars: MappedBars;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly hasReset: boolean;
  readonly #fn: PciFunction;
  readonly config: ConfigAccess;
  readonly #held: HeldFunction;
  readonly #device: VfioDevice;
  readonly #system: VfioSystem;
  readonly #interrupts: VfioInterrupts;

  constructor(
    fn: PciFunction,
    address: string,
    held: HeldFunction,
    options: TransportOptions,
    system: VfioSystem,
  ) {
    const { device } = held;
    this.#fn = fn;
    this.address = address;
    this.#held = held;
    this.#device = device;
    this.#system = system;
    this.hasReset = device.hasReset;
    this.config = configOf(address, device);
    this.#setCommand(COMMAND_MEMORY, true);
    const doorbellBytes = doorbellBytesOf(address, device.region(BAR0));
    const barBytes = barSpace(device, options.barBytes);
    this.memory = new LinearMemory({ ...options.memory, doorbellBytes, barBytes });
    this.iommu = new VfioIommu(held, this.memory, () =>
      this.memory.keep(watchKernelFaults(fn.address, () => system.openKernelLog())),
    );
    this.memory.placeFor(this.iommu);
    const { bytes, doorbells } = this.memory;
    this.memory.keep(device.mapRegion(bytes, doorbells.pointer, BAR0, DOORBELLS, doorbellBytes));
    this.bars = vfioBars(address, device, this.memory);
    this.#interrupts = new VfioInterrupts(device, this.bars, this.memory, system.calls.eventFd);
    this.vectors = this.#interrupts.vectors;
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
    access(this.address, () => this.#device.write32(BAR0, offset, value));
  }

  /** One read of the region's file. Kernels before 6.11 make two accesses of it, low half first. */
  read64(offset: number): bigint {
    try {
      const bytes = this.#device.readBytes(BAR0, offset, 8);
      return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
    } catch (error) {
      if ((error as NativeError).code === "EIO") return ALL_ONES_64;
      throw error;
    }
  }

  write64(offset: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    access(this.address, () => this.#device.writeBytes(BAR0, offset, bytes));
  }

  setBusMaster(on: boolean): void {
    this.#setCommand(COMMAND_BUS_MASTER, on);
  }

  get wiring(): Wiring {
    return this.#interrupts;
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    return this.#interrupts.interrupt(kind, vector);
  }

  unmask(kind: InterruptKind): EventFd | null {
    return this.#interrupts.unmask(kind);
  }

  disableInterrupts(): void {
    this.#interrupts.disable();
  }

  reset(): void {
    reset(this.address, () => this.#device.reset());
  }

  hotReset(): void {
    const { address, iommuGroup } = this.#fn;
    const { groupFd, device } = this.#held;
    if (groupFd === null) {
      const limit = "there is none yet through an iommufd: open it with ?iommu=vfio";
      throw new PhasebitError("USAGE", `hot reset ${address}: ${limit}`, { what: "reset", limit });
    }
    const driverOf = (other: string): string | null => this.#fn.driverOf(other);
    const answers = (): boolean => this.#answers();
    hotReset({ address, group: iommuGroup!, groupFd, device, driverOf, answers });
  }

  /** Whether a register that is never all-ones can be read. */
  #answers(): boolean {
    try {
      return this.read32(Register.VS) >>> 0 !== ALL_ONES;
    } catch {
      return false;
    }
  }

  /** The kernel keeps the BARs, and writes them again when memory space is switched on that the function has off. */
  restore(): void {
    this.#setCommand(COMMAND_MEMORY, true);
  }

  async pause(): Promise<void> {
    await this.#system.sleep(1);
    this.iommu.look();
  }

  async close(): Promise<void> {
    try {
      // A mapped BAR keeps the device open in the kernel, so the windows go first.
      this.memory.close();
    } finally {
      this.#held.close();
      this.#interrupts.close();
    }
  }

  #setCommand(bit: number, on: boolean): void {
    access(this.address, () => {
      const [low = 0, high = 0] = this.#device.readBytes(CONFIG_SPACE, CONFIG_COMMAND, 2);
      const value = on ? low | bit : low & ~bit;
      this.#device.writeBytes(CONFIG_SPACE, CONFIG_COMMAND, Uint8Array.of(value, high));
    });
  }
}

/** The region that VFIO has for it: the kernel answers for some of its fields, and keeps others from being written. */
function configOf(address: string, device: VfioDevice): ConfigAccess {
  return {
    bytes: device.region(CONFIG_SPACE).bytes,
    read: (offset, bytes) => access(address, () => device.readBytes(CONFIG_SPACE, offset, bytes)),
    write: (offset, data) => access(address, () => device.writeBytes(CONFIG_SPACE, offset, data)),
  };
}

/**
 * Doorbells that may be mapped: whole pages from the first on; an MSI-X table may lie behind them.
 * @throws PhasebitError DEVICE when there is not one page of them.
 */
function doorbellBytesOf(address: string, bar: VfioRegion): number {
  if (bar.bytes < DOORBELLS + PAGE_BYTES) {
    throw unusable(address, `BAR0 has ${bar.bytes} bytes, too few for registers and doorbells`);
  }
  const areas =
    bar.mappableAreas.length > 0 ? bar.mappableAreas : [{ offset: 0, bytes: bar.bytes }];
  const area = areas.find((one) => one.offset <= DOORBELLS && DOORBELLS < one.offset + one.bytes);
  const end = bar.mappable && area !== undefined ? area.offset + area.bytes : DOORBELLS;
  const bytes = Math.floor((end - DOORBELLS) / PAGE_BYTES) * PAGE_BYTES;
  if (bytes === 0) throw unusable(address, "the kernel does not let BAR0's doorbells be mapped");
  return Math.min(bytes, MOST_DOORBELL_BYTES);
}

function unusable(address: string, why: string): PhasebitError {
  return new PhasebitError("DEVICE", `open ${address}: ${why}`);
}
