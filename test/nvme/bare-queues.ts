// Queues over a small memory in which the test plays the controller, byte by byte.

import { instantiateQueue } from "../../src/compiled/modules.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import { CQE_BYTES } from "../../src/nvme/completion.ts";
import { CompletionQueue } from "../../src/nvme/completion-queue.ts";
import type { Surroundings } from "../../src/nvme/queue.ts";
import { SQE_BYTES } from "../../src/nvme/sqe.ts";
import { SubmissionQueue } from "../../src/nvme/submission-queue.ts";

export interface Bare {
  readonly memory: LinearMemory;
  readonly cq: CompletionQueue;
  /** Its tail doorbell is dword 2 * n of the doorbells, the CQ's dword 1. */
  addQueue(id: number, entries: number): SubmissionQueue;
  /** What a doorbell was last written with. */
  doorbell(index: number): number;
  setDoorbell(index: number, value: number): void;
  /** Writes an entry as a controller would. */
  complete(
    index: number,
    entry: { cid: number; sqid?: number; sqhd?: number; status?: number; phase?: 0 | 1 },
  ): void;
  /** Called in each turn of a wait. */
  onPause: () => void;
  /** Called when a wait asks whether the controller is well. */
  onCheck: () => void;
}

export function bareQueues(cqEntries: number): Bare {
  const memory = new LinearMemory({
    doorbellBytes: 4096,
    host: 4096,
    commands: 1 << 20,
    data: 4096,
  });
  const around: Surroundings = {
    memory,
    wasm: instantiateQueue(memory),
    pause: async () => bare.onPause(),
    check: () => bare.onCheck(),
  };
  const doorbellAt = (index: number): number => memory.doorbells.pointer + index * 4;
  const region = memory.allocate(cqEntries * CQE_BYTES, { kind: "completions" });
  const place = { id: 1, region, entries: cqEntries, doorbell: doorbellAt(1) };
  const cq = new CompletionQueue(place, null, around);
  const bare: Bare = {
    memory,
    cq,
    addQueue: (id, entries) => {
      const commands = memory.allocate(entries * SQE_BYTES, { kind: "commands" });
      const at = { id, region: commands, entries, doorbell: doorbellAt(2 * id) };
      return new SubmissionQueue(at, cq, around);
    },
    doorbell: (index) => memory.u32[doorbellAt(index) / 4]!,
    setDoorbell: (index, value) => {
      memory.u32[doorbellAt(index) / 4] = value;
    },
    complete: (index, { cid, sqid = 1, sqhd = 0, status = 0, phase = 1 }) => {
      const dwords = [0, 0, sqhd | (sqid << 16), cid | (((status << 1) | phase) << 16)];
      memory.u32.set(dwords, region.pointer / 4 + index * 4);
    },
    onPause: () => {},
    onCheck: () => {},
  };
  return bare;
}
