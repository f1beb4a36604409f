// What submission and completion queues have in common: an identifier, memory, a doorbell, and a state that decides
// whether they may be used. A queue's ring state belongs to the queue object; there is no second view of it.
import { PhasebitError } from "../ground/errors.ts";
import type { FlagName } from "../measurement/measurement.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import type { Completion } from "./completion.ts";
import type { ShadowPlace } from "./shadow-doorbells.ts";
import type { SqeDwords } from "./sqe.ts";

/** "reset": the controller forgot it when it was disabled or reset. */
export type QueueState = "live" | "deleted" | "reset";

/** Single accesses that no compiler splits or repeats: the host module's exports. */
export interface PlainAccess {
  writeDoorbell(doorbell: number, value: number): void;
  /** Eight bytes in one load. */
  loadHalf(pointer: number): bigint;
  /** Stores in the shadow, behind a barrier looks at EventIdx, and writes the doorbell where that asks for it. */
  ringShadowed(doorbell: number, shadow: number, event: number, value: number): void;
}

/** What a queue needs from its controller. */
export interface Surroundings {
  readonly memory: LinearMemory;
  /** An instance whose plain loads and stores reach entries and doorbells. */
  readonly wasm: PlainAccess;
  /** Inside every wait: sleeps a little, or steps an embedded device. */
  pause(): Promise<void>;
  /** @throws PhasebitError DEVICE when the controller is gone, has failed, or was reset by something else. */
  check(): void;
  /** A completion had an SQHD that cannot be. */
  wrongHead?(): void;
  /** A completion fitted no command in flight. */
  stray?(): void;
  /** A success had this set. */
  flagged?(name: FlagName): void;
  /** Asked before an entry is written, which it may refuse by throwing. */
  permit?(sqe: SqeDwords, isAdmin: boolean): void;
  /** For how long, in ms, the host has kept the device from running so far. */
  hostDelayMs?(): number;
  trace?(line: string): void;
}

/** Where a queue lies. */
export interface QueuePlace {
  /** Queue Identifier; 0 is the admin queue's. */
  readonly id: number;
  /** Its entries, zeroed. */
  readonly region: Region;
  /** Number of entries; at least 2. */
  readonly entries: number;
  /** Pointer of its doorbell. */
  readonly doorbell: number;
}

/** What a completion queue knows of a submission queue that completes into it. */
export interface Completer {
  readonly id: number;
  readonly outstanding: number;
  /** @returns whether the completion ended a command that was outstanding. */
  complete(completion: Completion): boolean;
}

/** A queue that was created, with who may use it. */
export abstract class Queue implements QueuePlace {
  readonly id: number;
  readonly region: Region;
  readonly entries: number;
  readonly doorbell: number;
  protected readonly around: Surroundings;
  protected abstract readonly kind: string;
  #state: QueueState = "live";
  #owner: string | undefined;
  #shadow: ShadowPlace | null = null;
  readonly #afterLoan: (() => void)[] = [];

  constructor(place: QueuePlace, around: Surroundings) {
    this.id = place.id;
    this.region = place.region;
    this.entries = place.entries;
    this.doorbell = place.doorbell;
    this.around = around;
  }

  get state(): QueueState {
    return this.#state;
  }

  /** Who has the queue for himself just now; undefined while everybody may use it. */
  get owner(): string | undefined {
    return this.#owner;
  }

  /** Ends the queue: nothing may be done with it from here on. */
  end(state: Exclude<QueueState, "live">): void {
    if (this.#state === "live") this.#state = state;
  }

  /** @throws PhasebitError USAGE when the queue is gone, or somebody has it for himself. */
  requireUse(doing: string): void {
    this.requireLive(doing);
    if (this.#owner !== undefined) throw this.refusal(doing, `${this.#owner} has it`);
  }

  /** Takes the queue for one owner. @throws PhasebitError USAGE when it has one. */
  protected own(owner: string): void {
    this.requireUse(`lend to ${owner}`);
    this.#owner = owner;
  }

  protected disown(): void {
    this.#owner = undefined;
    for (const work of this.#afterLoan.splice(0)) work();
  }

  /** Does `work` once nobody has the queue for himself: what its owner uses must stay until then. */
  whenFree(work: () => void): void {
    if (this.#owner === undefined) work();
    else this.#afterLoan.push(work);
  }

  /** @throws PhasebitError USAGE when the queue is gone. */
  requireLive(doing: string): void {
    if (this.#state === "deleted") throw this.refusal(doing, "it was deleted");
    if (this.#state === "reset") throw this.refusal(doing, "the controller was reset since");
  }

  /** Where its doorbell has its shadow; null where it has none. */
  get shadow(): ShadowPlace | null {
    return this.#shadow;
  }

  /** From here on the doorbell is rung through its shadow. */
  shadowBy(place: ShadowPlace | null): void {
    this.#shadow = place;
  }

  /** Writes the doorbell, or its shadow, whatever the value. */
  protected writeDoorbell(value: number): void {
    const { wasm } = this.around;
    if (this.#shadow === null) wasm.writeDoorbell(this.doorbell, value);
    else wasm.ringShadowed(this.doorbell, this.#shadow.shadow, this.#shadow.event, value);
  }

  protected refusal(doing: string, why: string): PhasebitError {
    const what = `${this.kind} ${this.id}`;
    return new PhasebitError("USAGE", `${doing} ${what}: ${why}`, { what, limit: why });
  }
}
