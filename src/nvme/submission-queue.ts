// A submission queue: commands are posted into entries, and a doorbell tells the controller of them, each an act of
// its own (NVMe 1.4, section 4.1). `run` does the usual: one command, its completion.
import { CDW0_CID_SHIFT } from "../../assembly/spec/commands.ts";
import { statusName } from "../decode/status.ts";
import { Deadline } from "../ground/deadline.ts";
import { badValue, requireTimeout } from "../ground/errors.ts";
import { commandText } from "./command-text.ts";
import { type Completion, completionError } from "./completion.ts";
import { type CompletionQueue, noCompletion } from "./completion-queue.ts";
import { Queue, type QueuePlace, type Surroundings } from "./queue.ts";
import type { ShadowPlace } from "./shadow-doorbells.ts";
import { type SubmissionSnapshot, submissionSnapshot } from "./snapshot.ts";
import type { SqeDwords } from "./sqe.ts";

const SQE_DWORDS = 16;
const CID_MASK = 0xffff;

/** What `post` leaves to the caller. */
export interface PostOptions {
  /** Command Identifier, also one that is in use; the entry's own bits 31:16 of Command Dword 0 by default. */
  readonly cid?: number;
  /**
   * Entry to write; then the tail stays where it is, and the command takes no room: whether a tail ever covers it is
   * the caller's affair. The tail's own by default.
   */
  readonly slot?: number;
}

/** Where a queue pair lies and stands, for a loop that takes it over. */
export interface QueuePairPlace {
  readonly sqid: number;
  readonly sqPointer: number;
  readonly sqEntries: number;
  readonly sqTailDoorbell: number;
  readonly sqTail: number;
  /** Where the doorbells have their shadows, both of them or neither. */
  readonly sqTailShadow: ShadowPlace | null;
  readonly cqHeadShadow: ShadowPlace | null;
  readonly cqPointer: number;
  readonly cqEntries: number;
  readonly cqHeadDoorbell: number;
  readonly cqHead: number;
  readonly cqPhase: 0 | 1;
}

export class SubmissionQueue extends Queue {
  protected readonly kind = "submission queue";
  readonly cq: CompletionQueue;
  #tail = 0;
  #rung = 0;
  #head = 0;
  /** From there to the furthest tail that was rung: what the controller may have read since. */
  #reach = 0;
  #wrongHeads = 0;
  /** How often each CID is in flight, and in entries that were written where the caller chose. */
  readonly #inFlight = new Map<number, number>();
  readonly #placed = new Map<number, number>();
  /** Commands in flight that were posted at the tail: they take room. */
  #queued = 0;
  #nextCid = 0;
  /** For each entry whether a tail that was rung has covered it since it was written. */
  readonly #announced: Uint8Array;

  constructor(place: QueuePlace, cq: CompletionQueue, around: Surroundings) {
    super(place, around);
    this.#announced = new Uint8Array(place.entries);
    this.cq = cq;
    cq.join(this);
  }

  /** Index of the entry that is posted to next. */
  get tail(): number {
    return this.#tail;
  }

  /** The tail as it was rung last. */
  get rung(): number {
    return this.#rung;
  }

  /** SQHD of the last completion: how far the controller has read. */
  get head(): number {
    return this.#head;
  }

  /** Completions of its commands whose SQHD lay outside of the queue, behind the last one or past the tail (4.6). */
  get wrongHeads(): number {
    return this.#wrongHeads;
  }

  /** Commands posted and not completed, wherever they were written and however often they were rung. */
  get outstanding(): number {
    return this.#queued + [...this.#placed.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Commands that may still be posted: one entry stays free, so that full differs from empty (4.1.2). */
  get room(): number {
    return Math.max(0, this.entries - 1 - this.#queued);
  }

  /**
   * Writes an entry. The controller learns of it by `ring`.
   * @param sqe Command Dwords, little endian in memory; every bit is the caller's
   * @returns the entry and the Command Identifier that it has.
   * @throws PhasebitError USAGE when the queue is gone, lent, or full (a chosen slot is written in a full one too), and
   * for an entry, a slot or a CID that is none; whatever the `permit` of `open` throws.
   */
  post(sqe: SqeDwords, { cid, slot }: PostOptions = {}): { slot: number; cid: number } {
    this.requireUse("post to");
    if (slot === undefined && this.room === 0) throw this.refusal("post to", "it is full");
    const index = slot ?? this.#tail;
    if (!(Number.isInteger(index) && index >= 0 && index < this.entries)) {
      throw this.refusal("post to", `it has no entry ${index}`);
    }
    if (sqe.length !== SQE_DWORDS) {
      throw badValue("sqe", sqe.length, `Command Dwords: an entry has ${SQE_DWORDS}`, "4.2");
    }
    const entry = Uint32Array.from(sqe);
    if (cid !== undefined) entry[0] = withCid(entry[0]!, cid);
    this.around.permit?.(entry, this.id === 0);
    const used = entry[0]! >>> CDW0_CID_SHIFT;
    this.around.trace?.(`post  sq ${this.id} cid ${used} ${commandText(entry, this.id === 0)}`);
    this.around.memory.u32.set(entry, this.region.pointer / 4 + index * SQE_DWORDS);
    if (slot === undefined) {
      this.#tail = (this.#tail + 1) % this.entries;
      this.#queued++;
    }
    this.#announced[index] = 0;
    addOne(slot === undefined ? this.#inFlight : this.#placed, used);
    return { slot: index, cid: used };
  }

  /**
   * Writes the tail doorbell: by default what was posted, when there is something new; or any value, as it is.
   * @throws PhasebitError USAGE when the queue is gone or lent.
   */
  ring(tail?: number): void {
    this.requireUse("ring");
    if (tail === undefined && this.#rung === this.#tail) return;
    this.#rung = tail ?? this.#tail;
    const toRung = this.#toRung();
    this.#reach = Math.max(this.#reach, toRung);
    for (let ahead = 0; ahead < toRung; ahead++) {
      this.#announced[(this.#head + ahead) % this.entries] = 1;
    }
    this.writeDoorbell(this.#rung);
  }

  /**
   * Posts one command, rings, and waits for its completion, whatever its status. CDW0's CID is filled in: `cid`, or one
   * that is not in flight.
   * @throws PhasebitError USAGE when the queue is gone or lent, for a time that is none, and when each CID is in use by a
   * command in a chosen slot; DEVICE when no completion comes within `timeoutMs`,
   * or the controller fails meanwhile.
   */
  async run(
    sqe: SqeDwords,
    { timeoutMs, cid: chosen }: { readonly timeoutMs: number; readonly cid?: number },
  ): Promise<Completion> {
    requireTimeout(timeoutMs);
    const deadline = new Deadline(timeoutMs, () => this.around.hostDelayMs?.() ?? 0);
    const wait = this.cq.waiting();
    const turn = async (what: string): Promise<void> => {
      this.#collect();
      if (deadline.isOver()) throw noCompletion(what, timeoutMs);
      await wait();
      this.#collect();
    };
    while (this.room === 0) await turn(`room in submission queue ${this.id}`);
    let completion: Completion | undefined;
    const { cid } = this.post(sqe, { cid: chosen ?? this.#claimCid() });
    this.cq.await(this.id, cid, (arrived) => {
      completion = arrived;
    });
    this.ring();
    const opcode = (sqe[0]! & 0xff).toString(16).padStart(2, "0");
    while (completion === undefined) {
      await turn(`opcode ${opcode}h on queue ${this.id}`);
      this.requireLive("wait on");
    }
    return completion;
  }

  /** `run` for a command that should not fail. `what` names it. @throws PhasebitError DEVICE for any error status. */
  async execute(
    sqe: SqeDwords,
    options: { readonly timeoutMs: number; readonly what: string },
  ): Promise<Completion> {
    const completion = await this.run(sqe, options);
    if (completion.status !== 0) throw completionError(options.what, completion);
    return completion;
  }

  /** A completion of one of its commands was found. @returns whether one was outstanding. */
  complete({ sqhd, cid, dw0, status }: Completion): boolean {
    this.around.trace?.(`done  sq ${this.id} cid ${cid} dw0 ${hex(dw0)} ${statusName(status)}`);
    const isQueued = takeOne(this.#inFlight, cid);
    if (isQueued) this.#queued--;
    else if (!takeOne(this.#placed, cid)) return false;
    this.#follow(sqhd, cid);
    return true;
  }

  /** The controller says that it has read up to `sqhd`. Of two that do not go together nobody knows which is wrong. */
  #follow(sqhd: number, cid: number): void {
    const moved = (sqhd - this.#head + this.entries) % this.entries;
    const isOutside = sqhd >= this.entries;
    if (isOutside || moved > this.#reach) {
      this.#wrongHeads++;
      this.around.wrongHead?.();
      const known = `the last was ${this.#head}, the tail ${this.#rung}`;
      this.around.trace?.(`wrong sqhd ${sqhd} of sq ${this.id} cid ${cid}: ${known}`);
    }
    if (isOutside) return;
    this.#reach = moved > this.#reach ? this.#distance(sqhd, this.#rung) : this.#reach - moved;
    this.#head = sqhd;
  }

  /** To the tail as it was rung last; a caller may ring what is none. */
  #toRung(): number {
    return this.#distance(this.#head, this.#rung);
  }

  #distance(from: number, to: number): number {
    const isTail = Number.isInteger(to) && to >= 0 && to < this.entries;
    return isTail ? (to - from + this.entries) % this.entries : 0;
  }

  /**
   * What lies in the queue just now, entry by entry, as plain data. Nothing is consumed, written or rung.
   * @throws PhasebitError USAGE when the queue is gone or lent.
   */
  snapshot(): SubmissionSnapshot {
    this.requireUse("take a snapshot of");
    const at = this.region.pointer / 4;
    return submissionSnapshot(
      {
        id: this.id,
        cqid: this.cq.id,
        head: this.#head,
        tail: this.#tail,
        doorbell: this.#rung,
        outstanding: this.outstanding,
        dwords: this.around.memory.u32.slice(at, at + this.entries * SQE_DWORDS),
        announced: this.#announced,
        queued: this.#inFlight,
        placed: this.#placed,
      },
      this.cq.snapshot(),
    );
  }

  /**
   * Lends the queue and its completion queue to a loop, which is the only one to use them until they come back.
   * @throws PhasebitError USAGE when either is gone, lent, shared, or has commands outstanding.
   */
  lendPair(owner: string): QueuePairPlace {
    const doing = `lend to ${owner}`;
    if (this.outstanding > 0) throw this.refusal(doing, "it has commands outstanding");
    if (this.cq.submissionQueues.length > 1) {
      throw this.refusal(doing, `other queues complete into completion queue ${this.cq.id} too`);
    }
    this.own(owner);
    try {
      const { head, phase } = this.cq.lend(owner);
      return {
        sqid: this.id,
        sqPointer: this.region.pointer,
        sqEntries: this.entries,
        sqTailDoorbell: this.doorbell,
        sqTail: this.#tail,
        sqTailShadow: this.shadow,
        cqHeadShadow: this.cq.shadow,
        cqPointer: this.cq.region.pointer,
        cqEntries: this.cq.entries,
        cqHeadDoorbell: this.cq.doorbell,
        cqHead: head,
        cqPhase: phase,
      };
    } catch (error) {
      this.disown();
      throw error;
    }
  }

  /**
   * The loop is done, left nothing outstanding, and left the rings here.
   * @throws PhasebitError USAGE when nobody has the queue.
   */
  takeBack(place: Pick<QueuePairPlace, "sqTail" | "cqHead" | "cqPhase">): void {
    if (this.owner === undefined) throw this.refusal("take back", "nobody has it");
    this.#tail = place.sqTail;
    this.#rung = place.sqTail;
    this.#head = place.sqTail;
    this.#reach = 0;
    this.disown();
    this.cq.takeBack({ head: place.cqHead, phase: place.cqPhase });
  }

  override end(state: "deleted" | "reset"): void {
    super.end(state);
    this.cq.leave(this);
  }

  #collect(): void {
    this.requireLive("wait on");
    this.cq.collect();
    this.cq.free();
  }

  /** The next CID that is not in flight. FFFFh is left out: the Error Information log says "no command" with it. */
  #claimCid(): number {
    for (let tried = 0; tried < CID_MASK; tried++) {
      const cid = this.#nextCid;
      this.#nextCid = (cid + 1) % CID_MASK;
      if (!this.#inFlight.has(cid) && !this.#placed.has(cid)) return cid;
    }
    throw this.refusal("run a command on", "each Command Identifier is in use");
  }
}

function addOne(counts: Map<number, number>, cid: number): void {
  counts.set(cid, (counts.get(cid) ?? 0) + 1);
}

/** @returns whether there was one. */
function takeOne(counts: Map<number, number>, cid: number): boolean {
  const count = counts.get(cid) ?? 0;
  if (count > 1) counts.set(cid, count - 1);
  else counts.delete(cid);
  return count > 0;
}

/** Command Dword 0 with another Command Identifier. */
function withCid(cdw0: number, cid: number): number {
  if (Number.isInteger(cid) && cid >= 0 && cid <= CID_MASK) {
    return (cdw0 & CID_MASK) | (cid << CDW0_CID_SHIFT);
  }
  throw badValue("cid", cid, "must be 0 to FFFFh", "4.2");
}

function hex(value: number): string {
  return `${(value >>> 0).toString(16).padStart(2, "0")}h`;
}
