// A host that gives the job's CPU to others is told in every completion mode, and the device is accused of nothing. The
// others are pinned to the job's own CPU, so that no machine is fast enough to do without the test.
import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { native } from "../../src/compiled/native.ts";
import { completionModes } from "../../src/measurement/workload-options.ts";
import { phasebitInside } from "./real-inside.ts";

const OTHERS = 3;
const cpu = native().allowedCpus().at(-1)!;
const spinning: ChildProcess[] = [];

beforeAll(async () => {
  // the others take a CPU from all tests: what is loaded before takes none of their time
  await import("../../src/actions/run.ts");
  for (let other = 0; other < OTHERS; other++) {
    const args = ["-c", `${cpu}`, "sh", "-c", "while :; do :; done"];
    spinning.push(spawn("taskset", args, { stdio: "ignore" }));
  }
});

afterAll(() => {
  for (const child of spinning) child.kill("SIGKILL");
});

interface Told {
  readonly warnings: readonly { readonly kind: string; readonly by?: string }[];
  readonly blocks: readonly {
    readonly jobs: readonly { readonly runDelayNs: number; readonly lost: number }[];
    readonly intervals: readonly { readonly runDelay: { readonly jobs: readonly unknown[] } }[];
  }[];
}

const ACCUSATIONS = ["commands-lost", "timed-out", "lost-interrupts", "spurious-interrupts"];

describe("a starved job", () => {
  test.each(completionModes)("%s", async (mode) => {
    const outcome = await phasebitInside([
      ...["run", "--device", "embedded?size=16m&latency=100us", "--completion", mode],
      ...["--cpus", `${cpu}`, "--runtime", "500ms", "--output-format", "json"],
    ]);
    expect(outcome.status, outcome.stderr).toBe(0);
    const { warnings, blocks } = JSON.parse(outcome.stdout).phasebit as Told;
    const kinds = warnings.map(({ kind }) => kind);
    const starved = kinds.filter((kind) => kind.endsWith("-starved"));
    expect(starved, "the job, or whom it waits for").not.toEqual([]);
    expect(kinds.filter((kind) => ACCUSATIONS.includes(kind))).toEqual([]);
    const [{ jobs, intervals }] = blocks as [Told["blocks"][number]];
    expect(jobs[0]?.runDelayNs).toBeGreaterThan(0);
    expect(intervals.every(({ runDelay }) => runDelay.jobs.length === 1)).toBe(true);
  });
});
