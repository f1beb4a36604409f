// The command line: dispatches, and ends in one clear line. The commands and their options stand in commands/; what
// they do stands in actions/, which are loaded when they are asked for.
import type { Command } from "commander";
import { Misuse, misuseLine } from "./commands/misuse.ts";
import { phasebit } from "./commands/program.ts";
import { watchStreams } from "./commands/streams.ts";
import { exitCodeOf, exitCodes, isSystemError, PhasebitError } from "./ground/errors.ts";
import { withoutControls } from "./ground/strings.ts";
import { messageOf } from "./text/failure-words.ts";

/** The whole life of a process: what was typed, its exit code, and an end when all that was said is with the reader. */
export async function main(): Promise<never> {
  watchStreams();
  const isStdoutAwaited = await perform(process.argv.slice(2));
  if (isStdoutAwaited) await written(process.stdout);
  await written(process.stderr);
  // a Node.js that ends by itself first takes its signal handlers away, and a signal then would be the exit status
  process.exit();
}

/**
 * Does what was typed; the exit code, where it is not 0, is the process's.
 * @returns whether stdout is to be waited for: whoever interrupted it waits for no reader
 */
export async function perform(typed: readonly string[]): Promise<boolean> {
  const program = phasebit();
  for (const command of [program, ...program.commands]) throwRefusals(command);
  try {
    await program.parseAsync(typed, { from: "user" });
  } catch (error) {
    process.exitCode = await report(error);
    return !(error instanceof PhasebitError && error.code === "INTERRUPTED");
  }
  return true;
}

/** All that was said is with the reader, or he is gone: a pipe takes its time. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    // a full disk refuses even nothing; what it refused before is told in the next turn
    if (stream.writableLength === 0) setImmediate(resolve);
    else stream.write("", () => resolve());
  });
}

/** commander would print and exit; `report` does. */
function throwRefusals(command: Command): void {
  command.configureOutput({ outputError: () => {} }).exitOverride((refusal) => {
    throw new Misuse(command, refusal);
  });
}

/** One clear line on stderr, and the exit code. */
async function report(error: unknown): Promise<number> {
  if (error instanceof Misuse) return reportMisuse(error);
  process.stderr.write(`phasebit: ${withoutControls(lineOf(error))}\n`);
  return exitCodeOf(error);
}

function lineOf(error: unknown): string {
  if (error instanceof PhasebitError) return messageOf(error);
  if (isSystemError(error)) return error.message;
  return `internal failure: ${(error as Error)?.stack ?? error}`;
}

/** commander ends help and version in an exception too, after it printed them. */
async function reportMisuse(misuse: Misuse): Promise<number> {
  const { code, exitCode } = misuse.refusal;
  if (code === "commander.version") {
    const { versionFacts } = await import("./actions/version.ts");
    process.stdout.write(versionFacts());
  }
  if (exitCode === 0) return 0;
  if (code !== "commander.help")
    process.stderr.write(`phasebit: ${withoutControls(misuseLine(misuse))}\n`);
  return exitCodes.USAGE;
}
