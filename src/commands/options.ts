// Options that several commands have, and the tables of others as commander wants them.
import { type Command, Option } from "commander";
import type { OptionDescription } from "../measurement/workload-options.ts";

/** One line of a table. */
export function optionOf(description: OptionDescription): Option {
  const option = new Option(description.flags, description.help).helpGroup(description.group);
  if (description.choices !== undefined) option.choices([...description.choices]);
  if (description.default !== undefined) option.default(description.default);
  return option;
}

/** An option whose value is a list of some of these names, separated by commas. */
export function listOption(flags: string, help: string, choices: readonly string[]): Option {
  const option = new Option(flags, help);
  option.argChoices = [...choices];
  return option;
}

/** Where a measurement goes, and what is shown of its making. */
export function outputOptions(): Option[] {
  const format = new Option("-o, --output-format <format>", "what to print")
    .choices(["normal", "json"])
    .default("normal");
  const file = new Option(
    "--output <file>",
    "result file, or - for the document on stdout (default: a new one in results/)",
  );
  const options = [format, file, forceOption()].map((option) => option.helpGroup("Output:"));
  return [...options, traceOption()];
}

/** The options that stood on the command line, and took no default. */
export function typedOptions(command: Command): Readonly<Record<string, unknown>> {
  const options = Object.entries(command.opts());
  return Object.fromEntries(
    options.filter(([name]) => command.getOptionValueSource(name) === "cli"),
  );
}

/** The device that a command works on. */
export function deviceOption(): Option {
  return new Option("-d, --device <device>", "PCI address, embedded, or vfio-user:PATH").default(
    "embedded",
  );
}

/** Goes with --output. */
export function forceOption(): Option {
  return new Option("--force", "let --output replace a file of the same kind");
}

export function traceOption(): Option {
  return new Option("--trace", "show every register access and control-plane command on stderr");
}
