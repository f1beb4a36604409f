// --output of every command: what is there is replaced only when it is of the same kind and --force says so.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exportFormats } from "../../src/export/export-options.ts";
import { SavedResult } from "../../src/results/save.ts";
import { exampleRun, startedAt } from "../examples/run.ts";
import { copiesOf, phasebit } from "./cli.ts";
import { phasebitInside } from "./inside.ts";

const USAGE = 2;
const FOREIGN = "what somebody wrote\n";

/** A folder with two runs, and the words of somebody else. */
const prepared = copiesOf((cwd) => {
  const run = exampleRun({ perSecond: 200, seconds: 1 });
  new SavedResult(run).save(join(cwd, "a.json"));
  new SavedResult(startedAt(run, run.startedMs + 5000)).save(join(cwd, "b.json"));
  writeFileSync(join(cwd, "foreign"), FOREIGN);
});

const writing: readonly (readonly [string, readonly string[]])[] = [
  ["report", ["report", "a.json"]],
  ["merge", ["merge", "a.json", "b.json"]],
  ...["normal", "json", "markdown"].map(
    (format) => [`diff ${format}`, ["diff", "a.json", "b.json", "-o", format]] as const,
  ),
  ...exportFormats.map(
    (format) => [`export ${format}`, ["export", "a.json", "-f", format]] as const,
  ),
];

describe.each(writing)("%s", (_name, args) => {
  test("replaces nothing of somebody else, with and without --force", async () => {
    const cwd = prepared();
    for (const force of [[], ["--force"]]) {
      const outcome = await phasebitInside([...args, "--output", "foreign", ...force], cwd);
      expect(outcome.stderr).toMatch(
        /^phasebit: --output foreign: is there already and is no .*; give another name\n$/,
      );
      expect(outcome.status).toBe(USAGE);
    }
    expect(readFileSync(join(cwd, "foreign"), "utf8")).toBe(FOREIGN);
  });

  test("replaces its own when --force says so, and then alone", async () => {
    const cwd = prepared();
    const again = [...args, "--output", "new"];
    expect((await phasebitInside(again, cwd)).status).toBe(0);
    const before = readdirSync(cwd);
    const refused = await phasebitInside(again, cwd);
    expect(refused.stderr).toMatch(
      /^phasebit: --output new: is there already; give another name, or replace it with --force\n$/,
    );
    expect(refused.status).toBe(USAGE);
    expect((await phasebitInside([...again, "--force"], cwd)).status).toBe(0);
    expect(readdirSync(cwd)).toEqual(before);
  });

  test("writes to stdout for -, and no file", () => {
    const cwd = prepared();
    const before = readdirSync(cwd);
    const outcome = phasebit([...args, "--output", "-"], cwd);
    expect(outcome.stdout.length).toBeGreaterThan(100);
    expect(outcome.status).toBe(0);
    expect(readdirSync(cwd)).toEqual(before);
  });
});

test.each([
  ...["run", "compare", "sweep"].flatMap((command) => [[command], [command, "--output", "-"]]),
  ...["report", "export"].map((command) => [command, "a.json"]),
  ["merge", "a.json", "b.json", "--output", "-"],
  ["diff", "a.json", "b.json"],
])("--force has no effect without a file: %s %s %s %s %s", async (...args) => {
  const cwd = prepared();
  const before = readdirSync(cwd);
  const words = args.filter((word) => word !== undefined);
  const csv = words[0] === "export" ? ["-f", "csv"] : [];
  const outcome = await phasebitInside([...words, ...csv, "--force"], cwd);
  expect(outcome.stderr).toMatch(/^phasebit: --force: has no effect without --output and a file/);
  expect(outcome.status).toBe(USAGE);
  expect(readdirSync(cwd)).toEqual(before);
});

describe.each(["run", "compare", "sweep"])("%s is refused before it measures", (command) => {
  test.each([
    ["foreign", "is there already and is no result of phasebit; give another name"],
    ["a.json", "is there already; give another name, or replace it with --force"],
  ])("over %s", async (output, words) => {
    const cwd = prepared();
    const text = readFileSync(join(cwd, output), "utf8");
    const outcome = await phasebitInside([command, "--output", output], cwd);
    expect(outcome.stderr).toBe(`phasebit: --output ${output}: ${words}\n`);
    expect(outcome.status).toBe(USAGE);
    expect(readFileSync(join(cwd, output), "utf8")).toBe(text);
  });
});

test("a run's latencies beside its result are somebody else's file too", async () => {
  const cwd = prepared();
  writeFileSync(join(cwd, "new.read.hgrm"), FOREIGN);
  const outcome = await phasebitInside(["run", "--output", "new.json", "--force"], cwd);
  expect(outcome.stderr).toMatch(
    /--output new\.read\.hgrm: is there already and is no \.hgrm file/,
  );
  expect(outcome.status).toBe(USAGE);
});

test("a report beside its result is made again, and over nothing else", async () => {
  const cwd = prepared();
  expect((await phasebitInside(["report", "a.json"], cwd)).status).toBe(0);
  expect((await phasebitInside(["report", "a.json"], cwd)).status).toBe(0);
  writeFileSync(join(cwd, "b.html"), FOREIGN);
  expect((await phasebitInside(["report", "b.json"], cwd)).status).toBe(USAGE);
  expect(readFileSync(join(cwd, "b.html"), "utf8")).toBe(FOREIGN);
});

test("merge leaves out of several files what is no result, with a line for each", async () => {
  const cwd = prepared();
  writeFileSync(join(cwd, "schema.json"), "{}");
  const outcome = await phasebitInside(
    ["merge", "a.json", "schema.json", "b.json", "--output", "c.json"],
    cwd,
  );
  expect(outcome.stderr).toMatch(/^phasebit: schema\.json: is no result .*; left out\n$/);
  expect(outcome.status).toBe(0);
  const none = await phasebitInside(
    ["merge", "schema.json", "schema.json", "--output", "d.json"],
    cwd,
  );
  expect(none.status).toBe(2);
});

test("- of merge is the document, not the report", async () => {
  const cwd = prepared();
  const { stdout } = await phasebitInside(["merge", "a.json", "b.json", "--output", "-"], cwd);
  expect(JSON.parse(stdout)).toHaveProperty("phasebit");
  expect(existsSync(join(cwd, "results"))).toBe(false);
});
