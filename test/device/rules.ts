// The tables of docs/rules.md: what each row names, and what is wrong with a row.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/ground/package.ts";

/** A row of a table: where the rule stands, what it says, and what shows it. */
export interface Rule {
  /** The chapter that the row's heading names, "3" of "## 3 Registers". */
  readonly chapter: string;
  readonly section: string;
  readonly text: string;
  readonly shown: string;
}

/** A test that a row names. */
interface Shown {
  /** Below `test`, without ".test.ts". */
  readonly file: string;
  readonly title: string;
}

const HEADING = /^## (\d+) /;
const SECTION = /^(\d+)(?:\.\d+)*$/;
const SHOWN = /^`([\w/-]+)` (.+)$/;
/** What stands in the place of a test when the controller does not do it. */
const ABSENT = /^\*\*not there\*\*: \S/;
/** The title of a test: the first argument of `test(…)`, or of what `test.each(…)` returns. */
const TITLE = /(?:\btest|\))\(\s*"((?:[^"\\]|\\.)*)",\s*(?:async\s*)?\(/g;

/** Every row of the tables under a heading with a chapter's number. */
export function rulesOf(markdown: string): Rule[] {
  const rules: Rule[] = [];
  let chapter = "";
  for (const line of markdown.split("\n")) {
    chapter = HEADING.exec(line)?.[1] ?? chapter;
    if (!line.startsWith("|") || /^\|(?:-+\|)+$/.test(line)) continue;
    const [section = "", text = "", ...shown] = cellsOf(line);
    if (section === "section") continue;
    rules.push({ chapter, section, text, shown: shown.join(" | ") });
  }
  return rules;
}

/** What is wrong with a row, or nothing. */
export function faultOf(rule: Rule, titlesOf = titlesIn): string | undefined {
  const { chapter, section, text, shown } = rule;
  if (SECTION.exec(section)?.[1] !== chapter) return `${section} is no section of ${chapter}`;
  if (text === "") return "no rule";
  if (ABSENT.test(shown)) return;
  if (shown === "") return "no test";
  return shown
    .split("<br>")
    .map((name) => wrongName(name.trim(), titlesOf))
    .find((fault) => fault !== undefined);
}

/** Sections in the order of the specification: negative when `a` comes before `b`. */
export function compareSections(a: string, b: string): number {
  const [first, second] = [a, b].map((section) => section.split(".").map(Number));
  for (let index = 0; index < Math.max(first!.length, second!.length); index++) {
    const difference = (first![index] ?? -1) - (second![index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The titles of the tests in a file below `test`, or none when there is no such file. */
export function titlesIn(file: string): ReadonlySet<string> | undefined {
  const path = join(packageRoot, "test", `${file}.test.ts`);
  if (!existsSync(path)) return;
  return new Set([...readFileSync(path, "utf8").matchAll(TITLE)].map(([, title]) => title!));
}

function wrongName(name: string, titlesOf: typeof titlesIn): string | undefined {
  const shown = parse(name);
  if (shown === undefined) return `${name} names no test`;
  const titles = titlesOf(shown.file);
  if (titles === undefined) return `there is no test/${shown.file}.test.ts`;
  return titles.has(shown.title) ? undefined : `test/${shown.file}.test.ts has no ${name}`;
}

/** A file without a folder lies beside this one. */
function parse(name: string): Shown | undefined {
  const [, file, title] = SHOWN.exec(name) ?? [];
  if (file === undefined || title === undefined) return;
  return { file: file.includes("/") ? file : `device/${file}`, title };
}

/** The cells of a row; `\|` is a bar inside one. */
function cellsOf(line: string): string[] {
  return line
    .slice(1, line.lastIndexOf("|"))
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}
