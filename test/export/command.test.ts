// phasebit export and phasebit merge as they are typed: what goes wrong first, then what comes out where.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readResult } from "../../src/results/read.ts";
import { jsonText, SavedResult } from "../../src/results/save.ts";
import { copiesOf, type Outcome, phasebit } from "../cli/cli.ts";
import { phasebitInside } from "../cli/inside.ts";
import { exampleRun, startedAt, withBlock } from "../examples/run.ts";
import { compareResult, runResult } from "./results.ts";

const USAGE = 2;

/** A folder with run.json, later.json, compare.json, old.json, and damaged ones. */
const prepared = copiesOf((cwd) => {
  const run = exampleRun({ perSecond: 200, seconds: 1 });
  new SavedResult(run).save(join(cwd, "run.json"));
  new SavedResult(startedAt(run, run.startedMs + 5000)).save(join(cwd, "later.json"));
  const { measurement } = compareResult({ ios: 200 });
  new SavedResult(measurement).save(join(cwd, "compare.json"));
  const { text } = new SavedResult(run);
  writeFileSync(join(cwd, "damaged.json"), text.replace('"total": 200', '"total": 201'));
  writeFileSync(join(cwd, "cut.json"), text.slice(0, 500));
  mkdirSync(join(cwd, "plots"));
});

/** One line, exit code 2, and no file that was not there. */
async function expectRefused(args: readonly string[], words: RegExp): Promise<void> {
  const folder = prepared();
  const before = readdirSync(folder, { recursive: true });
  const outcome = await phasebitInside(args, folder);
  expect(outcome.stderr).toMatch(words);
  expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
  expect(outcome.status).toBe(USAGE);
  expect(outcome.stdout).toBe("");
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
}

async function ended(args: readonly string[], folder = prepared()): Promise<Outcome> {
  return asExpected(await phasebitInside(args, folder));
}

function asExpected(outcome: Outcome): Outcome {
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
  return outcome;
}

describe("export refuses", () => {
  test.each<[string, string[], RegExp]>([
    ["no result", ["--format", "csv"], /missing required argument 'result'/],
    ["no format", ["run.json"], /'-f, --format <format>' not specified/],
    ["an unknown format", ["run.json", "--format", "hgrmm"], /hgrmm.*did you mean hgrm\?/],
    ["two results", ["run.json", "later.json", "--format", "csv"], /it takes 1 and got 2/],
    ["a missing file", ["none.json", "--format", "csv"], /none\.json: there is no such file/],
    ["a folder for a result", ["plots", "--format", "csv"], /plots: is not a regular file/],
    ["a result that was cut", ["cut.json", "--format", "csv"], /cut\.json: is no JSON/],
    [
      "a damaged result",
      ["damaged.json", "--format", "csv"],
      /damaged\.json: is damaged at phasebit/,
    ],
    [
      "several distributions on stdout",
      ["compare.json", "--format", "hgrm"],
      /poll\.read, interrupt\.read.*--select/,
    ],
    [
      "several distributions in one file",
      ["compare.json", "--format", "hgrm", "--output", "x.hgrm"],
      /has 2 distributions/,
    ],
    [
      "an unknown selection",
      ["compare.json", "--format", "hgrm", "--select", "polls.read"],
      /did you mean poll\.read\?/,
    ],
    [
      "an option of another format",
      ["run.json", "--format", "csv", "--native"],
      /--native: is for/,
    ],
    ["an unknown unit", ["run.json", "--format", "hgrm", "--unit", "s"], /--unit s.*ns, us, ms/],
    [
      "to write over the result",
      ["run.json", "--format", "csv", "--output", "./run.json"],
      /is what is read/,
    ],
    [
      "to write over it in a folder",
      ["run.json", "--format", "json", "--output", "."],
      /is what is read/,
    ],
    [
      "a folder that is not there",
      ["run.json", "--format", "csv", "--output", "no/x"],
      /there is no folder no/,
    ],
    ["a device", ["run.json", "--format", "csv", "--output", "/dev/null"], /is not a regular file/],
    ["no name", ["run.json", "--format", "csv", "--output", ""], /names no file/],
    [
      "to write over another result",
      ["run.json", "--format", "markdown", "--output", "later.json"],
      /later\.json: is there already and is no summary of phasebit; give another name/,
    ],
    [
      "to write over a comparison",
      ["run.json", "--format", "fio-json", "--output", "compare.json"],
      /compare\.json: is there already and is no export of phasebit in fio's JSON; /,
    ],
    [
      "to write over a damaged result",
      ["run.json", "--format", "json", "--output", "damaged.json"],
      /damaged\.json: is there already; give another name, or replace it with --force/,
    ],
  ])("%s", async (_name, args, words) => {
    await expectRefused(["export", ...args], words);
  });
});

describe("merge refuses", () => {
  test.each<[string, string[], RegExp]>([
    ["nothing", ["--output", "x.json"], /missing required argument 'result'/],
    ["one result", ["run.json", "--output", "x.json"], /two results or more/],
    ["no output", ["run.json", "later.json"], /'--output <file>' not specified/],
    ["a result twice", ["run.json", "./run.json", "--output", "x.json"], /count twice/],
    [
      "a run and a comparison",
      ["run.json", "compare.json", "--output", "x.json"],
      /a run, .* a comparison/,
    ],
    [
      "a damaged result",
      ["run.json", "damaged.json", "--output", "x.json"],
      /damaged\.json: is damaged/,
    ],
    [
      "to write over a source",
      ["run.json", "later.json", "--output", "later.json"],
      /is what is read/,
    ],
    [
      "to write over another result",
      ["run.json", "later.json", "--output", "compare.json"],
      /compare\.json: is there already; give another name, or replace it with --force/,
    ],
    [
      "to write over anything",
      ["run.json", "later.json", "--output", "cut.json"],
      /cut\.json: is there already and is no result of phasebit; give another name/,
    ],
    [
      "to write over the latencies beside a result",
      ["run.json", "later.json", "--output", "run"],
      /run\.hgrm: is there already; give another name, or replace it with --force/,
    ],
    [
      "a folder that is not there",
      ["run.json", "later.json", "--output", "no/x"],
      /there is no folder/,
    ],
  ])("%s", async (_name, args, words) => {
    await expectRefused(["merge", ...args], words);
  });
});

describe("export writes", () => {
  test.each(["hgrm", "hlog", "csv", "json", "fio-json", "openmetrics", "markdown"])(
    "%s to stdout, to a file and into a folder the same",
    async (format) => {
      const where = prepared();
      const { stdout } = asExpected(phasebit(["export", "run.json", "--format", format], where));
      expect(stdout.length).toBeGreaterThan(100);
      const file = await ended(["export", "run.json", "--format", format, "--output", "x"], where);
      expect(file.stdout).toBe("x\n");
      expect(readFileSync(join(where, "x"), "utf8")).toBe(stdout);
      const inside = await ended(
        ["export", "run.json", "--format", format, "--output", "plots"],
        where,
      );
      const [name] = readdirSync(join(where, "plots"));
      expect(inside.stdout).toBe(`plots/${name}\n`);
      expect(readFileSync(join(where, "plots", name!), "utf8")).toBe(stdout);
    },
  );

  test("- to stdout", async () => {
    const { stdout } = await ended(["export", "run.json", "--format", "csv", "--output", "-"]);
    expect(stdout).toMatch(/^"result",/);
  });

  test("over an earlier export", async () => {
    const where = prepared();
    const args = ["export", "run.json", "--format", "csv", "--output", "x.csv"];
    await ended([...args, "--table", "series"], where);
    await ended([...args, "--force"], where);
    expect(readFileSync(join(where, "x.csv"), "utf8")).toMatch(/^"result",/);
  });

  test("a file for each distribution into a folder", async () => {
    const where = prepared();
    await ended(["export", "compare.json", "--format", "hgrm", "--output", "plots"], where);
    expect(readdirSync(join(where, "plots")).sort()).toEqual([
      "compare-interrupt.read.us.hgrm",
      "compare-poll.read.us.hgrm",
    ]);
  });

  test("what it must say of a result to stderr", async () => {
    const where = prepared();
    const { measurement } = runResult();
    const bare = withBlock(measurement, { intervals: null });
    new SavedResult(bare).save(join(where, "bare.json"));
    const { status, stdout, stderr } = await phasebitInside(
      ["export", "bare.json", "--format", "hlog"],
      where,
    );
    expect(status).toBe(0);
    expect(stdout.split("\n")).toHaveLength(9);
    expect(stderr).toBe(
      "phasebit: bare.json: the result has no histograms of intervals: each line stands for the whole run\n",
    );
  });

  test("json that is read back as the same result", async () => {
    const where = prepared();
    for (const name of ["run.json", "compare.json"]) {
      const output = `again-${name}`;
      await ended(["export", name, "--format", "json", "--output", output], where);
      const [before, again] = [name, output].map((file) => readResult(join(where, file)));
      expect(again!.measurement).toEqual(before!.measurement);
    }
  });
});

describe("merge", () => {
  test("saves the sum as a result, with its .hgrm, and shows it", () => {
    const where = prepared();
    const args = ["merge", "run.json", "later.json", "--output", "sum.json"];
    const { stdout } = asExpected(phasebit(args, where));
    expect(stdout).toMatch(/^read +200\b.* 400\b/m);
    expect(stdout).toContain("saved   sum.json");
    const { measurement } = readResult(join(where, "sum.json"));
    expect(measurement.kind).toBe("run");
    expect(measurement.merged.map(({ file }) => file)).toEqual(["run.json", "later.json"]);
    expect(measurement.argv).toEqual(["merge", "run.json", "later.json", "--output", "sum.json"]);
    expect(readFileSync(join(where, "sum.hgrm"), "utf8")).toContain(
      "Total count    =          400]",
    );
  });

  test("prints the document when asked", async () => {
    const where = prepared();
    const args = ["merge", "run.json", "later.json", "--output", "sum.json"];
    const { stdout } = await ended([...args, "--output-format", "json"], where);
    expect(stdout).toBe(readFileSync(join(where, "sum.json"), "utf8"));
    expect(stdout).toBe(jsonText(JSON.parse(stdout)));
    expect(existsSync(join(where, "results"))).toBe(false);
  });
});
