// What one job measured: what its shared memory holds and what its worker alone knew.
import type { JobMeasurement } from "./block.ts";
import type { JobTask } from "./job-task.ts";
import type { JobView } from "./job-view.ts";
import type { JobOutcome } from "./job-worker.ts";

/** @param job its number */
export function jobMeasurement(
  job: number,
  task: JobTask,
  view: JobView,
  outcome: JobOutcome,
): Omit<JobMeasurement, "runDelayNs" | "vector"> {
  const { rejected: _rejected, ...counters } = view.counters;
  return {
    ...counters,
    job,
    source: 0,
    cpu: outcome.pinned ? task.cpu : null,
    sqid: task.queue.sqid,
    entries: task.queue.sqEntries,
    elapsedNs: outcome.elapsedNs,
    drainNs: outcome.drainNs,
    read: view.latency("read"),
    write: view.latency("write"),
    lost: outcome.lost,
    unfinished: outcome.unfinished,
    timedOut: outcome.timedOut,
    overdue: outcome.overdue,
    statuses: view.statuses(outcome.startedNs),
    flags: view.flags(task.queue),
    rejections: view.rejections,
    rejectedRaw: view.rejectedRaw(outcome.startedNs),
    usage: outcome.usage,
    collections: outcome.collections,
    waits: view.waits,
    pauseNs: view.pauseNs,
    pauseExceptions: view.pauseExceptions,
    stages: task.stages ? stagesOf(view) : null,
    clockNs: outcome.clockNs,
    clock: outcome.clock,
    tier: outcome.tier,
    phase: view.phase,
  };
}

function stagesOf(view: JobView): JobMeasurement["stages"] {
  const [build, doorbell, fetch, service, seen, reap] = view.stages ?? [];
  return build && doorbell && fetch && service && seen && reap
    ? { build, doorbell, fetch, service, seen, reap }
    : null;
}
