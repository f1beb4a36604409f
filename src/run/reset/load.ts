// Commands that are in flight when the reset comes: reads on queues of their own. Each is accounted for, and what memory
// the controller could write to is held until it was looked at once more.

import { PAGE_BYTES } from "../../../assembly/spec/registers.ts";
import { alignUp } from "../../memory/arena.ts";
import type { LinearMemory } from "../../memory/linear-memory.ts";
import type { Region } from "../../memory/region.ts";
import { type Completion, CQE_BYTES, completionOf } from "../../nvme/completion.ts";
import type { Controller } from "../../nvme/controller.ts";
import type { NamespaceData } from "../../nvme/identify.ts";
import { listPages } from "../../nvme/prp.ts";
import * as sqe from "../../nvme/sqe.ts";
import type { SubmissionQueue } from "../../nvme/submission-queue.ts";
import type { Trouble } from "./findings.ts";

/** Commands in flight on each queue. */
export const LOAD_DEPTH = 32;
/** Completions that are seen before the reset comes. */
const WARM_COMPLETIONS = 256;

/** What became of the commands. They add up: submitted = completed + failed + lost. */
export interface LoadCounts {
  readonly submitted: number;
  readonly completed: number;
  /** With an error status, "aborted" ones too. */
  readonly failed: number;
  /** In flight when the reset came, and never completed. */
  readonly lost: number;
}

export const noLoad: LoadCounts = { submitted: 0, completed: 0, failed: 0, lost: 0 };

export function addLoads(a: LoadCounts, b: LoadCounts): LoadCounts {
  return {
    submitted: a.submitted + b.submitted,
    completed: a.completed + b.completed,
    failed: a.failed + b.failed,
    lost: a.lost + b.lost,
  };
}

/** Memory of one queue of the load, used again after each reset. */
interface Lane {
  readonly entries: Region;
  readonly data: Region;
  readonly list: Region | undefined;
}

/** One queue of the load, until the reset. */
class LoadQueue {
  readonly sq: SubmissionQueue;
  readonly #lane: Lane;
  readonly #inFlight = new Set<number>();
  submitted = 0;
  completed = 0;
  failed = 0;

  constructor(sq: SubmissionQueue, lane: Lane) {
    this.sq = sq;
    this.#lane = lane;
  }

  get lost(): number {
    return this.#inFlight.size;
  }

  /** Posts until all slots are in flight, and rings. */
  fill(namespace: NamespaceData): void {
    const { data, list } = this.#lane;
    const each = data.bytes / LOAD_DEPTH;
    for (let cid = 0; cid < LOAD_DEPTH; cid++) {
      if (this.#inFlight.has(cid)) continue;
      const slba = BigInt((this.submitted * 7919) % namespace.blocks);
      const part = data.slice(cid * each, namespace.blockBytes);
      const range = { nsid: namespace.nsid, slba, blocks: 1, data: part };
      const listOf = list?.slice(cid * PAGE_BYTES, PAGE_BYTES);
      this.sq.post(sqe.read({ ...range, ...(listOf && { list: listOf }) }), { cid });
      this.#inFlight.add(cid);
      this.submitted++;
    }
    this.sq.ring();
  }

  /** Takes what has completed. @returns how many did */
  reap(): number {
    let count = 0;
    for (let found = this.sq.cq.take(); found !== undefined; found = this.sq.cq.take()) {
      this.#count(found);
      count++;
    }
    this.sq.cq.free();
    return count;
  }

  /** What the controller posted before it was reset, and nobody has taken yet. */
  settle(): void {
    const bytes = this.#lane.entries.copy();
    const dwords = new Uint32Array(bytes.buffer);
    const { head: first, phase: firstPhase, entries } = this.sq.cq;
    let [head, phase] = [first, firstPhase];
    for (let look = 0; look < entries; look++) {
      const at = (head * CQE_BYTES) / 4;
      const found = completionOf(dwords.subarray(at, at + CQE_BYTES / 4));
      if (found.phase !== phase) return;
      this.#count(found);
      head = (head + 1) % entries;
      if (head === 0) phase = phase === 1 ? 0 : 1;
    }
  }

  #count({ cid, status }: Completion): void {
    if (!this.#inFlight.delete(cid)) return;
    if (status === 0) this.completed++;
    else this.failed++;
  }
}

export class Load {
  readonly #namespace: NamespaceData;
  readonly #lanes: readonly Lane[];
  #queues: LoadQueue[] = [];
  /** What the memory held right after the reset. */
  #settled: Uint8Array[] = [];

  /** @param queues how many; each has its entries and buffers from the beginning */
  constructor(memory: LinearMemory, namespace: NamespaceData, queues: number) {
    this.#namespace = namespace;
    const each = alignUp(namespace.blockBytes, PAGE_BYTES);
    const isLong = listPages(each) > 0 && each > 2 * PAGE_BYTES;
    this.#lanes = Array.from({ length: queues }, () => ({
      entries: memory.allocate(2 * LOAD_DEPTH * CQE_BYTES, { kind: "completions" }),
      data: memory.allocate(each * LOAD_DEPTH),
      list: isLong ? memory.allocate(PAGE_BYTES * LOAD_DEPTH, { kind: "commands" }) : undefined,
    }));
  }

  /**
   * Creates its queues from identifier 2 on, and has them busy; returns with all slots in flight.
   * @throws PhasebitError DEVICE when the controller refuses a queue or fails meanwhile
   */
  async start(controller: Controller, pause: () => Promise<void>): Promise<void> {
    this.#queues = [];
    for (const [index, lane] of this.#lanes.entries()) {
      const id = index + 2;
      const entries = 2 * LOAD_DEPTH;
      const memory = lane.entries;
      const cq = await controller.createCompletionQueue({ id, entries, memory });
      const sq = await controller.createSubmissionQueue({ id, entries, cq });
      this.#queues.push(new LoadQueue(sq, lane));
    }
    // some devices complete nothing before the reset: then it comes all the same
    let [seen, idle] = [0, 0];
    while (seen < WARM_COMPLETIONS && idle < WARM_COMPLETIONS) {
      for (const queue of this.#queues) queue.fill(this.#namespace);
      await pause();
      const found = this.#queues.reduce((sum, queue) => sum + queue.reap(), 0);
      seen += found;
      idle = found === 0 ? idle + 1 : 0;
    }
    for (const queue of this.#queues) queue.fill(this.#namespace);
  }

  /** The controller was reset, and is disabled: says what became of the commands, and keeps the memory in mind. */
  settle(): LoadCounts {
    for (const queue of this.#queues) queue.settle();
    this.#settled = this.#regions().map((region) => region.copy());
    return this.#queues
      .map(({ submitted, completed, failed, lost }) => ({ submitted, completed, failed, lost }))
      .reduce(addLoads, noLoad);
  }

  /** The controller works again: whether anything was written for the commands of before the reset. */
  lateTroubles(): Trouble[] {
    const changed = this.#regions().flatMap((region, index) =>
      Buffer.from(region.copy()).equals(this.#settled[index]!) ? [] : [index],
    );
    if (changed.length === 0) return [];
    const words = changed.map((index) => {
      const what = index % 2 === 0 ? "completion queue" : "data";
      return `${what} of queue ${Math.floor(index / 2) + 2}`;
    });
    const text = `the controller wrote to memory of commands of before the reset: ${words.join(", ")}`;
    return [{ name: "written-after-reset", text }];
  }

  #regions(): Region[] {
    return this.#lanes.flatMap(({ entries, data }) => [entries, data]);
  }
}
