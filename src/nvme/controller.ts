// A controller from opening to closing, in the specification's order (NVMe 1.4, sections 7.6.1 and 7.6.2).
// Every wait has a deadline, knows a fatal controller and a vanished one, and can be traced.
import { Cns, Feature } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import * as spec from "../../assembly/spec/registers.ts";
import {
  ALL_ONES,
  PAGE_BYTES,
  Register,
  ShutdownNotification,
  ShutdownStatus,
} from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../errors.ts";
import type { Region } from "../memory.ts";
import { openTransport } from "../transport/open.ts";
import type { MemoryNeeds, Transport } from "../transport/transport.ts";
import * as admin from "./admin.ts";
import { CommandQueue, type Completion, type QueuePlace } from "./command-queue.ts";
import {
  type ControllerData,
  type NamespaceData,
  parseController,
  parseNamespace,
} from "./identify.ts";
import { type Capabilities, Registers, type Trace } from "./registers.ts";
import { statusName } from "./status.ts";

const ADMIN_ENTRIES = 64;
const ADMIN_TIMEOUT_MS = 60_000;
const DELETE_TIMEOUT_MS = 2_000;
const SHUTDOWN_TIMEOUT_MS = 10_000;
const SQE_SHIFT = 6;
const CQE_SHIFT = 4;

/** Options of `Controller.open`. */
export interface ControllerOptions {
  /** I/O queue pairs, and memory for them; the admin queue's own is added. */
  readonly needs: MemoryNeeds;
  /** Receives a line for every register access and command. */
  readonly trace?: Trace;
  /** Step the embedded controller in this thread (tests). */
  readonly stepped?: boolean;
}

/** "reset": CSTS.RDY fell although nobody here cleared CC.EN. */
export type Health = "well" | "gone" | "fatal" | "reset";

const ILLNESS = {
  fatal: "CSTS.CFS is set, the controller has failed",
  reset: "CSTS.RDY is 0 although CC.EN was set: something reset the controller",
} as const;

/** An I/O queue pair that the controller knows. */
export type QueuePair = QueuePlace;

export class Controller {
  readonly transport: Transport;
  readonly capabilities: Capabilities;
  readonly version: string;
  readonly #registers: Registers;
  readonly #trace: Trace | undefined;
  readonly #queuePairs = new Set<QueuePair>();
  #admin: CommandQueue | undefined;
  #identity: ControllerData | undefined;
  #grantedQueues = 0;
  #enabled = false;
  #isEnabling = false;
  #closed = false;

  private constructor(transport: Transport, trace: Trace | undefined) {
    this.transport = transport;
    this.#trace = trace;
    this.#registers = new Registers(transport, trace);
    if (this.#registers.read(Register.CSTS) === ALL_ONES) throw this.#gone();
    this.capabilities = this.#registers.capabilities();
    this.version = this.#registers.version();
  }

  /**
   * Takes the device at `address`, disables and resets it, brings the admin queue up and identifies it.
   * @throws PhasebitError USAGE, ENVIRONMENT, REFUSED or DEVICE; the device is given back then.
   */
  static async open(address: string, options: ControllerOptions): Promise<Controller> {
    const transport = await openTransport(address, withAdmin(options.needs), {
      stepped: options.stepped ?? false,
    });
    let controller: Controller | undefined;
    try {
      controller = new Controller(transport, options.trace);
      await controller.#bringUp(options.needs.ioQueues);
      return controller;
    } catch (error) {
      if (controller === undefined) await transport.close();
      else await controller.close({ shutdown: false }).catch(() => {});
      throw error;
    }
  }

  get admin(): CommandQueue {
    return this.#admin!;
  }

  get identity(): ControllerData {
    return this.#identity!;
  }

  /** I/O queue pairs that the controller granted. */
  get ioQueues(): number {
    return this.#grantedQueues;
  }

  /** Pointer to what the device calls it. */
  iova(pointer: number): bigint {
    return this.transport.iovaBase + BigInt(pointer);
  }

  /** Identify Namespace. @throws PhasebitError USAGE for an inactive NSID, DEVICE for senseless data. */
  async identifyNamespace(nsid: number): Promise<NamespaceData> {
    if (nsid < 1 || nsid > this.identity.namespaces) {
      throw new PhasebitError(
        "USAGE",
        `--nsid ${nsid}: the controller's namespaces are 1 to ${this.identity.namespaces}`,
      );
    }
    return parseNamespace(await this.#identify(Cns.NAMESPACE, nsid), nsid);
  }

  /** Creates I/O queue pair `qid` (from 1), polled or with an interrupt vector. */
  async createQueuePair(qid: number, entries: number, vector: number | null): Promise<QueuePair> {
    const { memory } = this.transport;
    const sq = memory.commands.allocate(entries << SQE_SHIFT);
    const cq = memory.completions.allocate(entries << CQE_SHIFT);
    memory.zero(sq);
    memory.zero(cq);
    const pair = this.#place(qid, sq, cq, entries);
    const createCq = admin.createIoCompletionQueue(qid, entries, this.iova(cq.pointer), vector);
    await this.adminCommand(createCq, `Create I/O Completion Queue ${qid}`);
    // From here on the controller may write to the queue: its memory goes back only by deleteQueuePair.
    const createSq = admin.createIoSubmissionQueue(qid, entries, this.iova(sq.pointer), qid);
    await this.adminCommand(createSq, `Create I/O Submission Queue ${qid}`);
    this.#queuePairs.add(pair);
    return pair;
  }

  /** Deletes a queue pair and gives its memory back once the controller has forgotten it. */
  async deleteQueuePair(pair: QueuePair): Promise<void> {
    const { sqid, cqid, sq, cq } = pair;
    const timeout = DELETE_TIMEOUT_MS;
    await this.admin.execute(admin.deleteIoSubmissionQueue(sqid), timeout, `Delete SQ ${sqid}`);
    await this.admin.execute(admin.deleteIoCompletionQueue(cqid), timeout, `Delete CQ ${cqid}`);
    this.#queuePairs.delete(pair);
    this.transport.memory.commands.release(sq);
    this.transport.memory.completions.release(cq);
  }

  /** A queue of the control plane over an I/O queue pair: single commands, one promise each. */
  commandQueue(pair: QueuePair): CommandQueue {
    return new CommandQueue(pair, this.#surroundings());
  }

  /** Any admin command; `what` names it in the error when its status is not success. */
  async adminCommand(sqe: admin.SqeDwords, what: string): Promise<Completion> {
    return this.admin.execute(sqe, ADMIN_TIMEOUT_MS, what);
  }

  /** What CSTS says of the controller just now. */
  health(): Health {
    const csts = this.#registers.read(Register.CSTS);
    if (csts === ALL_ONES) return "gone";
    if (Registers.field(csts, spec.CSTS_CFS_SHIFT, spec.CSTS_CFS_MASK)) return "fatal";
    const isReady = Registers.field(csts, spec.CSTS_RDY_SHIFT, spec.CSTS_RDY_MASK) === 1;
    return this.#enabled && !isReady ? "reset" : "well";
  }

  /** @throws PhasebitError DEVICE when the device is gone, has failed, or was reset by something else. */
  check(): void {
    const health = this.health();
    if (health === "gone") throw this.#gone();
    if (health !== "well") throw new PhasebitError("DEVICE", `${this.#who}: ${ILLNESS[health]}`);
  }

  /**
   * Stops and gives everything back, in the order in which the device can no longer do harm: queues,
   * shutdown when asked, CC.EN=0 and RDY=0 (or a reset), interrupts, bus master, DMA, device. Idempotent.
   */
  async close({ shutdown }: { shutdown: boolean }): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const problems: unknown[] = [];
    // a device that was pulled out fails any step; the ones after it must come all the same
    const step = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        this.#trace?.(`closing: ${(error as Error).message}`);
        problems.push(error);
      }
    };
    if (this.#admin !== undefined) await step(() => this.#deleteQueues());
    if (shutdown) await step(() => this.#shutDown());
    await step(() => this.#stop());
    await step(() => this.transport.disableInterrupts());
    await step(() => this.transport.setBusMaster(false));
    await step(() => this.transport.unmapDma());
    await step(() => this.transport.close());
    this.#trace?.("closed");
    if (problems.length > 0) throw problems[0];
  }

  get #who(): string {
    return this.transport.address;
  }

  async #bringUp(ioQueues: number): Promise<void> {
    this.#requireSupport();
    // 7.6.1 begins with a disabled controller. It is disabled before any memory is mapped: one that a dead
    // process left enabled would use that process's addresses.
    await this.#disableOrReset();
    this.transport.mapDma();
    this.transport.setBusMaster(true);
    this.#configureAdminQueue();
    await this.#enable();
    this.#identity = parseController(
      await this.#identify(Cns.CONTROLLER, 0),
      this.capabilities.minPageBytes,
    );
    await this.#requestQueues(ioQueues);
  }

  #requireSupport(): void {
    const { minPageBytes, supportsNvmCommandSet, maxQueueEntries } = this.capabilities;
    const refuse = (what: string): PhasebitError =>
      new PhasebitError("DEVICE", `${this.#who}: ${what}`);
    if (!supportsNvmCommandSet) throw refuse("CAP.CSS has no NVM command set");
    if (minPageBytes > PAGE_BYTES) {
      throw refuse(
        `CAP.MPSMIN asks for pages of ${minPageBytes} bytes, the host has ${PAGE_BYTES}`,
      );
    }
    if (maxQueueEntries < 2) throw refuse("CAP.MQES is 0, a queue needs two entries");
    const adminDoorbells = 2 * this.capabilities.doorbellStride;
    if (adminDoorbells > this.transport.memory.doorbells.bytes) {
      throw refuse("CAP.DSTRD puts the doorbells outside BAR0");
    }
  }

  async #disableOrReset(): Promise<void> {
    try {
      await this.#disable();
    } catch (error) {
      if (!this.transport.hasReset) throw error;
      this.#trace?.("reset function: the controller did not disable");
      this.transport.reset();
      await this.#disable();
    }
  }

  /** CC.EN=0 and RDY=0, or a function level reset: afterwards the controller touches no memory. */
  async #stop(): Promise<void> {
    try {
      await this.#disable();
    } catch {
      this.#trace?.("the controller did not disable");
      this.transport.setBusMaster(false);
      if (this.transport.hasReset) this.transport.reset();
    }
  }

  async #disable(): Promise<void> {
    this.#enabled = false;
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES) throw this.#gone();
    if (cc & spec.CC_EN_MASK) {
      await this.#waitEnabled();
      this.#registers.write(Register.CC, cc & ~(spec.CC_EN_MASK << spec.CC_EN_SHIFT));
    }
    await this.#waitReady(0);
  }

  /** CC.EN is not to be cleared before CSTS.RDY has followed it (3.1.5), unless that was waited for in vain. */
  async #waitEnabled(): Promise<void> {
    if (this.#isEnabling || this.health() === "fatal") return;
    await this.#waitReady(1);
  }

  #configureAdminQueue(): void {
    const { memory } = this.transport;
    const sq = memory.commands.allocate(ADMIN_ENTRIES << SQE_SHIFT);
    const cq = memory.completions.allocate(PAGE_BYTES);
    memory.zero(sq);
    memory.zero(cq);
    const size = this.#adminEntries - 1; // 0's based
    this.#registers.write(
      Register.AQA,
      (size << spec.AQA_ASQS_SHIFT) | (size << spec.AQA_ACQS_SHIFT),
    );
    this.#registers.write64(Register.ASQ_LO, this.iova(sq.pointer));
    this.#registers.write64(Register.ACQ_LO, this.iova(cq.pointer));
    const place = this.#place(0, sq, cq, this.#adminEntries);
    this.#admin = new CommandQueue(place, this.#surroundings());
  }

  get #adminEntries(): number {
    return Math.min(ADMIN_ENTRIES, this.capabilities.maxQueueEntries);
  }

  async #enable(): Promise<void> {
    this.#isEnabling = true;
    this.#registers.write(
      Register.CC,
      (SQE_SHIFT << spec.CC_IOSQES_SHIFT) |
        (CQE_SHIFT << spec.CC_IOCQES_SHIFT) |
        (1 << spec.CC_EN_SHIFT),
    );
    await this.#waitReady(1);
    this.#isEnabling = false;
    this.#enabled = true;
  }

  async #requestQueues(count: number): Promise<void> {
    const value = (count - 1) | ((count - 1) << 16); // 0's based, NCQR and NSQR
    const { dw0 } = await this.adminCommand(
      admin.setFeatures(Feature.NUMBER_OF_QUEUES, value),
      "Set Features, Number of Queues",
    );
    const granted = Math.min(dw0 & 0xffff, dw0 >>> 16) + 1; // 0's based
    this.#grantedQueues = Math.min(granted, count);
  }

  async #deleteQueues(): Promise<void> {
    for (const pair of this.#queuePairs) {
      try {
        this.check();
        await this.deleteQueuePair(pair);
      } catch {
        this.#trace?.(`queue pair ${pair.sqid} was not deleted; the reset ends it`);
        return;
      }
    }
  }

  async #shutDown(): Promise<void> {
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES || !(cc & spec.CC_EN_MASK)) return;
    const cleared = cc & ~(spec.CC_SHN_MASK << spec.CC_SHN_SHIFT);
    this.#registers.write(
      Register.CC,
      cleared | (ShutdownNotification.NORMAL << spec.CC_SHN_SHIFT),
    );
    await this.#waitFor(
      (csts) =>
        Registers.field(csts, spec.CSTS_SHST_SHIFT, spec.CSTS_SHST_MASK) ===
        ShutdownStatus.COMPLETE,
      SHUTDOWN_TIMEOUT_MS,
      "CSTS.SHST=2 after CC.SHN=1",
    ).catch((error: Error) => this.#trace?.(error.message));
  }

  /** Waits for CSTS.RDY. CAP.TO bounds it; one unit more, as other hosts allow. */
  async #waitReady(ready: 0 | 1): Promise<void> {
    await this.#waitFor(
      (csts) => Registers.field(csts, spec.CSTS_RDY_SHIFT, spec.CSTS_RDY_MASK) === ready,
      this.capabilities.timeoutMs + 500,
      `CSTS.RDY=${ready}`,
      ready === 1,
    );
  }

  async #waitFor(
    reached: (csts: number) => boolean,
    timeoutMs: number,
    what: string,
    fatalEnds = false,
  ): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const csts = this.#registers.read(Register.CSTS);
      if (csts === ALL_ONES) throw this.#gone();
      if (fatalEnds) this.check();
      if (reached(csts)) return;
      if (Date.now() > deadline) {
        throw new PhasebitError(
          "DEVICE",
          `${this.#who}: wait for ${what}: not within ${timeoutMs} ms, ` +
            `CC ${hex(this.#registers.read(Register.CC))}, CSTS ${hex(csts)}`,
        );
      }
      await this.transport.pause();
    }
  }

  async #identify(cns: Cns, nsid: number): Promise<Uint8Array> {
    const { memory } = this.transport;
    const page = memory.data.allocate(IDENTIFY_BYTES);
    memory.zero(page);
    const sqe = admin.identify(cns, nsid, this.iova(page.pointer));
    // Without a completion the controller may still write to the page: then it is never given back.
    const { status } = await this.admin.submit(sqe, ADMIN_TIMEOUT_MS);
    const data = memory.copy(page);
    memory.data.release(page);
    if (status === 0) return data;
    throw new PhasebitError("DEVICE", `Identify CNS ${cns} NSID ${nsid}: ${statusName(status)}`);
  }

  #place(qid: number, sq: Region, cq: Region, entries: number): QueuePlace {
    return {
      sqid: qid,
      sq,
      sqEntries: entries,
      sqTailDoorbell: this.#doorbell(2 * qid),
      cqid: qid,
      cq,
      cqEntries: entries,
      cqHeadDoorbell: this.#doorbell(2 * qid + 1),
    };
  }

  /** Pointer of doorbell `index` (3.1.24, 3.1.25). */
  #doorbell(index: number): number {
    const { doorbells } = this.transport.memory;
    const offset = index * this.capabilities.doorbellStride;
    if (offset + 4 > doorbells.bytes) {
      throw new PhasebitError("DEVICE", `${this.#who}: doorbell ${index} lies outside BAR0`);
    }
    return doorbells.pointer + offset;
  }

  #surroundings() {
    return {
      memory: this.transport.memory,
      pause: () => this.transport.pause(),
      check: () => this.check(),
      ...(this.#trace && { trace: this.#trace }),
    };
  }

  #gone(): PhasebitError {
    return new PhasebitError(
      "DEVICE",
      `${this.#who}: registers read all-ones: the device is gone or does not answer`,
    );
  }
}

function withAdmin(needs: MemoryNeeds): MemoryNeeds {
  return {
    ...needs,
    heapBytes: needs.heapBytes + 4 * PAGE_BYTES,
    commandBytes: needs.commandBytes + (ADMIN_ENTRIES << SQE_SHIFT),
    completionBytes: needs.completionBytes + PAGE_BYTES,
    dataBytes: needs.dataBytes + 4 * PAGE_BYTES,
  };
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
