// phasebit as a user has it: the built command line, and the result file it writes.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BootResult, repository } from "./machine.ts";
import { json, lastWords, step } from "./outcome.ts";

/** PHASEBIT_CLI names another build; the guest must be able to see it, so not below /tmp. */
export function commandLine(): string {
  return program(process.env.PHASEBIT_CLI ?? join(repository, "dist", "src", "cli.js"));
}

/** How a program in examples/ is called. */
export function exampleProgram(name: string): string {
  return program(join(repository, "dist", "examples", `${name}.js`));
}

/** How a program is called in the guest. */
export function program(file: string): string {
  if (!existsSync(file)) {
    throw new Error(`guest: no ${file}; build phasebit first (npm run build)`);
  }
  return `${interpreter()} ${file}`;
}

/** Node.js as it is called in the guest, for a program that only the guest has. */
export function interpreter(): string {
  return ["node", ...STEADY_CODE.filter((flag) => knownFlags().includes(flag))].join(" ");
}

/**
 * V8 patches WebAssembly's jump tables while other threads run there, which QEMU's translator now and then answers with
 * a trap (machine.ts). In the guest all functions are compiled at once, by the optimizing compiler, and stay.
 */
const STEADY_CODE = ["--no-liftoff", "--no-wasm-lazy-compilation", "--no-wasm-inlining"];

/** Switches that this Node.js's V8 knows; each boolean one has an opposite. */
function knownFlags(): string[] {
  const { stdout } = spawnSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
  return [...stdout.matchAll(/^ +--([a-z-]+) /gm)].map(([, name]) => `--no-${name}`);
}

export const exitCodes = {
  ...{ ok: 0, usage: 2, environment: 3 },
  ...{ refused: 4, device: 5, interrupted: 130 },
} as const;

/** The part of fio's result tree that the scenarios look at. */
export interface Result {
  readonly jobs: readonly Job[];
  readonly phasebit: unknown;
}

interface Job {
  readonly error?: number;
  readonly read: {
    readonly iops: number;
    readonly total_ios: number;
    readonly clat_ns: { readonly percentile?: Readonly<Record<string, number>> };
  };
}

export function resultFile(result: BootResult, name: string): Result {
  return json(result, `${name}.json`);
}

/** Sum over the jobs, of which there is one or one for each of --numjobs. */
export function reads(result: Result): number {
  return result.jobs.reduce((sum, job) => sum + job.read.total_ios, 0);
}

/** Shown beside a failed assertion about one step. */
export function said(result: BootResult, name: string): string {
  const { out, err } = step(result, name);
  return `${name} said:\n${out.slice(-2000)}\n${err.slice(-2000)}\n${lastWords(result)}`;
}
