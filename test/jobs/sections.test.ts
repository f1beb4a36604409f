// Sections: who has which options, and where included files stand.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesOf } from "../../src/jobs/lines.ts";
import { readJobs, sectionsOf } from "../../src/jobs/sections.ts";
import { folder } from "../cli/cli.ts";

const environment = (name: string) => (name === "DEPTH" ? "8" : undefined);
const sections = (text: string) =>
  sectionsOf(linesOf("j.fio", new TextEncoder().encode(text)), environment);
const plain = (text: string) =>
  sections(text).map(({ name, options }) => [
    name,
    ...options.map((one) => (one.value === null ? one.name : `${one.name}=${one.value}`)),
  ]);

/** A folder with these files. */
function files(contents: Readonly<Record<string, string>>): string {
  const cwd = folder();
  mkdirSync(join(cwd, "jobs"));
  for (const [name, text] of Object.entries(contents)) writeFileSync(join(cwd, name), text);
  return join(cwd, "jobs", "a.fio");
}

describe("misuse", () => {
  test.each([
    ["bs=4k\n[a]", "j.fio:1:1: an option before the first [section]"],
    ["[a", "j.fio:1:1: a section that does not end in ]"],
    ["[ ]", "j.fio:1:1: a section without a name"],
    ["[a]\n  =4k", "j.fio:2:3: =4k: no option"],
    ["[a]\nb s=4k", "j.fio:2:1: b s=4k: no option"],
    ["[a]\nbs=\x24{SIZE}", "j.fio:2:1: \x24{SIZE}: there is no such environment variable"],
    ["[a]\n".repeat(257), "j.fio:257:1: a file has 256 jobs at most"],
  ])("%j is refused where it stands", (text, why) => {
    expect(() => sections(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => sections(text)).toThrow(why);
  });

  test("a file that includes itself, or one outside of its folder, is refused by the line that names it", () => {
    const loop = files({ "jobs/a.fio": "[a]\ninclude a.fio" });
    expect(() => readJobs(loop)).toThrow(`${loop}:2:1: included 8 deep`);
    const outside = files({ "b.fio": "bs=4k", "jobs/a.fio": "[a]\ninclude ../b.fio" });
    expect(() => readJobs(outside)).toThrow(`${outside}:2:1: include ../b.fio: it lies outside`);
    const device = files({ "jobs/a.fio": "[a]\ninclude /dev/zero" });
    expect(() => readJobs(device)).toThrow("it lies outside");
  });
});

test("what [global] said before a job is the job's, and what comes after it only that of later ones", () => {
  expect(plain("[global]\nbs=4k\n[a]\nrw=read\n[global]\niodepth=2\n[b]\nbs = 8k\n[c]")).toEqual([
    ["a", "bs=4k", "rw=read"],
    ["b", "bs=4k", "iodepth=2", "bs=8k"],
    ["c", "bs=4k", "iodepth=2"],
  ]);
});

test("a value is what stands behind the first equals sign, with the variables of the environment; none is none", () => {
  expect(plain("[job one]\niodepth=\x24{DEPTH}\ndescription=a=b\nthread\ntime-based\nbs=")).toEqual(
    [["job one", "iodepth=8", "description=a=b", "thread", "time_based", "bs="]],
  );
});

test("an included file stands where its name stands, and its options have its places", () => {
  const file = files({
    "jobs/a.fio": "[a]\ninclude b.fio\niodepth=2",
    "jobs/b.fio": "; shared\nbs=4k",
  });
  const [job] = readJobs(file);
  expect(job!.options.map(({ name, line }) => [name, line])).toEqual([
    ["bs", 2],
    ["iodepth", 3],
  ]);
  expect(job!.options[0]!.file).toBe(file.replace(/a\.fio$/, "b.fio"));
});
