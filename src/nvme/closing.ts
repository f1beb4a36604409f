// Giving a device back, in the order in which it can no longer do harm, however many of the steps fail.
import { ShutdownNotification } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { ControllerState } from "./controller-state.ts";
import type { Interruption } from "./interruption.ts";
import type { Registers, Trace } from "./registers.ts";

/** What is closed. */
export interface ClosingParts {
  readonly transport: Transport;
  readonly registers: Registers;
  readonly state: ControllerState;
  readonly interruption: Interruption;
  readonly trace: Trace | undefined;
  deleteQueues(): Promise<void>;
  /** The controller has forgotten its queues. */
  forget(): void;
}

/** The end of a device. */
export class Closing {
  readonly #parts: ClosingParts;
  /** What went wrong, in the order of the steps. */
  readonly problems: Error[] = [];
  #end: Promise<void> | undefined;
  /** The controller still works, and its shutdown is waited for. */
  #mayBeInterrupted = false;

  constructor(parts: ClosingParts) {
    this.#parts = parts;
  }

  get hasBegun(): boolean {
    return this.#end !== undefined;
  }

  /** A controller that is being closed is waited for: it may reach the memory until it has stopped. */
  get mustWait(): boolean {
    return this.hasBegun && !this.#mayBeInterrupted;
  }

  /**
   * Twice is once: whoever asks again waits for the end too.
   * @throws what the first step threw that failed, to whoever asked first.
   */
  async close(shutdown: boolean): Promise<void> {
    if (this.#end !== undefined) return this.#end.catch(() => {});
    this.#end = this.#close(shutdown);
    return this.#end;
  }

  async #close(shutdown: boolean): Promise<void> {
    const { transport, registers, state, trace, forget } = this.#parts;
    // a device that was pulled out fails any step; the ones after it must come all the same
    const step = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        trace?.(`closing: ${(error as Error).message}`);
        this.problems.push(error as Error);
      }
    };
    // whoever is waited for in vain here takes a minute, and its queues end with CC.EN all the same
    await step(() => (state.answersCommands ? this.#parts.deleteQueues() : undefined));
    if (shutdown) await step(() => this.#shutDown());
    await step(() => state.stop());
    forget();
    await step(() => transport.disableInterrupts());
    await step(() => transport.setBusMaster(false));
    await step(() => transport.memory.detach());
    registers.end();
    await step(() => transport.close());
    trace?.("closed");
    if (this.problems.length > 0) throw this.problems[0];
  }

  /**
   * A controller that is gone, has failed or was reset has nothing to shut down. Who interrupts does not wait for caches
   * to be flushed, since nothing is switched off: that is no failure of the device.
   */
  async #shutDown(): Promise<void> {
    const { state, interruption, trace } = this.#parts;
    if (state.health() !== "well") return;
    interruption.restart();
    this.#mayBeInterrupted = true;
    try {
      await state.shutDown(ShutdownNotification.NORMAL);
    } catch (error) {
      if (!(error instanceof PhasebitError) || error.code !== "INTERRUPTED") throw error;
      trace?.(`closing: ${error.message}`);
    } finally {
      this.#mayBeInterrupted = false;
    }
  }
}
