// What was measured, gathered by setting: one function for everything that shows it.
import { describe, expect, test } from "vitest";
import {
  distributionsOf,
  endMsOf,
  groupsOf,
  iosOf,
  latencyOf,
} from "../../src/measurement/groups.ts";
import { packLatency } from "../../src/measurement/latency-counts.ts";
import type { Block, Measurement } from "../../src/measurement/measurement.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
  withoutJobs,
} from "../examples/compare.ts";
import { countsOf, exampleDevice, exampleRun, withBlock } from "../examples/run.ts";

/** Two workloads on two devices at once, then one of them again: a job file with a stonewall. */
function jobFile(): Measurement {
  const run = exampleRun({ seconds: 1, perSecond: 10 });
  const second = { ...exampleDevice, address: "0000:5f:00.0" };
  const [setting] = run.workloads;
  const [block] = run.blocks;
  const of = (workload: number, phase: number, position: number): Block => {
    const startedMs = run.startedMs + phase * 1000;
    return { ...block!, workload, phase, position, startedMs };
  };
  return {
    ...run,
    devices: [exampleDevice, second],
    workloads: ["first", "second"].map((name, device) => {
      return { ...setting!, name, mode: name, device };
    }),
    blocks: [of(0, 0, 0), of(1, 0, 1), of(1, 1, 2)],
  };
}

describe("what was not measured or not kept", () => {
  test("a setting without a block is a group without anything", () => {
    const { blocks, ...comparison } = exampleComparison({ modes: [poll, interrupt], rounds: 2 });
    const [, silent] = groupsOf({ ...comparison, blocks: [blocks[0]!] });
    expect(silent).toMatchObject({ blocks: [], elapsedNs: 0, parts: [], stretches: [], jobs: [] });
    expect(distributionsOf([silent!])).toEqual([]);
  });

  test("no settings are no groups, and end at once", () => {
    expect(groupsOf(exampleSweep([]))).toEqual([]);
    expect(endMsOf([])).toBe(0);
  });

  test("jobs are unknown as soon as one block did not keep them, and their switches too", () => {
    const comparison = exampleComparison({ modes: [poll], rounds: 3, ios: 20 });
    const [first, ...others] = comparison.blocks;
    const work = { ...first!.work, voluntarySwitches: null };
    const [group] = groupsOf({
      ...comparison,
      blocks: [{ ...withoutJobs(first!), work }, ...others],
    });
    expect(group!.jobs).toBeNull();
    expect(group!.work).toMatchObject({ completed: 60, voluntarySwitches: null });
    expect(group!.work.involuntarySwitches).not.toBeNull();
  });

  test("intervals that were not kept leave one stretch, and it is said", () => {
    const run = exampleRun({ seconds: 3, perSecond: 10 });
    const [lost] = groupsOf(withBlock(run, { intervals: null }));
    expect(lost).toMatchObject({ hasTime: false });
    expect(lost!.stretches).toMatchObject([{ startMs: 0, lengthMs: 3000, isInterval: false }]);
    const [none] = groupsOf(withBlock(run, { intervals: [] }));
    expect(none).toMatchObject({ hasTime: true });
  });
});

test("a run is one group, named by its completion mode, with its intervals", () => {
  const [group, ...others] = groupsOf(exampleRun({ seconds: 3, options: { numjobs: "2" } }));
  expect(others).toEqual([]);
  expect(group).toMatchObject({ name: "poll", mode: "poll", hasTime: true });
  expect(group!.parts.map(({ op, job }) => [op, job])).toEqual([
    ["read", 0],
    ["read", 1],
  ]);
  expect(group!.stretches.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
    [0, 1000],
    [1000, 2000],
    [2000, 3000],
  ]);
});

test("a comparison is a group for each mode, its rounds together", () => {
  const comparison = exampleComparison({ modes: [poll, interrupt], rounds: 4, ios: 50 });
  const groups = groupsOf(comparison);
  expect(groups.map(({ name, blocks }) => [name, blocks.length])).toEqual([
    ["poll", 4],
    ["interrupt", 4],
  ]);
  expect(groups.map(iosOf)).toEqual([200, 200]);
  const elapsedNs = groups.reduce((sum, group) => sum + group.elapsedNs, 0);
  expect(elapsedNs).toBe(comparison.blocks.reduce((sum, block) => sum + block.elapsedNs, 0));
});

test("a sweep is a group for each point; equal names are numbered", () => {
  const point = examplePoint({ iodepth: 8, coalescing: { threshold: 7, time: 10 }, ios: 10 });
  const groups = groupsOf(exampleSweep([point, point]));
  expect(groups.map(({ name, mode }) => [name, mode])).toEqual([
    ["interrupt.qd8.c7-10", "interrupt"],
    ["interrupt.qd8.c7-10-2", "interrupt"],
  ]);
});

test("several devices and phases are groups as well", () => {
  const [first, second] = groupsOf(jobFile());
  expect([first!.device.address, second!.device.address]).toEqual(["0000:5e:00.0", "0000:5f:00.0"]);
  expect(second!.blocks.map(({ phase }) => phase)).toEqual([0, 1]);
  expect(iosOf(second!)).toBe(2 * iosOf(first!));
  expect(endMsOf([first!, second!])).toBe(2000);
});

test("directions are told apart, and together are all", () => {
  const [reads, writes] = [countsOf([100, 200]), countsOf([300])];
  const latencies = [
    packLatency(reads, { op: "read", job: 0 }),
    packLatency(writes, { op: "write", job: 0 }),
  ];
  const [group] = groupsOf(withBlock(exampleRun({ seconds: 1, perSecond: 1 }), { latencies }));
  expect(latencyOf(group!, "read")).toEqual(reads);
  expect(latencyOf(group!)).toEqual(countsOf([100, 200, 300]));
  expect(distributionsOf([group!]).map(({ name }) => name)).toEqual(["poll.read", "poll.write"]);
});
