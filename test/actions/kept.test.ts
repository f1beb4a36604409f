// What was measured is on the disk before the device is given back, whatever becomes of that.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Kept } from "../../src/actions/kept.ts";
import { presentationOf } from "../../src/actions/presentation.ts";
import { exitCodes } from "../../src/ground/errors.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { checkOutput } from "../../src/results/files.ts";
import { exampleRun } from "../examples/run.ts";

const home = process.cwd();
const whole = exampleRun({ perSecond: 100, seconds: 1 });
const doubted: Measurement = {
  ...whole,
  warnings: [...whole.warnings, { kind: "not-closed", why: "it hung" }],
};
let folder = "";
let said = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "phasebit-kept-"));
  process.chdir(folder);
  checkOutput();
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function keeper(output?: string): Kept {
  return new Kept({ outputFormat: "normal" }, (measurement) => presentationOf(measurement, output));
}

/** Kinds of the doubts in a saved document. */
function doubtsIn(file: string): string[] {
  const { warnings } = JSON.parse(readFileSync(file, "utf8")).phasebit;
  return warnings.map(({ kind }: { kind: string }) => kind);
}

test("a file that cannot be written is told at the end, after the figures", () => {
  const kept = keeper("nowhere/out.json");
  kept.keep(whole);
  expect(kept.files).toBeUndefined();
  expect(said).toBe("");
  expect(() => kept.finish(whole)).toThrow(/write nowhere\/out\.json: ENOENT/);
  expect(said).toMatch(/IOPS/i);
});

test("it is on the disk before anything is printed", () => {
  const kept = keeper();
  kept.keep(whole);
  const files = kept.files!;
  expect(said).toBe("");
  expect(doubtsIn(files[0]!)).not.toContain("not-closed");
  expect(kept.finish(whole)).toEqual({ files, exitCode: 0 });
  expect(said).toContain(files[0]!);
  expect(readdirSync("results")).toHaveLength(files.length);
});

test.each([undefined, "out.json"])("a doubt that comes later replaces its files (%s)", (output) => {
  const kept = keeper(output);
  kept.keep(whole);
  const files = kept.files!;
  const { exitCode } = kept.finish(doubted);
  expect(exitCode).toBe(exitCodes.DEVICE);
  expect(doubtsIn(files[0]!)).toContain("not-closed");
  expect(readdirSync(dirname(files[0]!)).filter((name) => name !== "results")).toEqual(
    files.map((file) => basename(file)).sort(),
  );
  expect(said).toContain("not given back in order: it hung");
});
