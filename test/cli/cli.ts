// The built command line, as a user starts it, in a folder of its own, where nothing is measured: help, refusals, and
// what is done with saved results. What measures is started by real.ts.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { packageRoot } from "../../src/ground/package.ts";

export const CLI = join(packageRoot, "dist/src/cli.js");

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "phasebit-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Makes a folder once for the tests of a file: each call gives a copy of it, which goes with its test. */
export function copiesOf(make: (path: string) => void): () => string {
  const template = mkdtempSync(join(tmpdir(), "phasebit-test-"));
  beforeAll(() => make(template));
  afterAll(() => rmSync(template, { recursive: true }));
  return () => {
    const path = folder();
    cpSync(template, path, { recursive: true, verbatimSymlinks: true });
    return path;
  };
}

/** Commands that measure or move data when nothing is wrong. */
const WORKS = new Set(["run", "compare", "sweep", "read", "write"]);

/** How long a command may take on a machine that is slow and busy. */
const LONGEST_MS = 100_000;

/** This environment without its wish for colours, which may come from the terminal that the tests are started in. */
const { FORCE_COLOR: _, ...unforced } = process.env;
export const COLOURLESS = { ...unforced, NO_COLOR: "1" };

/** Runs `phasebit …` to its end, with `env` on top of this environment. It must not get as far as to measure. */
export function phasebit(
  args: readonly string[],
  cwd: string = folder(),
  env: Readonly<Record<string, string>> = {},
): Outcome {
  return expectUnmeasured(args, endOf(args, cwd, env));
}

/** @throws Error when it got as far as to measure */
export function expectUnmeasured(args: readonly string[], outcome: Outcome): Outcome {
  const isTold = args.includes("--help") || args.includes("--parse-only");
  const measured = outcome.status === 0 && WORKS.has(args[0] ?? "") && !isTold;
  if (measured) throw new Error(`phasebit ${args.join(" ")} measured: that takes a *.real.test.ts`);
  return outcome;
}

/** Runs `phasebit …` to its end, whatever it does. */
export function endOf(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Outcome {
  const { error, status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    cwd,
    encoding: "utf8",
    timeout: LONGEST_MS,
    env: { ...COLOURLESS, ...env },
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Result files in `cwd/results`, none when there is no such folder. */
export function resultFiles(cwd: string): string[] {
  try {
    return readdirSync(join(cwd, "results"));
  } catch {
    return [];
  }
}
