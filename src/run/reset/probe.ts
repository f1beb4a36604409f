// Whether the data are still there: places all over the namespace, read before and after. Nothing is written.
import { PAGE_BYTES } from "../../../assembly/spec/registers.ts";
import { Deadline } from "../../ground/deadline.ts";
import { PhasebitError } from "../../ground/errors.ts";
import type { LinearMemory } from "../../memory/linear-memory.ts";
import type { Region } from "../../memory/region.ts";
import { completionError } from "../../nvme/completion.ts";
import type { NamespaceData } from "../../nvme/identify.ts";
import { listPages } from "../../nvme/prp.ts";
import * as sqe from "../../nvme/sqe.ts";
import type { SubmissionQueue } from "../../nvme/submission-queue.ts";
import type { Trouble } from "./findings.ts";

const PLACES = 16;
/** What buffers hold before each read: a device that moves no data leaves it there. */
const BLANK = 0x5c;
/** The first command is looked for without a pause for so long. */
const SPIN_MS = 5;

/** Reads the same places again and again. */
export class Probe {
  readonly #namespace: NamespaceData;
  readonly #data: Region;
  readonly #list: Region | undefined;
  readonly #blocks: number;
  readonly #places: readonly bigint[];
  #expected: Uint8Array[] = [];

  constructor(memory: LinearMemory, namespace: NamespaceData) {
    this.#namespace = namespace;
    this.#blocks = Math.max(1, Math.min(namespace.blocks, PAGE_BYTES / namespace.blockBytes));
    const bytes = this.#blocks * namespace.blockBytes;
    this.#data = memory.allocate(bytes);
    if (bytes > 2 * PAGE_BYTES) {
      this.#list = memory.allocate(listPages(bytes) * PAGE_BYTES, { kind: "commands" });
    }
    this.#places = placesIn(namespace.blocks - this.#blocks);
  }

  /** How much is compared each time. */
  get bytes(): number {
    return this.#places.length * this.#data.bytes;
  }

  /** @throws PhasebitError DEVICE when a read fails or takes too long */
  async remember(sq: SubmissionQueue, timeoutMs: number): Promise<void> {
    this.#expected = [];
    for (const place of this.#places) {
      await sq.execute(this.#command(place), { timeoutMs, what: `Read of block ${place}` });
      this.#expected.push(this.#data.copy());
    }
  }

  /**
   * Reads the first place, looking for its completion without a pause at first.
   * @throws PhasebitError DEVICE when it fails or takes too long
   */
  async first(
    sq: SubmissionQueue,
    timeoutMs: number,
    around: { pause(): Promise<void>; hostDelayMs(): number },
  ): Promise<void> {
    const [place = 0n] = this.#places;
    const what = `first Read, of block ${place}`;
    const deadline = new Deadline(timeoutMs, around.hostDelayMs);
    const started = performance.now();
    sq.post(this.#command(place), { cid: 0 });
    sq.ring();
    for (;;) {
      const completion = sq.cq.take();
      if (completion !== undefined) {
        sq.cq.free();
        if (completion.status !== 0) throw completionError(what, completion);
        return;
      }
      if (performance.now() - started < SPIN_MS) continue;
      if (deadline.isOver()) {
        const limit = `no completion within ${timeoutMs} ms`;
        throw new PhasebitError("DEVICE", `${what}: ${limit}`, { what, limit });
      }
      await around.pause();
    }
  }

  /** @throws PhasebitError DEVICE when a read fails or takes too long */
  async compare(sq: SubmissionQueue, timeoutMs: number): Promise<Trouble[]> {
    const different: bigint[] = [];
    for (const [index, place] of this.#places.entries()) {
      await sq.execute(this.#command(place), { timeoutMs, what: `Read of block ${place}` });
      if (!Buffer.from(this.#data.copy()).equals(this.#expected[index]!)) different.push(place);
    }
    if (different.length === 0) return [];
    const { nsid } = this.#namespace;
    const text = `namespace ${nsid}: not what was read before the reset, at block ${different.join(", ")}`;
    return [{ name: "data-differs", text }];
  }

  #command(slba: bigint): sqe.SqeDwords {
    const list = this.#list;
    const range = { nsid: this.#namespace.nsid, slba, blocks: this.#blocks };
    const data = this.#data.fill(BLANK);
    return sqe.read({ ...range, data, ...(list && { list }) });
  }
}

/** From the first block to the last place, evenly. */
function placesIn(last: number): bigint[] {
  const places = Array.from({ length: PLACES }, (_, index) =>
    BigInt(Math.floor((last * index) / (PLACES - 1))),
  );
  return [...new Set(places)];
}
