// A sweep in a report: one group for each point.
import { expect, test } from "vitest";
import { packLatency } from "../../src/measurement/latency-counts.ts";
import { examplePoint, exampleSweep } from "../examples/compare.ts";
import { countsOf, latencies as latenciesAround } from "../examples/run.ts";
import { onlyGroup, shown, sweepResult } from "./examples.ts";

test("a sweep that was interrupted before its first point has no groups", () => {
  expect(shown(sweepResult(exampleSweep([]))).groups).toEqual([]);
});

test("a point without I/O has no figures", () => {
  const { block, ...point } = examplePoint({ ios: 0 });
  const old = exampleSweep([{ ...point, block: { ...block, jobs: null } }]);
  const group = onlyGroup(shown(sweepResult(old)));
  expect(group).toMatchObject({ ios: 0, iops: 0, cpuNsPerIo: null, queues: [] });
});

test("points are named by what was swept over", () => {
  const coalescing = { threshold: 7, time: 1 };
  const points = [
    examplePoint({ mode: "poll", iodepth: 1 }),
    examplePoint({ iodepth: 8 }),
    examplePoint({ iodepth: 8, coalescing }),
  ];
  const { groups } = shown(sweepResult(exampleSweep(points)));
  expect(groups.map(({ name }) => name)).toEqual([
    "poll qd1",
    "interrupt qd8",
    "interrupt qd8 coalesce 7,1",
  ]);
  expect(groups[0]).toMatchObject({
    iodepth: 1,
    ios: 5000,
    iops: 5000,
    cpuNsPerIo: { user: 2000, system: 3000 },
    series: null,
    heat: null,
  });
  expect(groups[0]!.queues).toMatchObject([{ name: "q1", ios: 5000, series: [] }]);
});

test("directions are apart where the point kept them apart", () => {
  const reads = countsOf(latenciesAround(3000, 10_000));
  const writes = countsOf(latenciesAround(1000, 20_000));
  const made = examplePoint({});
  const latencies = [
    packLatency(reads, { op: "read", job: 0 }),
    packLatency(writes, { op: "write", job: 0 }),
  ];
  const point = { ...made, block: { ...made.block, latencies } };
  const { groups } = shown(sweepResult(exampleSweep([point])));
  expect(groups.map(({ name, ios, latencyNs }) => [name, ios, latencyNs.max])).toEqual([
    ["read", 3000, reads.maxNs],
    ["write", 1000, writes.maxNs],
  ]);
});
