// phasebit diff on saved results: what it refuses, what it prints, and how it ends.
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { comparisonDocument } from "../../src/results/compare-document.ts";
import { documentOf } from "../../src/results/document.ts";
import { jsonText } from "../../src/results/save.ts";
import type { DiffDocument } from "../../src/text/diff-document.ts";
import { exampleComparison, interrupt, poll } from "../examples/compare.ts";
import { runSet } from "../examples/diff.ts";
import {
  exampleRun,
  intervalsIn,
  jobsIn,
  startedAt,
  withBlock,
  withJobs,
} from "../examples/run.ts";
import { copiesOf, folder, phasebit } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;
const REFUSED = 4;
const NOT_JUDGED = 98;
const THRESHOLD = 99;

/** A folder with results: two runs, sets of runs, a comparison, and what is none. */
const results = copiesOf((cwd) => {
  for (const [name, source] of Object.entries(made)) writeFileSync(join(cwd, name), source);
  for (const [set, typicalNs] of Object.entries({ base: 8000, slow: 8800 })) {
    mkdirSync(join(cwd, set));
    for (const { file, measurement } of runSet({ count: 5, typicalNs, seed: typicalNs })) {
      writeFileSync(join(cwd, set, file), jsonText(documentOf(measurement)));
    }
  }
  const deep = exampleRun({ perSecond: 100, seconds: 1, options: { iodepth: "32", bs: "8k" } });
  writeFileSync(join(cwd, "deep.json"), jsonText(documentOf(deep)));
  const compared = exampleComparison({ modes: [poll, interrupt], rounds: 7, ios: 200 });
  writeFileSync(join(cwd, "compare.json"), jsonText(comparisonDocument(compared)));
  writeFileSync(join(cwd, "broken.json"), '{"phasebit":{"schema":2');
  writeFileSync(join(cwd, "notes.json"), '{"name":"phasebit"}');
});

/** Runs of a device of 20 us and one of 60 us: half a second in intervals of 50 ms. */
const made = Object.fromEntries(
  [20, 60].map((us) => [`${us}us.json`, jsonText(documentOf(runAt(us)))] as const),
);

function runAt(us: number): Measurement {
  const options = { device: `embedded?latency=${us}us`, logHistMsec: "50" };
  const run = exampleRun({ typicalNs: us * 1000, perSecond: 20_000 / us, seconds: 10, options });
  // an example's intervals are of a second each
  const intervals = intervalsIn(run).map((interval, index) => {
    return { ...interval, endMs: (index + 1) * 50, lengthMs: 50 };
  });
  const jobs = jobsIn(run).map((job) => ({ ...job, elapsedNs: 500e6 }));
  const devices = run.devices.map((device) => ({ ...device, address: options.device }));
  const shorter = withBlock(withJobs(run, jobs), { intervals });
  return startedAt({ ...shorter, devices }, run.startedMs + us * 1000);
}

describe("one clear line, the right exit code, nothing on stdout and nothing written", () => {
  const two = ["20us.json", "60us.json"];
  test.each<[string, string[], number, RegExp]>([
    ["no side", [], USAGE, /name two sides, as in: phasebit diff before\.json after\.json/],
    ["one side", ["20us.json"], USAGE, /name two sides/],
    ["three sides", [...two, "deep.json"], USAGE, /takes 2 and got 3/],
    ["sides both ways", [...two, "--a", "base", "--b", "slow"], USAGE, /name two sides/],
    ["half a set", ["--a", "base"], USAGE, /name two sides/],
    ["an empty name", ["20us.json", ""], USAGE, /diff "": names no file/],
    ["no such file", ["20us.json", "no.json"], USAGE, /no\.json: there is no such file/],
    ["a broken file", ["20us.json", "broken.json"], USAGE, /broken\.json: is no JSON/],
    ["a file of others", ["20us.json", "notes.json"], USAGE, /notes\.json: is no result/],
    [
      "a mode of a run",
      ["20us.json#poll", "60us.json"],
      USAGE,
      /20us\.json#poll: a run has no modes/,
    ],
    ["an unknown mode", ["compare.json#pol", "compare.json#poll"], USAGE, /did you mean poll\?/],
    [
      "two modes on a side",
      ["--a", "compare.json#poll", "compare.json#interrupt", "--b", "compare.json"],
      USAGE,
      /one side must be one mode/,
    ],
    [
      "a run and a comparison",
      ["20us.json", "compare.json"],
      USAGE,
      /is a run and compare\.json is a comparison/,
    ],
    ["a file twice", ["--a", "20us.json", "./20us.json", "--b", "60us.json"], USAGE, /count twice/],
    [
      "another workload",
      ["20us.json", "deep.json"],
      REFUSED,
      /bs 4k in a, 8k in b; iodepth 1 in a, 32 in b[;.].*--despite-differences/,
    ],
    [
      "no condition",
      [...two, "--fail-if", "p98 > 5%"],
      USAGE,
      /--fail-if "p98 > 5%": at character 1: .*perhaps p9/,
    ],
    [
      "a condition's limit",
      [...two, "--fail-if", "p99 > 5"],
      USAGE,
      /at character 8: expected %, ns, us, ms or s/,
    ],
    [
      "a condition before any work",
      ["no.json", "no.json", "--fail-if", "p99"],
      USAGE,
      /at character 4/,
    ],
    [
      "a condition about nothing",
      [...two, "--fail-if", "write.p99 > 5%"],
      USAGE,
      /the groups are read/,
    ],
    [
      "a bound that may be a change or a value",
      [...two, "--fail-if", "p99 > 200us"],
      USAGE,
      /--fail-if "p99 > 200us": .*"p99 > \+200us" fails when b lies .*"b:p99 > 200us" when b itself/,
    ],
    ["strict about nothing", [...two, "--strict"], USAGE, /--strict: there is no --fail-if/],
    ["an unknown format", [...two, "-o", "html"], USAGE, /html.*normal, json, markdown/],
    [
      "an output that is read",
      [...two, "--output", "60us.json"],
      USAGE,
      /60us\.json: is what is read/,
    ],
    ["an output nowhere", [...two, "--output", "no/d.md"], USAGE, /there is no folder no/],
  ])("%s", async (_, args, status, words) => {
    const cwd = results();
    const before = readdirSync(cwd);
    const outcome = await phasebitInside(["diff", ...args], cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(status);
    expect(outcome.stdout).toBe("");
    expect(readdirSync(cwd)).toEqual(before);
  });

  test("a folder without results says why the first file is none", async () => {
    const cwd = folder();
    mkdirSync(join(cwd, "empty"));
    mkdirSync(join(cwd, "others"));
    writeFileSync(join(cwd, "others/x.json"), "[]");
    const empty = await phasebitInside(["diff", "empty", "others"], cwd);
    expect(empty.stderr).toBe("phasebit: empty: has no result of phasebit\n");
    const others = await phasebitInside(["diff", "others", "empty"], cwd);
    expect(others.stderr).toMatch(
      /others: has no result of phasebit; the first file: .*x\.json: is no/,
    );
  });
});

describe("two runs", () => {
  test("the slower device is named and found slower", () => {
    const outcome = phasebit(["diff", "20us.json", "60us.json"], results());
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain("embedded?latency=60us");
    expect(outcome.stdout).toMatch(/^[* ] p50 +[0-9.]+us +[0-9.]+us +\+[0-9.]+us +[1-9]/m);
    expect(outcome.stdout).toContain("one run a side knows the scatter within the run");
  });

  test.each<[string[], number, RegExp]>([
    [["p50 > +5%"], THRESHOLD, /FAILED: read\.p50 > \+5%: \+\d+\.\d%, 95% interval/],
    [["p50 > +5us", "p50 > 500%"], THRESHOLD, /ok: read\.p50 > \+500%/],
    [["p50 < -5%"], 0, /ok: read\.p50 < -5%/],
    [["b:p50 > 40us"], THRESHOLD, /FAILED: b:read\.p50 > 40us: [0-9.]+us/],
    [["a:p50 > 40us", "B:P50 > 1MS"], 0, /ok: a:read\.p50 > 40us.*ok: b:read\.p50 > 1ms/],
    [
      ["p99.999 > 5%"],
      NOT_JUDGED,
      /not judged: read\.p99\.999 > \+5%: p99\.999 needs 1,000,000 I\/Os in each/,
    ],
    [["p50 > 5%", "p99.999 > 5%"], THRESHOLD, /FAILED.*not judged/],
  ])("%j ends in %d", async (conditions, status, words) => {
    const args = conditions.flatMap((condition) => ["--fail-if", condition]);
    const outcome = await phasebitInside(["diff", "20us.json", "60us.json", ...args], results());
    expect(outcome.status).toBe(status);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(words);
  });

  test("a run beside itself is the same, and passes", async () => {
    const args = ["--fail-if", "p50 > 0%", "--fail-if", "iops < -0%"];
    const outcome = await phasebitInside(["diff", "20us.json", "20us.json", ...args], results());
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toContain("no difference is shown in any figure");
    expect(outcome.stdout).toContain("20us.json is on both sides");
  });
});

describe("sets", () => {
  test("folders and lists of files say the same", () => {
    const cwd = results();
    const files = (set: string) => readdirSync(join(cwd, set)).map((file) => join(set, file));
    const byFolder = phasebit(["diff", "base", "slow", "-o", "json"], cwd);
    const byName = phasebit(
      ["diff", "--a", ...files("base"), "--b", ...files("slow"), "-o", "json"],
      cwd,
    );
    const figures = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as DiffDocument).figures;
    expect(figures(byFolder)).toEqual(figures(byName));
    const p99 = figures(byFolder).find(({ metric }) => metric === "latNs.p99");
    expect(p99).toMatchObject({ verdict: "higher", effect: { size: "large" } });
  });

  test("an order that is confounded is told everywhere, and fails when strict", async () => {
    const cwd = results();
    const words = /all of a was measured before all of b: what drifted meanwhile counts/;
    const diff = (...args: string[]) => phasebitInside(["diff", "base", "slow", ...args], cwd);
    expect((await diff()).stdout.replace(/\s+/g, " ")).toMatch(words);
    expect((await diff("-o", "markdown")).stdout).toMatch(words);
    const { warnings } = JSON.parse((await diff("-o", "json")).stdout) as DiffDocument;
    expect(warnings).toMatchObject([
      { kind: "order-confounded", first: "a", isWhole: true, sides: ["a", "b"], results: 10 },
    ]);
    const gate = ["--fail-if", "p50 > 90%"];
    expect((await diff(...gate)).status).toBe(0);
    const strict = await diff(...gate, "--strict");
    expect(strict.status).toBe(THRESHOLD);
    expect(strict.stdout).toMatch(/\nfail-if FAILED: --strict: a doubt: order-confounded\n$/);
    expect((await diff(...gate, "--strict", "-o", "markdown")).stdout).toContain(
      "order-confounded",
    );
    const document = JSON.parse(
      (await diff(...gate, "--strict", "-o", "json")).stdout,
    ) as DiffDocument;
    expect(document.strict).toEqual(["order-confounded"]);
  });

  test("what is no result in a folder is told", async () => {
    const cwd = results();
    copyFileSync(join(cwd, "broken.json"), join(cwd, "base/broken.json"));
    const outcome = await phasebitInside(["diff", "base", "slow"], cwd);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^skipped base\/broken\.json: is no JSON/m);
    expect(outcome.stdout).toMatch(/^values {2}runs: 5 of a and 5 of b$/m);
  });

  test("what is none among named files is told too, and named alone it is refused", async () => {
    const cwd = results();
    const side = readdirSync(join(cwd, "base")).map((file) => join("base", file));
    const mixed = await phasebitInside(["diff", "--a", ...side, "broken.json", "--b", "slow"], cwd);
    expect(mixed.stderr).toBe("");
    expect(mixed.status).toBe(0);
    expect(mixed.stdout).toMatch(/^skipped broken\.json: is no JSON/m);
    expect(mixed.stdout).toMatch(/^values {2}runs: 5 of a and 5 of b$/m);
    const alone = await phasebitInside(["diff", "--a", "broken.json", "--b", "slow"], cwd);
    expect(alone.status).toBe(2);
    expect(alone.stderr).toMatch(/^phasebit: broken\.json: is no JSON/);
  });

  test("so is a link to nowhere", async () => {
    const cwd = results();
    symlinkSync("gone.json", join(cwd, "base/link.json"));
    const outcome = await phasebitInside(["diff", "base", "slow"], cwd);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^skipped base\/link\.json: cannot be read: ENOENT/m);
  });

  test("the same input gives the same output", async () => {
    const cwd = results();
    const once = await phasebitInside(["diff", "base", "slow"], cwd);
    expect(phasebit(["diff", "base", "slow"], cwd).stdout).toBe(once.stdout);
  });

  test("a copy of a run in its folder counts for nothing", async () => {
    const cwd = results();
    const [first] = readdirSync(join(cwd, "base"));
    copyFileSync(join(cwd, "base", first!), join(cwd, "base/copy.json"));
    const outcome = await phasebitInside(["diff", "base", "slow"], cwd);
    expect(outcome.status).toBe(USAGE);
    expect(outcome.stderr).toMatch(/copy\.json.*would count twice/);
  });
});

test("two modes of a comparison, in a file with a # in its name too", async () => {
  const cwd = results();
  copyFileSync(join(cwd, "compare.json"), join(cwd, "c#1.json"));
  const outcome = await phasebitInside(["diff", "c#1.json#poll", "c#1.json#interrupt"], cwd);
  expect(outcome.status).toBe(0);
  expect(outcome.stdout).toMatch(/^diff {4}mode poll → interrupt$/m);
  expect(outcome.stdout).toContain("7 rounds, in which both ran side by side");
});

test("other workloads are compared with consent, and told first", async () => {
  const outcome = await phasebitInside(
    ["diff", "20us.json", "deep.json", "--despite-differences"],
    results(),
  );
  expect(outcome.status).toBe(0);
  expect(outcome.stdout).toMatch(/^unlike {2}bs: 4k → 8k\n {8}iodepth: 1 → 32$/m);
});

describe("--output", () => {
  test("holds the Markdown, and stderr the conditions that are not met", () => {
    const cwd = results();
    const args = [
      "-o",
      "markdown",
      "--output",
      "d.md",
      "--fail-if",
      "p50 > 5%",
      "--fail-if",
      "p50 < -5%",
    ];
    const outcome = phasebit(["diff", "base", "slow", ...args], cwd);
    expect(outcome.status).toBe(THRESHOLD);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr).toMatch(/^phasebit: FAILED: read\.p50 > \+5%: .*\n$/);
    expect(readFileSync(join(cwd, "d.md"), "utf8")).toMatch(/^### phasebit diff\n/);
  });

  test("- is stdout", () => {
    const outcome = phasebit(["diff", "base", "slow", "--output", "-"], results());
    expect(outcome.stdout).toMatch(/^a {7}base: 5 runs$/m);
  });
});
