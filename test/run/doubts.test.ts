// Doubts that follow from what the jobs say of themselves.
import { describe, expect, test } from "vitest";
import type { Flags, Job, RejectionName } from "../../src/measurement/measurement.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import { warningsOf } from "../../src/run/doubts.ts";
import type { Stops } from "../../src/run/stops.ts";
import { exampleRun, jobsIn } from "../examples/run.ts";

const run = exampleRun({ options: { numjobs: "2" }, seconds: 1, perSecond: 100 });

/** The doubts when the jobs' clocks ran so many millionths faster than CLOCK_MONOTONIC; null is not known. */
function doubts(
  drifts: readonly (number | null)[],
  flags: readonly (Flags | null)[] = [],
  options: WorkloadOptions = {},
  rejections: Partial<Record<RejectionName, number>> = {},
  change: (job: Job) => Job = (job) => job,
  stops: Stops = { count: 0, ns: 0 },
) {
  const jobs = jobsIn(run).map((job, index) => ({
    ...change(job),
    flags: flags[index] ?? null,
    rejections: { ...job.rejections, ...rejections },
    clock: { source: "tsc" as const, hz: 2.6e9, driftPpm: drifts[index]! },
  }));
  return warningsOf({
    jobs,
    host: run.host,
    threads: { shares: [], load: { cpus: new Map(), ownNs: 0, throttledNs: 0 } },
    workload: parseWorkload(options),
    interrupted: false,
    crowd: { threads: 1, cpus: 2 },
    stops,
    hasReset: true,
    failure: undefined,
  });
}

test("what successes should not have had set is a doubt, over all jobs", () => {
  const none = { more: 0, crd: 0, dnr: 0, dword1: 0 };
  const flags = [
    { ...none, more: 3 },
    { ...none, more: 1, dword1: 2 },
  ];
  expect(doubts([null, null], flags)).toEqual([
    { kind: "flagged-successes", queue: "io", ...none, more: 4, dword1: 2 },
  ]);
  expect(doubts([null, null], [none, null])).toEqual([]);
});

test("two bits of generation are told, three are enough", () => {
  const at = (iodepth: string) => doubts([null, null], [], { iodepth });
  expect(at("8191")).toEqual([]);
  expect(at("8192")).toEqual([{ kind: "few-generations", iodepth: 8192, generations: 4 }]);
  expect(at("16383")).toEqual([{ kind: "few-generations", iodepth: 16_383, generations: 4 }]);
});

test("a wrong SQHD is a doubt of its own, beside entries that ended nothing", () => {
  const told = (rejections: Partial<Record<RejectionName, number>>) =>
    doubts([null, null], [], {}, rejections);
  expect(told({ "wrong-sqhd": 2 })).toEqual([{ kind: "wrong-sqhd", queue: "io", count: 4 }]);
  expect(told({ "wrong-sqhd": 1, "bad-sqhd": 3 })).toEqual([
    { kind: "rejected-completions", count: 6 },
    { kind: "wrong-sqhd", queue: "io", count: 2 },
  ]);
});

test("errors of the ramp are listed but did not fail in the measurement: both are told", () => {
  const first = { op: "read", lba: 7, atNs: -5 } as const;
  const told = (failed: number, counts: readonly number[]) =>
    doubts([null, null], [], {}, {}, (job) => ({
      ...job,
      failed,
      statuses: counts.map((count, at) => ({ code: 0x280 + at, count, first })),
    }));
  expect(told(0, [])).toEqual([]);
  expect(told(3, [1, 2])).toEqual([{ kind: "io-errors", count: 6 }]);
  expect(told(0, [1, 2])).toEqual([{ kind: "ramp-errors", count: 6 }]);
  expect(told(1, [1, 2])).toEqual([
    { kind: "io-errors", count: 2 },
    { kind: "ramp-errors", count: 4 },
  ]);
});

test("interrupts that were lost while the process stood still accuse no device", () => {
  const lose = (job: Job): Job => ({ ...job, waits: { ...job.waits, lost: 2 } });
  const told = (stops: Stops) => doubts([null, null], [], {}, {}, lose, stops);
  expect(told({ count: 0, ns: 0 })).toEqual([{ kind: "lost-interrupts", count: 4 }]);
  expect(told({ count: 1, ns: 2e9 })).toEqual([
    { kind: "interrupts-unclear", lost: 4, spurious: 0 },
    { kind: "process-stopped", count: 1, ns: 2e9 },
  ]);
});

describe("a clock that drifts", () => {
  test("as far as NTP slews, or for a time too short to tell, is none", () => {
    expect(doubts([500, -500])).toEqual([]);
    expect(doubts([null, 0])).toEqual([]);
  });

  test("further, in either direction, is a doubt about the job's latencies", () => {
    expect(doubts([501, -12_000])).toEqual([
      { kind: "clock-drift", job: 0, ppm: 501 },
      { kind: "clock-drift", job: 1, ppm: -12_000 },
    ]);
  });
});
