// GitHub's Markdown, as its own reference implementation takes it.
import { describe, expect, test } from "vitest";
import { exported } from "../../src/export/export.ts";
import { longComparison, ofHostile, runResult } from "../export/results.ts";
import { areAbsent, told } from "./programs.ts";

describe.skipIf(areAbsent("cmark-gfm"))("cmark-gfm", () => {
  test.each([
    ["a run", runResult(), 2],
    ["a comparison", longComparison(), 3],
    ["a device with a hostile name", ofHostile(longComparison()), 3],
  ])("makes tables of %s, and leaves no row as text", (_, result, atLeast) => {
    const { text } = exported(result, { format: "markdown" }).files[0]!;
    const args = ["--extension", "table", "--to", "html", "--unsafe"];
    const { status, stdout } = told("cmark-gfm", args, { input: text });
    expect(status).toBe(0);
    const found = stdout.match(/<table>[\s\S]*?<\/table>/g) ?? [];
    expect(found.length).toBeGreaterThanOrEqual(atLeast);
    expect(found).toHaveLength(text.match(/^\|(?: :?-+:? \|)+$/gm)!.length);
    expect(stdout.replace(/<table>[\s\S]*?<\/table>/g, "")).not.toMatch(/^(?:<p>)?\|/m);
    expect(stdout).not.toMatch(/<svg|<b>|onload=(?!alert\(\)&gt;)/);
  });
});
