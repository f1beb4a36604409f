// The command tree as completion sees it: which words may stand where. Read from commander's tree alone, so that
// nothing is listed twice; of what kind a value is follows from its choices, or else from its placeholder.
import type { Argument, Command, Option } from "commander";

/** Where NVMe functions are looked for while a user types. */
export const PCI_DEVICES = "/sys/bus/pci/devices";

/** What may stand for a value. */
export type Values =
  | { readonly kind: "names"; readonly names: readonly string[] }
  /** Several of the names, separated by commas. */
  | { readonly kind: "list"; readonly names: readonly string[] }
  | { readonly kind: "device" | "file" | "folder" | "text" };

export interface OptionWords {
  /** As typed: "-d" and "--device". */
  readonly names: readonly string[];
  readonly description: string;
  /** null: it takes no value. */
  readonly values: Values | null;
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** Of its arguments, which are files unless they have choices or say what they are; null: it has none. */
  readonly values: Values | null;
}

/** The program itself, whose values are its commands, and the commands. */
export interface Tree {
  readonly program: CommandWords;
  readonly commands: readonly CommandWords[];
}

/** Placeholders that say what stands for them. */
const KINDS: Readonly<Record<string, "device" | "file" | "folder">> = {
  device: "device",
  address: "device",
  file: "file",
  path: "file",
  folder: "folder",
};

export function treeOf(program: Command): Tree {
  const commands = program.commands.map(wordsOf);
  const names = commands.map(({ name }) => name);
  return { program: { ...wordsOf(program), values: { kind: "names", names } }, commands };
}

function wordsOf(command: Command): CommandWords {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command).map(optionWords),
    values: argument === undefined ? null : argumentValues(argument),
  };
}

function argumentValues(argument: Argument): Values {
  return namesOf("", argument) ?? { kind: KINDS[argument.name()] ?? "file" };
}

function optionWords(option: Option): OptionWords {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    values: placeholder === undefined ? null : optionValues(placeholder, option),
  };
}

function optionValues(placeholder: string, option: Option): Values {
  const word = placeholder.replace(/\.\.\.$/, "");
  return namesOf(word, option) ?? { kind: KINDS[word] ?? "text" };
}

function namesOf(placeholder: string, { argChoices }: Option | Argument): Values | null {
  if (argChoices === undefined) return null;
  return { kind: placeholder === "list" ? "list" : "names", names: argChoices };
}
