// A checked document as the measurement that it was made from. Figures are not taken over: they follow from the
// counts again, whichever phasebit had worked them out.
import { JobPhase } from "../../assembly/layout.ts";
import type { Block, Interval, Job, Measurement } from "../measurement/measurement.ts";
import { workOf } from "../measurement/work.ts";
import type { MeasuredDetails } from "./schema/measured.ts";

/** The measurement behind a document. */
export function measurementOf(details: MeasuredDetails): Measurement {
  const { kind, startedMs, version, argv, host, devices, workload, workloads, rounds } = details;
  const { blocks, warnings, interrupted, merged } = details;
  return {
    ...{ kind, startedMs, version, argv, host, devices, workload, workloads, rounds },
    blocks: blocks.map(blockOf),
    // worked out from the blocks, and worked out again
    warnings: warnings.filter((warning) => warning.kind !== "drift-larger-than-difference"),
    ...{ interrupted, merged },
  };
}

type CheckedBlock = MeasuredDetails["blocks"][number];
type CheckedJob = NonNullable<CheckedBlock["jobs"]>[number];

function blockOf(block: CheckedBlock): Block {
  const jobs = block.jobs?.map(jobOf) ?? null;
  return {
    ...block,
    jobs,
    // the schema has one of them
    work: jobs === null ? block.work! : workOf(jobs),
    intervals: block.intervals?.map(intervalOf) ?? null,
  };
}

function intervalOf({ source, endMs, lengthMs, latencies, runDelay }: Interval): Interval {
  return { source, endMs, lengthMs, latencies, runDelay };
}

function jobOf({ statuses, phase, ...job }: CheckedJob): Job {
  return {
    ...job,
    statuses: statuses.map(({ sct, sc, count, first }) => ({
      code: Number(sct) * 256 + Number(sc),
      count,
      first,
    })),
    phase: JobPhase[phase as keyof typeof JobPhase],
  };
}
