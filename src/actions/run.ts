// phasebit run: one workload, from the command line or a job file, its report and its result files.
import { usage } from "../ground/errors.ts";
import { requireEffect, type TypedOptions } from "../measurement/idle-options.ts";
import { parseWorkload } from "../measurement/workload.ts";
import type { WorkloadOptions } from "../measurement/workload-options.ts";
import { runWorkload } from "../run/runner.ts";
import { type GateFlags, measuredGates } from "./gates.ts";
import { commandOf, type JobFlags, notesOf, type PlannedJob, plannedJob } from "./job-file.ts";
import { type MeasureFlags, measureAndPresent } from "./measure.ts";
import { requireResultFile } from "./result-file.ts";

/** What the command line said. */
export interface RunFlags extends WorkloadOptions, MeasureFlags, GateFlags, JobFlags {}

/**
 * Measures, prints and saves.
 * @param typed the flags that took no default
 * @param jobFile whose options count where nothing else was typed
 */
export async function run(flags: RunFlags, typed: TypedOptions, jobFile?: string): Promise<void> {
  const planned = jobFile === undefined ? undefined : plannedJob(jobFile, flags, typed);
  if (planned === undefined) requireJobFile(flags);
  const workload = planned?.workload ?? parseWorkload(flags);
  requireEffect(typed, [workload]);
  const judge = measuredGates(flags, [{ name: "", workload }]);
  if (planned !== undefined && flags.parseOnly) return tellPlan(planned, flags);
  requireResultFile("run", flags);
  for (const line of planned === undefined ? [] : notesOf(planned.job)) {
    process.stderr.write(`note: ${line}\n`);
  }
  const plan = { command: "run", parts: [{ name: "", workload }], blocks: 1 } as const;
  await measureAndPresent(flags, plan, judge, (options) => runWorkload(workload, options));
}

/** @throws PhasebitError USAGE for what is only said of a job file */
function requireJobFile({ section, parseOnly }: JobFlags): void {
  if (section !== undefined) throw usage("--section: chooses a job of a file, and none is named");
  if (parseOnly) throw usage("--parse-only: checks a job file, and none is named");
}

function tellPlan({ job }: PlannedJob, { outputFormat }: RunFlags): void {
  const notes = notesOf(job);
  const told =
    outputFormat === "json"
      ? JSON.stringify({ job: job.name, options: job.options, notes }, null, 2)
      : [commandOf(job), ...notes.map((line) => `note: ${line}`)].join("\n");
  process.stdout.write(`${told}\n`);
}
