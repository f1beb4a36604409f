// What is said of a command line that makes no sense: one line, with what was wrong and what to do.
import type { Command, CommanderError } from "commander";
import { oneOf } from "../ground/choices.ts";
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { foreignAdvice, foreignValue } from "./spellings.ts";

/** "too many arguments for 'run'. Expected 0 arguments but got 1.": two sentences, which make one. */
const COUNTS = /\. Expected (\d+) arguments? but got (\d+)\.$/;

/** commander's refusal, and the command whose options or arguments it is about. */
export class Misuse extends Error {
  readonly command: Command;
  readonly refusal: CommanderError;

  constructor(command: Command, refusal: CommanderError) {
    super(refusal.message);
    this.command = command;
    this.refusal = refusal;
  }
}

/** The line for stderr, without its end. */
export function misuseLine({ command, refusal }: Misuse): string {
  const message = refusal.message.replace(/^error: /, "");
  const [hint, near] = /\n\(Did you mean (.+)\?\)$/.exec(message) ?? [""];
  const what = safeString(message.slice(0, message.length - hint.length));
  const advice =
    foreignAdvice(message, command) ??
    (near === undefined ? helpAdvice(command) : `did you mean ${near}?`);
  return `${what.replace(COUNTS, ": it takes $1 and got $2")}; ${advice}`;
}

/** Makes commander say of a value that is none of the choices which one is near. */
export function suggestChoices(command: Command): void {
  for (const option of command.options) {
    const { argChoices, parseArg, long } = option;
    if (argChoices === undefined || parseArg === undefined) continue;
    option.argParser((value) => {
      const why = foreignValue(long ?? "", value);
      if (why !== undefined) throw usage(why);
      return oneOf(long ?? option.flags, value, argChoices);
    });
  }
  for (const argument of command.registeredArguments) {
    const { argChoices } = argument;
    if (argChoices === undefined || argument.variadic) continue;
    argument.argParser((value) => oneOf(argument.name(), value, argChoices));
  }
}

function helpAdvice(command: Command): string {
  const path =
    command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
  return `"${path} --help" lists what there is`;
}
