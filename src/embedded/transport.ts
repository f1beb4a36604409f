// The embedded controller as a transport: its registers are messages over a small bus in the linear
// memory, its doorbells and DMA memory plain windows. It runs in a thread of its own, or is stepped by
// whoever waits for it, in virtual time, repeatable to the bit.
import { Worker } from "node:worker_threads";
import {
  BUS_MASTER,
  BUS_MEDIUM_LOST,
  BUS_NOW,
  BUS_OFFSET,
  BUS_REQUEST,
  BUS_STAMPS,
  BUS_STAMPS_QUEUES,
  BUS_THREAD,
  BUS_VALUE,
  BUS_VALUE_HIGH,
  BusRequest,
} from "../../assembly/layout.ts";
import { ALL_ONES } from "../../assembly/spec/registers.ts";
import type { DeviceExports } from "../compiled/bindings.ts";
import { instantiateDevice, wasmModule } from "../compiled/modules.ts";
import type { ClockScale, EventFd, Mapping } from "../compiled/native.ts";
import type { PhasebitError } from "../ground/errors.ts";
import { requireLimits, startingThreads } from "../ground/limits.ts";
import { packageRoot } from "../ground/package.ts";
import { Deprivation, threadTimes } from "../ground/scheduler.ts";
import type { Span } from "../memory/arena.ts";
import { LinearMemory } from "../memory/linear-memory.ts";
import type {
  InterruptKind,
  Transport,
  TransportKind,
  TransportOptions,
} from "../transport/transport.ts";
import type { Wiring } from "../transport/wiring.ts";
import { EmbeddedBars } from "./bars.ts";
import { EmbeddedConfig } from "./config-space.ts";
import { type EmbeddedDevice, msixPlaces, powerOn, windowsOf } from "./device.ts";
import { EmbeddedIommu } from "./dma-table.ts";
import { EmbeddedInterrupts } from "./interrupts.ts";
import { type ByteRange, type Media, placeMedia, populateMedium } from "./media.ts";
import { type EmbeddedOptions, parseEmbedded } from "./options.ts";
import { doorbellFile, servedPlan } from "./served.ts";
import { Wires } from "./wires.ts";

const ALL_ONES_64 = 2n ** 64n - 1n;
/** How often a wait for the device's thread looks whether there is one. */
const TURN_MS = 100;
/** CPU time that its thread may take for a register access; a host that gives it none is no fault of the device. */
const MOST_ACCESS_NS = 10e9;
/** Virtual time that one pause takes. */
const STEP_NS = 1000n;
const STEPS_PER_PAUSE = 64;
/** For the linear memory and the device's thread, as it was seen on Node.js 20 and rounded up. */
const ADDRESS_SPACE_BYTES = 12 * 2 ** 30;

/** How the embedded controller is opened. */
export interface EmbeddedOpening extends TransportOptions {
  /** Step the device in this thread, in virtual time, inside register accesses and pauses. */
  readonly stepped?: boolean;
  /** For a host in another process: its doorbells are a file, its memory comes from there, and nobody else is its host. */
  readonly served?: boolean;
}

export const embedded: TransportKind = {
  name: "embedded",
  form: '"embedded", "embedded?size=1G&…"',
  owns: (address) => address === "embedded" || address.startsWith("embedded?"),
  open: openEmbedded,
};

/** Powers the embedded controller on. `address` is "embedded" with its parameters. */
export async function openEmbedded(
  address: string,
  opening: EmbeddedOpening = {},
): Promise<EmbeddedTransport> {
  const options = parseEmbedded(address);
  if (opening.stepped !== true) {
    requireLimits({ addressSpace: ADDRESS_SPACE_BYTES }, "the embedded controller");
  }
  const windows = windowsOf(options);
  const plan = opening.served === true ? servedPlan(windows) : opening.memory;
  const memory = new LinearMemory({ ...plan, ...windows });
  const doorbells = opening.served === true ? doorbellFile(memory) : undefined;
  const media = placed(memory, options);
  const device: EmbeddedDevice = {
    options,
    mediaPointers: media.pointers,
    barsPointer: memory.bars.pointer,
  };
  if (opening.stepped === true) {
    const clock = (): void => {
      memory.u64[BUS_NOW / 8]! += STEP_NS;
    };
    const wires = new Wires(new Int32Array(memory.memory.buffer));
    const imports = {
      interrupt: (vector: number): void => wires.signal(vector),
      unmasked: (): number => wires.unmasked(),
    };
    const exports = instantiateDevice(memory.memory, { clock, ...imports });
    powerOn(exports, memory.doorbells, device);
    const side = { exports, wires };
    return new EmbeddedTransport(address, memory, { options, media, side, doorbells });
  }
  try {
    const side = await startThread(memory, device, opening.clock ?? null);
    return new EmbeddedTransport(address, memory, { options, media, side, doorbells });
  } catch (error) {
    memory.close();
    throw error;
  }
}

/** The media in their windows. A medium that cannot be had holds nothing afterwards. */
function placed(memory: LinearMemory, options: EmbeddedOptions): Media {
  try {
    return placeMedia(memory, options);
  } catch (error) {
    memory.close();
    throw error;
  }
}

/** A device that is stepped, and what signals its interrupts. */
interface Stepped {
  readonly exports: DeviceExports;
  readonly wires: Wires;
}

/** The device's thread, and its end, which may come before anybody waits for it. */
interface Thread {
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

async function startThread(
  memory: LinearMemory,
  device: EmbeddedDevice,
  clock: ClockScale | null,
): Promise<Thread> {
  const workerData = {
    memory: memory.memory,
    module: wasmModule("device"),
    doorbells: memory.doorbells,
    device,
    clock,
  };
  const worker = startingThreads("the embedded controller's thread", () => {
    const file = `${packageRoot}/dist/src/embedded/worker.js`;
    return new Worker(file, { name: "embedded controller", workerData });
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
  });
  worker.on("error", (error) => {
    process.stderr.write(`phasebit: the embedded controller's thread failed: ${error.message}\n`);
  });
  worker.unref();
  return { worker, ended };
}

export class EmbeddedTransport implements Transport {
  readonly name = "embedded";
  readonly address: string;
  readonly memory: LinearMemory;
  readonly iommu: EmbeddedIommu;
  readonly bars: EmbeddedBars;
  readonly vectors: Readonly<Record<InterruptKind, number>>;
  readonly hasReset = true;
  /** The file behind the doorbells, when it is served. */
  readonly doorbellFile: Mapping | undefined;
  readonly config: EmbeddedConfig;
  readonly #side: Thread | Stepped;
  readonly #media: Media;
  #failure: PhasebitError | undefined;
  /** Called soon after there is a `hostFailure`, when the device has a thread. */
  onHostFailure: (() => void) | undefined;
  readonly #bus: Int32Array;
  readonly #deprivation = new Deprivation();
  /** Media whose pages the kernel makes when they are first written to, by NSID - 1. */
  readonly #ram: readonly Span[];
  readonly #interrupts: EmbeddedInterrupts;

  constructor(
    address: string,
    memory: LinearMemory,
    {
      options,
      media,
      side,
      doorbells,
    }: {
      readonly options: EmbeddedOptions;
      readonly media: Media;
      readonly side: Thread | Stepped;
      readonly doorbells: Mapping | undefined;
    },
  ) {
    const { vectors, medium } = options;
    this.address = address;
    this.memory = memory;
    this.iommu = new EmbeddedIommu(memory);
    this.bars = new EmbeddedBars(memory.bars, options);
    this.vectors = vectors;
    this.#ram = medium.kind === "ram" ? memory.media : [];
    this.#side = side;
    this.doorbellFile = doorbells;
    if ("worker" in side) side.worker.on("message", () => this.onHostFailure?.());
    this.#media = media;
    this.#bus = new Int32Array(memory.memory.buffer);
    const places = msixPlaces(options);
    this.#interrupts = new EmbeddedInterrupts(this.#bus, this, places, options);
    this.config = new EmbeddedConfig({
      ...{ bus: this.#bus, vectors: this.vectors, places },
      barBytes: (bar) => this.bars.bytes(bar),
      maskFunction: (on) => this.#request(BusRequest.MASK_FUNCTION, 0, Number(on)),
      setBusMaster: (on) => this.setBusMaster(on),
      reset: () => this.reset(),
    });
  }

  /** The number of the device's own thread; 0 when it has none. */
  get thread(): number {
    return Atomics.load(this.#bus, BUS_THREAD / 4);
  }

  /** The device's exports when it is stepped. */
  get device(): DeviceExports | undefined {
    return "worker" in this.#side ? undefined : this.#side.exports;
  }

  /** The medium's file has lost pages: its data are gone, and the controller fails all that needs them. */
  get hostFailure(): PhasebitError | undefined {
    if (Atomics.load(this.#bus, BUS_MEDIUM_LOST / 4) !== 0) this.#failure ??= this.#media.whyLost();
    return this.#failure;
  }

  hostDelayMs(): number {
    const times = threadTimes(this.thread);
    return times === null ? 0 : this.#deprivation.until(times) / 1e6;
  }

  read32(offset: number): number {
    const answered = this.#request(BusRequest.READ, offset, 0);
    return answered ? this.memory.u32[BUS_VALUE / 4]! : ALL_ONES;
  }

  write32(offset: number, value: number): void {
    this.#request(BusRequest.WRITE, offset, value);
  }

  read64(offset: number): bigint {
    if (!this.#request(BusRequest.READ64, offset, 0)) return ALL_ONES_64;
    const { u32 } = this.memory;
    return (BigInt(u32[BUS_VALUE_HIGH / 4]!) << 32n) | BigInt(u32[BUS_VALUE / 4]!);
  }

  write64(offset: number, value: bigint): void {
    this.memory.u32[BUS_VALUE_HIGH / 4] = Number(value >> 32n);
    this.#request(BusRequest.WRITE64, offset, Number(value & 0xffffffffn));
  }

  setBusMaster(on: boolean): void {
    Atomics.store(this.#bus, BUS_MASTER / 4, Number(on));
  }

  get wiring(): Wiring {
    return this.#interrupts;
  }

  /** Where vectors are wired to, for who has eventfds of another process. */
  get wires(): EmbeddedInterrupts {
    return this.#interrupts;
  }

  interrupt(kind: InterruptKind, vector: number): EventFd {
    return this.#interrupts.interrupt(kind, vector);
  }

  unmask(kind: InterruptKind): EventFd | null {
    return this.#interrupts.unmask(kind);
  }

  /**
   * Where the device is to stamp the commands of I/O queue `qid`: STAMP_BYTES for each slot, which is the CID
   * under `mask`; pointer 0 ends it. @returns whether it does.
   */
  stampQueue(qid: number, pointer: number, mask: number): boolean {
    if (qid > BUS_STAMPS_QUEUES) return false;
    this.memory.u32.set([pointer, mask], BUS_STAMPS / 4 + (qid - 1) * 2);
    return pointer !== 0;
  }

  /**
   * Makes the pages of a RAM medium that writes to this range of a namespace would be the first to touch.
   * @throws PhasebitError ENVIRONMENT when they do not fit into memory.
   */
  async prepareWrites(
    nsid: number,
    range: ByteRange,
    signal?: { readonly aborted: boolean },
  ): Promise<void> {
    const medium = this.#ram[nsid - 1];
    if (medium !== undefined) await populateMedium(this.memory, medium, range, signal);
  }

  disableInterrupts(): void {
    this.#interrupts.disable();
    if (!("worker" in this.#side)) this.#side.wires.refresh();
  }

  /** The function's table is written again afterwards, as a kernel does. */
  reset(): void {
    this.#request(BusRequest.RESET, 0, 0);
    this.#interrupts.restore();
  }

  hotReset(): void {
    this.#request(BusRequest.HOT_RESET, 0, 0);
    this.#interrupts.restore();
  }

  async pause(): Promise<void> {
    if (this.device !== undefined) {
      this.stepDevice(STEPS_PER_PAUSE);
      this.iommu.look();
      return;
    }
    Atomics.notify(this.#bus, BUS_REQUEST / 4);
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.iommu.look();
  }

  /** Steps a stepped device; each step takes a microsecond of its time. */
  stepDevice(steps: number): void {
    for (let step = 0; step < steps; step++) {
      this.memory.u64[BUS_NOW / 8]! += STEP_NS;
      this.device!.step();
    }
  }

  async close(): Promise<void> {
    if ("worker" in this.#side) {
      this.#side.worker.ref();
      this.#post(BusRequest.STOP, 0, 0);
      await this.#side.ended;
    } else {
      this.#side.wires.close();
    }
    this.memory.close();
  }

  /** @returns whether the device answered: its thread is there, and needs no CPU time to speak of. */
  #request(kind: BusRequest, offset: number, value: number): boolean {
    this.#post(kind, offset, value);
    const request = BUS_REQUEST / 4;
    if (this.device !== undefined) {
      this.stepDevice(2);
      return Atomics.load(this.#bus, request) === BusRequest.NONE;
    }
    const before = threadTimes(this.thread)?.ranNs ?? 0;
    // what wakes it may have been meant for the access before: the word says whether this one was answered
    while (Atomics.load(this.#bus, request) === kind) {
      if (Atomics.wait(this.#bus, request, kind, TURN_MS) !== "timed-out") continue;
      const ranNs = threadTimes(this.thread)?.ranNs;
      if (ranNs === undefined || ranNs - before > MOST_ACCESS_NS) return false;
    }
    return true;
  }

  #post(kind: BusRequest, offset: number, value: number): void {
    const { u32 } = this.memory;
    u32[BUS_OFFSET / 4] = offset;
    u32[BUS_VALUE / 4] = value;
    Atomics.store(this.#bus, BUS_REQUEST / 4, kind);
    Atomics.notify(this.#bus, BUS_REQUEST / 4);
  }
}
