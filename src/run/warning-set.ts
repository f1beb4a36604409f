// The doubts about blocks, one after the other.
import { PhasebitError } from "../ground/errors.ts";
import type { Warning } from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import type { Workload } from "../measurement/workload.ts";
import type { BlockOutcome } from "./block-outcome.ts";
import { warningsOf } from "./doubts.ts";
import type { Session } from "./session.ts";

/** The doubts that a block of `workload` deserves. */
export function blockWarnings(
  session: Session,
  workload: Workload,
  outcome: Pick<BlockOutcome, "jobs" | "failure" | "threads" | "stops">,
  interrupted = false,
): Warning[] {
  return warningsOf({
    ...outcome,
    host: session.host,
    workload,
    interrupted,
    crowd: session.crowd(workload),
    hasReset: session.device.transport.hasReset,
  });
}

/** The doubts of several blocks together. */
export class WarningSet {
  #warnings: readonly Warning[] = [];

  add(warnings: readonly Warning[]): void {
    this.#warnings = unitedWarnings([this.#warnings, warnings]);
  }

  /**
   * The outcome of one of several blocks. When there is `something` already, a block that cannot be run ends the
   * measurement and is a doubt about it, unless somebody wanted the end; undefined then.
   * @param lost what there is to tell of a device that is lost, which says it all
   */
  async unlessEnded<T>(
    something: boolean,
    block: () => Promise<T>,
    lost: () => Warning | undefined = () => undefined,
  ): Promise<T | undefined> {
    try {
      return await block();
    } catch (error) {
      if (!something || !(error instanceof PhasebitError)) throw error;
      if (error.code === "INTERRUPTED") return undefined;
      this.add([lost() ?? { kind: "stopped-early", why: error.message }]);
      return undefined;
    }
  }

  get all(): Warning[] {
    return [...this.#warnings];
  }
}
