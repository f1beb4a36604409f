// Options of all commands that look at a device, or do one thing to it, and say what they found.
import { type Command, Option } from "commander";
import { deviceOption, traceOption } from "./options.ts";

/** What the options become. */
export interface InspectFlags {
  readonly device: string;
  readonly json?: boolean;
  readonly trace?: boolean;
}

/** Gives `command` --device, --json and --trace, after the options that it has. */
export function withInspectOptions(command: Command): Command {
  return command.addOption(deviceOption()).addOption(jsonOption()).addOption(traceOption());
}

/** For programs. */
export function jsonOption(): Option {
  return new Option("--json", "print one JSON document (results/inspection.schema.json)");
}
