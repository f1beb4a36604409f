#!/usr/bin/env node
// The command line: names and dispatches. What each command does stands in commands/.
import { Command, CommanderError } from "commander";
import { compareCommand } from "./commands/compare.ts";
import { copyCommands } from "./commands/copy.ts";
import { runCommand } from "./commands/run.ts";
import { sweepCommand } from "./commands/sweep.ts";
import { exitCodes, PhasebitError } from "./errors.ts";
import { version } from "./package.ts";

const program = new Command("phasebit")
  .description("tests and benchmarks NVMe controllers at the transport level, from user space")
  .version(version)
  .showSuggestionAfterError()
  .addCommand(runCommand())
  .addCommand(compareCommand())
  .addCommand(sweepCommand());
for (const command of copyCommands()) program.addCommand(command);
for (const command of [program, ...program.commands]) {
  command.exitOverride().configureOutput({ outputError: () => {} });
}

// A reader that has seen enough closes its pipe: that is no failure of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One clear line on stderr, and the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const message = error.message.replace(/^error: /, "").replace(/\n/g, " ");
    const help = error.code === "commander.help" ? program.helpInformation() : "";
    process.stderr.write(help || `phasebit: ${message}; "phasebit --help" lists what there is\n`);
    return exitCodes.USAGE;
  }
  if (error instanceof PhasebitError) {
    process.stderr.write(`phasebit: ${error.message}\n`);
    return error.exitCode;
  }
  if (isSystemError(error)) {
    process.stderr.write(`phasebit: ${error.message}\n`);
    return exitCodes.ENVIRONMENT;
  }
  process.stderr.write(`phasebit: internal failure: ${(error as Error)?.stack ?? error}\n`);
  return exitCodes.INTERNAL;
}

/** The system refused something: what and why stand in the message. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
