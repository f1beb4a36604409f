// Which doubts a finished run deserves; results/warnings.ts words them.

import { addedFlags, hasFlags, noFlags } from "../measurement/flags.ts";
import type { HostConditions, Job, Warning } from "../measurement/measurement.ts";
import { cidGenerations, type Workload } from "../measurement/workload.ts";
import { type HostEvidence, interruptDoubts, starvations } from "./starvation.ts";
import type { Stops } from "./stops.ts";

/** By so much a clock is slewed at most where it is set right gently (adjtimex); more is no such thing. */
const MOST_DRIFT_PPM = 500;

/** With fewer generations of a CID it is said that a duplicate may be believed. */
const ENOUGH_GENERATIONS = 8;

type DoubtedJob = Omit<Job, "stages">;

/** What the doubts are drawn from. */
export interface Evidence {
  readonly jobs: readonly DoubtedJob[];
  readonly host: HostConditions;
  /** What the scheduler did with the jobs' threads and the embedded controller's. */
  readonly threads: Pick<HostEvidence, "shares" | "load">;
  readonly workload: Workload;
  readonly interrupted: boolean;
  /** How often the process itself stood still. */
  readonly stops: Stops;
  /** Threads that spun during the run, and the CPUs that they had. */
  readonly crowd: { readonly threads: number; readonly cpus: number };
  /** The device can be reset by its function alone. */
  readonly hasReset: boolean;
  /** Why the controller ended the run, if it did. */
  readonly failure: Warning | undefined;
}

/** Worst first. */
export function warningsOf(evidence: Evidence): Warning[] {
  const { jobs, host, threads, workload, interrupted, crowd, hasReset, failure, stops } = evidence;
  const starved = starvations({ ...threads, cpus: jobs.map(({ cpu }) => cpu) });
  const sum = (of: (job: DoubtedJob) => number): number =>
    jobs.reduce((total, job) => total + of(job), 0);
  const failed = sum((job) => job.failed);
  const ended = sum(({ statuses }) => statuses.reduce((all, { count }) => all + count, 0));
  const wrongHeads = sum((job) => job.rejections["wrong-sqhd"]);
  const rejected = sum((job) => Object.values(job.rejections).reduce((a, b) => a + b, 0));
  const { iodepth } = workload;
  const generations = cidGenerations(iodepth);
  const flags = addedFlags(jobs.map((job) => job.flags ?? noFlags));
  const lost = sum((job) => job.lost);
  const unfinished = sum((job) => job.unfinished ?? 0);
  const lostInterrupts = sum((job) => job.waits.lost);
  const spurious = sum((job) => job.waits.spurious);
  const doubts: (Warning | false | undefined)[] = [
    failure?.kind === "commands-lost" ? undefined : failure,
    ...jobs.map((job) => timedOut(job, workload)),
    lost > 0 && { kind: "commands-lost", count: lost, ...oldestOf(jobs) },
    unfinished > 0 && { kind: "commands-unfinished", count: unfinished },
    failed > 0 && { kind: "io-errors", count: failed },
    // errors are listed from the first command on, and counted as failed from the measurement's begin
    ended > failed && { kind: "ramp-errors", count: ended - failed },
    hasFlags(flags) && { kind: "flagged-successes", queue: "io", ...flags },
    rejected > wrongHeads && { kind: "rejected-completions", count: rejected - wrongHeads },
    wrongHeads > 0 && { kind: "wrong-sqhd", queue: "io", count: wrongHeads },
    ...interruptDoubts(lostInterrupts, spurious, starved.length + stops.count === 0),
    interrupted && { kind: "interrupted" },
    stops.count > 0 && { kind: "process-stopped", ...stops },
    generations < ENOUGH_GENERATIONS && { kind: "few-generations", iodepth, generations },
    crowd.threads > crowd.cpus && { kind: "cpus-shared", ...crowd },
    host.loadAverage > host.cpus && { kind: "host-busy", loadAverage: host.loadAverage },
    !hasReset && { kind: "no-function-reset" },
    ...starved,
    ...jobs
      .map(({ job, clock }) => ({ job, ppm: clock?.driftPpm ?? 0 }))
      .filter(({ ppm }) => Math.abs(ppm) > MOST_DRIFT_PPM)
      .map((doubt): Warning => ({ kind: "clock-drift", ...doubt })),
    ...jobs
      .filter(({ tier }) => tier !== "turbofan")
      .map(({ job }): Warning => ({ kind: "not-optimized", job })),
    ...jobs.flatMap(({ job, collections }): Warning[] =>
      collections !== null && collections.count > 0
        ? [{ kind: "garbage-collected", job, ...collections }]
        : [],
    ),
    ...jobs
      .filter(({ cpu }) => cpu === null)
      .map(({ job }): Warning => ({ kind: "not-pinned", job })),
  ];
  return doubts.filter((doubt): doubt is Warning => Boolean(doubt));
}

/** What ended the job, if a command did that had its time. */
function timedOut(
  { job, sqid, elapsedNs, timedOut, overdue }: DoubtedJob,
  { timeoutMs, runtimeMs }: Workload,
): Warning | undefined {
  if (!timedOut || overdue === null) return undefined;
  const ranMs = Math.min(elapsedNs / 1e6, runtimeMs);
  return { kind: "timed-out", job, sqid, timeoutMs, ranMs, runtimeMs, ...overdue };
}

/** The command that was longest in flight, of those that were lost. */
function oldestOf(jobs: readonly DoubtedJob[]) {
  const known = jobs.flatMap(({ lost, sqid, overdue }) =>
    lost > 0 && overdue !== null ? [{ sqid, ...overdue }] : [],
  );
  const [oldest] = known.sort((a, b) => b.ageNs - a.ageNs);
  return oldest === undefined ? {} : { oldest };
}
