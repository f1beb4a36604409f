// Results for the export tests, with names that try to break out of every format.

import type { DeviceIdentity, Setting } from "../../src/measurement/measurement.ts";
import type { Result } from "../../src/results/read.ts";
import {
  adaptive,
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { exampleRun } from "../examples/run.ts";

export const FIRST_MS = Date.UTC(2026, 10, 22, 9, 14, 5);

/** Two directions, two queues, two seconds. */
export function runResult(example: Parameters<typeof exampleRun>[0] = {}): Result {
  const options = { rw: "randrw", numjobs: "2", iodepth: "32", ...example.options };
  const measurement = exampleRun({ perSecond: 2000, seconds: 2, ...example, options });
  return { file: "results/run.json", measurement };
}

/** Two modes, four rounds, blocks that began one after the other. */
export function compareResult(example: Parameters<typeof exampleComparison>[0] = {}): Result {
  const made = exampleComparison({ modes: [poll, interrupt], rounds: 4, ios: 500, ...example });
  const blocks = made.blocks.map((block) => {
    return { ...block, startedMs: FIRST_MS + block.position * 1000 };
  });
  return { file: "compare.json", measurement: { ...made, blocks } };
}

/** Twelve rounds of three modes: enough for verdicts. */
export function longComparison(): Result {
  return compareResult({ modes: [poll, interrupt, adaptive], rounds: 12, ios: 1500 });
}

/** Side a: 4k reads, one at a time. Side b: 64k writes, eight at a time, coalesced. */
export function sidesResult(): Result {
  const sides = [
    { ...poll, name: "a", options: "--rw randread" },
    { ...poll, name: "b", options: "--rw randwrite --bs 64k --iodepth 8 --coalesce 7,10" },
  ];
  const { measurement, ...rest } = compareResult({ modes: sides });
  const [a, b] = measurement.workloads as [Setting, Setting];
  const coalesce = { threshold: 7, time: 10 };
  const other = { rw: "randwrite", bs: 65_536, iodepth: 8, coalesce } as const;
  const blocks = measurement.blocks.map((block) => {
    const written = block.latencies.map((packed) => ({ ...packed, op: "write" as const }));
    return block.workload === 1 ? { ...block, latencies: written } : block;
  });
  const workloads = [a, { ...b, workload: { ...b.workload, ...other } }];
  return { ...rest, measurement: { ...measurement, workloads, blocks } };
}

/** Three points, one with coalescing. */
export function sweepResult(): Result {
  const points = [
    examplePoint({ mode: "poll", iodepth: 1 }),
    examplePoint({ mode: "interrupt", iodepth: 8 }),
    examplePoint({ mode: "interrupt", iodepth: 8, coalescing: { threshold: 7, time: 10 } }),
  ];
  return { file: "sweep.json", measurement: exampleSweep(points) };
}

/** As long as a serial number and a model can be, and worse. */
export const hostile: Pick<DeviceIdentity, "model" | "serial" | "firmware" | "address"> = {
  model: '=HYPERLINK("http://x")|`a`\\"\n#1 @user <b>',
  serial: "<svg onload=alert()>",
  firmware: "+1\t,\r\n",
  address: "@SUM(A1)\\",
};

/** The result of a device that calls itself so. */
export function ofHostile(result: Result): Result {
  const { measurement } = result;
  return {
    ...result,
    measurement: {
      ...measurement,
      devices: measurement.devices.map((device) => ({ ...device, ...hostile })),
    },
  };
}
