// phasebit report as a user calls it.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import type { ReportData } from "../../src/html/report-data.ts";
import { folder, phasebit } from "../cli/cli.ts";
import { phasebitInside } from "../cli/inside.ts";
import { contentOf } from "./examples.ts";

const USAGE = 2;
const EXAMPLE = join(packageRoot, "results/example-run-qd1.json");
const COMPARISON = join(packageRoot, "results/example-compare-20us.json");
const example = readFileSync(EXAMPLE, "utf8");

/** An empty folder with one result in it, `run.json`. */
function withResult(): string {
  const cwd = folder();
  writeFileSync(join(cwd, "run.json"), example);
  return cwd;
}

function reportIn(cwd: string, file: string): ReportData {
  const html = readFileSync(join(cwd, file), "utf8");
  return JSON.parse(contentOf(html, 'script type="application/json" id="data"')) as ReportData;
}

beforeAll(() => {
  expect(existsSync(join(packageRoot, "build/page.js")), "npm run build").toBe(true);
});

describe("misuse", () => {
  const cases: readonly [string, string[], RegExp][] = [
    ["no result", [], /result/],
    ["a file that is not there", ["none.json"], /none\.json: there is no such file/],
    ["a folder", ["."], /\.: is not a regular file/],
    ["no JSON", ["text.json"], /text\.json: is no JSON/],
    ["JSON of somebody else", ["other.json"], /other\.json: is no result of phasebit/],
    ["nothing but others", ["text.json", "other.json"], /text\.json: is no JSON/],
    ["a good result and a damaged one", ["run.json", "damaged.json"], /damaged\.json: is damaged/],
    ["a good result and none", ["run.json", "none.json"], /none\.json: there is no such file/],
    ["a result named twice", ["run.json", "./run.json"], /named twice/],
    ["a folder that is not there", ["run.json", "--output", "no/r.html"], /no folder no/],
    ["a folder for a name", ["run.json", "--output", "."], /not a regular file/],
    ["an empty name", ["run.json", "--output", ""], /names no file/],
    ["a title that says nothing", ["run.json", "--title", " \u0007 "], /--title ""/],
    ["a page that is none of ours", ["run.json", "--output", "page.html"], /no report of phasebit/],
    ["the result itself", ["run.json", "--output", "run.json"], /no report of phasebit/],
    ["a link to a result", ["run.json", "--output", "link.html"], /no report of phasebit/],
    ["an unknown option", ["run.json", "--titel", "x"], /--titel.*--title/],
  ];

  test.each(cases)("%s", async (_name, args, words) => {
    const cwd = withResult();
    const files = {
      "text.json": "hello",
      "other.json": '{"a": 1}',
      "page.html": "<!doctype html>",
      "damaged.json": example.replace(/"total": \d+/, '"total": 1'),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    symlinkSync("run.json", join(cwd, "link.html"));
    const outcome = await phasebitInside(["report", ...args], cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.status).toBe(USAGE);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(readFileSync(join(cwd, "run.json"), "utf8")).toBe(example);
    expect(readFileSync(join(cwd, "page.html"), "utf8")).toBe("<!doctype html>");
    expect(existsSync(join(cwd, "run.html"))).toBe(false);
  });
});

describe("phasebit report", () => {
  test("writes one page beside the first result and says so", () => {
    const cwd = withResult();
    const outcome = phasebit(["report", "run.json"], cwd);
    expect(outcome).toMatchObject({ status: 0, stdout: "" });
    const kib = Math.ceil(statSync(join(cwd, "run.html")).size / 1024);
    expect(outcome.stderr).toBe(`run.html  ${kib}KiB  1 result\n`);
    expect(reportIn(cwd, "run.html")).toMatchObject({
      results: [{ kind: "run", file: "run.json" }],
      groups: [{ name: "read", op: "read" }],
    });
  });

  test("writes over an earlier report, whole", async () => {
    const cwd = withResult();
    expect((await phasebitInside(["report", "run.json"], cwd)).status).toBe(0);
    const outcome = await phasebitInside(["report", "run.json", "--title", "Größe <b>"], cwd);
    expect(outcome.status).toBe(0);
    expect(reportIn(cwd, "run.html").title).toBe("Größe <b>");
    const html = readFileSync(join(cwd, "run.html"), "utf8");
    expect(html).toContain("<title>Größe &lt;b&gt;</title>");
  });

  test("leaves out of several files what is no result, with a line for each", async () => {
    const cwd = withResult();
    writeFileSync(join(cwd, "a.json"), '{"a": 1}');
    writeFileSync(join(cwd, "z.json"), "z");
    const outcome = await phasebitInside(["report", "a.json", "run.json", "z.json"], cwd);
    expect(outcome.status).toBe(0);
    expect(outcome.stderr).toMatch(
      /^phasebit: a\.json: is no result .*; left out\nphasebit: z\.json: is no JSON.*; left out\nrun\.html {2}\d+KiB {2}1 result\n$/,
    );
  });

  test("of a fresh clone's results, as the README has it", () => {
    const cwd = folder();
    const tracked = spawnSync("git", ["ls-files", "results"], {
      cwd: packageRoot,
      encoding: "utf8",
    });
    const names = tracked.stdout.split("\n").filter((name) => name.endsWith(".json"));
    expect(names.length).toBeGreaterThan(3);
    mkdirSync(join(cwd, "results"));
    for (const name of names) copyFileSync(join(packageRoot, name), join(cwd, name));
    const outcome = phasebit(["report", ...names], cwd);
    const why = 'is no result of phasebit: it has no "phasebit" with a "schema"; left out';
    expect(outcome.stderr.split("\n").filter((line) => line.endsWith("left out"))).toEqual(
      names
        .filter((name) => name.endsWith("schema.json"))
        .map((name) => `phasebit: ${name}: ${why}`),
    );
    expect(outcome.status).toBe(0);
  });

  test("puts several results into one page", async () => {
    const cwd = withResult();
    mkdirSync(join(cwd, "out"));
    const outcome = await phasebitInside(
      ["report", "run.json", COMPARISON, "--output", "out/both.html"],
      cwd,
    );
    expect(outcome.stderr).toMatch(/^out\/both\.html {2}\d+KiB {2}2 results\n$/);
    const { results, groups, pairs } = reportIn(cwd, "out/both.html");
    expect(results.map(({ kind }) => kind)).toEqual(["run", "compare"]);
    expect(new Set(groups.map(({ name }) => name)).size).toBe(3);
    expect(pairs.find(({ title }) => title === "p50")).toMatchObject({ verdict: "lower" });
  });

  test("prints to stdout for -", () => {
    const outcome = phasebit(["report", EXAMPLE, "--output", "-"]);
    expect(outcome.status).toBe(0);
    expect(outcome.stdout).toMatch(/^<!doctype html>\n/);
    expect(outcome.stdout).toMatch(/<\/html>\n$/);
    expect(outcome.stderr).toBe("");
  });
});
