// phasebit report as a user calls it.
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import type { ReportData } from "../../src/html/report-data.ts";
import { folder, phasebit } from "../cli/cli.ts";
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
    ["a good result and a bad one", ["run.json", "other.json"], /other\.json/],
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

  test.each(cases)("%s", (_name, args, words) => {
    const cwd = withResult();
    const files = {
      "text.json": "hello",
      "other.json": '{"a": 1}',
      "page.html": "<!doctype html>",
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    symlinkSync("run.json", join(cwd, "link.html"));
    const outcome = phasebit(["report", ...args], cwd);
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

  test("writes over an earlier report, whole", () => {
    const cwd = withResult();
    expect(phasebit(["report", "run.json"], cwd).status).toBe(0);
    const outcome = phasebit(["report", "run.json", "--title", "Größe <b>"], cwd);
    expect(outcome.status).toBe(0);
    expect(reportIn(cwd, "run.html").title).toBe("Größe <b>");
    const html = readFileSync(join(cwd, "run.html"), "utf8");
    expect(html).toContain("<title>Größe &lt;b&gt;</title>");
  });

  test("puts several results into one page", () => {
    const cwd = withResult();
    mkdirSync(join(cwd, "out"));
    const outcome = phasebit(["report", "run.json", COMPARISON, "--output", "out/both.html"], cwd);
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
