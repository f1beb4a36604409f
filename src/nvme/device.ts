/// <reference lib="esnext.disposable" preserve="true" />
// A device that is held open: its registers, its memory, and the controller on it, which may be enabled, reset and
// enabled again as often as one likes. Opening touches no register; each step is the caller's, and `bringUp` does the
// usual ones in the specification's order (NVMe 1.4, sections 7.6.1 and 7.6.2).
import { Register, ShutdownNotification } from "../../assembly/spec/registers.ts";
import type { HostExports } from "../compiled/bindings.ts";
import { instantiateQueue } from "../compiled/modules.ts";
import { PhasebitError } from "../ground/errors.ts";
import { noFlags } from "../measurement/flags.ts";
import type { Flags } from "../measurement/measurement.ts";
import type { ControllerMemory } from "../memory/controller-memory.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Transport, TransportOptions } from "../transport/transport.ts";
import {
  ADMIN_ENTRIES,
  AdminQueue,
  type AdminQueueSizes,
  requireAdminSizes,
} from "./admin-queue.ts";
import { Closing } from "./closing.ts";
import { type ConfigSpace, configOf } from "./config.ts";
import { Controller, type ControllerHome } from "./controller.ts";
import {
  type Configuration,
  ControllerState,
  type Health,
  type ResetKind,
  requireFields,
} from "./controller-state.ts";
import { type EndSignal, Interruption } from "./interruption.ts";
import { openTransport } from "./open-transport.ts";
import { OwnMemory } from "./own-memory.ts";
import type { Surroundings } from "./queue.ts";
import type { MemorySource } from "./queue-memory.ts";
import { Registers, type Trace } from "./registers.ts";
import { resetBy } from "./resets.ts";
import type { SqeDwords } from "./sqe.ts";
import type { SubmissionQueue } from "./submission-queue.ts";
import { requireSupport } from "./support.ts";

export type { EndSignal } from "./interruption.ts";

/** Options of `open`. */
export interface OpenOptions extends TransportOptions {
  /** Receives a line for every register access and command of the control plane. */
  readonly trace?: Trace;
  /**
   * Asked of every command before its entry is written, whoever posts it: throws for what is not to be. The entry's 16
   * Command Dwords, with the CID that it will have.
   */
  readonly permit?: Permit;
  /** An AbortSignal. Once it is aborted, waits for the controller end soon, with an INTERRUPTED error. */
  readonly signal?: EndSignal;
}

/** Refuses commands by throwing. */
export type Permit = (entry: SqeDwords, isAdmin: boolean) => void;

/** How a controller is enabled. */
export interface EnableOptions extends Configuration {
  /** Entries of the admin queues, 2 to 4096; 64 by default. */
  readonly asq?: number;
  readonly acq?: number;
  /** Where they are to lie: `device.cmb`, once it is enabled; in fresh memory by default. */
  readonly asqMemory?: MemorySource;
  readonly acqMemory?: MemorySource;
}

/**
 * Takes the device at `address` ("embedded", "embedded?size=1G&…", a PCI address) and makes its memory. No register is
 * touched.
 * @throws PhasebitError USAGE for an address that names none, ENVIRONMENT or REFUSED when it cannot be taken.
 */
export async function open(
  address: string,
  { trace, signal, permit, ...options }: OpenOptions = {},
): Promise<Device> {
  return new Device(await openTransport(address, options), trace, signal, permit);
}

export class Device implements AsyncDisposable {
  readonly transport: Transport;
  readonly registers: Registers;
  readonly #state: ControllerState;
  readonly #trace: Trace | undefined;
  readonly #permit: Permit | undefined;
  readonly #wasm: HostExports;
  readonly #admin: AdminQueue;
  readonly #interruption: Interruption;
  readonly #closing: Closing;
  readonly #own: OwnMemory;
  #controller: Controller | undefined;
  #wrongHeads = 0;
  #strays = 0;
  readonly #flags = { ...noFlags };

  /** Over a transport of one's own; `open` is the usual way. */
  constructor(transport: Transport, trace?: Trace, signal?: EndSignal, permit?: Permit) {
    this.transport = transport;
    this.#permit = permit;
    this.#trace = trace;
    this.#interruption = new Interruption(transport, signal);
    this.registers = new Registers(transport, trace, () => this.#pauseRegisters());
    this.#state = new ControllerState(transport, this.registers, trace);
    this.#wasm = instantiateQueue(transport.memory);
    this.#admin = new AdminQueue(this.registers, (index) => this.doorbell(index));
    this.#own = new OwnMemory(transport, this.registers);
    this.#closing = new Closing({
      ...{ transport, registers: this.registers, state: this.#state, trace },
      interruption: this.#interruption,
      deleteQueues: async () => this.#controller?.deleteQueues(),
      forget: () => this.#forget(),
    });
  }

  /** As it was given. */
  get address(): string {
    return this.transport.address;
  }

  /** Memory of the controller's own: what there is of it, and what is enabled. */
  get own(): OwnMemory {
    return this.#own;
  }

  /**
   * The Controller Memory Buffer (4.7), once `own.enableCmb` has enabled it. What was handed out of it is gone after each
   * reset, `disable` and `enable`.
   * @throws PhasebitError USAGE before that, and when a reset took its addresses away.
   */
  get cmb(): ControllerMemory {
    return this.#own.cmb;
  }

  /** The function's configuration space. @throws PhasebitError USAGE where what is reached has none */
  get config(): ConfigSpace {
    this.#requireOpen("configure");
    return configOf(this.transport);
  }

  /** Memory that the device may reach while it is connected; any amount, given back region by region. */
  get memory(): LinearMemory {
    return this.transport.memory;
  }

  /** The controller, while it is enabled. */
  get controller(): Controller | undefined {
    return this.#controller;
  }

  /** What CSTS says of the controller just now. */
  health(): Health {
    return this.#state.health();
  }

  /**
   * @throws PhasebitError DEVICE when the device is gone, has failed, or was reset by something else; ENVIRONMENT when it
   * has lost what it needs of the host.
   */
  check(): void {
    if (this.transport.hostFailure !== undefined) throw this.transport.hostFailure;
    this.#state.check();
  }

  /**
   * CC.EN=0 and RDY=0. Queues are gone, their memory is given back.
   * @throws PhasebitError USAGE when the device is closed, DEVICE when it does not follow within CAP.TO, or the device is gone.
   */
  async disable(): Promise<void> {
    this.#requireOpen("disable");
    await this.#state.disable();
    this.#forget();
  }

  /**
   * Lets the device reach the memory, and start transfers (bus master). Only while the controller is disabled: one that
   * a dead process left enabled would use that process's addresses. Twice is once.
   */
  connect(): void {
    this.#requireOpen("connect");
    this.memory.attach(this.transport.iommu);
    this.transport.setBusMaster(true);
  }

  /** The opposite of `connect`. The controller must be disabled. @throws PhasebitError USAGE when the device is closed. */
  disconnect(): void {
    this.#requireOpen("disconnect");
    this.transport.setBusMaster(false);
    this.memory.detach();
  }

  /**
   * Disables the controller (by a function level reset if it does not follow), connects it, gives it an admin queue
   * pair and enables it.
   * @throws PhasebitError USAGE for a size that AQA or a field that CC cannot hold and when the device is
   * closed, DEVICE when the controller does not follow.
   */
  async enable(options: EnableOptions = {}): Promise<Controller> {
    this.#requireOpen("enable");
    const { asqMemory, acqMemory, ...others } = options;
    const { asq = ADMIN_ENTRIES, acq = ADMIN_ENTRIES, ...configuration } = others;
    requireFields(configuration);
    await this.#state.disableOrReset();
    this.#forget();
    this.connect();
    this.configureAdminQueue({ asq, acq, asqMemory, acqMemory });
    await this.#state.enable(configuration);
    return this.adopt();
  }

  /**
   * The controller after its enabling by hand: `disable`, `connect`, `configureAdminQueue`, CC written, CSTS.RDY=1
   * waited for. `enable` does all of it.
   * @throws PhasebitError USAGE when no admin queue was configured, or there is a controller already.
   */
  adopt(): Controller {
    this.#requireOpen("adopt");
    const { sq } = this.#admin;
    if (sq === undefined || this.#controller !== undefined) {
      const why = sq === undefined ? "it has no admin queue" : "it is enabled already";
      throw new PhasebitError("USAGE", `adopt ${this.address}: ${why}`);
    }
    this.#state.adopt();
    this.#controller = new Controller(this.#home(), sq, this.#surroundings());
    return this.#controller;
  }

  #home(): ControllerHome {
    return {
      registers: this.registers,
      doorbell: (index) => this.doorbell(index),
      reset: (kind) => this.reset(kind),
      identified: ({ rtd3EntryMs }) => {
        this.#state.rtd3EntryMs = rtd3EntryMs;
      },
    };
  }

  /**
   * The usual bring-up: enables the controller, identifies it, and asks for I/O queues.
   * @param options.ioQueues how many of each kind; 0 asks for none
   * @throws PhasebitError USAGE for a number of queues that is none or when the device is closed, DEVICE when the
   * controller lacks what phasebit needs, or a step fails.
   */
  async bringUp({ ioQueues }: { readonly ioQueues: number }): Promise<Controller> {
    this.#requireOpen("bring up");
    this.check();
    const capabilities = this.registers.capabilities();
    requireSupport(this.address, capabilities, this.memory.doorbells.bytes);
    const entries = Math.min(ADMIN_ENTRIES, capabilities.maxQueueEntries);
    const controller = await this.enable({ asq: entries, acq: entries });
    await controller.identify();
    if (ioQueues !== 0) await controller.requestQueues(ioQueues);
    return controller;
  }

  /**
   * Writes AQA, ASQ and ACQ for admin queues in fresh memory; a step of `enable`, while the controller is disabled.
   * @returns the admin submission queue, whose `cq` is the admin completion queue.
   * @throws PhasebitError USAGE for a size that AQA cannot hold, while the controller is enabled, and when the device
   * is closed.
   */
  configureAdminQueue(sizes: AdminQueueSizes): SubmissionQueue {
    this.#requireOpen("configure the admin queue of");
    requireAdminSizes(sizes);
    // one that was enabled by hand still uses the queues that are there
    if (this.#controller !== undefined || this.registers.fields(Register.CC).EN === 1) {
      throw new PhasebitError("USAGE", `configure the admin queue: ${this.address} is enabled`);
    }
    return this.#admin.configure(sizes, this.#surroundings());
  }

  /**
   * Resets the controller; every queue is gone with its memory, features are at their defaults or as they were saved, and
   * `enable` brings it up again. "controller" keeps AQA, ASQ, ACQ and where the CMB and the PMR lie, "function" where the CMB
   * lies, the others nothing; "subsystem" sets CSTS.NSSRO, which is cleared by writing 1, and reaches every controller of the subsystem;
   * "hot" reaches every function behind the link.
   * @throws PhasebitError USAGE for a reset that the device does not have, REFUSED for a hot reset that would reach
   * functions which this process does not hold, DEVICE when the controller does not follow.
   */
  async reset(kind: ResetKind = "controller"): Promise<void> {
    this.#requireOpen("reset");
    const { transport, registers } = this;
    const disconnect = (): void => this.disconnect();
    await resetBy(kind, { transport, registers, state: this.#state, disconnect });
    // what enabled both outlives a Controller Reset; after an FLR, which keeps CMBMSC alone, the host begins anew (7.3.2)
    if (kind !== "controller") this.#own.end();
    this.#forget();
  }

  /** How long a shutdown may take, in ms: RTD3E, once the controller was identified, and 10 s at least. */
  get shutdownLimitMs(): number {
    return this.#state.shutdownLimitMs;
  }

  /**
   * CC.SHN=1, or 2 for an abrupt one, and SHST=2 (7.6.2); nothing when the controller is disabled. CC.SHN is cleared by the
   * next `disable`, `enable` or reset. An abrupt one waits for no command in flight.
   * @throws PhasebitError USAGE when the device is closed, DEVICE when it is gone or has failed; StopFailure when it takes
   * longer than `shutdownLimitMs`.
   */
  async shutDown({ abrupt = false }: { readonly abrupt?: boolean } = {}): Promise<void> {
    this.#requireOpen("shut down");
    await this.#state.shutDown(abrupt ? ShutdownNotification.ABRUPT : ShutdownNotification.NORMAL);
  }

  /** Pointer of doorbell `index` (3.1.25, 3.1.26). @throws PhasebitError DEVICE when it lies outside BAR0's window. */
  doorbell(index: number): number {
    const { doorbells } = this.memory;
    const offset = index * this.registers.capabilities().doorbellStride;
    if (offset + 4 > doorbells.bytes) {
      throw new PhasebitError("DEVICE", `${this.address}: doorbell ${index} lies outside BAR0`);
    }
    return doorbells.pointer + offset;
  }

  /**
   * Stops and gives everything back, in the order in which the device can no longer do harm: queues, shutdown when
   * asked, CC.EN=0 and RDY=0 (or a reset), interrupts, bus master, memory, device. Twice is once: whoever asks again
   * waits for the end too. What is under way ends with an error.
   * @throws what the first step threw that failed, to whoever asked first; the others are done all the same, and what they
   * threw stands in `closingProblems`. A controller that does not shut down, or does not become disabled, is a
   * StopFailure, though a reset stopped it.
   */
  async close({ shutdown = false }: { readonly shutdown?: boolean } = {}): Promise<void> {
    return this.#closing.close(shutdown);
  }

  /**
   * Completions whose SQHD lay outside of its queue, behind the last one or past the tail, over all queues but those that a
   * loop had.
   */
  get wrongHeads(): number {
    return this.#wrongHeads;
  }

  /** Completions that fitted no command in flight, over all queues but those that a loop had. */
  get strays(): number {
    return this.#strays;
  }

  /** Successes by what they had set although it is for errors or reserved, over all queues but those that a loop had. */
  get flags(): Flags {
    return { ...this.#flags };
  }

  /** What went wrong while the device was closed, in the order of the steps. */
  get closingProblems(): readonly Error[] {
    return this.#closing.problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The controller has forgotten its queues and touches no memory. */
  #forget(): void {
    this.#controller?.end();
    this.#controller = undefined;
    this.#admin.release();
    this.#own.forget();
  }

  #requireOpen(doing: string): void {
    if (!this.#closing.hasBegun) return;
    throw new PhasebitError("USAGE", `${doing} ${this.address}: the device was closed`);
  }

  async #pauseRegisters(): Promise<void> {
    await (this.#closing.mustWait ? this.transport.pause() : this.#interruption.pause());
  }

  #surroundings(): Surroundings {
    return {
      memory: this.memory,
      wasm: this.#wasm,
      pause: () => this.#interruption.pause(),
      check: () => this.#state.check(),
      wrongHead: () => {
        this.#wrongHeads++;
      },
      stray: () => {
        this.#strays++;
      },
      flagged: (name) => {
        this.#flags[name]++;
      },
      hostDelayMs: () => this.transport.hostDelayMs?.() ?? 0,
      ...(this.#permit && { permit: this.#permit }),
      ...(this.#trace && { trace: this.#trace }),
    };
  }
}
