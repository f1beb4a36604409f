// Memory that lies in the controller and is mapped as a BAR: handed out piece by piece as DMA memory is, each piece for a
// use that the controller says it supports, and looked at before it is: what does not keep what is written is found here,
// and not in a queue.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import { Arena, type Span } from "./arena.ts";
import { Region, type RegionHome } from "./region.ts";

/** What a piece of the controller's memory is for. */
export type ControllerMemoryKind =
  /** Submission queues. */
  | "commands"
  /** Completion queues. */
  | "completions"
  /** PRP lists. */
  | "lists"
  /** Data of commands of either direction, of those that bring data to the host, of those that take them from it. */
  | "data"
  | "reads"
  | "writes"
  /** Not checked: for tests of what a controller refuses. */
  | "any";

/** A capability that a use needs, as its register names it. */
export interface Capability {
  /** "CMBSZ.CQS". */
  readonly name: string;
  readonly section: string;
  readonly isSet: boolean;
  /** Why there is no such thing at all. */
  readonly why?: string;
}

/** What is known of the memory. */
export interface ControllerMemoryFacts {
  /** "Controller Memory Buffer of embedded": for messages. */
  readonly name: string;
  /** All of it. */
  readonly totalBytes: number;
  /** What it holds is somebody's: nothing is written into what is handed out. */
  readonly isPersistent?: boolean;
  /** What the controller adds to a pointer: address = this + pointer. */
  readonly iovaBase: bigint;
  readonly needs: Readonly<Record<Exclude<ControllerMemoryKind, "any">, readonly Capability[]>>;
}

/** How `allocate` chooses. */
export interface ControllerAllocateOptions {
  /** "data" by default. */
  readonly kind?: ControllerMemoryKind;
  /** A power of two; a page by default. */
  readonly alignment?: number;
}

/** The linear memory and what happens in it. */
export interface ControllerMemoryHome {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly u32: Uint32Array<SharedArrayBuffer>;
  /** Makes sure that what the host has written has arrived. @throws PhasebitError when the controller is gone. */
  settle(): void;
}

/** An arena of regions in the controller. */
export class ControllerMemory implements Span {
  readonly name: string;
  /** Where the mapped part lies in the linear memory, and how large it is. */
  readonly pointer: number;
  readonly bytes: number;
  /** All that the controller has, which may be more than is mapped. */
  readonly totalBytes: number;
  readonly #facts: ControllerMemoryFacts;
  readonly #home: ControllerMemoryHome;
  #arena: Arena;
  /** Counts what ended all regions; those of before are gone. */
  #epoch = 0;
  #ended: string | undefined;

  constructor(window: Span, facts: ControllerMemoryFacts, home: ControllerMemoryHome) {
    this.name = facts.name;
    this.pointer = window.pointer;
    this.bytes = window.bytes;
    this.totalBytes = facts.totalBytes;
    this.#facts = facts;
    this.#home = home;
    this.#arena = new Arena(this.name, window);
  }

  /** The address by which the controller reaches its first byte. */
  get iova(): bigint {
    return this.#facts.iovaBase + BigInt(this.pointer);
  }

  /** The linear memory that it lies in. */
  get bytesOfAll(): Uint8Array<SharedArrayBuffer> {
    return this.#home.bytes;
  }

  /** Bytes handed out. */
  get used(): number {
    return this.#arena.used;
  }

  /** Why nothing more can be had of it, once that is so. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The capability that is missing for a use; undefined when it is supported. */
  missing(kind: ControllerMemoryKind): Capability | undefined {
    return kind === "any" ? undefined : this.#facts.needs[kind].find(({ isSet }) => !isSet);
  }

  /** Whether the controller supports a use. */
  supports(kind: ControllerMemoryKind): boolean {
    return this.missing(kind) === undefined;
  }

  /**
   * Memory, zeroed, after a look at whether it keeps what is written.
   * @throws PhasebitError USAGE for a use that the controller does not support, for a size or an alignment that is none, when
   * it is full, and when a reset or the end of the device has ended it; DEVICE when it does not keep what is written.
   */
  allocate(
    bytes: number,
    { kind = "data", alignment = PAGE_BYTES }: ControllerAllocateOptions = {},
  ): Region {
    if (kind !== "any" && !Object.hasOwn(this.#facts.needs, kind)) {
      const kinds = [...Object.keys(this.#facts.needs), "any"];
      throw badValue("kind", kind, `must be ${kinds.join(", ")}`);
    }
    if (this.#ended !== undefined) throw this.#refusal(`allocate memory: ${this.#ended}`);
    this.#requireSupport(kind);
    // what is beyond a region's end belongs to another one, also to its last dword
    const span = this.#arena.allocate(bytes, Math.max(alignment, 4));
    const region = new Region(span, this.#regionHome());
    if (this.#facts.isPersistent) return region;
    try {
      this.#requireKept(region);
    } catch (error) {
      region.release();
      throw error;
    }
    return region.fill(0);
  }

  /**
   * What lies at a place of it, untouched: for memory whose contents last. It is nobody's for itself.
   * @param offset from its first byte
   * @throws PhasebitError USAGE as `allocate`; RangeError when it is no part of what is mapped.
   */
  at(offset: number, bytes: number, kind: ControllerMemoryKind = "data"): Region {
    if (this.#ended !== undefined) throw this.#refusal(`look into it: ${this.#ended}`);
    this.#requireSupport(kind);
    const home = { ...this.#regionHome(), release: () => {} };
    return new Region({ pointer: this.pointer, bytes: this.bytes }, home).slice(offset, bytes);
  }

  #requireSupport(kind: ControllerMemoryKind): void {
    const missing = this.missing(kind);
    if (missing !== undefined) throw this.#unsupported(kind, missing);
  }

  /** Every region is gone and what they held is undefined: a reset, or the controller was told to take its memory back. */
  forget(why: string): void {
    const since = this.#epoch++;
    this.#lost.set(since, why);
    this.#arena = new Arena(this.name, this);
  }

  /** So is the memory itself. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.forget(why);
    this.#ended = why;
  }

  readonly #lost = new Map<number, string>();

  #regionHome(): RegionHome {
    const epoch = this.#epoch;
    const arena = this.#arena;
    return {
      bytes: this.#home.bytes,
      iovaBase: this.#facts.iovaBase,
      isOpen: () => epoch === this.#epoch,
      whyClosed: () => this.#lost.get(epoch),
      release: (released) => arena.release(released),
    };
  }

  /** Other words than those that are there, in every place, then another look. */
  #requireKept({ pointer, bytes }: Region): void {
    const { u32 } = this.#home;
    const first = pointer / 4;
    const end = first + Math.floor(bytes / 4);
    for (let word = first; word < end; word++) u32[word] = patternAt(word, this.#epoch);
    this.#home.settle();
    for (let word = first; word < end; word++) {
      const wanted = patternAt(word, this.#epoch);
      if (u32[word] !== wanted) throw this.#notKept(word * 4 - this.pointer, u32[word]!, wanted);
    }
  }

  #notKept(offset: number, found: number, wanted: number): PhasebitError {
    const hex = (value: number) => `${value.toString(16).padStart(8, "0")}h`;
    const what = `${this.name}: offset ${offset.toString(16)}h`;
    return new PhasebitError(
      "DEVICE",
      `${what} does not keep what is written: ${hex(wanted)} reads ${hex(found)}`,
      { what, value: found, section: "4.7" },
    );
  }

  #unsupported(kind: ControllerMemoryKind, { name, section, why }: Capability): PhasebitError {
    const message = `${this.name}: is not for ${USES[kind]}: ${why ?? `${name} is 0`}`;
    return new PhasebitError("USAGE", message, { what: name, value: 0, section });
  }

  #refusal(why: string): PhasebitError {
    return new PhasebitError("USAGE", `${this.name}: ${why}`, { what: this.name });
  }
}

const USES: Readonly<Record<ControllerMemoryKind, string>> = {
  commands: "submission queues",
  completions: "completion queues",
  lists: "PRP lists",
  data: "data of both directions",
  reads: "data that go to the host",
  writes: "data that come from the host",
  any: "anything",
};

/** A word that is another in each place, and each time. */
function patternAt(word: number, epoch: number): number {
  return (Math.imul(word + epoch + 1, 0x9e3779b1) | 1) >>> 0;
}
