// A mode of a comparison or a point of a sweep as a run of one job, which fio's tree can show.
import { JobPhase } from "../../assembly/layout.ts";
import { mergeCounts, packLatency, unpackLatency } from "../measurement/latency-counts.ts";
import type {
  Interval,
  JobMeasurement,
  Measurement,
  RunMeasurement,
} from "../measurement/measurement.ts";
import { NS_PER_MS } from "../units.ts";
import { type Group, iosOf, type Op, type Stretch } from "./groups.ts";

/** Old results have reads and writes of a comparison together: they pass as reads. */
const DIRECTIONS = { read: ["read", "mixed"], write: ["write"] } as const;

/** What the group measured, as one job. */
export function groupRun(measurement: Measurement, group: Group): RunMeasurement {
  const isMixed = group.parts.some(({ op }) => op === "mixed");
  return {
    ...measurement,
    workload: {
      ...group.workload,
      // rates of short blocks count too
      logHistMs: 1,
      ...(isMixed && { rw: "randread" }),
    },
    jobs: [groupJob(group)],
    intervals: group.stretches.map(interval),
    deviceCpuNs: group.work.deviceCpuNs,
    merged: [],
  };
}

/** A run without I/O, as long as all groups together: what a document says before its jobs. */
export function wholeRun(measurement: Measurement, endMs: number): RunMeasurement {
  const work = { failed: 0, userNs: 0, systemNs: 0, interrupts: 0, switches: 0 };
  return groupRun(measurement, {
    ...{ name: "", mode: "", parts: [], stretches: [], hasTime: false },
    workload: measurement.workload,
    elapsedNs: endMs * NS_PER_MS,
    work: { ...work, deviceCpuNs: null },
  });
}

function groupJob(group: Group): JobMeasurement {
  const { elapsedNs, work } = group;
  const ios = iosOf(group);
  return {
    ...{ job: 0, source: 0, cpu: null, sqid: 0, entries: 0 },
    elapsedNs,
    read: latencyOf(group, DIRECTIONS.read),
    write: latencyOf(group, DIRECTIONS.write),
    submitted: ios + work.failed,
    completed: ios + work.failed,
    failed: work.failed,
    ...{ lost: 0, timedOut: false, statuses: [], rejectedRaw: [], sweeps: 0, sweepsFull: 0 },
    rejections: {
      "bad-cid": 0,
      "idle-slot": 0,
      "stale-generation": 0,
      "bad-sqid": 0,
      "bad-sqhd": 0,
    },
    usage: {
      userNs: work.userNs,
      systemNs: work.systemNs,
      voluntarySwitches: work.switches,
      ...{ involuntarySwitches: 0, minorFaults: 0, majorFaults: 0 },
    },
    waits: {
      interrupts: work.interrupts,
      ...{ wakeups: 0, spurious: 0, late: 0, lost: 0, sleeps: 0, overslept: 0 },
    },
    ...{ stages: null, clockNs: 0, tier: "unknown", phase: JobPhase.DONE },
  };
}

function latencyOf({ parts }: Group, ops: readonly Op[]) {
  return mergeCounts(parts.filter(({ op }) => ops.includes(op)).map(({ latency }) => latency));
}

function interval({ startMs, lengthMs, latencies }: Stretch): Interval {
  const packed = (["read", "write"] as const).map((op) => {
    const own = latencies.filter((one) => (DIRECTIONS[op] as readonly Op[]).includes(one.op));
    return packLatency(mergeCounts(own.map(unpackLatency)), { op, job: 0 });
  });
  return {
    source: 0,
    endMs: startMs + lengthMs,
    lengthMs,
    latencies: packed.filter(({ total }) => total > 0),
  };
}
