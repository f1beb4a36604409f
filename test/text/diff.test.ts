import { describe, expect, test } from "vitest";
import { type Diff, diffSides } from "../../src/analysis/diff.ts";
import { parseGate } from "../../src/analysis/diff-gate.ts";
import { type Judgement, judge } from "../../src/analysis/diff-judge.ts";
import type { DiffResult } from "../../src/analysis/diff-sides.ts";
import { diffReport } from "../../src/text/diff.ts";
import { diffDocument } from "../../src/text/diff-document.ts";
import { diffVerdicts } from "../../src/text/diff-judgements.ts";
import { diffMarkdown } from "../../src/text/diff-markdown.ts";
import { ratioText } from "../../src/text/diff-words.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import {
  changed,
  comparisonResult,
  elsewhere,
  runResult,
  runSet,
  sideOf,
  sweepResult,
} from "../examples/diff.ts";
import { emptyRun, exampleRun, intervalsIn, withBlock } from "../examples/run.ts";

const report = (diff: Diff, judgements: readonly Judgement[] = []): string =>
  diffReport(diff, diffVerdicts(diff, judgements), { color: false });
/** Words may go on in the next line. */
const flat = (text: string): string => text.replace(/\s+/g, " ");

function judgements(diff: Diff, ...texts: string[]): Judgement[] {
  const gates = texts.map((text) => {
    const parsed = parseGate(text);
    if (!parsed.ok) throw new Error(parsed.why);
    return parsed.value;
  });
  return judge(diff, gates);
}

const set = (typicalNs: number, count = 6) =>
  runSet({ count, typicalNs, scatter: 0.005, seed: typicalNs });
const slower = diffSides(sideOf(set(8000), { name: "old/" }), sideOf(set(8800), { name: "new/" }));
const runs = diffSides(
  sideOf(runResult(exampleRun({ seconds: 12, perSecond: 2000 })), { name: "a.json" }),
  sideOf(
    changed(
      runResult(
        exampleRun({ seconds: 12, perSecond: 2000, typicalNs: 9000, options: { seed: "2" } }),
      ),
      { startedMs: 1 },
    ),
    { name: "b.json" },
  ),
);

/** Everything that a terminal, a table, a page or a reader could take for something else. */
const HOSTILE =
  "\x1b[31m`|<img src=x onerror=alert(1)>|\r\n\u009b2J\u202e@user #1 http://x.y [a](b) **c** \\";
const [hostileRun, plainRun] = [0, 1].map(() =>
  runResult(exampleRun({ seconds: 1, perSecond: 200 })),
) as [DiffResult, DiffResult];
const workload = { ...hostileRun.measurement.workload, precondition: HOSTILE };
const hostile = diffSides(
  {
    ...sideOf(
      changed(
        elsewhere(hostileRun, {
          host: { hostname: HOSTILE, kernel: HOSTILE },
          device: { model: HOSTILE, firmware: "x".repeat(500) },
        }),
        { workload, warnings: [{ kind: "noted", text: HOSTILE }] },
      ),
      { name: HOSTILE },
    ),
    skipped: [HOSTILE],
  },
  sideOf(plainRun),
);

const comparison = comparisonResult(
  exampleComparison({
    modes: [poll, { ...interrupt, name: "interrupt-with-a-long-name" }],
    rounds: 8,
    ios: 200,
  }),
);
const sweeps = diffSides(
  sideOf(sweepResult(exampleSweep([examplePoint({}), examplePoint({ mode: "poll" })]))),
  sideOf(sweepResult(exampleSweep([examplePoint({ typicalNs: 90_000_000 })]))),
);

describe.each<[string, Diff, Judgement[]]>([
  ["sets", slower, judgements(slower, "p99 > 5%", "iops < -3%", "p99.99 > 0%")],
  ["two runs", runs, judgements(runs, "p50 > 5%", "max > +1ns")],
  ["hostile strings", hostile, []],
  ["comparisons", diffSides(sideOf(comparison), sideOf(comparison)), []],
  ["sweeps", sweeps, judgements(sweeps, "interrupt.p99 > 100000%")],
  ["nothing", diffSides(sideOf(runResult(emptyRun())), sideOf(runResult(emptyRun()))), []],
])("the report of %s", (_, diff, judged) => {
  test("has no line wider than 80 columns or ending in blanks, and invents nothing", () => {
    const text = report(diff, judged);
    for (const line of text.split("\n")) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).toBe(line.trimEnd());
      expect(line.replaceAll("→", "")).toMatch(/^[ -~]*$/);
    }
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test("in colours is the same text", () => {
    const colored = diffReport(diff, diffVerdicts(diff, judged), { color: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes that colours are made of
    expect(colored.replace(/\x1b\[[0-9]+m/g, "").replace(/ +$/gm, "")).toBe(report(diff, judged));
  });

  test("as Markdown has whole tables of the same width, and plain ASCII", () => {
    const text = diffMarkdown(diff, judged);
    expect(text.replaceAll("→", "")).toMatch(/^[ -~\n]*$/);
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    for (const table of text.split("\n\n").filter((block) => block.startsWith("|"))) {
      const widths = table.split("\n").map((line) => line.split("|").length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  test("as JSON comes back as it was", () => {
    const document = diffDocument(diff, judged);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    expect(document).toMatchObject({ schema: 1, kind: "diff" });
  });
});

test("a hostile string is code in Markdown, cut and with its ends made plain", () => {
  const text = diffMarkdown(hostile);
  const outside = text.replace(/`[^`\n]*`/g, "");
  expect(outside).not.toMatch(/img|@user|#1|http|\*\*c|\\x1b/);
  expect(text).toContain("\\x60\\x7c<img src=x");
  for (const line of text.split("\n")) expect(line.split("`").length % 2).toBe(1);
});

describe("sets of runs", () => {
  const text = report(slower, judgements(slower, "p99 > 5%", "iops < -3%", "p99.99 > 0%"));

  test("a and b are named, with how many they are", () => {
    expect(text).toMatch(/^a {7}old\/: 6 runs$/m);
    expect(text).toMatch(/^b {7}new\/: 6 runs$/m);
    expect(text).toMatch(/^values {2}runs: 6 of a and 6 of b$/m);
    expect(text).toMatch(/^run {5}randread {2}bs 4KiB {2}iodepth 1 {2}1 job$/m);
  });

  test("a shown difference is marked and has ratio, interval and effect", () => {
    expect(text).toMatch(
      /^\* p50 +8\.\d+us +9\.\d+us +\+\d+ns +1\.09\d +1\.0\d\d to 1\.1\d\d +large$/m,
    );
    expect(text).toMatch(/^ {2}IOPS +2000 +2000 +0 +1\.000 +1\.000 to 1\.000 +negligible$/m);
    expect(flat(text)).toContain("* a difference is shown, with all figures taken together");
  });

  test("what is missing is explained once", () => {
    expect(text).toMatch(/^ {2}p99\.9 +- +- +- +- +- +-$/m);
    expect(text.match(/I\/Os in each run/g)).toHaveLength(2);
    expect(flat(text)).toContain("p99.9 needs 10,000 I/Os in each run, the fewest has 2,000");
  });

  test("each condition has a line: what became of it, and why", () => {
    expect(flat(text)).toMatch(
      /fail-if FAILED: read\.p99 > \+5%: \+\d+\.\d+%, 95% interval \+\d+\.\d+% to \+\d+\.\d+%/,
    );
    expect(flat(text)).toMatch(/fail-if ok: read\.iops < -3%: 0\.00%, 95% interval/);
    expect(flat(text)).toMatch(
      /fail-if not judged: read\.p99\.99 > \+0%: p99\.99 needs 100,000 I\/Os/,
    );
  });

  test("too few say how many it takes", () => {
    const few = report(diffSides(sideOf(set(8000, 2)), sideOf(set(8800, 2))));
    expect(flat(few)).toContain("no interval, and no difference shown: it takes 5 results a side");
  });
});

describe("two runs", () => {
  test("say that they know nothing of the scatter between runs", () => {
    const text = flat(report(runs));
    expect(text).toContain("values intervals: 12 of a and 12 of b, drawn in blocks of 3");
    expect(text).toContain("knows the scatter within the run, not that between runs");
    expect(text).toContain("no interval of max, CPU/IO: a run has one value");
  });

  test("whose intervals drift are told", () => {
    const drifting = exampleRun({ seconds: 20, perSecond: 20 });
    const intervals = intervalsIn(drifting).map((interval, index) => ({
      ...interval,
      lengthMs: 1000 + 50 * index,
    }));
    const diff = diffSides(
      sideOf(runResult(withBlock(drifting, { intervals }))),
      sideOf(runResult(drifting)),
    );
    expect(flat(report(diff))).toContain("- the intervals of a are like those before them: what");
    expect(report(runs)).not.toContain("like those before");
  });

  test("old ones say what they lack", () => {
    const bare = exampleRun({ seconds: 3, perSecond: 100 });
    const old = withBlock(bare, { intervals: null });
    const text = flat(report(diffSides(sideOf(runResult(old)), sideOf(runResult(old)))));
    expect(text).toContain("the result has no histograms of intervals");
    expect(text).toContain("same run.json is on both sides");
  });
});

describe("conditions stand before the figures", () => {
  const base = runResult(exampleRun({ seconds: 1, perSecond: 200 }));
  const newer = elsewhere(base, { device: { firmware: "3B" } });

  test("the one that differs is the title", () => {
    const text = report(diffSides(sideOf(base), sideOf(newer)));
    expect(text).toMatch(/^diff {4}firmware 2B4QEXM7 → 3B$/m);
    expect(text).not.toMatch(/^differ /m);
    expect(diffMarkdown(diffSides(sideOf(base), sideOf(newer)))).toMatch(
      /^### firmware `2B4QEXM7` → `3B`$/m,
    );
  });

  test("several are listed with both values", () => {
    const other = elsewhere(newer, { host: { kernel: "6.13.1", loadAverage: 4 } });
    const text = report(diffSides(sideOf(base), sideOf(other)));
    expect(text).toMatch(/^differ {2}firmware: 2B4QEXM7 → 3B$/m);
    expect(text).toMatch(/^ {8}kernel: 6\.12\.0-amd64 → 6\.13\.1$/m);
    expect(text).toMatch(/^ {8}load average: 0\.12 → 4\.00$/m);
    expect(text.indexOf("kernel")).toBeLessThan(text.indexOf("IOPS"));
  });

  test("another workload, what has no partner, what was skipped, doubts", () => {
    const mixed = runResult(
      exampleRun({ seconds: 1, perSecond: 200, options: { rw: "randrw", iodepth: "4" } }),
    );
    const doubtful = changed(mixed, { warnings: [{ kind: "host-busy", loadAverage: 3 }] });
    const side = { ...sideOf(doubtful), skipped: ["notes.json: is no result of phasebit"] };
    const text = flat(report(diffSides(sideOf(base), side, true)));
    expect(text).toContain("unlike rw: randread → randrw");
    expect(text).toContain("iodepth: 1 → 4");
    expect(text).toContain("alone only in b: write, both");
    expect(text).toContain("skipped notes.json: is no result of phasebit");
    expect(text).toContain("warning b: The host was busy");
    expect(text).toMatch(/run +bs 4KiB +1 job/);
  });

  test("a long list of values is cut, and says so", () => {
    const seeds = ["1", "2", "3", "4", "5"].map((seed) =>
      runResult(exampleRun({ seconds: 1, perSecond: 200, options: { seed } })),
    );
    const text = flat(report(diffSides(sideOf(seeds), sideOf(seeds.slice(0, 2)))));
    expect(text).toContain("differ seed: 1, 2, 3 and 2 more → 1, 2");
  });
});

describe("two chosen modes that did other I/O", () => {
  const whole = exampleComparison({ modes: [poll, interrupt], rounds: 7, ios: 50 });
  const { workload } = exampleRun({ seconds: 1, options: { bs: "8k", numjobs: "2" } });
  const one = comparisonResult({
    ...whole,
    workloads: [whole.workloads[0]!, { ...whole.workloads[1]!, workload }],
  });
  const side = (chosen: string) => sideOf(one, { chosen });

  test("are headed by what both did, and the rest is unlike", () => {
    const text = report(diffSides(side("poll"), side("interrupt"), true));
    expect(text).toMatch(/^run +randread +iodepth 1$/m);
    expect(text).toMatch(/^unlike {2}bs: 4k → 8k\n {8}numjobs: 1 → 2$/m);
  });

  test("and each is headed by its own workload, not by the first one's", () => {
    const text = report(diffSides(side("interrupt"), side("interrupt")));
    expect(text).toMatch(/^run +randread +bs 8KiB +iodepth 1 +2 jobs$/m);
  });

  test("what has no ratio has a note", () => {
    const text = flat(report(diffSides(side("poll"), side("interrupt"), true)));
    expect(text).toContain("no ratio of irq/IO: one side is 0");
  });
});

test.each([
  ["zero", "some of the values are 0"],
  ["means apart", "a disturbed value pulls arithmetic and geometric mean apart"],
] as const)("a ratio without an interval has a note: %s", (noRatioInterval, why) => {
  const figures = slower.figures.map((diff) => {
    if (diff.figure.name !== "iops") return diff;
    return { ...diff, noRatioInterval, ci95: { ...diff.ci95!, ratio: null } };
  });
  expect(flat(report({ ...slower, figures }))).toContain(
    `no interval for the ratio of IOPS: ${why}`,
  );
});

test("modes head their tables; a long name has a line of its own", () => {
  const text = report(diffSides(sideOf(comparison), sideOf(comparison)));
  expect(text).toMatch(/^ {2}poll +a +b +b - a +b \/ a {2}95% interval +effect$/m);
  expect(text).toMatch(/^ {2}interrupt-with-a-long-name\n +a +b +b - a/m);
});

test("Markdown has the outcome first and the conditions folded away", () => {
  const text = diffMarkdown(slower, judgements(slower, "p99 > 5%"));
  expect(text).toMatch(/^\| `read\.p99 > \+5%` \| \*\*FAILED\*\* \| \+/m);
  expect(text).toMatch(/^\| \*\*p99 \\\*\*\* \|/m);
  expect(text.indexOf("FAILED")).toBeLessThan(text.indexOf("| `read` |"));
  const noted = diffMarkdown(runs);
  expect(noted).toContain("<summary>Conditions: 1 difference or doubt</summary>");
  expect(noted).toContain("| seed | `1` | `2` |");
});

test("the document names figures as result documents do", () => {
  const document = diffDocument(slower, judgements(slower, "p99 > 5%"));
  const p99 = document.figures.find(({ metric }) => metric === "latNs.p99");
  expect(p99).toMatchObject({ mode: null, direction: "read", verdict: "higher" });
  expect(p99!.ci95!.ratio).toHaveLength(2);
  expect(document.a.results[0]!.workload.seed).toBe("1");
  expect(document.failIf).toMatchObject([
    { condition: "p99 > +5%", metric: "latNs.p99", outcome: "failed" },
  ]);
  expect(document.method).toMatchObject({ confidence: 0.95, level: 0.025, seed: 1 });
});

test.each([
  [0.94123, "0.941"],
  [1.00012, "1.0001"],
  [1.00001, "1.000"],
  [9.9999, "10.0"],
  [12.34, "12.3"],
  [11_171, "11171"],
  [0.0001, "<0.001"],
])("a ratio of %d is %s", (ratio, text) => {
  expect(ratioText(ratio)).toBe(text);
});
