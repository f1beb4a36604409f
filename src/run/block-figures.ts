// A block's figures with all jobs and directions together, and the doubts about it.
import { PhasebitError } from "../errors.ts";
import { mergeCounts, packLatency } from "../measurement/latency-counts.ts";
import type { JobMeasurement, PackedLatency, Warning } from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import type { Workload } from "../measurement/workload.ts";
import { warningsOf } from "./doubts.ts";
import type { BlockOutcome, Session } from "./session.ts";

/** What comparisons and sweeps keep of a block. */
export function blockFigures({
  startedMs,
  jobs,
  deviceCpuNs,
}: Pick<BlockOutcome, "startedMs" | "jobs" | "deviceCpuNs">) {
  const sum = (of: (job: JobMeasurement) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  return {
    startedMs,
    elapsedNs: Math.max(...jobs.map((job) => job.elapsedNs)),
    latency: mergeCounts(jobs.flatMap(({ read, write }) => [read, write])),
    latencies: jobs.flatMap(packedLatencies),
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
    deviceCpuNs,
  };
}

function packedLatencies(measured: JobMeasurement): PackedLatency[] {
  const { job } = measured;
  return (["read", "write"] as const)
    .filter((op) => measured[op].total > 0)
    .map((op) => packLatency(measured[op], { op, job }));
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
    return [...this.#warnings];
  }
}
