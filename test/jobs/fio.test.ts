// fio itself is asked: which options there are, and what it takes a file's sections for.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aliases, meanings } from "../../src/jobs/fio-options.ts";
import { readJobs } from "../../src/jobs/sections.ts";
import { folder } from "../cli/cli.ts";
import { areAbsent, told } from "../readers/programs.ts";

/** As fio's --showcmd prints a job: what it read of the file. */
const shown = (line: string): string[] =>
  line
    .split(" --")
    .slice(1)
    .map((word) => word.trim().replace(/=\s+/, "="));

describe.skipIf(areAbsent("fio"))("fio", () => {
  test("every option of fio's has its meaning here", () => {
    const lines = told("fio", ["--cmdhelp=all"]).stdout.matchAll(/^ *([a-z_0-9]+) *:/gm);
    const names = [...lines].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !meanings.has(name))).toEqual([]);
  });

  test("second names are fio's", () => {
    const help = Object.values(aliases).map((name) => `fio --cmdhelp=${name}`);
    const lines = told("sh", ["-c", help.join(";")]).stdout.matchAll(/^ *alias: *(\S+)/gm);
    expect([...lines].map(([, second]) => second)).toEqual(Object.keys(aliases));
  });

  test.each([
    ["comments and blanks", "; c\n[a]\n  bs=4k ; x\n\trw=read # y\nsize = 1m\n# z\nthread\n"],
    ["two [global]", "[global]\nbs=4k\nsize=1m\n[a]\nrw=read\n[global]\niodepth=2\n[b]\nbs=8k\n"],
    ["Windows' line ends", "[a]\r\nsize=1m\r\nbs=4k\r\n"],
    ["names with blanks", "[job one]\nsize=1m\n[ two ]\nsize=2m\n"],
  ])("reads the same of %s", (_, text) => {
    const file = join(folder(), "a.fio");
    writeFileSync(file, text);
    const { stdout, status } = told("fio", ["--parse-only", "--showcmd", file]);
    expect(status).toBe(0);
    const theirs = stdout.split("\n").filter((line) => line.startsWith("fio "));
    const ours = readJobs(file).map(({ name, options }) => [
      ...options.map((one) => (one.value === null ? one.name : `${one.name}=${one.value}`)),
      `name=${name}`,
    ]);
    // fio prints what [global] said at the first job that it comes before
    const theirOptions = theirs.flatMap(shown).map((one) => one.replace(/\s*=\s*/, "="));
    expect(new Set(ours.flat())).toEqual(new Set(theirOptions));
  });
});
