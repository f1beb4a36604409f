// Programs of others that read what phasebit exports. What docs/exporting.md says of them is tried here.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exported } from "../../src/export/export.ts";
import type { ExportOptions } from "../../src/export/export-options.ts";
import type { Result } from "../../src/results/read.ts";

const DEADLINE_MS = 100_000;

/**
 * Whether one of these is not there: a program, or the absolute path of a file. With CI set what is not there fails its
 * tests instead of skipping them.
 */
export function areAbsent(...programs: readonly string[]): boolean {
  if (process.env["CI"] !== undefined) return false;
  return programs.some((one) =>
    one.startsWith("/")
      ? !existsSync(one)
      : spawnSync("sh", ["-c", 'command -v "$0"', one]).status !== 0,
  );
}

export interface Told {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function told(
  program: string,
  args: readonly string[],
  { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
): Told {
  const options = { input, encoding: "utf8", timeout: DEADLINE_MS } as const;
  const { status, stdout, stderr, error } = spawnSync(program, [...args], {
    ...options,
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Puts the export of a result into a folder; its files' paths. */
export function exportedInto(where: string, result: Result, options: ExportOptions): string[] {
  return exported(result, options).files.map(({ name, text }) => {
    writeFileSync(join(where, name), text);
    return join(where, name);
  });
}
