// A block's figures with all jobs and directions together, and the doubts about it.
import { PhasebitError } from "../errors.ts";
import { warningsOf } from "./doubts.ts";
import { mergeCounts } from "./latency-counts.ts";
import type { JobMeasurement, Warning } from "./measurement.ts";
import type { BlockOutcome, Session } from "./session.ts";
import type { Workload } from "./workload.ts";

/** What comparisons and sweeps keep of a block. */
export function blockFigures({ jobs }: Pick<BlockOutcome, "jobs">) {
  const sum = (of: (job: JobMeasurement) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  return {
    elapsedNs: Math.max(...jobs.map((job) => job.elapsedNs)),
    latency: mergeCounts(jobs.flatMap(({ read, write }) => [read, write])),
    completed: sum((job) => job.completed),
    failed: sum((job) => job.failed),
    userNs: sum((job) => job.usage.userNs),
    systemNs: sum((job) => job.usage.systemNs),
    voluntarySwitches: sum((job) => job.usage.voluntarySwitches),
    involuntarySwitches: sum((job) => job.usage.involuntarySwitches),
    audit: {
      interrupts: sum((job) => job.waits.interrupts),
      wakeups: sum((job) => job.waits.wakeups),
      spurious: sum((job) => job.waits.spurious),
      lost: sum((job) => job.waits.lost),
    },
  };
}

/** The doubts that a block of `workload` deserves. */
export function blockWarnings(
  session: Session,
  workload: Workload,
  outcome: Pick<BlockOutcome, "jobs" | "failure">,
  interrupted = false,
): Warning[] {
  return warningsOf({
    ...outcome,
    host: session.host,
    mode: workload.completion.mode,
    interrupted,
    crowd: session.crowd(workload),
    hasReset: session.controller.transport.hasReset,
  });
}

/** Warnings of several blocks: of one kind and job, the last is kept. */
export class WarningSet {
  readonly #warnings = new Map<string, Warning>();

  add(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      const key = "job" in warning ? `${warning.kind} ${warning.job}` : warning.kind;
      this.#warnings.set(key, warning);
    }
  }

  /**
   * The outcome of one of several blocks. When there is `something` already, a block that cannot be run ends the
   * measurement and is a doubt about it; undefined then.
   */
  async unlessEnded<T>(something: boolean, block: () => Promise<T>): Promise<T | undefined> {
    try {
      return await block();
    } catch (error) {
      if (!something || !(error instanceof PhasebitError)) throw error;
      this.add([{ kind: "stopped-early", why: error.message }]);
      return undefined;
    }
  }

  get all(): Warning[] {
    return [...this.#warnings.values()];
  }
}
