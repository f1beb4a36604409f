// Which doubts a finished run deserves; results/warnings.ts words them.

import type { HostConditions, Job, Warning } from "../measurement/measurement.ts";
import type { CompletionMode } from "../measurement/workload-options.ts";

/** A loop that polls needs its CPU all the time; less means that others had it. */
const FULL_SHARE = 0.97;
/** Below this the kernel's accounting is too coarse. */
const SHORTEST_NS = 200_000_000;

type DoubtedJob = Omit<Job, "stages">;

/** What the doubts are drawn from. */
export interface Evidence {
  readonly jobs: readonly DoubtedJob[];
  readonly host: HostConditions;
  readonly mode: CompletionMode;
  readonly interrupted: boolean;
  /** Threads that spun during the run, and the CPUs that they had. */
  readonly crowd: { readonly threads: number; readonly cpus: number };
  /** The device can be reset by its function alone. */
  readonly hasReset: boolean;
  /** Why the controller ended the run, if it did. */
  readonly failure: Warning | undefined;
}

/** Worst first. */
export function warningsOf(evidence: Evidence): Warning[] {
  const { jobs, host, mode, interrupted, crowd, hasReset, failure } = evidence;
  const sum = (of: (job: DoubtedJob) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  const failed = sum((job) => job.failed);
  const rejected = sum((job) => Object.values(job.rejections).reduce((a, b) => a + b, 0));
  const lost = sum((job) => job.lost);
  const lostInterrupts = sum((job) => job.waits.lost);
  const spurious = sum((job) => job.waits.spurious);
  const doubts: (Warning | false | undefined)[] = [
    failure?.kind === "commands-lost" ? undefined : failure,
    lost > 0 && { kind: "commands-lost", count: lost },
    failed > 0 && { kind: "io-errors", count: failed },
    rejected > 0 && { kind: "rejected-completions", count: rejected },
    lostInterrupts > 0 && { kind: "lost-interrupts", count: lostInterrupts },
    spurious > 0 && { kind: "spurious-interrupts", count: spurious },
    interrupted && { kind: "interrupted" },
    crowd.threads > crowd.cpus && { kind: "cpus-shared", ...crowd },
    host.loadAverage > host.cpus && { kind: "host-busy", loadAverage: host.loadAverage },
    !hasReset && { kind: "no-function-reset" },
    ...(mode === "poll" ? jobs : [])
      .map((job) => ({ job, share: cpuShare(job) }))
      .filter(({ job, share }) => job.elapsedNs > SHORTEST_NS && share < FULL_SHARE)
      .map(
        ({ job: { job }, share }): Warning => ({
          kind: "cpu-starved",
          job,
          percent: Math.round(share * 100),
        }),
      ),
    ...jobs
      .filter(({ tier }) => tier !== "turbofan")
      .map(({ job }): Warning => ({ kind: "not-optimized", job })),
    ...jobs
      .filter(({ cpu }) => cpu === null)
      .map(({ job }): Warning => ({ kind: "not-pinned", job })),
  ];
  return doubts.filter((doubt): doubt is Warning => Boolean(doubt));
}

/** Share of its time that the job's thread had a CPU. */
function cpuShare({ usage, elapsedNs }: DoubtedJob): number {
  return (usage.userNs + usage.systemNs) / elapsedNs;
}
