// A host and its controller with vfio-user's socket between them, in one thread: registers, memory windows and interrupts are
// messages and descriptors, as for a host in another process. The controller is stepped as it is beside the host, one step for
// an access and no time but the test's.
import * as layout from "../../assembly/layout.ts";
import type { DeviceExports } from "../../src/compiled/bindings.ts";
import { instantiateDevice } from "../../src/compiled/modules.ts";
import { type EventFd, type Mapping, native } from "../../src/compiled/native.ts";
import { configurationSpace } from "../../src/decode/pci-walk.ts";
import { windowsOf } from "../../src/embedded/device.ts";
import { placeMedia } from "../../src/embedded/media.ts";
import { type EmbeddedOptions, parseEmbedded } from "../../src/embedded/options.ts";
import { doorbellFile, servedPlan } from "../../src/embedded/served.ts";
import { EmbeddedTransport } from "../../src/embedded/transport.ts";
import { Wires } from "../../src/embedded/wires.ts";
import type { Access } from "../../src/memory/iommu.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import { ServedFunction } from "../../src/serve/function.ts";
import { Session } from "../../src/serve/session.ts";
import type { InterruptKind } from "../../src/transport/transport.ts";
import { UserTransport } from "../../src/transport/user.ts";
import { Exchange, Refused } from "../../src/transport/user-exchange.ts";
import { UserIommu } from "../../src/transport/user-iommu.ts";
import { Connection } from "../../src/vfio-user/connection.ts";
import { Command } from "../../src/vfio-user/protocol.ts";
import { decodeVersion, encodeVersion } from "../../src/vfio-user/version.ts";
import type { BenchHooks, Link } from "./bench-host.ts";

/** Two pages of doorbells, and the table of MSI-X behind them, as beside the host. */
const ADDRESS = "embedded?medium=null&queues=255&dstrd=2&vectors=128";
const HOST_BYTES = 64 << 20;
/** Of one test, or of what lasts longer. Whoever has had one for the longest time gives it up. */
const MOST_AT_ONCE = 8;
const PAGE = 4096;
const MSIX = 0x11;
/** In the upper byte of Message Control. */
const FUNCTION_MASK = 0x40;

const accesses: readonly (Access | undefined)[] = [
  undefined,
  "read-only",
  "write-only",
  "read-write",
];
const kinds: Readonly<Record<keyof typeof layout.BusInterrupts, InterruptKind>> = {
  PIN: "intx",
  MSI: "msi",
  MSIX: "msix",
};

/** A controller of which each host gets a new one, powered on, without another socket and another memory. */
class Controller extends EmbeddedTransport {
  #exports: DeviceExports | undefined;

  override get device(): DeviceExports {
    return this.#exports!;
  }

  insert(exports: DeviceExports): void {
    this.#exports = exports;
  }

  override stepDevice(): void {
    this.#exports!.step();
  }
}

/** One socket, and what lies at its ends. */
class Site {
  readonly controller: Controller;
  readonly transport: UserTransport;
  readonly first: number;
  readonly #bytes: Uint8Array;
  readonly #wires: Wires;
  /** The host's memory in the controller's: what it gives the controller as its own. */
  readonly #inController: Mapping;
  readonly #eventFds = new Map<number, EventFd>();
  #unmask: EventFd | null = null;
  #wired: InterruptKind | undefined;
  /** The bus and the table, with the wires that there are. */
  #calm: Uint8Array;
  #holder: SocketLink | undefined;

  constructor() {
    const options = parseEmbedded(ADDRESS);
    const windows = windowsOf(options);
    const memory = new LinearMemory({ ...servedPlan(windows), ...windows });
    const doorbells = doorbellFile(memory);
    this.#wires = new Wires(new Int32Array(memory.memory.buffer));
    this.#bytes = memory.bytes;
    this.controller = controllerOf(memory, options, doorbells, this.#wires);
    this.#power({ onClock: () => {}, onInterrupt: () => {}, onAskPin: () => {} });
    this.#create();
    this.transport = this.#connected();
    const { pointer } = this.transport.memory.allocate(PAGE);
    this.first = pointer;
    const { fd, offset } = this.transport.memory.fileOf({ pointer, bytes: HOST_BYTES })!;
    const { peer } = memory;
    const at = peer.pointer + peer.bytes - HOST_BYTES;
    this.#inController = memory.keep(
      native().mapDescriptor(memory.bytes, at, HOST_BYTES, fd, offset, 3, layout.BUS_PEER_LOST),
    );
    this.#calm = this.#fixed().slice();
  }

  /** A new controller for `link`. */
  give(link: SocketLink, hooks: BenchHooks): DeviceExports {
    this.#holder?.lose();
    this.#holder = link;
    this.#fixed().set(this.#calm);
    this.#bytes.fill(0, layout.DEVICE_STATE, layout.HEAP);
    const { doorbells } = this.transport.memory;
    this.transport.memory.bytes.fill(0, doorbells.pointer, doorbells.pointer + doorbells.bytes);
    return this.#power(hooks);
  }

  wire(kind: InterruptKind, vectors: number): void {
    if (this.#wired !== kind) {
      this.transport.disableInterrupts();
      this.#eventFds.clear();
      this.#wired = kind;
    }
    for (let vector = 0; vector < Math.min(vectors, this.transport.vectors[kind]); vector++) {
      if (this.#eventFds.has(vector)) continue;
      this.#eventFds.set(vector, this.transport.interrupt(kind, vector));
    }
    this.#unmask = this.transport.unmask(kind);
    this.#unmask?.wait(0);
    this.transport.setBusMaster(true);
    const placed = new DataView(this.#bytes.buffer).getUint32(layout.IOMMU_PLACED_STATE, true);
    if ((placed & layout.IOMMU_PLACED_COUNT) === 0) this.#calm = this.#fixed().slice();
  }

  unmaskPin(): void {
    this.#unmask?.signal();
  }

  unmaskNot(): void {
    this.#unmask?.wait(0);
  }

  /** What the host's pointer is in the controller's memory. */
  pointer(ofHost: number): number {
    return ofHost === 0 ? 0 : ofHost - this.first + this.#inController.pointer;
  }

  #fixed(): Uint8Array {
    return this.#bytes.subarray(layout.BUS, layout.DEVICE_STATE);
  }

  #power({ onClock, onInterrupt, onAskPin }: BenchHooks): DeviceExports {
    const interrupt = (vector: number): void => {
      this.#wires.signal(vector);
      const times = this.#eventFds.get(vector)?.wait(0) ?? 0;
      for (let time = 0; time < times; time++) onInterrupt(vector);
    };
    const unmasked = (): number => {
      onAskPin();
      return this.#wires.unmasked();
    };
    const { memory } = this.controller.memory;
    const exports = instantiateDevice(memory, { clock: onClock, interrupt, unmasked });
    this.controller.insert(exports);
    return exports;
  }

  /** So that it answers while the client opens it. */
  #create(): void {
    const { doorbells } = this.controller.memory;
    const { device } = this.controller;
    device.create(doorbells.pointer, doorbells.bytes, 1024, 8, 128, 5, 0, 1n);
    device.setInterrupts(0x3000, 0x4000, 32);
  }

  #connected(): UserTransport {
    const [ours, theirs] = native().unixPair();
    const served = new ServedFunction(this.controller, parseEmbedded(ADDRESS));
    const session = new Session(new Connection(theirs), served, () => {});
    const turn = (): void => void session.step();
    const iommu = new UserIommu();
    const exchange = new Exchange(new Connection(ours), "vfio-user:/in/this/thread", iommu, {
      turn,
    });
    iommu.exchange = exchange;
    const { payload } = exchange.ask(Command.VERSION, encodeVersion());
    const capabilities = decodeVersion(payload);
    iommu.limit(capabilities.maxDmaMaps);
    const memory = { host: PAGE, commands: 0, completions: 0, data: HOST_BYTES };
    const settled = { exchange, iommu, capabilities };
    return new UserTransport("vfio-user:/in/this/thread", settled, { turn, memory });
  }
}

function controllerOf(
  memory: LinearMemory,
  options: EmbeddedOptions,
  doorbells: Mapping,
  wires: Wires,
): Controller {
  const media = placeMedia(memory, options);
  const side = { exports: undefined as never, wires };
  return new Controller(ADDRESS, memory, { options, media, side, doorbells });
}

const sites: Site[] = [];
let turn = 0;

/** The one that was given away least recently. */
function nextSite(): Site {
  const index = turn++ % MOST_AT_ONCE;
  sites[index] ??= new Site();
  return sites[index];
}

interface Window {
  readonly iova: bigint;
  readonly bytes: number;
}

export class SocketLink implements Link {
  readonly memory: Link["memory"];
  readonly first: number;
  end: number;
  used: number;
  readonly device: DeviceExports;
  readonly bus: DataView;
  readonly doorbells: number;
  readonly #site: Site;
  readonly #transport: UserTransport;
  readonly #windows: (Window | undefined)[] = [];

  constructor(hooks: BenchHooks, bytes: number) {
    const site = nextSite();
    const { transport, controller } = site;
    this.#site = site;
    this.#transport = transport;
    const exports = site.give(this, hooks);
    this.memory = transport.memory.memory;
    this.first = site.first;
    this.used = site.first;
    this.end = site.first + Math.min(bytes, HOST_BYTES);
    this.bus = new DataView(controller.memory.memory.buffer);
    this.doorbells = transport.memory.doorbells.pointer;
    this.device = this.#translated(exports);
  }

  /** Somebody else has the site: nothing of this host may be left. */
  lose(): void {
    for (const index of this.#windows.keys()) this.unmap(index);
    this.#transport.memory.bytes.fill(0, this.first, this.used);
    this.end = 0;
  }

  wire(kind: keyof typeof layout.BusInterrupts, vectors: number): void {
    this.#site.wire(kinds[kind], vectors);
  }

  map(pointer: number, bytes: number, access: number, window: number): number {
    const whole = Math.ceil(bytes / PAGE) * PAGE;
    const iova = (BigInt(window) << 32n) | BigInt(pointer);
    this.#transport.iommu.map({ pointer, bytes: whole }, iova, accesses[access]!);
    return this.#windows.push({ iova, bytes: whole }) - 1;
  }

  unmap(index: number): void {
    const window = this.#windows[index];
    if (window === undefined) return;
    this.#windows[index] = undefined;
    this.#transport.iommu.unmap(window.iova, window.bytes);
  }

  read32(offset: number): number {
    return this.#asked(() => this.#transport.read32(offset)) ?? 0;
  }

  write32(offset: number, value: number): void {
    this.#asked(() => this.#transport.write32(offset, value));
  }

  /** An access that the server refuses, off a register's place, is one that nothing answers to. */
  #asked<T>(access: () => T): T | undefined {
    try {
      return access();
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }

  /** In MSI-X's Message Control, of which the lower byte cannot be written. */
  maskFunction(isMasked: boolean): void {
    const { config } = this.#transport;
    const { capabilities } = configurationSpace(config.read(0, config.bytes));
    const at = capabilities.find(({ id }) => id === MSIX)!.offset + 3;
    const [control = 0] = config.read(at, 1);
    const bit = isMasked ? FUNCTION_MASK : 0;
    config.write(at, Uint8Array.of((control & ~FUNCTION_MASK) | bit));
  }

  /** Whoever resets a function lets it master the bus again. */
  functionReset(): void {
    this.#transport.reset();
    this.#transport.setBusMaster(true);
  }

  request(kind: layout.BusRequest): never {
    throw new Error(`no message of vfio-user asks for ${layout.BusRequest[kind]}`);
  }

  set unmasksPin(isUnmasked: boolean) {
    if (isUnmasked) this.#site.unmaskPin();
    else this.#site.unmaskNot();
  }

  /** What a test gives the controller as its own memory lies in the host's, which both have. */
  #translated(exports: DeviceExports): DeviceExports {
    const own = (pointer: number): number => this.#site.pointer(pointer);
    const { doorbells } = this.#site.controller.memory;
    return {
      ...exports,
      create: (_, ...rest) => exports.create(doorbells.pointer, ...rest),
      addNamespace: (blocks, shift, medium, pointer) =>
        exports.addNamespace(blocks, shift, medium, own(pointer)),
      setCmb: (pointer, ...rest) => exports.setCmb(own(pointer), ...rest),
      setPmr: (pointer, ...rest) => exports.setPmr(own(pointer), ...rest),
    };
  }
}
