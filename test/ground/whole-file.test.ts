// Files that are whole or not there: what fails leaves nothing, and what a killed process left is cleared.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { saving, tryFolder, WholeFile, writeWhole } from "../../src/ground/whole-file.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "phasebit-whole-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

/** The name under which this process began `name`. */
function begun(name: string): string {
  const file = new WholeFile(join(folder, name));
  onTestFinished(() => file[Symbol.dispose]());
  return readdirSync(folder).find((found) => found.startsWith(`${name}.`))!;
}

/** A number that was a process's, which has ended. */
function deadPid(): number {
  return spawnSync("true").pid;
}

test("what was begun and not committed leaves the earlier file", () => {
  writeFileSync(join(folder, "x"), "before");
  const file = new WholeFile(join(folder, "x"));
  writeFileSync(file.descriptor, "half");
  file[Symbol.dispose]();
  expect(readdirSync(folder)).toEqual(["x"]);
  expect(readFileSync(join(folder, "x"), "utf8")).toBe("before");
  expect(() => saving("x", () => writeWhole(join(folder, "none", "x"), ""))).toThrow(
    "write x: ENOENT; save elsewhere with --output",
  );
});

test("a folder has a file's name: nothing is left of the file", () => {
  mkdirSync(join(folder, "taken"));
  expect(() => writeWhole(join(folder, "taken"), "text")).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder)).toEqual(["taken"]);
});

test("what a process left that is no more is cleared by the next, and nothing else", () => {
  const mine = begun("mine");
  const left = mine.replace(`-${process.pid}-`, `-${deadPid()}-`);
  const kept = [
    mine,
    // another host's, somebody's own, a folder's
    left.replace(/\.[0-9a-f]{8}-/, ".00000000-"),
    "notes.partial",
    `x${left}.txt`,
  ];
  for (const name of [left, `other-${left}`, ...kept.slice(1)])
    writeFileSync(join(folder, name), "");
  mkdirSync(join(folder, `folder-${left}`));
  tryFolder(folder);
  expect(readdirSync(folder).sort()).toEqual([...kept, `folder-${left}`].sort());
});

test("a file takes its name with all that was written", () => {
  writeWhole(join(folder, "x"), "one");
  writeWhole(join(folder, "x"), "two");
  expect(readFileSync(join(folder, "x"), "utf8")).toBe("two");
  expect(readdirSync(folder)).toEqual(["x"]);
});
