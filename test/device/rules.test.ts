// The tables of docs/rules.md: every rule is shown by a test that is there, or named as not there.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { compareSections, faultOf, rulesOf, titlesIn } from "./rules.ts";

const rules = rulesOf(readFileSync(join(packageRoot, "docs/rules.md"), "utf8"));
const titles = new Set(["a | b", "c"]);

/** What is wrong with the first row of a table of chapter 3. */
function faultIn(row: string): string | undefined {
  const [rule] = rulesOf(
    `## 3 Registers\n\n| section | rule | shown by |\n|---|---|---|\n${row}\n`,
  );
  return faultOf(rule!, (file) => (file === "device/queues" ? titles : undefined));
}

describe("a row is refused", () => {
  test.each([
    ["| 3.1 | rule | |", "no test"],
    ["| 3.1 | rule |", "no test"],
    ["| 3.1 | | `queues` c |", "no rule"],
    ["| 4.1 | rule | `queues` c |", "4.1 is no section of 3"],
    ["| 3.x | rule | `queues` c |", "3.x is no section of 3"],
    ["| 3.1 | rule | queues |", "queues names no test"],
    ["| 3.1 | rule | `queues` |", "`queues` names no test"],
    ["| 3.1 | rule | `absent` c |", "there is no test/device/absent.test.ts"],
    ["| 3.1 | rule | `queues` d |", "test/device/queues.test.ts has no `queues` d"],
    ["| 3.1 | rule | `queues` c<br>`queues` d |", "test/device/queues.test.ts has no `queues` d"],
    ["| 3.1 | rule | **not there**: |", "**not there**: names no test"],
  ])("%s", (row, fault) => {
    expect(faultIn(row)).toBe(fault);
  });
});

test.each([
  "| 3 | rule | `queues` c |",
  "| 3.1.24 | rule | `queues` a \\| b<br>`device/queues` c |",
  "| 3.1 | rule | **not there**: one page size |",
])("a row is taken: %s", (row) => {
  expect(faultIn(row)).toBeUndefined();
});

test("a title is that of a test, not of the group around it", () => {
  const found = titlesIn("device/rules")!;
  expect(found.has("a title is that of a test, not of the group around it")).toBe(true);
  expect(found.has("%s")).toBe(true);
  expect(found.has("a row is refused")).toBe(false);
});

test("every row of docs/rules.md names a test that is there, or says that the rule is not", () => {
  expect(rules.map((rule) => [rule, faultOf(rule)]).filter(([, fault]) => fault)).toEqual([]);
});

test("each rule stands there once, in the order of the sections", () => {
  const sections = rules.map(({ section }) => section);
  expect(sections).toEqual([...sections].sort(compareSections));
  const texts = rules.map(({ text }) => text);
  expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
});

test("no chapter is without rules", () => {
  const chapters = new Set(rules.map(({ chapter }) => chapter));
  expect([...chapters]).toEqual(["2", "3", "4", "5", "6", "7", "8", "9"]);
});
