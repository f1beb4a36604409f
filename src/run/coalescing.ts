// Interrupt coalescing as a block wants it: Set Features 08h for all I/O vectors, and 09h to exempt those that
// are not to be coalesced (NVMe 1.4, sections 5.21.1.8 and 5.21.1.9). Commands are sent only when something
// changes; a device that was left alone stays alone.

import type { Coalescing } from "../measurement/workload.ts";
import type { Controller } from "../nvme/controller.ts";
import { interruptCoalescing, vectorConfiguration } from "../nvme/sqe.ts";

export class Coalescer {
  readonly #controller: Controller;
  #current: Coalescing | null = null;
  /** Vectors that coalescing was switched off for. */
  readonly #exempt = new Set<number>();

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /**
   * Sets coalescing for a block whose queues use `vectors`; null leaves it alone, or switches off again what an
   * earlier block had.
   * @throws PhasebitError DEVICE when the controller does not take it.
   */
  async set(wanted: Coalescing | null, vectors: readonly number[]): Promise<void> {
    if (wanted === null && this.#current === null) return;
    const { threshold, time, vector = null } = wanted ?? { threshold: 0, time: 0 };
    if (this.#current?.threshold !== threshold || this.#current.time !== time) {
      await this.#controller.adminCommand(
        interruptCoalescing(threshold, time),
        `Set Features, Interrupt Coalescing ${threshold},${time}`,
      );
    }
    for (const used of new Set(vectors)) await this.#exemptVector(used, vector);
    this.#current = { threshold, time };
  }

  /** Exempts `used` when only `chosen` is to be coalesced, and no longer when it is, or when all are. */
  async #exemptVector(used: number, chosen: number | null): Promise<void> {
    const isExempt = chosen !== null && used !== chosen;
    if (this.#exempt.has(used) === isExempt) return;
    await this.#controller.adminCommand(
      vectorConfiguration(used, isExempt),
      `Set Features, Interrupt Vector Configuration of vector ${used}`,
    );
    if (isExempt) this.#exempt.add(used);
    else this.#exempt.delete(used);
  }
}
