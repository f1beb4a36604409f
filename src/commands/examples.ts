// Examples of a command: at the end of its help, and in the man page.
import type { Command } from "commander";
import { heading } from "./help.ts";

/** What an example does, and the line to type. */
export type Example = readonly [what: string, line: string];

const examples = new WeakMap<Command, readonly Example[]>();

/** Gives `command` its examples. */
export function withExamples(command: Command, list: readonly Example[]): Command {
  examples.set(command, list);
  return command.addHelpText(
    "after",
    () => `\n${heading("Examples:")}\n${list.map(exampleLines).join("\n")}`,
  );
}

/** Those that `withExamples` gave it. */
export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? [];
}

function exampleLines([what, line]: Example): string {
  return `  ${what}:\n    ${line}`;
}
