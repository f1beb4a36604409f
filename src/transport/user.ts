// A device behind a socket, by vfio-user: its doorbells are pages that the server lends, our DMA memory files that it maps;
// registers, configuration space and interrupts are messages. Nothing that the server says is believed before it was judged.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BUS_PEER_LOST } from "../../assembly/layout.ts";
import { ALL_ONES, DOORBELLS, PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { type EventFd, type NativeError, native } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import { LinearMemory } from "../memory/linear-memory.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import { type Connection, closeAll } from "../vfio-user/connection.ts";
import { EBUSY } from "../vfio-user/errno.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import {
  Command,
  Default,
  DeviceFlag,
  deviceInfo,
  Irq,
  IrqSet,
  irqInfo,
  irqSet,
  PCI_IRQS,
  Region,
  RegionFlag,
  regionAccess,
  regionInfo,
} from "../vfio-user/protocol.ts";
import { decodeRegionInfo, REGION_INFO_BYTES, type RegionInfo } from "../vfio-user/region-info.ts";
import { type Capabilities, decodeVersion, encodeVersion } from "../vfio-user/version.ts";
import type { InterruptKind, Transport, TransportOptions } from "./transport.ts";
import { socketPath } from "./user-address.ts";
import { connectTo, Exchange, Refused } from "./user-exchange.ts";
import { UserFunction } from "./user-function.ts";
import { UserIommu } from "./user-iommu.ts";

/** A reset may take long: all queues end, and what is in flight with them. */
const RESET_MS = 30_000;
const CONFIG_BYTES = [256, 4096];
/** Doorbells of all queues there can be, at the usual stride, and more than BARs usually have. */
const MOST_DOORBELL_BYTES = 1 << 20;
/** Those of MSI-X. */
const MOST_VECTORS = 2048;
const ACCESS_READS_AND_WRITES = 3;
const ALL_ONES_64 = 2n ** 64n - 1n;

const kinds: Readonly<Record<InterruptKind, number>> = {
  msix: Irq.MSIX,
  msi: Irq.MSI,
  intx: Irq.INTX,
};

/** How a device is opened whose server is in this thread, for tests. */
export interface UserOpening extends TransportOptions {
  readonly connection?: Connection;
  /** Has the server go on. Waits do not sleep then. */
  readonly turn?: () => void;
}

/** Connects to the server, and takes its device. No register is touched. */
export async function openUser(address: string, opening: UserOpening = {}): Promise<UserTransport> {
  const path = socketPath(address);
  const connection = opening.connection ?? connectTo(path, address);
  const iommu = new UserIommu();
  const exchange = new Exchange(connection, address, iommu, opening.turn);
  iommu.exchange = exchange;
  try {
    const capabilities = greet(exchange, path, address);
    iommu.limit(capabilities.maxDmaMaps);
    return new UserTransport(address, { exchange, iommu, capabilities }, opening);
  } catch (error) {
    exchange.close();
    throw error;
  }
}

/** VERSION. @throws PhasebitError REFUSED when the server has a client */
function greet(exchange: Exchange, path: string, address: string): Capabilities {
  try {
    const { payload, fds } = exchange.ask(Command.VERSION, encodeVersion());
    closeAll(fds);
    return exchange.judge(Command.VERSION, () => usable(decodeVersion(payload)));
  } catch (error) {
    if (!(error instanceof Refused && error.errno === EBUSY)) throw error;
    throw new PhasebitError("REFUSED", `open ${address}: ${holderOf(path)} has the device`, {
      cause: error,
      what: "device",
      value: address,
    });
  }
}

function usable(said: Capabilities): Capabilities {
  if ((said.pgsizes & PAGE_BYTES) === 0) throw new PeerError("no memory windows of 4 KiB pages");
  if (said.maxMsgFds < 1) throw new PeerError("it takes no descriptors, and so no memory");
  return said;
}

/** phasebit's own server leaves the number of its client beside the socket. */
function holderOf(path: string): string {
  try {
    const pid = readFileSync(`${path}.client`, "latin1").trim();
    if (/^[1-9][0-9]{0,9}$/.test(pid)) return `process ${pid}`;
  } catch {
    // another server, or its client has gone meanwhile
  }
  return "another client";
}

/** The server, with which all has been settled. */
interface Server {
  readonly exchange: Exchange;
  readonly iommu: UserIommu;
  readonly capabilities: Capabilities;
}

export class UserTransport implements Transport {
  readonly name = "vfio-user";
  readonly address: string;
  readonly memory: LinearMemory;
  readonly iommu: UserIommu;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly hasReset: boolean;
  readonly config: ConfigAccess;
  readonly #function: UserFunction;
  readonly #exchange: Exchange;
  readonly #mostData: number;
  readonly #turn: (() => void) | undefined;
  readonly #eventFds = new Map<number, EventFd>();
  #enabled: InterruptKind | undefined;
  #unmask: EventFd | undefined;

  constructor(address: string, { exchange, iommu, capabilities }: Server, options: UserOpening) {
    this.#turn = options.turn;
    this.address = address;
    this.#exchange = exchange;
    this.#mostData = Math.min(capabilities.maxDataXferSize, Default.MAX_DATA_XFER_SIZE);
    this.hasReset = this.#deviceInfo();
    this.vectors = {
      msix: this.#interrupts(Irq.MSIX),
      msi: this.#interrupts(Irq.MSI),
      intx: this.#interrupts(Irq.INTX),
    };
    this.config = this.#configuration();
    this.#function = new UserFunction(this.config);
    const { info, fds } = this.#region(Region.BAR0);
    try {
      const doorbellBytes = doorbellBytesOf(address, info, fds);
      this.memory = new LinearMemory({
        ...options.memory,
        ...{ doorbellBytes, segments: true },
        // SPDK's target clears a submission queue before it reads from it, and would end with a fault
        commandAccess: "read-write",
      });
      this.iommu = iommu;
      iommu.memory = this.memory;
      this.#mapDoorbells(info, fds[0]!);
    } finally {
      closeAll(fds);
    }
    this.#function.wake();
  }

  /** Why the server is lost; undefined while it answers. */
  get lost(): PhasebitError | undefined {
    return this.#exchange.lost;
  }

  read32(offset: number): number {
    const bytes = this.#readOrLost(offset, 4);
    return bytes === null ? ALL_ONES : viewOf(bytes).getUint32(0, true);
  }

  write32(offset: number, value: number): void {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setUint32(0, value, true);
    this.#write(Region.BAR0, offset, bytes);
  }

  read64(offset: number): bigint {
    const bytes = this.#readOrLost(offset, 8);
    return bytes === null ? ALL_ONES_64 : viewOf(bytes).getBigUint64(0, true);
  }

  write64(offset: number, value: bigint): void {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigUint64(0, value, true);
    this.#write(Region.BAR0, offset, bytes);
  }

  /** A lost server masters no bus: its process is gone, or nobody listens to it. */
  setBusMaster(on: boolean): void {
    if (!on && this.lost !== undefined) return;
    this.#function.setBusMaster(on);
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    if (this.#enabled !== kind) {
      this.disableInterrupts();
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

  disableInterrupts(): void {
    const kind = this.#enabled;
    this.#enabled = undefined;
    if (kind !== undefined && this.lost === undefined) {
      this.#function.tellBy(null);
      this.#setIrqs(kind, IrqSet.DATA_NONE | IrqSet.TRIGGER);
    }
    this.#closeEventFds();
  }

  reset(): void {
    this.#exchange.ask(Command.DEVICE_RESET, undefined, { timeoutMs: RESET_MS });
    this.#function.wake();
  }

  /** What the server asks is answered here too, as nobody else waits for it. */
  async pause(): Promise<void> {
    if (this.#turn === undefined) await sleep(1);
    else this.#turn();
    this.#exchange.drain();
  }

  async close(): Promise<void> {
    this.#closeEventFds();
    this.#exchange.close();
    this.memory.close();
  }

  #closeEventFds(): void {
    for (const eventFd of this.#eventFds.values()) eventFd.close();
    this.#eventFds.clear();
    this.#unmask?.close();
    this.#unmask = undefined;
  }

  /** @returns whether it can be reset */
  #deviceInfo(): boolean {
    const empty = { argsz: deviceInfo.bytes, flags: 0, regions: 0, irqs: 0 };
    return this.#ask(Command.DEVICE_GET_INFO, deviceInfo.encode(empty), (payload) => {
      const { flags, regions, irqs } = deviceInfo.decode(payload);
      if ((flags & DeviceFlag.PCI) === 0) throw new PeerError("a device that is no PCI function");
      if (regions <= Region.CONFIG || irqs <= Irq.MSIX || irqs > PCI_IRQS + MOST_VECTORS) {
        throw new PeerError(`a PCI function with ${regions} regions and ${irqs} kinds of IRQ`);
      }
      return (flags & DeviceFlag.RESET) !== 0;
    });
  }

  /** @returns how many there are of a kind */
  #interrupts(index: number): number {
    const asked = irqInfo.encode({ argsz: irqInfo.bytes, flags: 0, index, count: 0 });
    return this.#ask(Command.DEVICE_GET_IRQ_INFO, asked, (payload) => {
      const { index: told, count } = irqInfo.decode(payload);
      if (told !== index) throw new PeerError(`info of IRQ ${told} instead of ${index}`);
      if (count > MOST_VECTORS) throw new PeerError(`${count} vectors of IRQ ${index}`);
      return count;
    });
  }

  #region(index: number): { info: RegionInfo; fds: number[] } {
    const asked = regionInfo.encode({
      ...{ argsz: REGION_INFO_BYTES, flags: 0, index, capOffset: 0, size: 0n, offset: 0n },
    });
    const command = Command.DEVICE_GET_REGION_INFO;
    const { payload, fds } = this.#exchange.ask(command, asked);
    try {
      return { info: this.#exchange.judge(command, () => decodeRegionInfo(payload, index)), fds };
    } catch (error) {
      closeAll(fds);
      throw error;
    }
  }

  #configuration(): ConfigAccess {
    const { info, fds } = this.#region(Region.CONFIG);
    closeAll(fds);
    const { bytes } = info;
    if (!CONFIG_BYTES.includes(bytes)) {
      throw unusable(this.address, `its configuration space has ${bytes} bytes`);
    }
    return {
      bytes,
      read: (offset, count) => {
        const result = new Uint8Array(count);
        for (let at = 0; at < count; at += this.#mostData) {
          const part = Math.min(count - at, this.#mostData);
          result.set(this.#read(Region.CONFIG, offset + at, part), at);
        }
        return result;
      },
      write: (offset, data) => this.#write(Region.CONFIG, offset, data),
    };
  }

  /** @throws PhasebitError DEVICE when they cannot be mapped: the server's file is not what it says */
  #mapDoorbells({ fdOffset }: RegionInfo, fd: number): void {
    const { bytes, doorbells } = this.memory;
    const { pointer } = doorbells;
    const at = fdOffset + DOORBELLS;
    try {
      this.memory.keep(
        native().mapDescriptor(
          ...([bytes, pointer, doorbells.bytes, fd, at, ACCESS_READS_AND_WRITES] as const),
          BUS_PEER_LOST,
        ),
      );
    } catch (cause) {
      this.memory.close();
      throw unusable(this.address, `its doorbells: ${(cause as NativeError).message}`, cause);
    }
  }

  /** null from a server that is lost, or that has taken its doorbells back. */
  #readOrLost(offset: number, count: number): Uint8Array | null {
    this.#requireDoorbells();
    if (this.lost !== undefined) return null;
    try {
      return this.#read(Region.BAR0, offset, count);
    } catch (error) {
      if (error === this.lost) return null;
      throw error;
    }
  }

  #requireDoorbells(): void {
    if (this.lost !== undefined || this.memory.u32[BUS_PEER_LOST / 4] === 0) return;
    try {
      this.#exchange.judge(Command.DEVICE_GET_REGION_INFO, () => {
        throw new PeerError("it cut the file of its doorbells short");
      });
    } catch {
      // it is lost from now on
    }
  }

  #read(region: number, offset: number, count: number): Uint8Array {
    const asked = regionAccess.encode({ offset: BigInt(offset), region, count });
    return this.#ask(Command.REGION_READ, asked, (payload) => {
      requireEcho(regionAccess.decode(payload), { offset, region, count });
      const data = payload.subarray(regionAccess.bytes);
      if (data.length !== count) throw new PeerError(`${data.length} bytes instead of ${count}`);
      return data;
    });
  }

  #write(region: number, offset: number, data: Uint8Array): void {
    const count = data.length;
    const asked = regionAccess.encode({ offset: BigInt(offset), region, count }, data);
    this.#ask(Command.REGION_WRITE, asked, (payload) => {
      requireEcho(regionAccess.decode(payload), { offset, region, count });
    });
  }

  /** An answer without descriptors, and what is read out of it. */
  #ask<T>(command: number, asked: Uint8Array, read: (payload: Uint8Array) => T): T {
    const { payload, fds } = this.#exchange.ask(command, asked);
    closeAll(fds);
    return this.#exchange.judge(command, () => read(payload));
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

function requireEcho(
  told: { readonly offset: bigint; readonly region: number; readonly count: number },
  { offset, region, count }: { offset: number; region: number; count: number },
): void {
  if (told.offset === BigInt(offset) && told.region === region && told.count === count) return;
  const what = `${told.count} bytes at ${told.offset} of region ${told.region}`;
  throw new PeerError(`${what} instead of ${count} at ${offset} of region ${region}`);
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Doorbells that may be mapped: whole pages from the first on.
 * @throws PhasebitError DEVICE when there is not one page of them: each doorbell would be a message and its answer
 */
function doorbellBytesOf(address: string, info: RegionInfo, fds: readonly number[]): number {
  const { areas, bytes: size, flags } = info;
  if (size < DOORBELLS + PAGE_BYTES) {
    throw unusable(address, `BAR0 has ${size} bytes, too few for registers and doorbells`);
  }
  const area = areas.find((one) => one.offset <= DOORBELLS && DOORBELLS < one.offset + one.bytes);
  const end = area === undefined || fds.length === 0 ? DOORBELLS : area.offset + area.bytes;
  const bytes = Math.floor((end - DOORBELLS) / PAGE_BYTES) * PAGE_BYTES;
  if (bytes === 0 || (flags & RegionFlag.WRITE) === 0) {
    throw unusable(
      address,
      "the server lets BAR0's doorbells not be mapped (SPDK: disable_mappable_bar0)",
    );
  }
  return Math.min(bytes, MOST_DOORBELL_BYTES);
}

function unusable(address: string, why: string, cause?: unknown): PhasebitError {
  return new PhasebitError("DEVICE", `open ${address}: ${why}`, { cause });
}
