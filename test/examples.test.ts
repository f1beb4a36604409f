// The programs in examples/, compiled with everything else, against the embedded controller. Each runs inside of this
// process, as a start of Node.js costs more than most of them; one is started as a user does.
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { constants, runInThisContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import { packageRoot } from "../src/ground/package.ts";
import { exampleOutputs } from "./example-outputs.ts";

const run = promisify(execFile);

const names = readdirSync(join(packageRoot, "examples")).map((file) => file.replace(/\.ts$/, ""));
const programOf = (name: string): string => join(packageRoot, "dist/examples", `${name}.js`);

/** Node's own import: a program gets the library that was built, as it would outside. */
const load: (url: string) => Promise<unknown> = runInThisContext("(url) => import(url)", {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
let runs = 0;

/** Runs a program to its end, and gives back what it wrote. */
async function inside(name: string, ...args: readonly string[]): Promise<string> {
  const { argv, exitCode } = process;
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(`${line}\n`));
  process.argv = [argv[0]!, programOf(name), ...args];
  try {
    // a module runs once for each address that it has
    await load(`${pathToFileURL(programOf(name)).href}?run=${runs++}`);
    expect(process.exitCode).toBe(exitCode);
  } finally {
    log.mockRestore();
    Object.assign(process, { argv, exitCode });
  }
  return lines.join("");
}

test("every example is known here", () => {
  expect(names.sort()).toEqual(Object.keys(exampleOutputs).sort());
});

test("as a process, with nothing on stderr", async () => {
  const { stdout, stderr } = await run(process.execPath, [programOf("identify")]);
  expect(stdout).toMatch(exampleOutputs.identify!);
  expect(stderr).toBe("");
});

describe.each(names)("%s", (name) => {
  test("was compiled", () => {
    const file = programOf(name);
    expect(existsSync(file), `${file}: run "npm run build:ts"`).toBe(true);
  });

  test.each([[], ["embedded?size=16m&latency=20us&seed=7"]])("runs: %s", async (...address) => {
    expect(await inside(name, ...address)).toMatch(exampleOutputs[name]!);
  });

  test("says what is wrong with an address that is none", async () => {
    await expect(inside(name, "floppy")).rejects.toThrow(/device floppy: expected/);
  });
});
