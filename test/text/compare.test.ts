import { describe, expect, test } from "vitest";
import { analyse } from "../../src/analysis/compare-analysis.ts";
import { formatRatios } from "../../src/ground/ratios.ts";
import { formatNs } from "../../src/ground/units.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { warningText } from "../../src/results/warnings.ts";
import { comparisonReport } from "../../src/text/compare.ts";
import { exampleComparison, hybrid, interrupt, poll } from "../examples/compare.ts";
import { drained } from "../examples/drained.ts";

const report = (measurement: Measurement, saved: string[] = []): string =>
  comparisonReport(measurement, { color: false, saved });

/** Sentences may go on in the next line. */
const flat = (text: string): string => text.replace(/\n +/g, " ");

const twice = [poll, { ...poll, name: "poll#2" }];
const faulty = [
  poll,
  { ...interrupt, name: "interrupt-with-a-name-that-is-long", lost: 2, spurious: 3 },
];
const nothing: Measurement = {
  ...exampleComparison({ rounds: 1, ios: 20 }),
  blocks: [],
  interrupted: true,
  warnings: [{ kind: "interrupted" }],
};

describe("a comparison that went wrong", () => {
  test("one without blocks invents no figures", () => {
    const text = report(nothing);
    expect(text).toMatch(/interrupted$/m);
    expect(text).toMatch(/^poll +- +- +- +0$/m);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test("blocks in which nothing completed in time scatter by no percentage", () => {
    const text = report(drained(exampleComparison({ rounds: 2, ios: 1 }), 1, 1e6));
    expect(text).toMatch(/^poll +0 +- +0 +2 /m);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test("too few rounds say so once, and how many it takes", () => {
    const text = flat(report(exampleComparison({ rounds: 6, ios: 100 })));
    expect(text.match(/^pairs? /gm)).toHaveLength(1);
    expect(text).toContain("6 rounds measured in full, too few to show a difference");
    expect(text).toContain("it takes 7 (--rounds)");
  });

  test("a block that was cut short is left out of its pairs", () => {
    const whole = exampleComparison({ modes: [poll, interrupt], rounds: 8, ios: 300 });
    const blocks = whole.blocks.map((block, index) =>
      index === whole.blocks.length - 1 ? { ...block, elapsedNs: block.elapsedNs / 4 } : block,
    );
    expect(report(whole)).toContain("pair    poll and interrupt, 8 rounds\n");
    expect(report({ ...whole, blocks })).toContain("pair    poll and interrupt, 7 rounds\n");
  });

  test("lost and spurious interrupts are counted by mode and warned of", () => {
    const text = report(exampleComparison({ modes: faulty, rounds: 8, ios: 100 }));
    expect(text).toMatch(/^interrupt-with-~ +1\.000 +\S+ +1\.000 +24 +16$/m);
    expect(text).toContain("warning 16 completions came without an interrupt");
    expect(text).toContain("warning 24 interrupts came without a completion");
  });
});

test.each([
  ["four modes", exampleComparison()],
  ["a mode with itself", exampleComparison({ modes: twice, drift: 0.3 })],
  ["faults and long names", exampleComparison({ modes: faulty, rounds: 8, ios: 100 })],
  ["few rounds", exampleComparison({ rounds: 2, ios: 10 })],
  ["slow modes", exampleComparison({ modes: [{ ...poll, typicalNs: 3e9 }, hybrid], ios: 40 })],
  ["nothing", nothing],
])("no line of %s is wider than 80 columns or ends in blanks", (_, measurement) => {
  for (const line of report(measurement, ["results/a.json"]).split("\n")) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
  }
});

test("blocks that were all cut short do not say how long blocks are", () => {
  const made = exampleComparison({ modes: [poll, interrupt], rounds: 3, ios: 100 });
  const blocks = made.blocks.map((block) => ({ ...block, elapsedNs: 31_800 }));
  const { runtimeMs } = made.workloads[0]!.workload;
  expect(flat(report({ ...made, blocks }))).toContain(`blocks of ${formatNs(runtimeMs * 1e6)} `);
});

test("every mode has its row in every table", () => {
  const text = report(exampleComparison({ ios: 200 }));
  for (const name of ["poll", "interrupt", "hybrid", "adaptive"]) {
    expect(text.match(new RegExp(`^${name} `, "gm"))).toHaveLength(4);
  }
  expect(report(exampleComparison({ modes: twice, ios: 200 }))).not.toMatch(/^irq/m);
});

test("sentences give intervals, and what differs without a sentence is listed", () => {
  const text = flat(report(exampleComparison({ modes: [poll, interrupt], noise: 0.002 })));
  expect(text).toMatch(
    /poll has 0\.60[0-9]* to 0\.6[01][0-9]* times interrupt's p50, 5\.[0-9]+ to 5\.[0-9]+us less/,
  );
  expect(text).toMatch(/poll has 1\.6[0-9]+ to 1\.6[0-9]+ times interrupt's IOPS, .*k more/);
  expect(text).toMatch(/poll is also lower than interrupt in mean, p90, .*interrupts, wake-ups/);
  expect(text).toContain("not compared: p99.9 needs 10,000 I/Os in every block");
});

test("every list of figures has a subject, and nothing is so too where nothing was before", () => {
  const figures = { userNs: 2000, systemNs: 100 };
  const modes = [
    { ...poll, ...figures },
    { ...poll, ...figures, name: "poll#2", interruptsPerIo: 1 },
  ];
  const text = flat(report(exampleComparison({ modes, noise: 0.002 })));
  expect(text).toMatch(/12 rounds poll is lower than poll#2 in .*interrupts, wake-ups/);
  expect(text).toMatch(/no difference shown in IOPS, p50, p99/);
  expect(text).not.toMatch(/also|lower:|higher:|shown:/);
});

test("a mode beside itself gets no sentence", () => {
  const text = report(exampleComparison({ modes: twice, ios: 500 }));
  expect(text).toContain(
    "pair    poll and poll#2, 12 rounds\n        no difference shown in any figure\n",
  );
  expect(text).not.toMatch(/times|also/);
});

test("no drift is more than all there was", () => {
  const { blocks, ...rest } = exampleComparison({ modes: twice, rounds: 8, ios: 400 });
  const slowing = blocks.map((block, index) => {
    return { ...block, elapsedNs: block.elapsedNs * (1 + index * index) };
  });
  const { modes, drift } = analyse({ ...rest, blocks: slowing });
  const [iops] = drift.filter(({ metric }) => metric === "iops");
  const whole = modes[0]!.blocks.filter(({ isWhole }) => isWhole);
  const mean = whole.reduce((sum, { figures }) => sum + figures.iops! / whole.length, 0);
  expect(iops!.change / mean, "a straight line ends below 0").toBeLessThan(-1);
  expect(iops!.relative).toBeGreaterThan(-1);
  expect(iops!.relative).toBeLessThan(-0.5);
});

test("drift is shown, and warned of when it exceeds the difference", () => {
  const steady = report(exampleComparison({ modes: twice }));
  expect(steady).toMatch(/^drift {3}IOPS over the rounds: {2}poll [+-]?[0-9.]+% {2}poll#2/m);
  expect(steady).not.toContain("warning");
  const near = { ...poll, name: "near", typicalNs: 8160 };
  const drifting = flat(report(exampleComparison({ modes: [poll, near], drift: 0.2 })));
  expect(drifting).toMatch(/poll -1[0-9]\.[0-9]% \(clear\)/);
  expect(drifting).toMatch(/warning IOPS, p50, p99 drifted .* difference between poll and near/);
});

test("drift below the difference is no reason for a warning", () => {
  const text = report(exampleComparison({ modes: [poll, interrupt], drift: 0.05, noise: 0.001 }));
  expect(text).toContain("(clear)");
  expect(text).not.toContain("warning");
});

test("a warning of the measurement is not given twice", () => {
  const measured = exampleComparison({ modes: faulty, rounds: 7, ios: 100 });
  const text = report({ ...measured, warnings: [{ kind: "lost-interrupts", count: 14 }] });
  expect(text.match(/came without an interrupt/g)).toHaveLength(1);
});

test("colours are added without moving a column", () => {
  const measurement = exampleComparison({ rounds: 8, ios: 100 });
  const colored = comparisonReport(measurement, { color: true });
  expect(colored).not.toBe(report(measurement));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes that colours are made of
  expect(colored.replace(/\x1b\[[0-9]+m/g, "").replace(/ +$/gm, "")).toBe(report(measurement));
});

test("saved files and the names' options are said", () => {
  const text = report(exampleComparison({ rounds: 7, ios: 50 }), ["a.json", "b.hgrm"]);
  expect(text).toContain("modes   hybrid: --spin 10us\n");
  expect(text.endsWith("\nsaved   a.json\n        b.hgrm\n")).toBe(true);
});

test.each([
  [[0.598, 0.641], "0.60 to 0.64"],
  [[0.6021, 0.6062], "0.602 to 0.606"],
  [[1.0012, 1.02], "1.001 to 1.020"],
  [[0.97, 0.9987], "0.970 to 0.999"],
  [[2, 2], "2.00"],
  [[31.2, 33.8], "31.20 to 33.80"],
  [[0.0011, 0.65], "0.001 to 0.650"],
  [[0, 0.65], "0.00 to 0.65"],
  [[57.213, 1266.6], "57.21 to 1267"],
  [[1266.6, 1266.9], "1266.60 to 1266.90"],
] as const)("ratios %j are %s", (interval, text) => {
  expect(formatRatios(interval)).toBe(text);
});

test("what was drained is told of each mode, with the longest wait", () => {
  const made = exampleComparison({ modes: [poll, interrupt], rounds: 3, ios: 100 });
  expect(report(made)).not.toContain("drained");
  // the sixth block waited longest, and it is one of the second in each round or of the first
  const text = report(drained(made, 8, 1000));
  expect(text).toMatch(
    /^drained poll 24 in up to [56]\.00us {2}interrupt 24 in up to [56]\.00us$/m,
  );
  expect(report(drained(made, 8, null))).toMatch(/^drained poll 24 {2}interrupt 24$/m);
});

test("the drift warning names figures, modes and advice", () => {
  const warning = {
    kind: "drift-larger-than-difference",
    figures: ["IOPS", "p99"],
    pairs: [{ a: "poll", b: "lhp" }],
    worst: { figure: "p99", mode: "lhp", percent: -8.25 },
  } as const;
  expect(warningText(warning)).toMatch(
    /^IOPS, p99 drifted over the rounds \(p99 of lhp by -8\.3%\), .*poll and lhp\. .*--ramp-time/,
  );
});

test("each side has its own rate in bytes, and the run line has the workloads of both", () => {
  const made = exampleComparison({ modes: twice, rounds: 2, ios: 100 });
  const [a, b] = made.workloads;
  const other = { rw: "randwrite", bs: 65_536, iodepth: 8, numjobs: 2 } as const;
  const workloads = [a!, { ...b!, workload: { ...b!.workload, ...other } }];
  const text = report({ ...made, workloads });
  const words = "randread and randwrite  bs 4KiB and 64KiB  iodepth 1 and 8";
  expect(flat(text)).toContain(words);
  expect(text).toContain("1 and 2 jobs");
  const rateOf = (name: string) =>
    Number(text.match(new RegExp(`^${name} +\\S+ +\\S+ +(\\S+)`, "m"))![1]);
  expect(rateOf("poll#2") / rateOf("poll")).toBeCloseTo(16, 0);
});

test("no figure of a mode is bold: a table of figures says nothing of their differences", () => {
  const text = comparisonReport(exampleComparison({ modes: [poll, interrupt], rounds: 8 }), {
    color: true,
  });
  const [, ...after] = text.split("\u001b[1m");
  const bold = after.map((rest) => rest.split("\u001b[22m")[0]!.trim());
  expect(new Set(bold)).toEqual(new Set(["poll", "interrupt"]));
});
