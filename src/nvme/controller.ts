// A controller from opening to closing, in the specification's order (NVMe 1.4, sections 7.6.1 and 7.6.2): admin
// queue, Identify, I/O queue pairs. controller-state.ts enables and disables it.
import { Cns, Feature } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import * as spec from "../../assembly/spec/registers.ts";
import { PAGE_BYTES, Register } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../errors.ts";
import type { Region } from "../memory/arena.ts";
import { openTransport } from "../transport/open.ts";
import type { MemoryNeeds, Transport } from "../transport/transport.ts";
import * as admin from "./admin.ts";
import { CommandQueue, type Completion, type QueuePlace } from "./command-queue.ts";
import { ControllerState, type Health } from "./controller-state.ts";
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

/** An I/O queue pair that the controller knows. */
export type QueuePair = QueuePlace;

export class Controller {
  readonly transport: Transport;
  readonly capabilities: Capabilities;
  readonly version: string;
  readonly #registers: Registers;
  readonly #state: ControllerState;
  readonly #trace: Trace | undefined;
  readonly #queuePairs = new Set<QueuePair>();
  #admin: CommandQueue | undefined;
  #identity: ControllerData | undefined;
  #grantedQueues = 0;
  #closed = false;

  private constructor(transport: Transport, trace: Trace | undefined) {
    this.transport = transport;
    this.#trace = trace;
    this.#registers = new Registers(transport, trace);
    this.#state = new ControllerState(transport, this.#registers, trace);
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
      const limit = `the controller's namespaces are 1 to ${this.identity.namespaces}`;
      throw badValue("nsid", nsid, limit, "6.1.2");
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
    return this.#state.health();
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
    if (shutdown) await step(() => this.#state.shutDown());
    await step(() => this.#state.stop());
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
    await this.#state.disableOrReset();
    this.transport.mapDma();
    this.transport.setBusMaster(true);
    this.#configureAdminQueue();
    await this.#state.enable(SQE_SHIFT, CQE_SHIFT);
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
        this.#state.check();
        await this.deleteQueuePair(pair);
      } catch {
        this.#trace?.(`queue pair ${pair.sqid} was not deleted; the reset ends it`);
        return;
      }
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
      check: () => this.#state.check(),
      ...(this.#trace && { trace: this.#trace }),
    };
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
