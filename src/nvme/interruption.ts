// A caller who has lost interest: once an AbortSignal is aborted, waits for the controller end soon.
import { PhasebitError } from "../ground/errors.ts";
import type { Transport } from "../transport/transport.ts";

/** After an interruption all waits for the controller may take so long together: one that works needs less. */
const LAST_WAIT_MS = 250;

/** What an AbortSignal is here, for users whose TypeScript has no type for it. */
export interface EndSignal {
  readonly aborted: boolean;
}

/** The pauses inside of waits, which an interruption ends. */
export class Interruption {
  readonly #transport: Transport;
  readonly #signal: EndSignal | undefined;
  /** When a wait first saw that it is to end, on performance.now()'s scale. */
  #sinceMs: number | undefined;

  constructor(transport: Transport, signal: EndSignal | undefined) {
    this.#transport = transport;
    this.#signal = signal;
  }

  /** What was waited before does not count any more. */
  restart(): void {
    this.#sinceMs = undefined;
  }

  /** Inside a wait for the controller, which an interruption ends soon. @throws PhasebitError INTERRUPTED */
  async pause(): Promise<void> {
    // whoever asks again and again, as a prompt does, begins anew each time
    if (!this.#signal?.aborted) this.#sinceMs = undefined;
    else {
      this.#sinceMs ??= performance.now();
      if (performance.now() - this.#sinceMs > LAST_WAIT_MS) {
        throw new PhasebitError(
          "INTERRUPTED",
          `${this.#transport.address}: interrupted while it was waited for`,
        );
      }
    }
    await this.#transport.pause();
  }
}
