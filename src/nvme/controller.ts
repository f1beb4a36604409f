// An enabled controller: its admin queue, who it is, and its I/O queues. It ends with the next reset.
import { Cns } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import { type Completion, completionError } from "./completion.ts";
import type { CompletionQueue } from "./completion-queue.ts";
import type { ResetKind } from "./controller-state.ts";
import {
  type ControllerData,
  type NamespaceData,
  parseController,
  parseNamespace,
} from "./identify.ts";
import { type CompletionQueueOptions, IoQueues, type SubmissionQueueOptions } from "./io-queues.ts";
import type { Surroundings } from "./queue.ts";
import type { QueueMemory } from "./queue-memory.ts";
import type { Registers } from "./registers.ts";
import { requireDoorbellBuffer } from "./shadow-doorbells.ts";
import * as sqe from "./sqe.ts";
import type { SubmissionQueue } from "./submission-queue.ts";

/** Longest wait for an admin command, when nobody says. */
export const ADMIN_TIMEOUT_MS = 60_000;

/** The device that a controller is on. */
export interface ControllerHome {
  readonly registers: Registers;
  doorbell(index: number): number;
  reset(kind: ResetKind): Promise<void>;
  /** Who the controller says it is: some limits follow from it. */
  identified(identity: ControllerData): void;
}

export class Controller {
  readonly #home: ControllerHome;
  /** The admin submission queue; its completions are found in `admin.cq`. */
  readonly admin: SubmissionQueue;
  readonly #around: Surroundings;
  readonly #queues: IoQueues;
  /** Memory of commands that were never answered: the controller may write there until it is reset. */
  readonly #unanswered = new Set<Region>();
  #identity: ControllerData | undefined;
  #ioQueues = 0;

  /** Made by `Device.enable`. */
  constructor(home: ControllerHome, admin: SubmissionQueue, around: Surroundings) {
    this.#home = home;
    this.admin = admin;
    this.#around = around;
    this.#queues = new IoQueues(around, {
      admin,
      doorbell: (index) => home.doorbell(index),
      run: (command) => admin.run(command, { timeoutMs: ADMIN_TIMEOUT_MS }),
      execute: (command, what) => this.adminCommand(command, what),
      releaseAfterReset: (region) => this.releaseAfterReset(region),
    });
  }

  /** The device's registers. */
  get registers(): Registers {
    return this.#home.registers;
  }

  /** Identify Controller, once it was asked for. @throws PhasebitError USAGE before `identify`. */
  get identity(): ControllerData {
    if (this.#identity === undefined) {
      throw new PhasebitError("USAGE", "the controller's identity: identify() comes first");
    }
    return this.#identity;
  }

  /** I/O queue pairs that the controller granted; 0 before `requestQueues`. */
  get ioQueues(): number {
    return this.#ioQueues;
  }

  /** Identify Controller (5.15.2.2). @throws PhasebitError DEVICE */
  async identify(): Promise<ControllerData> {
    const { minPageBytes } = this.#home.registers.capabilities();
    this.#identity = parseController(await this.#identify(Cns.CONTROLLER, 0), minPageBytes);
    this.#home.identified(this.#identity);
    return this.#identity;
  }

  /** Identify Namespace (5.15.2.1). @throws PhasebitError USAGE for an inactive NSID, DEVICE for senseless data. */
  async identifyNamespace(nsid: number): Promise<NamespaceData> {
    const { namespaces } = this.#identity ?? (await this.identify());
    if (!(Number.isInteger(nsid) && nsid >= 1 && nsid <= namespaces)) {
      throw badValue("nsid", nsid, `the controller's namespaces are 1 to ${namespaces}`, "6.1.2");
    }
    return parseNamespace(await this.#identify(Cns.NAMESPACE, nsid), nsid);
  }

  /**
   * Asks for I/O queues, once after enabling (5.21.1.7).
   * @param count of each kind, from 1 to 65535
   * @returns pairs that were granted, at most `count`.
   * @throws PhasebitError USAGE for a count that the feature cannot hold, DEVICE when the command fails.
   */
  async requestQueues(count: number): Promise<number> {
    if (!(Number.isInteger(count) && count >= 1 && count <= 65_535)) {
      throw badValue("ioQueues", count, "must be 1 to 65535", "5.21.1.7");
    }
    const { dw0 } = await this.adminCommand(
      sqe.numberOfQueues(count, count),
      "Set Features, Number of Queues",
    );
    this.#ioQueues = Math.min((dw0 & 0xffff) + 1, (dw0 >>> 16) + 1, count); // 0's based
    return this.#ioQueues;
  }

  /**
   * Creates a completion queue (5.3).
   * @throws PhasebitError USAGE for an identifier, a size or a vector that the command cannot hold and for memory that is too
   * small or no queue can lie in, DEVICE when the controller refuses, or has no doorbell for it.
   */
  async createCompletionQueue(options: CompletionQueueOptions): Promise<CompletionQueue> {
    return this.#queues.createCompletionQueue(options);
  }

  /**
   * Creates a submission queue (5.4).
   * @throws PhasebitError USAGE for an identifier, a size or a priority that the command cannot hold, for memory that is too small
   * or no queue can lie in, and for a completion queue that is gone, lent or another controller's; DEVICE when the controller refuses, or has no doorbell for it.
   */
  async createSubmissionQueue(options: SubmissionQueueOptions): Promise<SubmissionQueue> {
    return this.#queues.createSubmissionQueue(options);
  }

  /** A completion queue and a submission queue of one identifier, polled or with an interrupt vector. */
  async createQueuePair(
    id: number,
    entries: number,
    vector: number | null = null,
    memory: { readonly sq?: QueueMemory; readonly cq?: QueueMemory } = {},
  ): Promise<SubmissionQueue> {
    const [sqPlace, cqPlace] = [memory.sq, memory.cq].map((given) => given && { memory: given });
    const cq = await this.createCompletionQueue({ id, entries, vector, ...cqPlace });
    return this.createSubmissionQueue({ id, entries, cq, ...sqPlace });
  }

  /**
   * Deletes a submission queue (5.6); once the controller has forgotten it, its memory goes back.
   * @param options.expect "any" returns whatever status comes
   * @throws PhasebitError USAGE when the queue is gone or another controller's, DEVICE for an error status, unless any
   * is expected.
   */
  async deleteSubmissionQueue(
    queue: SubmissionQueue,
    options: { readonly expect?: "success" | "any" } = {},
  ): Promise<Completion> {
    return this.#queues.deleteSubmissionQueue(queue, options);
  }

  /** Deletes a completion queue (5.5), as `deleteSubmissionQueue`. */
  async deleteCompletionQueue(
    queue: CompletionQueue,
    options: { readonly expect?: "success" | "any" } = {},
  ): Promise<Completion> {
    return this.#queues.deleteCompletionQueue(queue, options);
  }

  /** Deletes a submission queue and the completion queue that it alone completes into. */
  async deleteQueuePair(queue: SubmissionQueue): Promise<void> {
    await this.deleteSubmissionQueue(queue);
    await this.deleteCompletionQueue(queue.cq);
  }

  /** Deletes all I/O queues, submission queues first; stops at the first that cannot be: a reset ends the rest. */
  async deleteQueues(): Promise<void> {
    await this.#queues.deleteAll();
  }

  /** Its I/O completion queues. */
  get completionQueues(): readonly CompletionQueue[] {
    return this.#queues.completionQueues;
  }

  /** Whether its I/O queues ring through shadow doorbells. */
  get hasShadowDoorbells(): boolean {
    return this.#queues.areShadowed;
  }

  /**
   * Doorbell Buffer Config (5.7): from here on, and until the next reset, I/O queues, those that there are too, write their
   * doorbells into memory, and ring themselves only what the controller asks for. The admin queue's is always rung.
   * @throws PhasebitError REFUSED when the controller has no such command (OACS bit 8), USAGE when it was done already or
   * a queue is lent, DEVICE when the command fails.
   */
  async configureDoorbellBuffer(): Promise<void> {
    requireDoorbellBuffer(this.#identity ?? (await this.identify()));
    const { doorbellStride } = this.#home.registers.capabilities();
    await this.#queues.shadow(doorbellStride);
  }

  /** Any admin command that should not fail; `what` names it in the error. @throws PhasebitError DEVICE */
  async adminCommand(command: sqe.SqeDwords, what: string): Promise<Completion> {
    return this.admin.execute(command, { timeoutMs: ADMIN_TIMEOUT_MS, what });
  }

  /** Resets the controller, which ends this object: `device.enable` makes the next. */
  async reset(kind: ResetKind = "controller"): Promise<void> {
    await this.#home.reset(kind);
  }

  /**
   * Gives a region back with the next reset, `disable` or `enable`, after which the controller writes there no more: for
   * memory of a command that was not answered. When this controller has ended already, at once.
   */
  releaseAfterReset(region: Region): void {
    if (this.admin.state === "live") this.#unanswered.add(region);
    else region.release();
  }

  /** The controller has forgotten everything: its queues refuse use, their memory goes back. */
  end(): void {
    this.#queues.end();
    this.admin.end("reset");
    this.admin.cq.end("reset");
    for (const region of this.#unanswered) region.release();
    this.#unanswered.clear();
  }

  async #identify(cns: Cns, nsid: number): Promise<Uint8Array> {
    const page = this.#around.memory.allocate(IDENTIFY_BYTES);
    const command = sqe.identify({ cns, nsid, data: page });
    const what = `Identify CNS ${cns} NSID ${nsid}`;
    const options = { timeoutMs: ADMIN_TIMEOUT_MS };
    const completion = await this.admin.run(command, options).catch((error) => {
      this.releaseAfterReset(page);
      throw error;
    });
    const data = page.copy();
    page.release();
    if (completion.status === 0) return data;
    throw completionError(what, completion);
  }
}
