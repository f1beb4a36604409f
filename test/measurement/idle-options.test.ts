import { describe, expect, test } from "vitest";
import { requireEffect } from "../../src/measurement/idle-options.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import { completionModes, type WorkloadOptions } from "../../src/measurement/workload-options.ts";

function typed(options: WorkloadOptions, ...settings: WorkloadOptions[]): () => void {
  const all = settings.length > 0 ? settings : [{}];
  const workloads = all.map((setting) =>
    parseWorkload({ destructive: true, ...options, ...setting }),
  );
  return () => requireEffect({ ...options }, workloads);
}

describe("an option that can have no effect is refused", () => {
  test.each<[WorkloadOptions, string]>([
    [{ rwmixread: "70" }, "--rwmixread 70: has no effect without --rw randrw; leave it out"],
    [{ rwmixread: "50" }, "--rwmixread 50: has no effect without --rw randrw; leave it out"],
    [{ seed: "7", rw: "read" }, "--seed 7: has no effect on reads in sequence; leave it out"],
    [{ spin: "5us" }, "--spin 5us: has no effect without hybrid; leave it out"],
    [{ spin: "5us", completion: "lhp" }, "--spin 5us: has no effect without hybrid; leave it out"],
    [{ irq: "msix" }, "--irq msix: has no effect without interrupts, which are for interrupt, "],
    [{ interruptTimeout: "10ms" }, "--interrupt-timeout 10ms: has no effect without interrupts"],
    [{ coalesce: "7,10" }, "--coalesce 7,10: has no effect without interrupts, which are for"],
    [
      { iodepthBatchCompleteMax: "9", iodepth: "8" },
      "--iodepth-batch-complete-max 9: has no effect at this --iodepth",
    ],
    [{ coalesce: "7,10", completion: "lhp" }, "--coalesce 7,10: has no effect without interrupts"],
  ])("%j", (options, words) => {
    expect(typed(options)).toThrow(words);
  });

  test("on every setting of several", () => {
    const settings = [{ completion: "poll" }, { completion: "lhp" }];
    expect(typed({ irq: "msi" }, ...settings)).toThrow("--irq msi: has no effect");
  });

  test("with its value made safe, and with whose it is", () => {
    const workloads = [parseWorkload({})];
    expect(() => requireEffect({ spin: "\x1b[2J" }, workloads, "--a ")).toThrow(
      "--a --spin \\x1b[2J: has no effect",
    );
  });
});

describe("what has an effect passes", () => {
  test.each<WorkloadOptions>([
    {},
    { rwmixread: "70", rw: "randrw" },
    { seed: "7" },
    { seed: "7", rw: "write" },
    { spin: "5us", completion: "hybrid" },
    { irq: "msix", completion: "adaptive" },
    { interruptTimeout: "10ms", completion: "hybrid" },
    { coalesce: "7,10", completion: "interrupt" },
    { iodepthBatchCompleteMax: "8", iodepth: "8" },
    { destructive: true },
    { cpus: "0", timeout: "1s", stages: true, logHistMsec: "100" },
  ])("%j", (options) => {
    expect(typed(options)).not.toThrow();
  });

  test("on one setting of several is enough", () => {
    const settings = completionModes.map((completion) => ({ completion }));
    expect(typed({ spin: "5us", irq: "msi", interruptTimeout: "1ms" }, ...settings)).not.toThrow();
  });

  test("what is no option of a workload is not looked at", () => {
    expect(() =>
      requireEffect({ outputFormat: "json", constructor: "x", modes: "poll" }, [parseWorkload({})]),
    ).not.toThrow();
  });
});
