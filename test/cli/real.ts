// The command line where it measures: with threads that want cores. Only *.real.test.ts may use this, whose files run
// after the others.
import { spawn } from "node:child_process";
import { CLI, COLOURLESS, endOf, folder, type Outcome } from "./cli.ts";

/** What is said besides where closing takes more than a moment, as it may on any machine that is busy. */
const OF_SLOWNESS = /^giving the device back: its shutdown may take up to .*\n/gm;

/** Runs the built `phasebit …` to its end, as a user does. */
export function phasebit(args: readonly string[], cwd: string = folder()): Outcome {
  return withoutSlowness(endOf(args, cwd, {}));
}

export function withoutSlowness(outcome: Outcome): Outcome {
  return { ...outcome, stderr: outcome.stderr.replace(OF_SLOWNESS, "") };
}

/** Starts `phasebit …`; `stdout` and `stderr` gather as it runs. */
export function started(args: readonly string[], cwd: string) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd, env: COLOURLESS });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    said.stdout += data;
  });
  child.stderr.on("data", (data) => {
    said.stderr += data;
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.once("close", (status) => resolve(withoutSlowness({ status, ...said })));
  });
  return { child, said, ended };
}
