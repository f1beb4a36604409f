// The program in docs/library.md, word for word, as a user would compile and run it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { packageRoot } from "../src/ground/package.ts";
import { COLOURLESS } from "./cli/cli.ts";

const run = promisify(execFile);
const text = readFileSync(join(packageRoot, "docs/library.md"), "utf8");
const folder = mkdtempSync(join(tmpdir(), "phasebit-library-"));

afterAll(() => rmSync(folder, { recursive: true }));

test("the document has one program, of about forty lines", () => {
  const programs = [...text.matchAll(/^```ts\n(.*?)^```$/gms)];
  expect(programs).toHaveLength(1);
  const lines = programs[0]![1]!.split("\n").filter((line) => line.trim() !== "");
  expect(lines.length).toBeLessThanOrEqual(50);
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(packageRoot, join(folder, "node_modules/phasebit"));
  symlinkSync(
    join(packageRoot, "node_modules/@types/node"),
    join(folder, "node_modules/@types/node"),
  );
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.ts"), programs[0]![1]!);
});

test("it compiles, strictly", async () => {
  const flags =
    "--strict --noUncheckedIndexedAccess --target es2023 --module nodenext --types node";
  const tsc = join(packageRoot, "node_modules/.bin/tsc");
  await run(tsc, [...flags.split(" "), "program.ts"], { cwd: folder });
});

test("it runs on the embedded controller and prints what the comments say", async () => {
  const { stdout, stderr } = await run(process.execPath, ["program.js"], {
    cwd: folder,
    env: COLOURLESS,
  });
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^VID [0-9a-f]+$/);
  const reaped = lines.slice(1, -4);
  expect(reaped.map((line) => line.replace(/^(\d+ \w+) \d+ 1 /, "$1 … ")).sort()).toEqual([
    "1 1234 … Successful Completion (0/00)",
    "1 1234 … Successful Completion (0/00)",
    "7 7 … PRP Offset Invalid (0/13)",
  ]);
  expect(lines.slice(-4)).toEqual([
    "next undefined",
    "delete Invalid Queue Deletion (1/0c)",
    "reset reset",
    "enabled 1",
  ]);
  expect(stderr).toBe("");
});

test("every name that the document gives is there", async () => {
  const phasebit = (await import(join(packageRoot, "dist/src/index.js"))) as Record<
    string,
    unknown
  >;
  for (const name of ["open", "addTransport", "listPages", "PhasebitError", "sqe"]) {
    expect(text).toContain(name);
    expect(phasebit[name], name).toBeDefined();
  }
});
