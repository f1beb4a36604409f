// The I/O queues of an enabled controller: made and deleted by admin commands, with the memory that goes with them.
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import { type Completion, CQE_BYTES, completionError } from "./completion.ts";
import { CompletionQueue } from "./completion-queue.ts";
import type { Surroundings } from "./queue.ts";
import { type Placed, type QueueMemory, queueMemory } from "./queue-memory.ts";
import { ShadowDoorbells } from "./shadow-doorbells.ts";
import * as sqe from "./sqe.ts";
import { SQE_BYTES } from "./sqe.ts";
import { SubmissionQueue } from "./submission-queue.ts";

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

/** What a controller does for its I/O queues. */
export interface QueuesHome {
  readonly admin: SubmissionQueue;
  doorbell(index: number): number;
  /** An admin command with whatever status comes. */
  run(command: sqe.SqeDwords): Promise<Completion>;
  /** An admin command that should not fail; `what` names it in the error. */
  execute(command: sqe.SqeDwords, what: string): Promise<Completion>;
  releaseAfterReset(region: Region): void;
}

/** All I/O queues of one controller. */
export class IoQueues {
  readonly #around: Surroundings;
  readonly #home: QueuesHome;
  readonly #submissionQueues = new Set<SubmissionQueue>();
  readonly #completionQueues = new Set<CompletionQueue>();
  /** Memory of queues that was allocated here. */
  readonly #owned = new Map<SubmissionQueue | CompletionQueue, Region>();
  #shadows: ShadowDoorbells | undefined;
  /** A command to delete a queue was not answered in its time: another one would take as long. */
  #isDeaf = false;

  constructor(around: Surroundings, home: QueuesHome) {
    this.#around = around;
    this.#home = home;
  }

  /** Whether they ring through shadow doorbells. */
  get areShadowed(): boolean {
    return this.#shadows !== undefined;
  }

  get completionQueues(): readonly CompletionQueue[] {
    return [...this.#completionQueues];
  }

  /** As `Controller.createCompletionQueue`. */
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

  /** As `Controller.createSubmissionQueue`. */
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

  /** As `Controller.deleteSubmissionQueue`. */
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

  /** As `Controller.deleteCompletionQueue`. */
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

  /** Submission queues first; stops at the first that cannot be deleted. */
  async deleteAll(): Promise<void> {
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

  /** Doorbell Buffer Config (5.7), for those that there are and all that will be. */
  async shadow(doorbellStride: number): Promise<void> {
    if (this.#shadows !== undefined) {
      throw new PhasebitError("USAGE", "configure the doorbell buffer: it is configured already");
    }
    const queues = [...this.#submissionQueues, ...this.#completionQueues];
    for (const queue of queues) queue.requireUse("give a shadow doorbell to");
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

  /** The controller has forgotten them. */
  end(): void {
    for (const queue of [...this.#submissionQueues, ...this.#completionQueues]) {
      this.#retire(queue, "reset");
    }
    this.#submissionQueues.clear();
    this.#completionQueues.clear();
    this.#shadows?.release();
    this.#shadows = undefined;
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
      await this.#home.execute(command, what);
      // a reset may have come between the completion and this line: then no queue is there
      this.#home.admin.requireLive("hand memory over by");
    } catch (error) {
      const refused = error instanceof PhasebitError && typeof error.value === "number";
      for (const region of own) {
        if (refused) region.release();
        else this.#home.releaseAfterReset(region);
      }
      throw error;
    }
  }

  async #delete(
    command: sqe.SqeDwords,
    what: string,
    { expect = "success" }: { readonly expect?: "success" | "any" },
  ): Promise<Completion> {
    const completion = await this.#home.run(command).catch((error) => {
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
      this.#home.admin,
      this.#home.admin.cq,
    ]);
    if (own.has(queue)) return;
    throw new PhasebitError("USAGE", `${doing} queue ${queue.id}: it is another controller's`, {
      what: "queue",
      value: queue.id,
    });
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
