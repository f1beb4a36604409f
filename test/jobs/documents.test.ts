// docs/jobs.md has a row for every option, in the words of the table that job files are read by. UPDATE_JOBS=1 writes them.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";
import { aliases, type Meaning, meanings } from "../../src/jobs/fio-options.ts";

const FILE = `${packageRoot}/docs/jobs.md`;
const BEGIN = "<!-- options -->\n";
const END = "<!-- end of options -->\n";

function becomes(name: string, meaning: Meaning): [string, string] {
  switch (meaning.kind) {
    case "taken":
      return [
        "taken",
        meaning.note ??
          (flagOf(meaning.as) === `--${name.replaceAll("_", "-")}`
            ? ""
            : `\`${flagOf(meaning.as)}\``),
      ];
    case "only":
      return [`only ${meaning.values.join(" or ")}`, meaning.why];
    case "noted":
      return ["noted", meaning.why ?? "in silence"];
    case "refused":
      return ["refused", meaning.why];
  }
}

const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function table(): string {
  const rows = [...meanings].map(([name, meaning]) => {
    const others = Object.keys(aliases).filter((second) => aliases[second] === name);
    const names = [name, ...others].map((one) => `\`${one}\``).join(", ");
    return `| ${names} | ${becomes(name, meaning).join(" | ")} |\n`;
  });
  return `| option | here | |\n|---|---|---|\n${rows.join("")}`;
}

test("the table of docs/jobs.md is the table of the program", () => {
  const text = readFileSync(FILE, "utf8");
  const [before, rest = ""] = text.split(BEGIN);
  const [found, after] = rest.split(END);
  if (process.env.UPDATE_JOBS === "1") {
    writeFileSync(FILE, `${before}${BEGIN}${table()}${END}${after}`);
    return;
  }
  expect(found).toBe(table());
});
