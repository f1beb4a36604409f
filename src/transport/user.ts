// A device behind a socket, by vfio-user: its doorbells are pages that the server lends, our DMA memory files that it maps;
// registers, configuration space and interrupts are messages. Nothing that the server says is believed before it was judged.
import { setTimeout as sleep } from "node:timers/promises";
import { BUS_PEER_LOST } from "../../assembly/layout.ts";
import { ALL_ONES } from "../../assembly/spec/registers.ts";
import type { EventFd } from "../compiled/native.ts";
import type { PhasebitError } from "../ground/errors.ts";
import { LinearMemory } from "../memory/linear-memory.ts";
import type { ConfigAccess } from "../pci/config-space.ts";
import { type Connection, closeAll } from "../vfio-user/connection.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import { Command, Default, Region } from "../vfio-user/protocol.ts";
import type { Capabilities } from "../vfio-user/version.ts";
import type { MappedBars } from "./mapped-bars.ts";
import type { InterruptKind, Transport, TransportOptions } from "./transport.ts";
import { LentBars } from "./user-bars.ts";
import { mapDoorbells, planDoorbells } from "./user-doorbells.ts";
import type { Exchange } from "./user-exchange.ts";
import { UserFunction } from "./user-function.ts";
import { askRegion, inquire } from "./user-inquiry.ts";
import { UserInterrupts } from "./user-interrupts.ts";
import type { UserIommu } from "./user-iommu.ts";
import { UserRegions } from "./user-regions.ts";
import { RingMessages } from "./user-rings.ts";
import type { Wiring } from "./wiring.ts";

/** A reset may take longer than other answers: all queues end, and what is in flight with them. */
const RESET_TIMES = 6;
const ALL_ONES_64 = 2n ** 64n - 1n;

/** How a device is opened whose server is in this thread, for tests. */
export interface UserOpening extends TransportOptions {
  readonly connection?: Connection;
  /** Has the server go on. Waits do not sleep then. */
  readonly turn?: () => void;
}

/** The server, with which all has been settled. */
export interface Server {
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
  readonly bars: MappedBars;
  readonly #lent: LentBars;
  readonly #function: UserFunction;
  readonly #exchange: Exchange;
  readonly #regions: UserRegions;
  readonly #interrupts: UserInterrupts;
  readonly #turn: (() => void) | undefined;
  /** Where the server lends no doorbells. */
  readonly #rings: RingMessages | undefined;

  constructor(address: string, { exchange, iommu, capabilities }: Server, options: UserOpening) {
    this.#turn = options.turn;
    this.address = address;
    this.#exchange = exchange;
    const mostData = Math.min(capabilities.maxDataXferSize, Default.MAX_DATA_XFER_SIZE);
    this.#regions = new UserRegions(exchange, mostData);
    const { hasReset, vectors } = inquire(exchange);
    this.hasReset = hasReset;
    this.vectors = vectors;
    this.config = this.#regions.configuration(address);
    this.#function = new UserFunction(this.config);
    this.#interrupts = new UserInterrupts(exchange, {
      ...{ address, vectors, regions: this.#regions, function: this.#function },
    });
    const { info, fds } = askRegion(exchange, Region.BAR0);
    let lent: LentBars | undefined;
    try {
      lent = new LentBars(exchange);
      this.#lent = lent;
      const plan = planDoorbells(address, info, fds);
      this.memory = new LinearMemory({
        ...options.memory,
        ...{ doorbellBytes: plan.bytes, barBytes: lent.space(options.barBytes) },
        segments: true,
        // SPDK's target clears a submission queue before it reads from it, and would end with a fault
        commandAccess: "read-write",
      });
      this.iommu = iommu;
      iommu.memory = this.memory;
      if (plan.isMapped) mapDoorbells(address, this.memory, info, fds[0]!);
      else
        this.#rings = new RingMessages(this.memory, (at, value) => this.#writeRegister(at, value));
      this.bars = lent.windows(address, this.memory, this.config);
      this.#function.wake();
    } catch (error) {
      lent?.close();
      throw error;
    } finally {
      closeAll(fds);
    }
  }

  /** Why the server is lost; undefined while it answers. */
  get lost(): PhasebitError | undefined {
    return this.#exchange.lost;
  }

  read32(offset: number): number {
    const bytes = this.#readOrLost(offset, 4);
    return bytes === null ? ALL_ONES : viewOf(bytes).getUint32(0, true);
  }

  get ringsByMessage(): boolean {
    return this.#rings !== undefined;
  }

  write32(offset: number, value: number): void {
    this.#rings?.send();
    this.#writeRegister(offset, value);
  }

  #writeRegister(offset: number, value: number): void {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setUint32(0, value, true);
    this.#regions.write(Region.BAR0, offset, bytes);
  }

  read64(offset: number): bigint {
    const bytes = this.#readOrLost(offset, 8);
    return bytes === null ? ALL_ONES_64 : viewOf(bytes).getBigUint64(0, true);
  }

  write64(offset: number, value: bigint): void {
    this.#rings?.send();
    const bytes = new Uint8Array(8);
    viewOf(bytes).setBigUint64(0, value, true);
    this.#regions.write(Region.BAR0, offset, bytes);
  }

  /** A lost server masters no bus: its process is gone, or nobody listens to it. */
  setBusMaster(on: boolean): void {
    if (!on && this.lost !== undefined) return;
    this.#function.setBusMaster(on);
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
    closeAll(this.#exchange.ask(Command.DEVICE_RESET, undefined, { times: RESET_TIMES }).fds);
    this.#function.wake();
  }

  hostDelayMs(): number {
    return this.#exchange.hostDelayMs();
  }

  get process(): number | undefined {
    return this.#exchange.process;
  }

  /** What the server asks is answered here too, as nobody else waits for it. */
  async pause(): Promise<void> {
    if (this.lost === undefined) this.#rings?.send();
    if (this.#turn === undefined) await sleep(1);
    else this.#turn();
    this.#exchange.drain();
  }

  async close(): Promise<void> {
    this.#interrupts.close();
    this.#exchange.close();
    this.#lent.close();
    this.memory.close();
  }

  /** null from a server that is lost, or that has taken its doorbells back. */
  #readOrLost(offset: number, count: number): Uint8Array | null {
    this.#requireDoorbells();
    if (this.lost !== undefined) return null;
    try {
      this.#rings?.send();
      return this.#regions.read(Region.BAR0, offset, count);
    } catch (error) {
      if (error === this.lost) return null;
      throw error;
    }
  }

  #requireDoorbells(): void {
    if (this.lost !== undefined || this.memory.u32[BUS_PEER_LOST / 4] === 0) return;
    try {
      this.#exchange.judge(Command.DEVICE_GET_REGION_INFO, () => {
        throw new PeerError("it cut the file of its doorbells, or of its BARs' memory, short");
      });
    } catch {
      // it is lost from now on
    }
  }
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
