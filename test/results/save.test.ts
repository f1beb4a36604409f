import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { checkOutput } from "../../src/results/files.ts";
import { SavedResult } from "../../src/results/save.ts";
import { emptyRun, exampleRun } from "../examples/run.ts";

const home = process.cwd();
const run = exampleRun({ perSecond: 100, seconds: 1 });
const saveRun = (of: typeof run, output?: string) => new SavedResult(of).save(output);
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "phasebit-save-"));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function failure(action: () => void): PhasebitError {
  try {
    action();
  } catch (error) {
    if (error instanceof PhasebitError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("what cannot hold a result is refused before the run", () => {
  test("a folder, a device, no name, no folder", () => {
    mkdirSync("there");
    expect(failure(() => checkOutput("there")).message).toContain("is not a regular file");
    expect(failure(() => checkOutput("/dev/null")).message).toContain("is not a regular file");
    expect(failure(() => checkOutput("")).code).toBe("USAGE");
    expect(failure(() => checkOutput("none/x.json")).message).toContain("there is no folder none");
  });

  test("a folder that cannot be written to", () => {
    // Nobody may make files in /proc, whoever runs the test.
    const error = failure(() => checkOutput("/proc/x.json"));
    expect(error.code).toBe("RESULTS");
    expect(error.exitCode).toBe(7);
    expect(error.message).toMatch(/^write \/proc: [A-Z]+; .*--output/);
  });

  test("a results folder that is a file", () => {
    writeFileSync("results", "");
    expect(failure(() => checkOutput()).message).toContain("a file has the folder's name");
  });
});

test("a write that fails leaves no part of a file", () => {
  mkdirSync("taken");
  const error = failure(() => saveRun(run, "taken"));
  expect(error.message).toContain("write taken: EISDIR");
  expect(error.cause).toBeInstanceOf(Error);
  expect(readdirSync(".")).toEqual(["taken"]);
});

test("a link is replaced, not followed: where it leads is somebody else's choice", () => {
  writeFileSync("theirs", "theirs");
  symlinkSync("theirs", "link.json");
  saveRun(run, "link.json");
  expect(JSON.parse(readFileSync("link.json", "utf8"))).toHaveProperty("phasebit");
  expect(lstatSync("link.json").isFile()).toBe(true);
  expect(readFileSync("theirs", "utf8")).toBe("theirs");
});

test("a folder that goes away during the run is an error, with advice", () => {
  mkdirSync("gone");
  checkOutput("gone/x.json");
  rmSync("gone", { recursive: true });
  const error = failure(() => saveRun(run, "gone/x.json"));
  expect(error.code).toBe("RESULTS");
  expect(error.message).toContain("write gone/x.json: ENOENT; save elsewhere with --output");
});

test("checking leaves nothing behind but the results folder", () => {
  checkOutput();
  checkOutput();
  checkOutput("x.json");
  expect(readdirSync(".")).toEqual(["results"]);
  expect(readdirSync("results")).toEqual([]);
});

test("a result is named after its run, and never takes another one's place", () => {
  checkOutput();
  expect(saveRun(run)).toEqual([
    "results/20261122T091405Z-randread-4k-qd1x1.json",
    "results/20261122T091405Z-randread-4k-qd1x1.hgrm",
  ]);
  expect(saveRun(run)).toEqual([
    "results/20261122T091405Z-randread-4k-qd1x1-2.json",
    "results/20261122T091405Z-randread-4k-qd1x1-2.hgrm",
  ]);
  for (const name of readdirSync("results")) expect(name).toMatch(/^[A-Za-z0-9._-]+$/);
  expect(readdirSync("results")).toHaveLength(4);
});

test("both directions have a .hgrm each beside the named file", () => {
  const mixed = exampleRun({ options: { rw: "randrw" }, perSecond: 100, seconds: 1 });
  expect(saveRun(mixed, "mine.json")).toEqual(["mine.json", "mine.read.hgrm", "mine.write.hgrm"]);
  expect(readFileSync("mine.write.hgrm", "utf8")).toContain("Total count    =          100]");
  expect(readdirSync(".").sort()).toEqual(["mine.json", "mine.read.hgrm", "mine.write.hgrm"]);
});

test("a direction without I/O has no .hgrm", () => {
  expect(saveRun(emptyRun(), "mine.json")).toEqual(["mine.json"]);
});

test("a named file is replaced as a whole", () => {
  writeFileSync("mine", "old");
  expect(saveRun(run, "mine")).toEqual(["mine", "mine.hgrm"]);
  expect(JSON.parse(readFileSync("mine", "utf8")).jobs).toHaveLength(1);
});
