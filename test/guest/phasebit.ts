// phasebit as a user has it: the built command line, and the result file it writes.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BootResult, repository } from "./machine.ts";
import { json, lastWords, step } from "./outcome.ts";

/** PHASEBIT_CLI names another build; the guest must be able to see it, so not below /tmp. */
export function commandLine(): string {
  const cli = process.env.PHASEBIT_CLI ?? join(repository, "dist", "src", "cli.js");
  if (!existsSync(cli)) {
    throw new Error(`guest: no ${cli}; build phasebit first (npm run build)`);
  }
  return `node ${cli}`;
}

export const exitCodes = { ok: 0, environment: 3, refused: 4, interrupted: 130 } as const;

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

export function iops(result: Result): number {
  return result.jobs.reduce((sum, job) => sum + job.read.iops, 0);
}

/** Shown beside a failed assertion about one step. */
export function said(result: BootResult, name: string): string {
  const { out, err } = step(result, name);
  return `${name} said:\n${out.slice(-2000)}\n${err.slice(-2000)}\n${lastWords(result)}`;
}
