// The tables of docs/libvfn.md: every row names files and tests that are there, or says what is not there yet.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";

const page = readFileSync(join(packageRoot, "docs/libvfn.md"), "utf8");

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
}

function rowsOf(text: string): Row[] {
  return text
    .split("\n")
    .filter(
      (line) => line.startsWith("| ") && !line.startsWith("| # ") && !line.startsWith("| example"),
    )
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([name = "", ...cells]) => ({ name, cells }));
}

/** What is wrong with a row; undefined when nothing is. */
function faultOf({ name, cells }: Row): string | undefined {
  const links = cells.join(" ").matchAll(/\]\(([^)]+)\)/g);
  for (const [, path] of links) {
    if (!existsSync(join(packageRoot, "docs", path!))) return `${name}: there is no ${path}`;
  }
  // defects have numbers, and a test each
  if (!/^\d+$/.test(name) && !cells.join(" ").includes("](../examples/")) {
    return `${name}: it names no example`;
  }
  const shown = cells.at(-1)!;
  if (!shown.startsWith("`")) {
    const isSaid = cells.some((cell) => cell.includes("**not there yet**: "));
    return isSaid ? undefined : `${name}: it names no test`;
  }
  return shown
    .split("<br>")
    .map((one) => testFault(name, one))
    .find((fault) => fault !== undefined);
}

function testFault(name: string, shown: string): string | undefined {
  const [, file, title] = /^`([^`]+)`\s*(.*)$/.exec(shown) ?? [];
  const path = join(packageRoot, "test", `${file}.test.ts`);
  if (file === undefined || !existsSync(path)) return `${name}: there is no test/${file}.test.ts`;
  const isThere = title === "" || readFileSync(path, "utf8").includes(`"${title}"`);
  return isThere ? undefined : `${name}: test/${file}.test.ts has no "${title}"`;
}

const example = "[regs](../examples/regs.ts)";
test.each([
  [`| L1 | a | b | ${example} | |`, /names no test/],
  [`| L1 | a | b | ${example} | \`absent\` |`, /no test\/absent/],
  [`| L1 | a | b | ${example} | \`libvfn\` neither |`, /libvfn.test.ts has no "neither/],
  [`| L1 | a | [x](absent.md) | ${example} | \`libvfn\` |`, /no absent\.md/],
  ["| L1 | a | b | [x](../examples/absent.ts) | `libvfn` |", /no \.\.\/examples\/absent\.ts/],
  ["| L1 | a | b | | `libvfn` |", /names no example/],
  ["| L20 | a | **not there yet**: c | | `libvfn` |", /names no example/],
  ["| cmb | b | `libvfn` |", /names no example/],
])("a row is refused: %s", (row, fault) => {
  expect(faultOf(rowsOf(row)[0]!)).toMatch(fault);
});

test("every row names what is there, or says what is not", () => {
  expect(
    rowsOf(page)
      .map(faultOf)
      .filter((fault) => fault !== undefined),
  ).toEqual([]);
});

test("every program in examples/ is named", () => {
  const programs = readdirSync(join(packageRoot, "examples"));
  expect(programs.filter((file) => !page.includes(`(../examples/${file})`))).toEqual([]);
});

test("no group, no example and no defect is missing", () => {
  const names = rowsOf(page).map(({ name }) => name);
  const groups = Array.from({ length: 24 }, (_, index) => `L${index + 1}`);
  const examples = "identify io regs cmb cmb-p2p eventfd perf iopf sriov".split(" ");
  const defects = Array.from({ length: 9 }, (_, index) => String(index + 1));
  expect(names).toEqual([...groups, ...examples, ...defects]);
});
