// Which doubts a finished run deserves; report/warnings.ts words them.
import type { HostConditions, JobMeasurement, Warning } from "./measurement.ts";

/** What the doubts are drawn from. */
export interface Evidence {
  readonly jobs: readonly JobMeasurement[];
  readonly host: HostConditions;
  readonly interrupted: boolean;
  /** The device can be reset by its function alone. */
  readonly hasReset: boolean;
  /** Why the controller ended the run, if it did. */
  readonly failure: Warning | undefined;
}

/** Worst first. */
export function warningsOf({ jobs, host, interrupted, hasReset, failure }: Evidence): Warning[] {
  const sum = (of: (job: JobMeasurement) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  const failed = sum((job) => job.failed);
  const rejected = sum((job) => Object.values(job.rejections).reduce((a, b) => a + b, 0));
  const lost = sum((job) => job.lost);
  const doubts: (Warning | false | undefined)[] = [
    failure,
    lost > 0 && { kind: "commands-lost", count: lost },
    failed > 0 && { kind: "io-errors", count: failed },
    rejected > 0 && { kind: "rejected-completions", count: rejected },
    interrupted && { kind: "interrupted" },
    jobs.length > host.cpus && { kind: "cpus-shared", jobs: jobs.length, cpus: host.cpus },
    host.loadAverage > host.cpus / 2 && { kind: "host-busy", loadAverage: host.loadAverage },
    !hasReset && { kind: "no-function-reset" },
    ...jobs
      .filter(({ tier }) => tier !== "turbofan")
      .map(({ job }): Warning => ({ kind: "not-optimized", job })),
    ...jobs
      .filter(({ cpu }) => cpu === null)
      .map(({ job }): Warning => ({ kind: "not-pinned", job })),
  ];
  return doubts.filter((doubt): doubt is Warning => Boolean(doubt));
}
