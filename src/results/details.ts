// A measurement as its document has it, whatever was asked for. Names are those of measurement/measurement.ts.
import type * as v from "valibot";
import { JobPhase } from "../../assembly/layout.ts";
import { carriedNs } from "../analysis/histogram.ts";
import { statusName } from "../decode/status.ts";
import { inTime, latencyIn } from "../measurement/latency-counts.ts";
import type {
  Block,
  Direction,
  Interval,
  Job,
  Measurement,
  Warning,
} from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import type { measured } from "./schema/measured.ts";
import { SCHEMA } from "./schema/values.ts";
import { warningText } from "./warnings.ts";

/** `T` with everything in it readonly: nobody changes a document once it is made. */
type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

type Details = Frozen<v.InferInput<v.ObjectSchema<typeof measured, undefined>>>;

/** Everything but the figures. @param warnings those of the measurement, and what its figures add */
export function detailsOf(
  measurement: Measurement,
  warnings: readonly Warning[] = measurement.warnings,
): Details {
  const { kind, version, argv, startedMs, interrupted, merged, host, devices, rounds } =
    measurement;
  const { workload, workloads, blocks } = measurement;
  return {
    schema: SCHEMA,
    kind,
    partial: shareText(measurement.warnings) || null,
    ...{ version, argv, startedMs, interrupted, merged, host, devices },
    workload: savedWorkload(workload),
    workloads: workloads.map((setting) => {
      return { ...setting, workload: savedWorkload(setting.workload) };
    }),
    rounds,
    blocks: blocks.map((block) => blockEntry(block, workloads[block.workload]!.workload)),
    warnings: warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
  };
}

/** Something of each direction. */
export function perDirection<T>(directions: readonly Direction[], of: (direction: Direction) => T) {
  const entries = directions.map((direction) => [direction, of(direction)] as const);
  return Object.fromEntries(entries) as Partial<Record<Direction, T>>;
}

/** A status in words and numbers. */
export function statusEntry({ code, count }: { readonly code: number; readonly count: number }) {
  const hex = (value: number) => `0x${value.toString(16).padStart(2, "0")}`;
  return { name: statusName(code), sct: hex(code >> 8), sc: hex(code & 0xff), count };
}

/** JSON has no integers of 64 bits: the seed is text. */
function savedWorkload(workload: Workload) {
  return { ...workload, seed: workload.seed.toString() };
}

/** What follows from the jobs is not said again. */
function blockEntry({ work, jobs, intervals, ...block }: Block, workload: Workload) {
  return {
    ...block,
    work: jobs === null ? work : null,
    jobs: jobs?.map(jobEntry) ?? null,
    intervals: intervals?.map((interval) => intervalEntry(interval, workload)) ?? null,
  };
}

function jobEntry({ statuses, phase, ...job }: Job) {
  return {
    ...job,
    phase: JobPhase[phase],
    statuses: statuses.map((status) => ({ ...statusEntry(status), first: status.first })),
  };
}

function intervalEntry({ latencies, ...interval }: Interval, workload: Workload) {
  const { lengthMs } = interval;
  const rates = perDirection(directionsOf(workload), (direction) => {
    const latency = latencyIn(latencies, direction);
    const iops = lengthMs > 0 ? (inTime(latency) * 1000) / lengthMs : 0;
    return {
      ios: latency.total,
      iops,
      mibps: (iops * workload.bs) / 1024 ** 2,
      p50Ns: carriedNs(latency, 50),
      p99Ns: carriedNs(latency, 99),
      maxNs: latency.maxNs,
    };
  });
  return { ...interval, ...rates, latencies };
}
