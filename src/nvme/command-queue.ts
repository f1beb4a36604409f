// A queue pair for the control plane: any command, one promise each. It drives the same Wasm steps as the
// hot loop (post, ring, reap, free), from JavaScript and with a deadline for everything.
import { CDW0_CID_SHIFT } from "../../assembly/spec/commands.ts";
import { STATUS_CODE_MASK, STATUS_DNR, STATUS_MORE } from "../../assembly/spec/status.ts";
import { PhasebitError } from "../errors.ts";
import type { Region } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { HostExports } from "../wasm/bindings.ts";
import { instantiateQueue } from "../wasm/modules.ts";
import type { SqeDwords } from "./admin.ts";
import { statusName } from "./status.ts";

const SQE_DWORDS = 16;
const CID_MASK = 0xffff;
/** How often a wait looks at CSTS. */
const HEALTH_CHECK_MS = 10;

/** A completion queue entry, taken apart. */
export interface Completion {
  readonly dw0: number;
  readonly dw1: number;
  readonly sqhd: number;
  readonly sqid: number;
  readonly cid: number;
  /** SCT << 8 | SC; 0 is success. */
  readonly status: number;
  readonly more: boolean;
  readonly dnr: boolean;
}

/** Where a queue pair lies: what Wasm and the device need to know of it. */
export interface QueuePlace {
  readonly sqid: number;
  readonly sq: Region;
  readonly sqEntries: number;
  readonly sqTailDoorbell: number;
  readonly cqid: number;
  readonly cq: Region;
  readonly cqEntries: number;
  readonly cqHeadDoorbell: number;
}

/** What a wait needs from its controller. */
export interface Surroundings {
  readonly memory: LinearMemory;
  pause(): Promise<void>;
  /** Throws when the controller is gone or reports a fatal status. */
  check(): void;
  trace?(line: string): void;
}

interface Pending {
  resolve(completion: Completion): void;
}

export class CommandQueue {
  readonly place: QueuePlace;
  /** Completion entries whose CID names no command that is outstanding here. */
  strays = 0;
  readonly #around: Surroundings;
  readonly #wasm: HostExports;
  readonly #scratch: Region;
  readonly #pending = new Map<number, Pending>();
  #nextCid = 0;
  #nextCheck = 0;

  /** The queues' memory must be zeroed and the device not yet told, or told of nothing else. */
  constructor(place: QueuePlace, around: Surroundings) {
    this.place = place;
    this.#around = around;
    this.#wasm = instantiateQueue(around.memory);
    this.#scratch = around.memory.heap.allocate(SQE_DWORDS * 4, SQE_DWORDS * 4);
    this.#wasm.attachSubmissionQueue(
      place.sqid,
      place.sq.pointer,
      place.sqEntries,
      place.sqTailDoorbell,
    );
    this.#wasm.attachCompletionQueue(place.cq.pointer, place.cqEntries, place.cqHeadDoorbell);
  }

  /** Commands that may still be submitted: one entry stays free, so that full differs from empty. */
  get room(): number {
    return this.place.sqEntries - 1 - this.#pending.size;
  }

  /**
   * Submits one command and waits for its completion, whatever its status.
   * @param sqe Command Dwords; CDW0's CID is filled in here
   * @throws PhasebitError DEVICE at the deadline, or when the controller fails meanwhile.
   */
  async submit(sqe: SqeDwords, timeoutMs: number): Promise<Completion> {
    const deadline = Date.now() + timeoutMs;
    while (this.room === 0) await this.#turn(deadline, "a free submission queue entry");
    let completion: Completion | undefined;
    const cid = this.#post(sqe, (arrived) => {
      completion = arrived;
    });
    while (completion === undefined) {
      await this.#turn(deadline, `opcode ${hex(sqe[0]! & 0xff)} on queue ${this.place.sqid}`);
    }
    this.#around.trace?.(
      `done  sq ${this.place.sqid} cid ${cid} dw0 ${hex(completion.dw0)} ${statusName(completion.status)}`,
    );
    return completion;
  }

  /** Like `submit`, and throws when the status is not success. `what` names the command. */
  async execute(sqe: SqeDwords, timeoutMs: number, what: string): Promise<Completion> {
    const completion = await this.submit(sqe, timeoutMs);
    if (completion.status !== 0) {
      throw new PhasebitError("DEVICE", `${what}: ${statusName(completion.status)}`);
    }
    return completion;
  }

  /** Takes every completion that is there. */
  poll(): void {
    let limit = this.place.cqEntries;
    for (let cqe = this.#wasm.reap(); cqe !== 0; cqe = this.#wasm.reap()) {
      this.#complete(this.#read(cqe));
      if (--limit === 0) break;
    }
    this.#wasm.free();
  }

  /** Gives its memory back. The device must have forgotten the queues. */
  release(): void {
    this.#around.memory.heap.release(this.#scratch);
  }

  #post(sqe: SqeDwords, resolve: (completion: Completion) => void): number {
    const cid = this.#claimCid();
    this.#pending.set(cid, { resolve });
    const entry = Uint32Array.from(sqe);
    entry[0] = (entry[0]! & CID_MASK) | (cid << CDW0_CID_SHIFT);
    this.#around.trace?.(`post  sq ${this.place.sqid} cid ${cid} ${dwords(entry)}`);
    this.#around.memory.u32.set(entry, this.#scratch.pointer / 4);
    this.#wasm.post(this.#scratch.pointer);
    this.#wasm.ring();
    return cid;
  }

  async #turn(deadline: number, what: string): Promise<void> {
    this.poll();
    const now = Date.now();
    if (now >= this.#nextCheck) {
      this.#nextCheck = now + HEALTH_CHECK_MS;
      this.#around.check();
    }
    if (now > deadline) {
      throw new PhasebitError("DEVICE", `wait for ${what}: no completion before the deadline`);
    }
    await this.#around.pause();
    this.poll();
  }

  /** The next CID that is free. FFFFh is left out: the Error Information log says "no command" with it. */
  #claimCid(): number {
    while (this.#pending.has(this.#nextCid)) this.#nextCid = (this.#nextCid + 1) % CID_MASK;
    const cid = this.#nextCid;
    this.#nextCid = (cid + 1) % CID_MASK;
    return cid;
  }

  /** Ends the command that a completion names, if it is one of this queue's. */
  #complete(completion: Completion): void {
    const pending = this.#pending.get(completion.cid);
    if (pending === undefined || completion.sqid !== this.place.sqid) {
      this.strays++;
      this.#around.trace?.(`stray cqe sqid ${completion.sqid} cid ${completion.cid}`);
      return;
    }
    this.#pending.delete(completion.cid);
    pending.resolve(completion);
  }

  /** Dword 3 was read by `reap` before: the entry is complete. It is copied once and then taken apart. */
  #read(cqe: number): Completion {
    const [dw0 = 0, dw1 = 0, dw2 = 0, dw3 = 0] = this.#around.memory.u32.slice(
      cqe / 4,
      cqe / 4 + 4,
    );
    const status = dw3 >>> 17;
    return {
      dw0,
      dw1,
      sqhd: dw2 & 0xffff,
      sqid: dw2 >>> 16,
      cid: dw3 & CID_MASK,
      status: status & STATUS_CODE_MASK,
      more: (status & STATUS_MORE) !== 0,
      dnr: (status & STATUS_DNR) !== 0,
    };
  }
}

function hex(value: number): string {
  return `${(value >>> 0).toString(16).padStart(2, "0")}h`;
}

/** The dwords that say something, for a trace. */
function dwords(sqe: SqeDwords): string {
  return Array.from(sqe, (value, index) => [index, value] as const)
    .filter(([, value]) => value !== 0)
    .map(([index, value]) => `${index}:${value.toString(16).padStart(8, "0")}`)
    .join(" ");
}
