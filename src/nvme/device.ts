/// <reference lib="esnext.disposable" preserve="true" />
// A device that is held open: its registers, its memory, and the controller on it, which may be enabled, reset and
// enabled again as often as one likes. Opening touches no register; each step is the caller's, and `bringUp` does the
// usual ones in the specification's order (NVMe 1.4, sections 7.6.1 and 7.6.2).
import * as spec from "../../assembly/spec/registers.ts";
import { PAGE_BYTES, Register, ShutdownNotification } from "../../assembly/spec/registers.ts";
import type { HostExports } from "../compiled/bindings.ts";
import { instantiateQueue } from "../compiled/modules.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Transport, TransportOptions } from "../transport/transport.ts";
import { CQE_BYTES } from "./completion.ts";
import { CompletionQueue } from "./completion-queue.ts";
import { Controller, type ControllerHome } from "./controller.ts";
import {
  type Configuration,
  ControllerState,
  type Health,
  type ResetKind,
  requireFields,
} from "./controller-state.ts";
import { openTransport } from "./open-transport.ts";
import type { Surroundings } from "./queue.ts";
import { Registers, type Trace } from "./registers.ts";
import { SQE_BYTES } from "./sqe.ts";
import { SubmissionQueue } from "./submission-queue.ts";

const ADMIN_ENTRIES = 64;
/** After an interruption all waits for the controller may take so long together: one that works needs less. */
const LAST_WAIT_MS = 250;
/** AQA has twelve bits for each size, 0's based (3.1.8). */
const MOST_ADMIN_ENTRIES = 4096;

/** Options of `open`. */
export interface OpenOptions extends TransportOptions {
  /** Receives a line for every register access and command of the control plane. */
  readonly trace?: Trace;
  /** An AbortSignal. Once it is aborted, waits for the controller end soon, with an INTERRUPTED error. */
  readonly signal?: EndSignal;
}

/** What an AbortSignal is here, for users whose TypeScript has no type for it. */
export interface EndSignal {
  readonly aborted: boolean;
}

/** How a controller is enabled. */
export interface EnableOptions extends Configuration {
  /** Entries of the admin queues, 2 to 4096; 64 by default. */
  readonly asq?: number;
  readonly acq?: number;
}

/**
 * Takes the device at `address` ("embedded", "embedded?size=1G&…", a PCI address) and makes its memory. No register is
 * touched.
 * @throws PhasebitError USAGE for an address that names none, ENVIRONMENT or REFUSED when it cannot be taken.
 */
export async function open(
  address: string,
  { trace, signal, ...options }: OpenOptions = {},
): Promise<Device> {
  return new Device(await openTransport(address, options), trace, signal);
}

export class Device implements AsyncDisposable {
  readonly transport: Transport;
  readonly registers: Registers;
  readonly #state: ControllerState;
  readonly #trace: Trace | undefined;
  readonly #wasm: HostExports;
  #controller: Controller | undefined;
  #admin: SubmissionQueue | undefined;
  #closing: Promise<void> | undefined;
  readonly #closingProblems: Error[] = [];
  #wrongHeads = 0;
  /** The controller still works, and its shutdown is waited for. */
  #mayInterruptClosing = false;
  readonly #signal: EndSignal | undefined;
  /** When a wait first saw that it is to end, on performance.now()'s scale. */
  #interruptedMs: number | undefined;

  /** Over a transport of one's own; `open` is the usual way. */
  constructor(transport: Transport, trace?: Trace, signal?: EndSignal) {
    this.transport = transport;
    this.#trace = trace;
    this.#signal = signal;
    this.registers = new Registers(transport, trace, () => this.#pauseRegisters());
    this.#state = new ControllerState(transport, this.registers, trace);
    this.#wasm = instantiateQueue(transport.memory);
  }

  /** As it was given. */
  get address(): string {
    return this.transport.address;
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

  /** @throws PhasebitError DEVICE when the device is gone, has failed, or was reset by something else. */
  check(): void {
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
    const { asq = ADMIN_ENTRIES, acq = ADMIN_ENTRIES, ...configuration } = options;
    requireFields(configuration);
    await this.#state.disableOrReset();
    this.#forget();
    this.connect();
    this.configureAdminQueue({ asq, acq });
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
    if (this.#admin === undefined || this.#controller !== undefined) {
      const why = this.#admin === undefined ? "it has no admin queue" : "it is enabled already";
      throw new PhasebitError("USAGE", `adopt ${this.address}: ${why}`);
    }
    this.#state.adopt();
    this.#controller = new Controller(this.#home(), this.#admin, this.#surroundings());
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
    this.#requireSupport();
    const most = this.registers.capabilities().maxQueueEntries;
    const entries = Math.min(ADMIN_ENTRIES, most);
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
  configureAdminQueue({
    asq,
    acq,
  }: {
    readonly asq: number;
    readonly acq: number;
  }): SubmissionQueue {
    this.#requireOpen("configure the admin queue of");
    for (const [what, entries] of [
      ["asq", asq],
      ["acq", acq],
    ] as const) {
      if (Number.isInteger(entries) && entries >= 2 && entries <= MOST_ADMIN_ENTRIES) continue;
      throw badValue(what, entries, `must be 2 to ${MOST_ADMIN_ENTRIES} entries`, "3.1.8");
    }
    // one that was enabled by hand still uses the queues that are there
    if (this.#controller !== undefined || this.registers.fields(Register.CC).EN === 1) {
      throw new PhasebitError("USAGE", `configure the admin queue: ${this.address} is enabled`);
    }
    this.#releaseAdmin();
    const sq = this.memory.allocate(asq * SQE_BYTES, { kind: "commands" });
    const cq = this.memory.allocate(acq * CQE_BYTES, { kind: "completions" });
    this.registers.write(
      Register.AQA,
      // 0's based
      ((asq - 1) << spec.AQA_ASQS_SHIFT) | ((acq - 1) << spec.AQA_ACQS_SHIFT),
    );
    this.registers.write64(Register.ASQ_LO, sq.iova);
    this.registers.write64(Register.ACQ_LO, cq.iova);
    const around = this.#surroundings();
    const completions = new CompletionQueue(
      { id: 0, region: cq, entries: acq, doorbell: this.doorbell(1) },
      0,
      around,
    );
    const place = { id: 0, region: sq, entries: asq, doorbell: this.doorbell(0) };
    this.#admin = new SubmissionQueue(place, completions, around);
    return this.#admin;
  }

  /**
   * Resets the controller; every queue is gone, and `enable` brings it up again.
   * @throws PhasebitError USAGE for a function level reset that the device does not have, DEVICE when the controller
   * does not follow.
   */
  async reset(kind: ResetKind = "controller"): Promise<void> {
    this.#requireOpen("reset");
    if (kind === "function") {
      if (!this.transport.hasReset) {
        throw new PhasebitError("USAGE", `reset ${this.address}: it has no function level reset`);
      }
      this.#state.resetFunction();
      // the kernel may have cleared Bus Master Enable with the rest of the configuration
      this.disconnect();
      await this.registers.until(Register.CSTS, { RDY: 0 });
    } else {
      await this.#state.disable();
    }
    this.#forget();
  }

  /** How long a shutdown may take, in ms: RTD3E, once the controller was identified, and 10 s at least. */
  get shutdownLimitMs(): number {
    return this.#state.shutdownLimitMs;
  }

  /**
   * CC.SHN=1 and SHST=2 (7.6.2); nothing when the controller is disabled. CC.SHN is cleared by the next `disable`,
   * `enable` or reset.
   * @throws PhasebitError USAGE when the device is closed, DEVICE when it is gone or has failed; StopFailure when it takes
   * longer than `shutdownLimitMs`.
   */
  async shutDown(): Promise<void> {
    this.#requireOpen("shut down");
    await this.#state.shutDown();
  }

  /** Pointer of doorbell `index` (3.1.24, 3.1.25). @throws PhasebitError DEVICE when it lies outside BAR0's window. */
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
    if (this.#closing !== undefined) return this.#closing.catch(() => {});
    this.#closing = this.#close(shutdown);
    return this.#closing;
  }

  async #close(shutdown: boolean): Promise<void> {
    const problems = this.#closingProblems;
    // a device that was pulled out fails any step; the ones after it must come all the same
    const step = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        this.#trace?.(`closing: ${(error as Error).message}`);
        problems.push(error as Error);
      }
    };
    await step(() => this.#controller?.deleteQueues());
    if (shutdown) await step(() => this.#shutDownToClose());
    await step(() => this.#state.stop());
    this.#forget();
    await step(() => this.transport.disableInterrupts());
    await step(() => this.transport.setBusMaster(false));
    await step(() => this.memory.detach());
    this.registers.end();
    await step(() => this.transport.close());
    this.#trace?.("closed");
    if (problems.length > 0) throw problems[0];
  }

  /**
   * Completions whose SQHD lay outside of its queue, behind the last one or past the tail, over all queues but those that a
   * loop had.
   */
  get wrongHeads(): number {
    return this.#wrongHeads;
  }

  /** What went wrong while the device was closed, in the order of the steps. */
  get closingProblems(): readonly Error[] {
    return this.#closingProblems;
  }

  /**
   * A controller that is gone, has failed or was reset has nothing to shut down. Who interrupts does not wait for caches
   * to be flushed, since nothing is switched off: that is no failure of the device.
   */
  async #shutDownToClose(): Promise<void> {
    if (this.health() !== "well") return;
    this.#interruptedMs = undefined;
    this.#mayInterruptClosing = true;
    try {
      await this.#state.shutDown(ShutdownNotification.NORMAL);
    } catch (error) {
      if (!(error instanceof PhasebitError) || error.code !== "INTERRUPTED") throw error;
      this.#trace?.(`closing: ${error.message}`);
    } finally {
      this.#mayInterruptClosing = false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The controller has forgotten its queues and touches no memory. */
  #forget(): void {
    this.#controller?.end();
    this.#controller = undefined;
    this.#releaseAdmin();
  }

  #releaseAdmin(): void {
    if (this.#admin === undefined) return;
    const { region, cq } = this.#admin;
    this.#admin.end("reset");
    cq.end("reset");
    region.release();
    cq.region.release();
    this.#admin = undefined;
  }

  #requireOpen(doing: string): void {
    if (this.#closing === undefined) return;
    throw new PhasebitError("USAGE", `${doing} ${this.address}: the device was closed`);
  }

  #requireSupport(): void {
    const { minPageBytes, supportsNvmCommandSet, maxQueueEntries } = this.registers.capabilities();
    const refuse = (what: string): PhasebitError =>
      new PhasebitError("DEVICE", `${this.address}: ${what}`, { section: "3.1.1" });
    if (!supportsNvmCommandSet) throw refuse("CAP.CSS has no NVM command set");
    if (minPageBytes > PAGE_BYTES) {
      throw refuse(
        `CAP.MPSMIN asks for pages of ${minPageBytes} bytes, the host has ${PAGE_BYTES}`,
      );
    }
    if (maxQueueEntries < 2) throw refuse("CAP.MQES is 0, a queue needs two entries");
    const adminDoorbells = 2 * this.registers.capabilities().doorbellStride;
    if (adminDoorbells > this.memory.doorbells.bytes) {
      throw refuse("CAP.DSTRD puts the doorbells outside BAR0");
    }
  }

  /** Inside a wait for the controller, which an interruption ends soon. @throws PhasebitError INTERRUPTED */
  async #pause(): Promise<void> {
    if (this.#signal?.aborted) {
      this.#interruptedMs ??= performance.now();
      if (performance.now() - this.#interruptedMs > LAST_WAIT_MS) {
        throw new PhasebitError(
          "INTERRUPTED",
          `${this.address}: interrupted while it was waited for`,
        );
      }
    }
    await this.transport.pause();
  }

  /** A controller that is being closed is waited for: it may reach the memory until it has stopped. */
  async #pauseRegisters(): Promise<void> {
    const mustWait = this.#closing !== undefined && !this.#mayInterruptClosing;
    await (mustWait ? this.transport.pause() : this.#pause());
  }

  #surroundings(): Surroundings {
    return {
      memory: this.memory,
      wasm: this.#wasm,
      pause: () => this.#pause(),
      check: () => this.#state.check(),
      wrongHead: () => {
        this.#wrongHeads++;
      },
      hostDelayMs: () => this.transport.hostDelayMs?.() ?? 0,
      ...(this.#trace && { trace: this.#trace }),
    };
  }
}
