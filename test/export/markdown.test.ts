import { describe, expect, test } from "vitest";
import { exported } from "../../src/export/export.ts";
import { code, prose } from "../../src/export/markdown-text.ts";
import type { Result } from "../../src/results/read.ts";
import { emptyRun, troubledRun } from "../examples/run.ts";
import {
  compareResult,
  longComparison,
  ofHostile,
  runResult,
  sidesResult,
  sweepResult,
} from "./results.ts";

function textOf(result: Result): string {
  return exported(result, { format: "markdown" }).files[0]!.text;
}

/** Cells of every table, by GitHub's rule: a pipe ends one unless a backslash stands before it. */
function tableRows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(/(?<!\\) \| |(?<!\\)\|/));
}

describe("names that are markup", () => {
  test.each([
    ["ACME X1 1.92TB", "`ACME X1 1.92TB`"],
    ["<svg onload=alert()>", "`<svg onload=alert()>`"],
    ["a`b", "<code>a&#96;b</code>"],
    ["a|b", "<code>a&#124;b</code>"],
    ["a\\", "<code>a&#92;</code>"],
    ["a\nb", "<code>a&#10;b</code>"],
    ["<b>|", "<code>&#60;b&#62;&#124;</code>"],
    ["", ""],
  ])("%j is code: %s", (text, shown) => {
    expect(code(text)).toBe(shown);
  });

  test("in a sentence stand for themselves and link to nobody", () => {
    expect(prose("*a* <b> [c](d) `e` f|g \\h")).toBe(
      "\\*a\\* \\<b\\> \\[c\\]\\(d\\) \\`e\\` f\\|g \\\\h",
    );
    expect(prose("ask @user about #12")).toBe("ask @&#8203;user about #&#8203;12");
    expect(prose("see http://x.y or www.x.y")).toBe("see http:&#8203;//x.y or www&#8203;.x.y");
    expect(prose("a\nb")).toBe("a b");
  });

  test("leave every table whole", () => {
    const modes = ["a|b", "`c`", "\\"].map((name) => ({ name, typicalNs: 8000 }));
    for (const result of [runResult(), compareResult({ modes, rounds: 8 }), sweepResult()]) {
      const [plain, attacked] = [textOf(result), textOf(ofHostile(result))].map(tableRows);
      expect(attacked!.map((cells) => cells.length)).toEqual(plain!.map((cells) => cells.length));
      expect(textOf(ofHostile(result))).not.toMatch(/^#1/m);
      expect(textOf(ofHostile(result))).not.toContain("<b>");
    }
  });
});

test("a run shows its conditions, then its figures by direction", () => {
  const text = textOf(runResult());
  expect(text).toContain("### phasebit run: `ACME X1 1.92TB`");
  expect(text).toContain("`ACME X1 1.92TB` `S1234567` firmware `2B4QEXM7` at `0000:5e:00.0`");
  expect(text).toContain("randrw, 50% reads, bs 4KiB, iodepth 32, 2 jobs, poll, 2s");
  expect(text).toContain("2026-11-22 09:14:05 UTC");
  const rows = tableRows(text);
  expect(rows.find(([name]) => name === "`poll.read`")!.slice(1, 4)).toEqual([
    "4000",
    "15.63",
    "8000",
  ]);
  expect(text).toMatch(/^\\-: too few I\/Os to say; p99.99 needs 100,000$/m);
});

test("doubts are listed in words", () => {
  const text = textOf({ file: "x.json", measurement: troubledRun() });
  expect(text.match(/^- \*\*warning\*\* /gm)).toHaveLength(5);
  expect(text).toContain("15 commands ended with an error");
  expect(text).toContain(", interrupted |");
});

test("a comparison shows of each pair what its intervals allow", () => {
  const text = textOf(longComparison());
  expect(text.match(/^#### /gm)).toHaveLength(3);
  const p50 = tableRows(text).filter(([title]) => title === "p50");
  expect(p50[0]![2]).toBe("lower");
  expect(Number.parseFloat(p50[0]![1]!)).toBeCloseTo(8000 / 13_200, 1);
  expect(text).toContain("no difference shown");
});

test("a comparison of few rounds shows no pair", () => {
  const text = textOf(compareResult({ rounds: 3 }));
  expect(text).toContain("Too few rounds to show a difference.");
  expect(text).not.toContain("no difference shown");
});

test("a result without I/O says so", () => {
  expect(textOf({ file: "x.json", measurement: emptyRun() })).toContain("No I/O was completed.");
});

test("each side of a comparison has its own rate in bytes, and says what it was", () => {
  const text = textOf(sidesResult());
  expect(text).toContain("randread and randwrite, bs 4KiB and 64KiB, iodepth 1 and 8, 1 job");
  const rows = tableRows(text);
  expect(rows).toContainEqual(["`a`", "`--rw randread`"]);
  const rateOf = (name: string) => Number(rows.find(([first]) => first === name)![2]);
  expect(rateOf("`b.write`") / rateOf("`a.read`")).toBeCloseTo(16, 0);
});
