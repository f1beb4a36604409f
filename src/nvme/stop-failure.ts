// A controller that did not stop when it was told to: what it did not do, as data, beside the words.
import { PhasebitError } from "../ground/errors.ts";

/** "shutdown": CSTS.SHST did not become 10b (7.6.2). "disable": CSTS.RDY did not become 0 (3.1.5). */
export type StopStep = "shutdown" | "disable";

export class StopFailure extends PhasebitError {
  readonly step: StopStep;
  /** How long it was given. */
  readonly limitMs: number;
  /** Of a shutdown: RTD3E; null where the controller gives none, or was not identified. */
  readonly rtd3EntryMs: number | null;

  /** @param cause the wait that ended */
  constructor(
    step: StopStep,
    { limitMs, rtd3EntryMs = null }: { limitMs: number; rtd3EntryMs?: number | null },
    words: string,
    cause: PhasebitError,
  ) {
    const { what, value, limit } = cause;
    super("DEVICE", words, {
      cause,
      ...(what !== undefined && { what }),
      ...(value !== undefined && { value }),
      ...(limit !== undefined && { limit }),
      section: step === "shutdown" ? "7.6.2" : "3.1.5",
    });
    this.step = step;
    this.limitMs = limitMs;
    this.rtd3EntryMs = rtd3EntryMs;
  }
}

/** Whether a wait ended because its time was over, and not because the device is gone or fatal. */
export function isLate(error: unknown): error is PhasebitError {
  return error instanceof PhasebitError && error.code === "DEVICE" && error.what !== undefined;
}
