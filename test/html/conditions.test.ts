// The words of a report: conditions, doubts, differences between results, and the text without scripts.
import { expect, test } from "vitest";
import { reportData } from "../../src/html/build.ts";
import { summaryText } from "../../src/html/summary.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import type { Result } from "../../src/results/read.ts";
import {
  adaptive,
  exampleComparison,
  examplePoint,
  exampleSweep,
  poll,
} from "../examples/compare.ts";
import { drained } from "../examples/drained.ts";
import { emptyRun, exampleRun, jobsIn, troubledRun, withJobs } from "../examples/run.ts";
import { compareResult, runResult, shown, sweepResult } from "./examples.ts";

function condition(result: Result, label: string): string {
  const { conditions } = shown(result).results[0]!;
  const lines = conditions.filter((line) => line.label === label);
  expect(lines).toHaveLength(1);
  return lines[0]!.value;
}

test("a run says on what, with what and where it was made", () => {
  const options = {
    iodepth: "32",
    completion: "hybrid",
    coalesce: "7,10",
    precondition: "two fills",
    offset: "1m",
    size: "1g",
  };
  const result = runResult(exampleRun({ options }));
  expect(condition(result, "device")).toBe("ACME X1 1.92TB, serial S1234567, firmware 2B4QEXM7");
  expect(condition(result, "address")).toBe("0000:5e:00.0, vfio");
  expect(condition(result, "namespace")).toBe("1, 1.75TiB in 512B blocks, NVMe 1.4.0");
  expect(condition(result, "workload")).toBe("randread, bs 4KiB, iodepth 32, numjobs 1");
  expect(condition(result, "completion")).toBe("hybrid, irq auto, spin 10.0us, coalesce 7,10");
  expect(condition(result, "range")).toBe("from 1MiB to 1GiB, seed 1");
  expect(condition(result, "runtime")).toBe("3s, no ramp, intervals of 1s");
  expect(condition(result, "precondition")).toBe("two fills");
  expect(condition(result, "host")).toBe("bench-1, kernel 6.12.0-amd64, load 0.12 at the start");
  expect(condition(result, "clock")).toBe(
    "tsc, 24ns a reading, each latency includes about one, 0.4 ppm beside CLOCK_MONOTONIC",
  );
  expect(condition(result, "started")).toBe("2026-11-22 09:14:05 UTC");
  expect(condition(result, "command")).toBe("phasebit run --rw randread");
});

test("doorbells are spoken of when they are shadowed", () => {
  const conditions = (options: WorkloadOptions) =>
    shown(runResult(exampleRun({ options }))).results[0]!.conditions.map(({ label }) => label);
  expect(
    condition(runResult(exampleRun({ options: { shadowDoorbells: true } })), "doorbells"),
  ).toBe("shadowed");
  expect(conditions({})).not.toContain("doorbells");
});

test("jobs are told with their CPUs, in order", () => {
  const run = exampleRun({ options: { numjobs: "6" }, perSecond: 10 });
  const on = (...cpus: readonly (number | null)[]) =>
    runResult(
      withJobs(
        run,
        jobsIn(run).map((job, index) => ({ ...job, cpu: cpus[index]! })),
      ),
    );
  expect(condition(on(0, 1, 2, 3, 4, 5), "jobs")).toBe("on CPU 0-5");
  expect(condition(on(1, 0, 4, 5, null, null), "jobs")).toBe("on CPU 1 0 4-5 any any");
});

test("what was not said of the device's state is said to be unknown", () => {
  expect(condition(runResult(exampleRun()), "precondition")).toBe("not stated");
});

test("polling has no interrupts to speak of", () => {
  expect(condition(runResult(exampleRun()), "completion")).toBe("poll");
});

test("a command is quoted as a shell takes it", () => {
  const argv = ["compare", "--a", "--iodepth 8", "it's"];
  expect(condition(runResult({ ...exampleRun(), argv }), "command")).toBe(
    "phasebit compare --a '--iodepth 8' 'it'\\''s'",
  );
});

test("an interrupted run says so", () => {
  expect(condition(runResult(emptyRun()), "started")).toMatch(/, interrupted$/);
});

test("a comparison names its modes, a sweep no depth", () => {
  const sides = [{ ...poll, options: "--completion poll" }, adaptive];
  const comparison = compareResult(exampleComparison({ modes: sides, rounds: 2 }));
  expect(condition(comparison, "mode poll")).toBe("--completion poll");
  expect(condition(comparison, "mode adaptive")).toBe("no options of its own");
  expect(condition(comparison, "rounds")).toBe("2, interleaved");
  expect(condition(comparison, "runtime")).toMatch(/each block/);
  const sweep = sweepResult(exampleSweep([examplePoint({})]));
  expect(condition(sweep, "workload")).toBe("randread, bs 4KiB, numjobs 1");
});

test("doubts come in words", () => {
  const { warnings } = shown(runResult(troubledRun())).results[0]!;
  expect(warnings).toHaveLength(5);
  expect(warnings[0]).toMatch(/^15 commands ended with an error/);
});

test("results of one place are not warned of", () => {
  const [a, b] = [runResult(exampleRun(), "a.json"), runResult(exampleRun(), "b.json")];
  expect(shown(a, b).results.map(({ warnings }) => warnings)).toEqual([[], []]);
});

test("results of different places are: each says how it differs from the first", () => {
  const run = exampleRun();
  const other = {
    ...run,
    host: { ...run.host, hostname: "bench-2", kernel: "6.18.0" },
    devices: [{ ...run.devices[0]!, firmware: "NEW" }],
    workload: { ...run.workload, precondition: "filled" },
  };
  const { results } = shown(runResult(run, "x/a.json"), runResult(other, "b.json"));
  expect(results[0]!.warnings).toEqual([]);
  expect(results[1]!.warnings).toEqual([
    "Measured elsewhere than a.json: it differs in host (bench-2, there bench-1), kernel (6.18.0, " +
      "there 6.12.0-amd64), firmware (NEW, there 2B4QEXM7), precondition (filled, there not stated). " +
      "What the charts show between the two may come from that.",
  ]);
});

test("the title says what was measured, or what its maker wanted", () => {
  const result = runResult(exampleRun({ options: { iodepth: "32" } }));
  expect(shown(result).title).toBe("randread-4k-qd32x1 on ACME X1 1.92TB");
  expect(shown(result, runResult(exampleRun(), "b.json")).title).toBe("2 results");
  expect(shown(sweepResult(exampleSweep([]))).title).toBe("sweep randread-4k on ACME X1 1.92TB");
  expect(reportData([result], "Update").title).toBe("Update");
});

test("without scripts there is still a table with conditions and doubts", () => {
  const text = summaryText(reportData([runResult(troubledRun())]));
  const lines = text.split("\n");
  expect(lines[0]).toBe("randrw-4k-qd32x2 on ACME X1 1.92TB");
  const rows = lines.filter((line) => /^(read|write) /.test(line));
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^read {3}40\.00k {2}156\.3 {2}120\.0k {2}/);
  expect(text).toContain("  precondition  not stated\n");
  expect(text).toContain("  warning: 15 commands ended with an error");
  expect(text.endsWith("\n")).toBe(true);
});

test("what was drained has a column in it where there was any", () => {
  const text = (run: Measurement) => summaryText(reportData([runResult(run)]));
  expect(text(exampleRun())).not.toContain("drained");
  const lines = text(drained(exampleRun(), 32, 24_000)).split("\n");
  expect(lines.find((line) => /^ +IOPS /.test(line))).toMatch(/ max +drained$/);
  expect(lines.find((line) => /^read /.test(line))).toMatch(/ 32 in 24\.0us$/);
});

test("figures that the samples do not carry are dashes in the table", () => {
  const text = summaryText(reportData([runResult(emptyRun())]));
  expect(text).toMatch(/^read +- +- +0 +- +- +- +- +- +-$/m);
});
