// The admin queue pair, which registers describe and no command creates (NVMe 1.4, sections 3.1.8 to 3.1.10).
import * as spec from "../../assembly/spec/registers.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { badValue } from "../ground/errors.ts";
import { CQE_BYTES } from "./completion.ts";
import { CompletionQueue } from "./completion-queue.ts";
import type { Surroundings } from "./queue.ts";
import { type MemorySource, queueMemory } from "./queue-memory.ts";
import type { Registers } from "./registers.ts";
import { SQE_BYTES } from "./sqe.ts";
import { SubmissionQueue } from "./submission-queue.ts";

/** Of each admin queue, when nobody says. */
export const ADMIN_ENTRIES = 64;
/** AQA has twelve bits for each size, 0's based (3.1.8). */
const MOST_ADMIN_ENTRIES = 4096;

/** Entries of the admin queues. */
export interface AdminQueueSizes {
  readonly asq: number;
  readonly acq: number;
  /** Where they are to lie, as for other queues; in fresh memory by default. */
  readonly asqMemory?: MemorySource | undefined;
  readonly acqMemory?: MemorySource | undefined;
}

/** The admin queue pair of a device, while one is configured. */
export class AdminQueue {
  readonly #registers: Registers;
  readonly #doorbell: (index: number) => number;
  #sq: SubmissionQueue | undefined;

  /** @param doorbell the pointer of a doorbell */
  constructor(registers: Registers, doorbell: (index: number) => number) {
    this.#registers = registers;
    this.#doorbell = doorbell;
  }

  /** Its submission queue; its completion queue is `sq.cq`. */
  get sq(): SubmissionQueue | undefined {
    return this.#sq;
  }

  /**
   * Writes AQA, ASQ and ACQ for queues in fresh memory; those that were there are gone.
   * @param sizes that AQA can hold (`requireAdminSizes`)
   */
  configure(sizes: AdminQueueSizes, around: Surroundings): SubmissionQueue {
    this.release();
    const { asq, acq } = sizes;
    const { memory } = around;
    const { region: sq } = queueMemory(memory, sizes.asqMemory, asq * SQE_BYTES, "commands");
    const { region: cq } = queueMemory(memory, sizes.acqMemory, acq * CQE_BYTES, "completions");
    this.#registers.write(
      Register.AQA,
      // 0's based
      ((asq - 1) << spec.AQA_ASQS_SHIFT) | ((acq - 1) << spec.AQA_ACQS_SHIFT),
    );
    this.#registers.write64(Register.ASQ_LO, sq.iova);
    this.#registers.write64(Register.ACQ_LO, cq.iova);
    const completions = new CompletionQueue(
      { id: 0, region: cq, entries: acq, doorbell: this.#doorbell(1) },
      0,
      around,
    );
    const place = { id: 0, region: sq, entries: asq, doorbell: this.#doorbell(0) };
    this.#sq = new SubmissionQueue(place, completions, around);
    return this.#sq;
  }

  /** The controller uses it no more: its memory goes back, and it refuses use. */
  release(): void {
    if (this.#sq === undefined) return;
    const { region, cq } = this.#sq;
    this.#sq.end("reset");
    cq.end("reset");
    region.release();
    cq.region.release();
    this.#sq = undefined;
  }
}

/** @throws PhasebitError USAGE for a size that AQA cannot hold. */
export function requireAdminSizes({ asq, acq }: AdminQueueSizes): void {
  for (const [what, entries] of [
    ["asq", asq],
    ["acq", acq],
  ] as const) {
    if (Number.isInteger(entries) && entries >= 2 && entries <= MOST_ADMIN_ENTRIES) continue;
    throw badValue(what, entries, `must be 2 to ${MOST_ADMIN_ENTRIES} entries`, "3.1.8");
  }
}
