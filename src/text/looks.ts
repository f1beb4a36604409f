// How often a job looked for completions, how many it found at once, and what looking late added to a latency.
import { sumOf } from "../analysis/totals.ts";
import { formatCount, formatNs } from "../ground/units.ts";
import type { Block, Job } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { looksOn } from "../measurement/workload-names.ts";

/** What a learned pause adds to a latency at most; assembly/host/pause.ts counts those to which it adds more. */
const PROMISED = 1 / 128;

/** "4.10 an I/O", "1.02 I/Os at once", "pause 312ns, 0.4% of the shortest latency"; nothing without I/O. */
export function lookParts(
  jobs: readonly Job[],
  blocks: readonly Block[],
  completion: Pick<Workload["completion"], "mode" | "pauseNs">,
): string[] {
  // what waits for the last ones counts no looks
  const drained = blocks
    .flatMap(({ latencies }) => latencies)
    .reduce((sum, latency) => sum + (latency.drained ?? 0), 0);
  const ended = sumOf(jobs, ({ completed, failed }) => completed + failed) - drained;
  const sweepsFull = sumOf(jobs, (job) => job.sweepsFull);
  if (ended <= 0 || sweepsFull === 0) return [];
  const looks = formatCount(sumOf(jobs, ({ sweeps }) => sweeps) / ended);
  const atOnce = ended / sweepsFull;
  const parts = [`${looks} an I/O`, `${formatCount(atOnce)} I/Os at once`];
  if (!looksOn(completion.mode)) return parts;
  return [...parts, pausePart(jobs, blocks, completion.pauseNs === null)];
}

function pausePart(jobs: readonly Job[], blocks: readonly Block[], isLearned: boolean): string {
  const pauseNs = Math.max(0, ...jobs.map((job) => job.pauseNs));
  if (pauseNs === 0) return "no pause between them";
  const pause = `pause ${formatNs(pauseNs)}`;
  const shortest = blocks.flatMap(({ latencies }) => latencies.map(({ minNs }) => minNs));
  const share = pauseNs / Math.min(...shortest);
  const isBounded = isLearned && jobs.every((job) => job.pauseExceptions !== null);
  if (!isBounded || share <= PROMISED)
    return `${pause}, ${percentText(share)} of the shortest latency`;
  // each job's pause is bounded by its own latencies
  const exceptions = sumOf(jobs, (job) => job.pauseExceptions!);
  const things = exceptions === 1 ? "1 I/O" : `${formatCount(exceptions)} I/Os`;
  const but = exceptions === 0 ? "" : `, but for ${things} that came unexpectedly soon`;
  return `${pause}, at most ${percentText(PROMISED)} of a latency${but}`;
}

function percentText(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
