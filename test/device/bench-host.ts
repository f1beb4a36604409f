// A small host for tests of the embedded controller: it builds queues with a DataView in its memory, steps the device in
// this thread, and owns the clock. It shares nothing with the host side of the product, but where a link leads through that:
// tests run once beside the controller, in one memory, and once with vfio-user's socket between them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { Medium, Version } from "../../assembly/device/options.ts";
import * as layout from "../../assembly/layout.ts";
import { AdminOpcode } from "../../assembly/spec/commands.ts";
import { DOORBELLS, Register } from "../../assembly/spec/registers.ts";
import { STATUS_CODE_MASK, type Status } from "../../assembly/spec/status.ts";
import type { DeviceExports } from "../../src/compiled/bindings.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { SocketLink } from "./socket-link.ts";

/** A command's dwords by name; what is absent is 0. */
export interface Command {
  readonly opcode: number;
  readonly flags?: number;
  readonly cid?: number;
  readonly nsid?: number;
  readonly prp1?: bigint;
  readonly prp2?: bigint;
  readonly cdw10?: number;
  readonly cdw11?: number;
  readonly cdw12?: number;
  readonly cdw13?: number;
}

/** A completion queue entry, taken apart. `code` is SCT << 8 | SC. */
export interface Completion {
  readonly dw0: number;
  readonly dw1: number;
  readonly sqhd: number;
  readonly sqid: number;
  readonly cid: number;
  readonly phase: number;
  readonly status: number;
  readonly code: Status;
}

/** A submission queue as the host keeps it. */
export interface Submission {
  readonly qid: number;
  readonly pointer: number;
  readonly entries: number;
  tail: number;
}

/** A completion queue as the host keeps it. */
export interface CompletionRing {
  readonly qid: number;
  readonly pointer: number;
  readonly entries: number;
  head: number;
  phase: number;
}

export interface QueuePair {
  readonly sq: Submission;
  readonly cq: CompletionRing;
}

/** How the device is made; what is absent is as in `defaults`. */
export interface BenchOptions {
  readonly memoryMiB: number;
  readonly mqes: number;
  readonly ioQueues: number;
  readonly vectors: number;
  readonly interruptKind: keyof typeof layout.BusInterrupts;
  readonly mdts: number;
  readonly dstrd: number;
  readonly seed: bigint;
  readonly lbaShift: number;
  readonly blocks: number;
  /** "window" is what its memory holds, "ram" is zeroes until something was written. */
  readonly medium: keyof typeof media;
  readonly admin: number;
  readonly version: Version;
  readonly sgls: boolean;
}

const media = { null: Medium.NULL, window: Medium.WINDOW, ram: Medium.RAM } as const;

const defaults: BenchOptions = {
  memoryMiB: 32,
  mqes: 1024,
  ioQueues: 8,
  vectors: 65,
  interruptKind: "MSIX",
  mdts: 5,
  dstrd: 0,
  seed: 1n,
  lbaShift: 9,
  blocks: 2048,
  medium: "window",
  admin: 16,
  version: Version.V1_4,
  sgls: true,
};

export const PAGE = 4096;
/** In BAR0, behind the doorbells. */
export const MSIX_TABLE = 0x3000;
export const MSIX_PENDING = 0x4000;
const DOORBELL_BYTES = 2 * PAGE;
const READ_WRITE = layout.DmaAccess.READ | layout.DmaAccess.WRITE;
const module = new WebAssembly.Module(readFileSync(join(packageRoot, "build/device.wasm")));

/** The address under which the device sees `pointer`. */
export function iova(pointer: number, window: number = layout.IOVA_WINDOW_DMA): bigint {
  return (BigInt(window) << 32n) | BigInt(pointer);
}

/** Host and controller have one memory. */
class SharedLink implements Link {
  readonly memory: WebAssembly.Memory & Link["memory"];
  readonly first = layout.HEAP + DOORBELL_BYTES;
  readonly end: number;
  used = this.first;
  readonly device: DeviceExports;
  readonly bus: DataView;
  readonly doorbells = layout.HEAP;
  unmasksPin = false;
  readonly #words: Int32Array;

  constructor(hooks: BenchHooks, bytes: number) {
    const pages = bytes / 65536;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }) as never;
    this.end = bytes;
    this.bus = new DataView(this.memory.buffer);
    this.#words = new Int32Array(this.memory.buffer);
    const unmasked = (): number => {
      hooks.onAskPin();
      const isUnmasked = this.unmasksPin;
      this.unmasksPin = false;
      return Number(isUnmasked);
    };
    this.device = instantiate(this.memory, { ...hooksOf(hooks), unmasked });
  }

  wire(kind: keyof typeof layout.BusInterrupts): void {
    this.bus.setUint32(layout.BUS_MASTER, 1, true);
    this.bus.setUint32(layout.BUS_INTERRUPT_KIND, layout.BusInterrupts[kind], true);
  }

  map(pointer: number, bytes: number, access: number, window: number): number {
    const index = this.bus.getUint32(layout.IOMMU_COUNT, true);
    const entry = layout.IOMMU_ENTRIES + index * layout.IOMMU_ENTRY_BYTES;
    this.bus.setUint32(entry + layout.IOMMU_ENTRY_POINTER, pointer, true);
    this.bus.setUint32(entry + layout.IOMMU_ENTRY_LENGTH, bytes, true);
    this.bus.setUint32(entry + layout.IOMMU_ENTRY_WINDOW, window, true);
    this.bus.setUint32(entry + layout.IOMMU_ENTRY_ACCESS, access, true);
    this.bus.setUint32(layout.IOMMU_COUNT, index + 1, true);
    this.#bumpIommu();
    return index;
  }

  /** Takes everything away from an entry of the IOMMU's table. */
  unmap(index: number): void {
    const entry = layout.IOMMU_ENTRIES + index * layout.IOMMU_ENTRY_BYTES;
    this.bus.setUint32(entry + layout.IOMMU_ENTRY_LENGTH, 0, true);
    this.#bumpIommu();
  }

  #bumpIommu(): void {
    Atomics.add(this.#words, layout.IOMMU_GENERATION >> 2, 1);
  }

  request(kind: layout.BusRequest): void {
    Atomics.store(this.#words, layout.BUS_REQUEST >> 2, kind);
    this.device.step();
  }

  read32(offset: number): number {
    this.bus.setUint32(layout.BUS_OFFSET, offset, true);
    this.request(layout.BusRequest.READ);
    return this.bus.getUint32(layout.BUS_VALUE, true);
  }

  write32(offset: number, value: number): void {
    this.bus.setUint32(layout.BUS_OFFSET, offset, true);
    this.bus.setUint32(layout.BUS_VALUE, value >>> 0, true);
    this.request(layout.BusRequest.WRITE);
  }

  functionReset(): void {
    this.request(layout.BusRequest.RESET);
  }

  maskFunction(isMasked: boolean): void {
    this.bus.setUint32(layout.BUS_VALUE, Number(isMasked), true);
    this.request(layout.BusRequest.MASK_FUNCTION);
  }
}

const hooksOf = ({ onClock, onInterrupt }: BenchHooks) => ({
  clock: onClock,
  interrupt: onInterrupt,
});

/** A controller of its own over `memory`. */
function instantiate(memory: WebAssembly.Memory, imports: Record<string, unknown>): DeviceExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ...imports } });
  return exports as unknown as DeviceExports;
}

/** What the device does with the host's own means while it is stepped. */
export interface BenchHooks {
  onClock(): void;
  onInterrupt(vector: number): void;
  /** Before it learns whether the pin was unmasked. */
  onAskPin(): void;
}

/** What lies between a host and its controller. */
export interface Link {
  /** The host's. */
  readonly memory: { readonly buffer: SharedArrayBuffer };
  /** Where the host may place things in it. */
  readonly first: number;
  readonly end: number;
  /** Where what it has placed ends. */
  used: number;
  readonly device: DeviceExports;
  /** The controller's own memory: its bus, its clock, its table. */
  readonly bus: DataView;
  /** Pointer of the doorbells, for the host. */
  readonly doorbells: number;
  /** Vectors are told of by interrupts of this kind, and memory may be reached. */
  wire(kind: keyof typeof layout.BusInterrupts, vectors: number): void;
  /** @returns what `unmap` takes */
  map(pointer: number, bytes: number, access: number, window: number): number;
  unmap(index: number): void;
  read32(offset: number): number;
  write32(offset: number, value: number): void;
  functionReset(): void;
  /** Function Mask of MSI-X. */
  maskFunction(isMasked: boolean): void;
  /** Something of the bus that no link carries. */
  request(kind: layout.BusRequest): void;
  unmasksPin: boolean;
}

/** One controller, its memory and the host's queues. */
export class Bench {
  readonly options: BenchOptions;
  readonly link: Link;
  readonly memory: Link["memory"];
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly device: DeviceExports;
  readonly bus: DataView;
  readonly doorbells: number;
  /** Vectors of the interrupts raised, in order. */
  readonly interrupts: number[] = [];
  /** Where the blocks of namespace 1 lie; 0 for the null medium. */
  readonly medium: number;
  admin!: QueuePair;
  /** How often memory was mapped. */
  mapped = 0;
  /** What a reading of the clock does; in virtual time, nothing. */
  onClock: () => void = () => {};
  /** What the host does while the device asks whether the pin was unmasked. */
  onAskPin: () => void = () => {};
  private cid = 0;

  constructor(options: Partial<BenchOptions> = {}) {
    this.options = { ...defaults, ...options };
    const hooks: BenchHooks = {
      onClock: () => this.onClock(),
      onInterrupt: (vector) => this.interrupts.push(vector),
      onAskPin: () => this.onAskPin(),
    };
    const memoryBytes = this.options.memoryMiB << 20;
    this.link =
      inject("link") === "socket"
        ? new SocketLink(hooks, memoryBytes)
        : new SharedLink(hooks, memoryBytes);
    const { memory, device, bus, doorbells } = this.link;
    this.memory = memory;
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.device = device;
    this.bus = bus;
    this.doorbells = doorbells;
    this.power();
    this.medium =
      this.options.medium === "null"
        ? 0
        : this.allocate(this.options.blocks << this.options.lbaShift);
    this.device.addNamespace(
      BigInt(this.options.blocks),
      this.options.lbaShift,
      media[this.options.medium],
      this.medium,
    );
    this.link.wire(this.options.interruptKind, this.options.vectors);
    this.maskVectors(false);
  }

  /** Mask Bits of all vectors, which are set after power on and a reset of the function. */
  maskVectors(isMasked: boolean): void {
    for (let vector = 0; vector < this.options.vectors; vector++) {
      this.write32(MSIX_TABLE + vector * 16 + 12, Number(isMasked));
    }
  }

  /** Power on: state as from the factory, no namespaces, no faults. */
  private power(): void {
    const { mqes, ioQueues, vectors, mdts, dstrd, seed } = this.options;
    this.device.create(this.doorbells, DOORBELL_BYTES, mqes, ioQueues, vectors, mdts, dstrd, seed);
    this.device.setInterrupts(MSIX_TABLE, MSIX_PENDING, 32);
    this.device.setVersion(this.options.version);
    this.device.setSgls(Number(this.options.sgls));
  }

  /** The host has unmasked the pin, which is masked from each of its interrupts on. */
  set unmasksPin(isUnmasked: boolean) {
    this.link.unmasksPin = isUnmasked;
  }

  get now(): bigint {
    return this.bus.getBigUint64(layout.BUS_NOW, true);
  }

  set now(ns: bigint) {
    this.bus.setBigUint64(layout.BUS_NOW, ns, true);
  }

  /** Fresh memory, not mapped for the device. */
  allocate(bytes: number, alignment = PAGE): number {
    const pointer = Math.ceil(this.link.used / alignment) * alignment;
    this.link.used = pointer + bytes;
    if (this.link.used > this.link.end) throw new RangeError("the bench's memory is used up");
    return pointer;
  }

  /** Fresh memory that the device may use. */
  buffer(bytes: number, access: number = READ_WRITE): number {
    const pointer = this.allocate(bytes);
    this.map(pointer, bytes, access);
    return pointer;
  }

  /** Lets the device use memory; returns what `unmap` takes. */
  map(
    pointer: number,
    bytes: number,
    access: number = READ_WRITE,
    window = layout.IOVA_WINDOW_DMA,
  ): number {
    this.mapped += 1;
    return this.link.map(pointer, bytes, access, window);
  }

  unmap(index: number): void {
    this.link.unmap(index);
  }

  /** Steps the device `count` times; returns the work done. */
  step(count = 1): number {
    let work = 0;
    for (let index = 0; index < count; index++) work += this.device.step();
    return work;
  }

  /** Steps the device until it has nothing left to do, and has looked at every doorbell. */
  settle(): void {
    for (let idle = 0; idle < 140; idle++) if (this.device.step() !== 0) idle = 0;
  }

  request(kind: layout.BusRequest): void {
    this.link.request(kind);
  }

  read32(offset: number): number {
    return this.link.read32(offset);
  }

  write32(offset: number, value: number): void {
    this.link.write32(offset, value);
  }

  /** Function level reset. */
  functionReset(): void {
    this.link.functionReset();
  }

  maskFunction(isMasked: boolean): void {
    this.link.maskFunction(isMasked);
  }

  hotReset(): void {
    this.request(layout.BusRequest.HOT_RESET);
  }

  stop(): void {
    this.request(layout.BusRequest.STOP);
  }

  /** Makes admin queues and enables the controller with them. */
  enable(cc = 0x460001, entries: number = this.options.admin): this {
    this.admin ??= { sq: this.submission(0, entries), cq: this.completion(0, entries) };
    this.forget(this.admin);
    this.write32(Register.AQA, ((this.admin.cq.entries - 1) << 16) | (this.admin.sq.entries - 1));
    this.write32(Register.ASQ_LO, this.admin.sq.pointer);
    this.write32(Register.ASQ_HI, layout.IOVA_WINDOW_DMA);
    this.write32(Register.ACQ_LO, this.admin.cq.pointer);
    this.write32(Register.ACQ_HI, layout.IOVA_WINDOW_DMA);
    this.write32(Register.CC, cc);
    return this;
  }

  disable(): void {
    this.write32(Register.CC, 0);
  }

  /** Empties a pair of rings on the host's side. */
  forget({ sq, cq }: QueuePair): void {
    this.bytes.fill(0, cq.pointer, cq.pointer + cq.entries * 16);
    sq.tail = 0;
    cq.head = 0;
    cq.phase = 1;
  }

  submission(qid: number, entries: number): Submission {
    return { qid, entries, pointer: this.buffer(entries * 64, layout.DmaAccess.READ), tail: 0 };
  }

  completion(qid: number, entries: number): CompletionRing {
    return { qid, entries, pointer: this.buffer(entries * 16), head: 0, phase: 1 };
  }

  /** Creates an I/O queue pair with the commands for it. */
  createPair(qid: number, entries = 64, cqEntries = entries, vector = qid, cqid = qid): QueuePair {
    const cq = this.completion(cqid, cqEntries);
    const sq = this.submission(qid, entries);
    this.expect(this.createCq(cq, vector));
    this.expect(this.createSq(sq, cqid));
    return { sq, cq };
  }

  /** A negative vector is none: interrupts disabled. */
  createCq(cq: CompletionRing, vector: number): Completion {
    return this.execute({
      opcode: AdminOpcode.CREATE_IO_CQ,
      prp1: iova(cq.pointer),
      cdw10: ((cq.entries - 1) << 16) | cq.qid,
      cdw11: vector < 0 ? 1 : (vector << 16) | 3,
    });
  }

  createSq(sq: Submission, cqid: number): Completion {
    return this.execute({
      opcode: AdminOpcode.CREATE_IO_SQ,
      prp1: iova(sq.pointer),
      cdw10: ((sq.entries - 1) << 16) | sq.qid,
      cdw11: (cqid << 16) | 1,
    });
  }

  private expect(completion: Completion): void {
    if (completion.code !== 0) throw new Error(`status ${completion.code.toString(16)}`);
  }

  /** Puts a command into the queue without ringing; returns its CID. */
  post(sq: Submission, command: Command): number {
    const cid = command.cid ?? this.cid++ & 0xffff;
    const place = sq.pointer + sq.tail * 64;
    const dwords = [
      ((cid << 16) | ((command.flags ?? 0) << 8) | command.opcode) >>> 0,
      command.nsid ?? 0,
      ...[0, 0, 0, 0],
      Number((command.prp1 ?? 0n) & 0xffffffffn),
      Number((command.prp1 ?? 0n) >> 32n),
      Number((command.prp2 ?? 0n) & 0xffffffffn),
      Number((command.prp2 ?? 0n) >> 32n),
      command.cdw10 ?? 0,
      command.cdw11 ?? 0,
      command.cdw12 ?? 0,
      command.cdw13 ?? 0,
    ];
    this.bytes.fill(0, place, place + 64);
    for (const [index, dword] of dwords.entries()) {
      this.view.setUint32(place + index * 4, dword >>> 0, true);
    }
    sq.tail = (sq.tail + 1) % sq.entries;
    return cid;
  }

  /** Pointer of a doorbell: the tail of submission queue `qid`, or the head of completion queue `qid`. */
  doorbell(qid: number, completion: boolean): number {
    return this.doorbells + (2 * qid + (completion ? 1 : 0)) * (4 << this.options.dstrd);
  }

  ring(sq: Submission, tail = sq.tail): void {
    this.view.setUint32(this.doorbell(sq.qid, false), tail, true);
  }

  /** Whoever has taken entries unmasks the pin too. */
  ringHead(cq: CompletionRing, head = cq.head): void {
    this.unmasksPin = true;
    this.view.setUint32(this.doorbell(cq.qid, true), head, true);
  }

  /** The entry at the head, if it is a new one. */
  peek(cq: CompletionRing): Completion | undefined {
    const entry = this.entry(cq, cq.head);
    return entry.phase === cq.phase ? entry : undefined;
  }

  entry(cq: CompletionRing, index: number): Completion {
    const place = cq.pointer + index * 16;
    const status = this.view.getUint16(place + 14, true);
    return {
      dw0: this.view.getUint32(place, true),
      dw1: this.view.getUint32(place + 4, true),
      sqhd: this.view.getUint16(place + 8, true),
      sqid: this.view.getUint16(place + 10, true),
      cid: this.view.getUint16(place + 12, true),
      phase: status & 1,
      status: status >> 1,
      code: ((status >> 1) & STATUS_CODE_MASK) as Status,
    };
  }

  /** All new entries; the head doorbell is rung after them. */
  reap(cq: CompletionRing, ring = true): Completion[] {
    const found: Completion[] = [];
    for (let entry = this.peek(cq); entry; entry = this.peek(cq)) {
      found.push(entry);
      cq.head = (cq.head + 1) % cq.entries;
      if (cq.head === 0) cq.phase ^= 1;
    }
    if (ring && found.length > 0) this.ringHead(cq);
    return found;
  }

  /** One command, from posting to its only completion. Admin, unless a pair is given. */
  execute(command: Command, pair: QueuePair = this.admin): Completion {
    const cid = this.post(pair.sq, command);
    this.ring(pair.sq);
    this.step(4);
    const found = this.reap(pair.cq);
    if (found.length !== 1) throw new Error(`${found.length} completions for one command`);
    const completion = found[0] as Completion;
    if (completion.cid !== cid) throw new Error(`CID ${completion.cid} for ${cid}`);
    return completion;
  }

  /** CSTS. */
  get csts(): number {
    return this.read32(Register.CSTS);
  }
}

export { AdminOpcode, DOORBELLS, layout, Register };
