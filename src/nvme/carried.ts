// A command with the data that it carries: memory for them, PRPs or an SGL (with a list where one is needed), and all of it
// given back when the controller has no use for it any more.
import { CDW0_CID_SHIFT } from "../../assembly/spec/commands.ts";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { Psdt } from "../../assembly/spec/sgl.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import type { Completion } from "./completion.ts";
import type { Controller } from "./controller.ts";
import { listPages, prps } from "./prp.ts";
import { type CarriedPart, gathered, piecesOf, scattered, setDataPointer } from "./scattered.ts";
import type { SqeDwords } from "./sqe.ts";
import type { SubmissionQueue } from "./submission-queue.ts";

/** Where a command goes, and what it takes along. */
export interface CarriedOptions {
  readonly timeoutMs: number;
  /** Bytes of memory that the command's PRPs are to describe; none without it, and PRP1 and PRP2 stay as they are. */
  readonly bytes?: number;
  /**
   * Instead of by PRPs, the bytes are described by an SGL (I/O commands): these parts, each in pages of its own, which come
   * to `bytes` together. A number of bytes is a Data Block.
   */
  readonly sgl?: readonly CarriedPart[];
  /** What is in that memory before; zeroes by default. */
  readonly input?: Uint8Array;
  /** Command Identifier; one that is free by default. */
  readonly cid?: number;
}

/** What came of it. */
export interface Carried {
  /** The entry as it was posted. */
  readonly sqe: SqeDwords;
  /** The entry's index in its queue. */
  readonly slot: number;
  readonly completion: Completion;
  /** What is in the memory afterwards, zeroes where it was dropped; null without any. */
  readonly data: Uint8Array | null;
}

/** Whose memory a command's data lie in. */
export interface Place {
  readonly controller: Controller;
  readonly memory: LinearMemory;
}

/**
 * Posts a command at its queue's tail, with data or without, rings, and waits for its completion, whatever its status.
 * Every bit of the entry but the CID, PRP1 and PRP2 (with an SGL also PSDT) is the caller's.
 * @param queue of `controller`
 * @throws PhasebitError USAGE for a queue that is gone and parts of an SGL that do not fit the data, RangeError for input
 * that is longer than `bytes`, DEVICE when no completion comes within `timeoutMs` or the controller fails meanwhile
 */
export async function carry(
  { controller, memory }: Place,
  queue: SubmissionQueue,
  command: SqeDwords,
  { bytes = 0, input, sgl: parts, ...options }: CarriedOptions,
): Promise<Carried> {
  const sqe = Uint32Array.from(command);
  const regions: Region[] = [];
  const pieces = parts === undefined ? [] : piecesOf(parts, bytes, input);
  try {
    if (parts !== undefined) regions.push(...scattered(sqe, memory, pieces, input));
    else if (bytes > 0) regions.push(...dataOf(sqe, memory, bytes, input));
    const slot = queue.tail;
    const completion = await queue.run(sqe, options);
    sqe[0] = (sqe[0]! & 0xffff) | (completion.cid << CDW0_CID_SHIFT);
    const data = parts ? gathered(regions, pieces, bytes) : (regions[0]?.copy(bytes) ?? null);
    for (const region of regions) region.release();
    return { sqe, slot, completion, data };
  } catch (error) {
    // a command that was not answered may still be written to
    for (const region of regions) controller.releaseAfterReset(region);
    throw error;
  }
}

/** @returns the data and, where they need one, their list, once PRP1 and PRP2 lead to them */
function dataOf(
  sqe: SqeDwords,
  memory: LinearMemory,
  bytes: number,
  input: Uint8Array | undefined,
): Region[] {
  // a command may move more than was meant: whole pages keep it off its neighbours
  const data = memory.allocate(Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES);
  if (input !== undefined) data.slice(0, bytes).write(input);
  const pages = listPages(bytes);
  const list = pages === 0 ? undefined : memory.allocate(pages * PAGE_BYTES, { kind: "commands" });
  const [prp1, prp2] = prps(data.slice(0, bytes), list);
  setDataPointer(sqe, Psdt.PRP, [prp1, prp2]);
  return list === undefined ? [data] : [data, list];
}
