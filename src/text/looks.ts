// How often a job looked for completions, how many it found at once, and what looking late added to a latency.
import { sumOf } from "../analysis/totals.ts";
import { formatCount, formatNs } from "../ground/units.ts";
import type { Block, Job } from "../measurement/measurement.ts";
import { looksOn } from "../measurement/workload-names.ts";
import type { CompletionMode } from "../measurement/workload-options.ts";

/** "4.10 looks an I/O", "1.02 at once", "pause 625ns (0.8% of the shortest latency)"; nothing without I/O. */
export function lookParts(
  jobs: readonly Job[],
  blocks: readonly Block[],
  mode: CompletionMode,
): string[] {
  const completed = sumOf(jobs, (job) => job.completed);
  if (completed === 0) return [];
  const looks = formatCount(sumOf(jobs, ({ sweeps }) => sweeps) / completed);
  const atOnce =
    completed /
    Math.max(
      1,
      sumOf(jobs, ({ sweepsFull }) => sweepsFull),
    );
  const parts = [`${looks} an I/O`, `${formatCount(atOnce)} I/Os at once`];
  return looksOn(mode) ? [...parts, pausePart(jobs, blocks)] : parts;
}

function pausePart(jobs: readonly Job[], blocks: readonly Block[]): string {
  const pauseNs = Math.max(0, ...jobs.map((job) => job.pauseNs));
  if (pauseNs === 0) return "no pause between them";
  const shortest = blocks.flatMap(({ latencies }) => latencies.map(({ minNs }) => minNs));
  const percent = ((pauseNs * 100) / Math.min(...shortest)).toFixed(1);
  return `pause ${formatNs(pauseNs)}, ${percent}% of the shortest latency`;
}
