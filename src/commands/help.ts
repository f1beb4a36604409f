// How help looks: options in columns under their headings, which are bold where there is colour.
import { Argument, Command, Help, type Option } from "commander";

const BOLD = "\x1b[1m";
const NOT_BOLD = "\x1b[22m";
/** No blank to commander, which measures it as one column. */
const GLUE = "\x00";

/** Columns for descriptions below which they are not wrapped: a terminal of 60 has 36. */
const NARROWEST = 24;

/** For `configureHelp`. commander takes the escapes out where there is no colour. */
export const helpStyle: Partial<Help> = {
  minWidthToWrap: NARROWEST,
  styleTitle: heading,
  optionTerm: ({ short, flags }) => (short === undefined ? `    ${flags}` : flags),
  optionDescription,
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" "),
  argumentDescription: ({ description, argChoices }) => `${description}${listed(argChoices)}`,
  boxWrap: wrapBetweenDefaults,
  formatHelp: commandsBeforeOptions,
};

/** A heading of the help. */
export function heading(text: string): string {
  return `${BOLD}${text}${NOT_BOLD}`;
}

/** `pattern of the I/O: read, write (default: read)`, without commander's quotes around every value. */
export function optionDescription(option: Option): string {
  const { description, argChoices, defaultValue, required, optional } = option;
  const isShown = defaultValue !== undefined && (required || optional);
  return `${description}${listed(argChoices)}${isShown ? ` (default: ${defaultValue})` : ""}`;
}

/** `phasebit help [command]`: the same as `phasebit command --help`. */
export function helpCommand(program: Command): Command {
  const names = [...program.commands.map((command) => command.name()), "help"];
  return new Command("help")
    .description("show the help of a command")
    .addArgument(new Argument("[command]", "its name").choices(names))
    .action((name: string | undefined) => {
      const found = program.commands.find((command) => command.name() === name);
      (found ?? program).outputHelp();
    });
}

function listed(choices: readonly string[] | undefined): string {
  return choices === undefined ? "" : `: ${choices.join(", ")}`;
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** `(default: 10us)` stays on one line. */
function wrapBetweenDefaults(this: Help, text: string, width: number): string {
  const glued = text.replace(/\(default: [^)]{1,20}\)/g, (group) => group.replaceAll(" ", GLUE));
  return Help.prototype.boxWrap.call(this, glued, width).replaceAll(GLUE, " ");
}

/** Of a program without commands commander's own order; of one with them, what matters first. */
function commandsBeforeOptions(this: Help, command: Command, helper: Help): string {
  const text = Help.prototype.formatHelp.call(helper, command, helper);
  const options = `${heading("Options:")}\n`;
  if (command.commands.length === 0 || !text.includes(options)) return text;
  const sections = text.trimEnd().split("\n\n");
  const isOptions = (section: string): boolean => section.startsWith(options);
  const others = sections.filter((section) => !isOptions(section));
  return `${[...others, ...sections.filter(isOptions)].join("\n\n")}\n`;
}
