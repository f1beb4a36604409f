// A completion queue: where completions are found, consumed and given back, each an act of its own (NVMe 1.4,
// section 4.6). Any number of submission queues may complete into it, so the table of commands that somebody waits
// for belongs to it.
import { PhasebitError, requireTimeout } from "../ground/errors.ts";
import { flagWords, noFlags } from "../measurement/flags.ts";
import type { FlagName } from "../measurement/measurement.ts";
import { type Completion, CQE_DWORDS, completionOf, flagsOf } from "./completion.ts";
import { type Completer, Queue, type QueuePlace, type Surroundings } from "./queue.ts";
import { type CompletionSnapshot, completionSnapshot } from "./snapshot.ts";

/** How often a wait asks whether the controller is well. */
const HEALTH_CHECK_MS = 10;
/** Completions that are kept for whoever takes them; older ones are dropped, since a device may send any number. */
const MOST_FOUND = 65_536;

/** How long `reap` looks, and for how much. */
export interface ReapOptions {
  /** Longest time until the next completion. */
  readonly timeoutMs: number;
  /** Completions after which it ends; by default those of all commands that its submission queues have outstanding. */
  readonly count?: number;
}

export class CompletionQueue extends Queue {
  protected readonly kind = "completion queue";
  /** Interrupt vector, or null without interrupts. */
  readonly vector: number | null;
  /** Completions that name no command of its submission queues' that is outstanding. */
  strays = 0;
  /** Successes of its submission queues' commands by what they should not have had set. */
  readonly flags: Record<FlagName, number> = { ...noFlags };
  readonly #submissionQueues = new Map<number, Completer>();
  /** Commands that `SubmissionQueue.run` waits for, by SQID and CID. */
  readonly #awaited = new Map<number, (completion: Completion) => void>();
  /** Consumed from the ring, not yet handed out. */
  readonly #found: Completion[] = [];
  #head = 0;
  #freed = 0;
  #phase: 0 | 1 = 1;

  constructor(place: QueuePlace, vector: number | null, around: Surroundings) {
    super(place, around);
    this.vector = vector;
  }

  /** Index of the entry that is looked at next. */
  get head(): number {
    return this.#head;
  }

  /** The head as it was rung last. */
  get freed(): number {
    return this.#freed;
  }

  /** The phase tag that a new entry at the head carries. */
  get phase(): 0 | 1 {
    return this.#phase;
  }

  /** Submission queues that complete into it. */
  get submissionQueues(): readonly Completer[] {
    return [...this.#submissionQueues.values()];
  }

  /** The next completion that is there, which is not consumed. @throws PhasebitError USAGE when the queue is gone. */
  peek(): Completion | undefined {
    this.requireUse("peek at");
    return this.#found[0] ?? this.#atHead();
  }

  /**
   * Consumes the next completion that is there, and no entry behind it. Its entry is the host's until `free`.
   * @throws PhasebitError USAGE when the queue is gone or lent.
   */
  take(): Completion | undefined {
    this.requireUse("reap from");
    for (let look = 0; look < this.entries && this.#found.length === 0; look++) {
      if (!this.#consume()) return undefined;
    }
    return this.#found.shift();
  }

  /**
   * Consumes completions as they come. Ends after `count` of them, or when none came for `timeoutMs`: too few are
   * for the caller to judge.
   * @throws PhasebitError USAGE for a time that is none and when the queue is gone or lent, DEVICE when the controller
   * fails meanwhile.
   */
  async *reap(options: ReapOptions): AsyncGenerator<Completion, void, undefined> {
    requireTimeout(options.timeoutMs);
    this.requireUse("reap from");
    const found = this.#found.filter(({ stray }) => !stray).length;
    let left = options.count ?? found + this.#outstanding();
    let deadline = performance.now() + options.timeoutMs;
    const wait = this.waiting();
    while (left > 0) {
      const completion = this.take();
      if (completion !== undefined) {
        if (options.count !== undefined || !completion.stray) left--;
        yield completion;
        deadline = performance.now() + options.timeoutMs;
      } else {
        if (performance.now() > deadline) return;
        await wait();
      }
    }
  }

  /**
   * Gives every consumed entry back to the controller, and rings for it when there are any.
   * @throws PhasebitError USAGE when the queue is gone or lent.
   */
  free(): void {
    this.requireUse("free entries of");
    if (this.#head === this.#freed) return;
    this.ring(this.#head);
  }

  /** Writes any value to the head doorbell. @throws PhasebitError USAGE when the queue is gone or lent. */
  ring(head: number): void {
    this.requireUse("ring");
    this.writeDoorbell(head);
    this.#freed = head;
  }

  /**
   * What lies in the queue just now, entry by entry, as plain data. Nothing is consumed, written or rung.
   * @throws PhasebitError USAGE when the queue is gone or lent.
   */
  snapshot(): CompletionSnapshot {
    this.requireUse("take a snapshot of");
    return completionSnapshot({
      id: this.id,
      sqids: [...this.#submissionQueues.keys()],
      head: this.#head,
      doorbell: this.#freed,
      phase: this.#phase,
      vector: this.vector,
      entries: Array.from({ length: this.entries }, (_, index) =>
        completionOf(this.#dwordsAt(index)),
      ),
    });
  }

  /** One turn of a wait: pauses, and asks now and then whether the controller is well. */
  waiting(): () => Promise<void> {
    let nextCheck = 0;
    return async () => {
      if (performance.now() >= nextCheck) {
        this.around.check();
        nextCheck = performance.now() + HEALTH_CHECK_MS;
      }
      await this.around.pause();
    };
  }

  /** Consumes all that is there: what somebody waits for goes to him, the rest to `take`. */
  collect(): void {
    // a hostile device could fill the queue for ever
    for (let look = 0; look < this.entries; look++) {
      if (!this.#consume()) return;
    }
  }

  /** Has `take` called with the completion of this command; one waiter a command. */
  await(sqid: number, cid: number, take: (completion: Completion) => void): void {
    this.#awaited.set(key(sqid, cid), take);
  }

  /** A submission queue that completes into this one. */
  join(queue: Completer): void {
    this.#submissionQueues.set(queue.id, queue);
  }

  leave(queue: Completer): void {
    if (this.#submissionQueues.get(queue.id) === queue) this.#submissionQueues.delete(queue.id);
    for (const [awaited] of this.#awaited) {
      if (awaited >>> 16 === queue.id) this.#awaited.delete(awaited);
    }
  }

  /** Where the ring stands, for one owner. @throws PhasebitError USAGE when it is in use. */
  lend(owner: string): { readonly head: number; readonly phase: 0 | 1 } {
    if (this.#awaited.size > 0 || this.#found.length > 0) {
      throw this.refusal(`lend to ${owner}`, "there are completions that nobody has taken");
    }
    this.own(owner);
    return { head: this.#head, phase: this.#phase };
  }

  /** The owner is done, and left the ring here. */
  takeBack({ head, phase }: { readonly head: number; readonly phase: 0 | 1 }): void {
    this.#head = head;
    this.#freed = head;
    this.#phase = phase;
    this.disown();
  }

  override end(state: "deleted" | "reset"): void {
    super.end(state);
    this.#awaited.clear();
    this.#found.length = 0;
  }

  /** @returns whether there was an entry. */
  #consume(): boolean {
    const completion = this.#atHead();
    if (completion === undefined) return false;
    this.#advance();
    this.#deliver(completion);
    return true;
  }

  #outstanding(): number {
    return this.submissionQueues.reduce((sum, { outstanding }) => sum + outstanding, 0);
  }

  #deliver(completion: Completion): void {
    const { sqid, cid } = completion;
    const isStray = this.#submissionQueues.get(sqid)?.complete(completion) !== true;
    if (isStray) {
      this.strays++;
      this.around.stray?.();
      this.around.trace?.(`stray cqe sqid ${sqid} cid ${cid}`);
    } else {
      this.#countFlags(completion);
    }
    const awaited = this.#awaited.get(key(sqid, cid));
    if (awaited !== undefined && !isStray) {
      this.#awaited.delete(key(sqid, cid));
      awaited(completion);
      return;
    }
    this.#found.push(isStray ? { ...completion, stray: true } : completion);
    if (this.#found.length > MOST_FOUND) this.#found.shift();
  }

  #countFlags(completion: Completion): void {
    const set = flagsOf(completion);
    for (const name of set) {
      this.flags[name]++;
      this.around.flagged?.(name);
    }
    if (set.length > 0) {
      const words = set.map((name) => flagWords[name]).join(", ");
      this.around.trace?.(`success of sq ${completion.sqid} cid ${completion.cid} with ${words}`);
    }
  }

  /** The entry at the head, when it is new. */
  #atHead(): Completion | undefined {
    const dwords = this.#dwordsAt(this.#head);
    return ((dwords[3] >>> 16) & 1) === this.#phase ? completionOf(dwords) : undefined;
  }

  /** An entry as it stands. Its second half, which has the phase, comes first and in one load: no part is older. */
  #dwordsAt(index: number): [number, number, number, number] {
    const pointer = this.region.pointer + index * CQE_DWORDS * 4;
    const second = BigInt.asUintN(64, this.around.wasm.loadHalf(pointer + 8));
    const { u32 } = this.around.memory;
    return [
      u32[pointer / 4]!,
      u32[pointer / 4 + 1]!,
      Number(BigInt.asUintN(32, second)),
      Number(second >> 32n),
    ];
  }

  #advance(): void {
    this.#head++;
    if (this.#head < this.entries) return;
    this.#head = 0;
    this.#phase = this.#phase === 1 ? 0 : 1;
  }
}

function key(sqid: number, cid: number): number {
  return ((sqid << 16) | cid) >>> 0;
}

/** What a wait that ended without its completion is. */
export function noCompletion(what: string, timeoutMs: number): PhasebitError {
  return new PhasebitError("DEVICE", `wait for ${what}: no completion within ${timeoutMs} ms`, {
    what,
    limit: `${timeoutMs} ms`,
  });
}
