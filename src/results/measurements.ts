// Checked documents as the measurements that they were made from. Figures are not taken over: they follow
// from the counts again, whichever phasebit had worked them out.
import type * as v from "valibot";
import { JobPhase } from "../../assembly/layout.ts";
import { emptyCounts, mergeCounts, unpackLatency } from "../measurement/latency-counts.ts";
import type {
  JobMeasurement,
  Measurement,
  RunMeasurement,
  Warning,
} from "../measurement/measurement.ts";
import type {
  ComparisonBlock,
  ComparisonMeasurement,
  SweepMeasurement,
} from "../run/comparison.ts";
import type { comparisonSchema, sweepSchema } from "./schema/comparison.ts";
import type { runDetails } from "./schema/run.ts";

type RunDetails = v.InferOutput<typeof runDetails>;
type ComparisonDocument = v.InferOutput<typeof comparisonSchema>;
type SweepDocument = v.InferOutput<typeof sweepSchema>;

/** The measurement behind a run's document. */
export function runOf(details: RunDetails): RunMeasurement {
  return {
    ...aboutOf(details, details.warnings),
    jobs: details.jobs.map(jobOf),
    intervals: details.series.map(({ source, endMs, lengthMs, latencies }) => ({
      source,
      endMs,
      lengthMs,
      latencies,
    })),
    deviceCpuNs: details.deviceCpuNs,
  };
}

/** The measurement behind a comparison's document. */
export function comparisonOf({
  conditions,
  modes,
  warnings,
}: ComparisonDocument): ComparisonMeasurement {
  const blocks = conditions.modes.flatMap(({ name }) =>
    (modes[name]?.blocks ?? []).map((block): ComparisonBlock => {
      const { round, position, voluntarySwitches, involuntarySwitches } = block;
      const switches = { voluntarySwitches, involuntarySwitches };
      return { mode: name, round, position, ...countedOf(block), ...switches };
    }),
  );
  // worked out from the blocks, and worked out again
  const own = warnings.filter(({ kind }) => kind !== "drift-larger-than-difference");
  return {
    ...aboutOf(conditions, own),
    modes: conditions.modes,
    rounds: conditions.rounds,
    blocks: blocks.sort((a, b) => a.position - b.position),
  };
}

/** The measurement behind a sweep's document. */
export function sweepOf({ conditions, points, warnings }: SweepDocument): SweepMeasurement {
  return {
    ...aboutOf(conditions, warnings),
    points: points.map((point) => {
      const { mode, iodepth, coalescing } = point;
      return { mode, iodepth, coalescing, ...countedOf(point) };
    }),
  };
}

function aboutOf(about: Omit<Measurement, "warnings">, warnings: readonly Warning[]): Measurement {
  const { version, argv, startedMs, interrupted, merged, host, device, workload } = about;
  return { version, argv, startedMs, interrupted, merged, host, device, workload, warnings };
}

function countedOf(
  counted: SweepDocument["points"][number] | ComparisonDocument["modes"][string]["blocks"][number],
) {
  const { startedMs, elapsedNs, latencies, completed, failed } = counted;
  const { userNs, systemNs, audit, deviceCpuNs } = counted;
  const latency = mergeCounts(latencies.map(unpackLatency));
  const work = { startedMs, elapsedNs, latency, latencies, completed, failed };
  return { ...work, userNs, systemNs, audit, deviceCpuNs };
}

function jobOf(job: RunDetails["jobs"][number]): JobMeasurement {
  const { read = emptyCounts, write = emptyCounts, statuses, phase, ...rest } = job;
  return {
    ...rest,
    read,
    write,
    statuses: statuses.map(({ sct, sc, count }) => ({
      code: Number(sct) * 256 + Number(sc),
      count,
    })),
    phase: JobPhase[phase as keyof typeof JobPhase],
  };
}
