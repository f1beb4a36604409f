// An enabled controller: its admin queue, who it is, and its I/O queues. It ends with the next reset.
import { Cns } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import { type Completion, CQE_BYTES, completionError } from "./completion.ts";
import { CompletionQueue } from "./completion-queue.ts";
import type { ResetKind } from "./controller-state.ts";
import {
  type ControllerData,
  type NamespaceData,
  parseController,
  parseNamespace,
} from "./identify.ts";
import type { Surroundings } from "./queue.ts";
import { type Placed, type QueueMemory, queueMemory } from "./queue-memory.ts";
import type { Registers } from "./registers.ts";
import { requireDoorbellBuffer, ShadowDoorbells } from "./shadow-doorbells.ts";
import * as sqe from "./sqe.ts";
import { SQE_BYTES } from "./sqe.ts";
import { SubmissionQueue } from "./submission-queue.ts";

/** Longest wait for an admin command, when nobody says. */
export const ADMIN_TIMEOUT_MS = 60_000;

/** A completion queue to be created. */
export interface CompletionQueueOptions {
  /** Queue Identifier, from 1. */
  readonly id: number;
  readonly entries: number;
  /** Interrupt vector; null, the default, is without interrupts. */
  readonly vector?: number | null;
  /** Where it is to lie: a region, or what hands one out, such as `device.cmb`; in fresh memory by default. */
  readonly memory?: QueueMemory;
}

/** A submission queue to be created. */
export interface SubmissionQueueOptions {
  readonly id: number;
  readonly entries: number;
  /** Where its commands complete. */
  readonly cq: CompletionQueue;
  /** Queue Priority: 0 urgent to 3 low, for weighted round robin. */
  readonly priority?: number;
  readonly memory?: QueueMemory;
}

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
  readonly #submissionQueues = new Set<SubmissionQueue>();
  readonly #completionQueues = new Set<CompletionQueue>();
  /** Memory of queues that was allocated here. */
  readonly #owned = new Map<SubmissionQueue | CompletionQueue, Region>();
  /** Memory of commands that were never answered: the controller may write there until it is reset. */
  readonly #unanswered = new Set<Region>();
  #identity: ControllerData | undefined;
  #ioQueues = 0;
  #shadows: ShadowDoorbells | undefined;
  /** A command to delete a queue was not answered in its time: another one would take as long. */
  #isDeaf = false;

  /** Made by `Device.enable`. */
  constructor(home: ControllerHome, admin: SubmissionQueue, around: Surroundings) {
    this.#home = home;
    this.admin = admin;
    this.#around = around;
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
    const { id, entries, vector = null } = options;
    requireQueueFields(id, entries, "5.3");
    sqe.requireField("vector", vector ?? 0, 16, "5.3");
    const doorbell = this.#home.doorbell(2 * id + 1);
    const shadow = this.#shadows?.place(2 * id + 1, 0) ?? null;
    const { memory } = this.#around;
    const placed = queueMemory(memory, options.memory, entries * CQE_BYTES, "completions");
    const { region } = placed;
    const command = sqe.createCompletionQueue({ id, entries, vector, prp1: region.iova });
    const what = `Create I/O Completion Queue ${id}`;
    await this.#handOver(command, what, ...ownOf(placed));
    const place = { id, region, entries, doorbell };
    const queue = new CompletionQueue(place, vector, this.#around);
    queue.shadowBy(shadow);
    this.#completionQueues.add(queue);
    if (placed.isOwn) this.#owned.set(queue, region);
    return queue;
  }

  /**
   * Creates a submission queue (5.4).
   * @throws PhasebitError USAGE for an identifier, a size or a priority that the command cannot hold, for memory that is too small
   * or no queue can lie in, and for a completion queue that is gone, lent or another controller's; DEVICE when the controller refuses, or has no doorbell for it.
   */
  async createSubmissionQueue(options: SubmissionQueueOptions): Promise<SubmissionQueue> {
    const { id, entries, cq, priority = 0 } = options;
    requireQueueFields(id, entries, "5.4");
    sqe.requireField("priority", priority, 2, "5.4");
    cq.requireUse("complete into");
    this.#requireOwn(cq, "complete into");
    const doorbell = this.#home.doorbell(2 * id);
    const shadow = this.#shadows?.place(2 * id, 0) ?? null;
    const { memory } = this.#around;
    const placed = queueMemory(memory, options.memory, entries * SQE_BYTES, "commands");
    const { region } = placed;
    const fields = { id, entries, cqid: cq.id, priority, prp1: region.iova };
    const what = `Create I/O Submission Queue ${id}`;
    await this.#handOver(sqe.createSubmissionQueue(fields), what, ...ownOf(placed));
    const place = { id, region, entries, doorbell };
    const queue = new SubmissionQueue(place, cq, this.#around);
    queue.shadowBy(shadow);
    this.#submissionQueues.add(queue);
    if (placed.isOwn) this.#owned.set(queue, region);
    return queue;
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
    queue.requireLive("delete");
    this.#requireOwn(queue, "delete");
    const command = sqe.deleteSubmissionQueue(queue.id);
    const completion = await this.#delete(command, `Delete SQ ${queue.id}`, options);
    if (completion.status === 0) {
      // what it completed on the way is no stray
      if (queue.cq.owner === undefined) queue.cq.collect();
      this.#submissionQueues.delete(queue);
      this.#retire(queue, "deleted");
    }
    return completion;
  }

  /** Deletes a completion queue (5.5), as `deleteSubmissionQueue`. */
  async deleteCompletionQueue(
    queue: CompletionQueue,
    options: { readonly expect?: "success" | "any" } = {},
  ): Promise<Completion> {
    queue.requireLive("delete");
    this.#requireOwn(queue, "delete");
    const command = sqe.deleteCompletionQueue(queue.id);
    const completion = await this.#delete(command, `Delete CQ ${queue.id}`, options);
    if (completion.status === 0) {
      this.#completionQueues.delete(queue);
      this.#retire(queue, "deleted");
    }
    return completion;
  }

  /** Deletes a submission queue and the completion queue that it alone completes into. */
  async deleteQueuePair(queue: SubmissionQueue): Promise<void> {
    await this.deleteSubmissionQueue(queue);
    await this.deleteCompletionQueue(queue.cq);
  }

  /** Deletes all I/O queues, submission queues first; stops at the first that cannot be: a reset ends the rest. */
  async deleteQueues(): Promise<void> {
    try {
      if (this.#isDeaf) throw new Error("it answers no such command");
      for (const queue of this.#submissionQueues) {
        this.#around.check();
        await this.deleteSubmissionQueue(queue);
      }
      for (const queue of this.#completionQueues) await this.deleteCompletionQueue(queue);
    } catch {
      this.#around.trace?.("not all queues were deleted; the reset ends them");
    }
  }

  /** Whether its I/O queues ring through shadow doorbells. */
  get hasShadowDoorbells(): boolean {
    return this.#shadows !== undefined;
  }

  /**
   * Doorbell Buffer Config (5.7): from here on, and until the next reset, I/O queues, those that there are too, write their
   * doorbells into memory, and ring themselves only what the controller asks for. The admin queue's is always rung.
   * @throws PhasebitError REFUSED when the controller has no such command (OACS bit 8), USAGE when it was done already or
   * a queue is lent, DEVICE when the command fails.
   */
  async configureDoorbellBuffer(): Promise<void> {
    requireDoorbellBuffer(this.#identity ?? (await this.identify()));
    if (this.#shadows !== undefined) {
      throw new PhasebitError("USAGE", "configure the doorbell buffer: it is configured already");
    }
    const queues = [...this.#submissionQueues, ...this.#completionQueues];
    for (const queue of queues) queue.requireUse("give a shadow doorbell to");
    const { doorbellStride } = this.#home.registers.capabilities();
    const shadows = new ShadowDoorbells(this.#around.memory, doorbellStride);
    const places = queues.map((queue) =>
      queue instanceof SubmissionQueue
        ? shadows.place(2 * queue.id, queue.rung)
        : shadows.place(2 * queue.id + 1, queue.freed),
    );
    const what = "Doorbell Buffer Config";
    await this.#handOver(
      sqe.doorbellBufferConfig(shadows),
      what,
      shadows.doorbells,
      shadows.events,
    );
    this.#shadows = shadows;
    for (const [index, queue] of queues.entries()) queue.shadowBy(places[index]!);
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
    for (const queue of [...this.#submissionQueues, ...this.#completionQueues]) {
      this.#retire(queue, "reset");
    }
    this.#submissionQueues.clear();
    this.#completionQueues.clear();
    this.admin.end("reset");
    this.admin.cq.end("reset");
    this.#shadows?.release();
    this.#shadows = undefined;
    for (const region of this.#unanswered) region.release();
    this.#unanswered.clear();
  }

  #retire(queue: SubmissionQueue | CompletionQueue, state: "deleted" | "reset"): void {
    queue.end(state);
    const region = this.#owned.get(queue);
    this.#owned.delete(queue);
    queue.whenFree(() => region?.release());
  }

  /** @param own memory that goes back when the controller refused, or with the next reset when it did not answer */
  async #handOver(command: sqe.SqeDwords, what: string, ...own: Region[]): Promise<void> {
    try {
      await this.adminCommand(command, what);
      // a reset may have come between the completion and this line: then no queue is there
      this.admin.requireLive("hand memory over by");
    } catch (error) {
      const refused = error instanceof PhasebitError && typeof error.value === "number";
      for (const region of own) {
        if (refused) region.release();
        else this.releaseAfterReset(region);
      }
      throw error;
    }
  }

  async #delete(
    command: sqe.SqeDwords,
    what: string,
    { expect = "success" }: { readonly expect?: "success" | "any" },
  ): Promise<Completion> {
    const completion = await this.admin
      .run(command, { timeoutMs: ADMIN_TIMEOUT_MS })
      .catch((error) => {
        this.#isDeaf = true;
        throw error;
      });
    if (completion.status !== 0 && expect !== "any") throw completionError(what, completion);
    return completion;
  }

  /** Another controller's queue has the same number as one of these, or none: it is not meant. */
  #requireOwn(queue: SubmissionQueue | CompletionQueue, doing: string): void {
    const own: ReadonlySet<unknown> = new Set([
      ...this.#submissionQueues,
      ...this.#completionQueues,
      this.admin,
      this.admin.cq,
    ]);
    if (own.has(queue)) return;
    throw new PhasebitError("USAGE", `${doing} queue ${queue.id}: it is another controller's`, {
      what: "queue",
      value: queue.id,
    });
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

/** Memory that was allocated for a queue, and goes back with it. */
function ownOf({ region, isOwn }: Placed): readonly Region[] {
  return isOwn ? [region] : [];
}

/** What the command's fields of 16 bits cannot hold would come out as something else. */
function requireQueueFields(id: number, entries: number, section: string): void {
  sqe.requireField("id", id, 16, section);
  if (!(Number.isInteger(entries) && entries >= 1 && entries <= 65_536)) {
    throw badValue("entries", entries, "must be 1 to 65536", section);
  }
}
