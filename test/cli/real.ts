// The built command line where it measures: with threads that want the cores for themselves. Only *.real.test.ts may use
// this, whose files run alone.
import { spawn } from "node:child_process";
import { CLI, COLOURLESS, endOf, folder, type Outcome } from "./cli.ts";

/** Runs `phasebit …` to its end. */
export function phasebit(args: readonly string[], cwd: string = folder()): Outcome {
  return endOf(args, cwd, {});
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
    child.once("close", (status) => resolve({ status, ...said }));
  });
  return { child, said, ended };
}
