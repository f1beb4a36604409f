// The built command line, as a user starts it, in a folder of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { packageRoot } from "../../src/package.ts";

const CLI = join(packageRoot, "dist/src/cli.js");

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

/** Runs `phasebit …` to its end, with `env` on top of this environment. */
export function phasebit(
  args: readonly string[],
  cwd: string = folder(),
  env: Readonly<Record<string, string>> = {},
): Outcome {
  return spawnSync(process.execPath, [CLI, ...args], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1", ...env },
  });
}

/** Starts `phasebit …`; `stdout` and `stderr` gather as it runs. */
export function started(args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    said.stdout += data;
  });
  child.stderr.on("data", (data) => {
    said.stderr += data;
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.once("close", (status) => resolve({ status, ...said }));
  });
  return { child, said, ended };
}

/** Result files in `cwd/results`, none when there is no such folder. */
export function resultFiles(cwd: string): string[] {
  try {
    return readdirSync(join(cwd, "results"));
  } catch {
    return [];
  }
}
