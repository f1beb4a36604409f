// What compare and sweep refuse; compare.real.test.ts has what they measure.
import { describe, expect, test } from "vitest";
import { folder, resultFiles } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;
const ENVIRONMENT = 3;

describe("misuse", () => {
  test.each([
    ["one mode", ["compare", "--modes", "poll"], USAGE, /needs two modes/],
    ["an unknown mode", ["compare", "--modes", "poll,interupt"], USAGE, /interupt.*interrupt/],
    ["a mode twice", ["compare", "--modes", "poll,poll"], USAGE, /twice/],
    ["no rounds", ["compare", "--rounds", "0"], USAGE, /--rounds 0/],
    ["one side only", ["compare", "--a", "--iodepth 2"], USAGE, /--b/],
    ["a bad side", ["compare", "--a", "--iodeph 2", "--b", ""], USAGE, /--a.*iodeph/],
    ["two namespaces", ["compare", "--a", "--nsid 1", "--b", "--nsid 2"], USAGE, /same --nsid/],
    [
      "a condition about a mode that is not compared",
      ["compare", "--fail-if", "hybrid.p99 > 5us"],
      USAGE,
      /"hybrid\.p99 > 5us": there is no such figure; the groups are poll\.read, interrupt\.read/,
    ],
    [
      "a condition about a depth that is not swept",
      ["sweep", "--iodepth", "1,8", "--fail-if", "qd4.p99 > 5us"],
      USAGE,
      /the groups are poll\.qd1\.read, interrupt\.qd1\.read, poll\.qd8\.read/,
    ],
    ["an idle option", ["run", "--spin", "5us"], USAGE, /--spin 5us: has no effect without hybrid/],
    ["an idle option of all modes", ["compare", "--rwmixread", "9"], USAGE, /without --rw randrw/],
    [
      "an idle option of one side",
      ["compare", "--a", "--spin 5us", "--b", "--completion hybrid"],
      USAGE,
      /--a --spin 5us: has no effect without hybrid/,
    ],
    [
      "an option that both sides have for themselves",
      ["compare", "--bs", "8k", "--a", "--bs 4k", "--b", "--bs 16k"],
      USAGE,
      /--bs 8k: has no effect, as --a and --b have their own/,
    ],
    [
      "an idle option of all depths",
      ["sweep", "--modes", "poll", "--irq", "msi"],
      USAGE,
      /--irq msi: /,
    ],
    [
      "coalescing without interrupts",
      ["sweep", "--modes", "poll,lhp", "--thresholds", "3", "--times", "1"],
      USAGE,
      /--thresholds 3: has no effect without interrupts/,
    ],
    [
      "thresholds without a time",
      ["sweep", "--thresholds", "0,3,15"],
      USAGE,
      /--thresholds 0,3,15: has no effect at time 0, which is off; name some with --times/,
    ],
    [
      "a vector to coalesce that no queue has",
      ["run", "--completion", "interrupt", "--coalesce", "7,10,9"],
      USAGE,
      /--coalesce 7,10,9: no queue has vector 9; those of the queues are 1/,
    ],
    [
      "intervals of what has none",
      ["compare", "--log-hist-msec", "100"],
      USAGE,
      /unknown option '--log-hist-msec'/,
    ],
    [
      "two clocks",
      ["compare", "--a", "--clocksource cpu", "--b", "--clocksource clock_gettime"],
      USAGE,
      /same --clocksource/,
    ],
    [
      "a clock of fio's that is none here",
      ["run", "--clocksource", "gettimeofday"],
      USAGE,
      /clock/,
    ],
    ["a bad axis", ["sweep", "--iodepth", "1,x"], USAGE, /--iodepth x/],
    ["a bad threshold", ["sweep", "--thresholds", "256"], USAGE, /--thresholds 256/],
    ["an unknown interrupt", ["run", "--irq", "msi-y"], USAGE, /--irq msi-y/],
    ["a bad coalescing", ["run", "--coalesce", "7"], USAGE, /--coalesce 7/],
    [
      "interrupts that the device lacks",
      [
        ...["run", "-d", "embedded?interrupts=msix+msi"],
        ...["--completion", "interrupt", "--irq", "intx"],
      ],
      ENVIRONMENT,
      /--irq intx.*msix/,
    ],
  ])("%s", async (_name, args, status, words) => {
    const cwd = folder();
    const outcome = await phasebitInside(args, cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(status);
    expect(resultFiles(cwd)).toEqual([]);
  });
});
