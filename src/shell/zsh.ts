// Completion for zsh, in the words of its own _arguments.
import {
  type CommandWords,
  type OptionWords,
  PCI_DEVICES,
  type Tree,
  type Values,
} from "./tree.ts";

/** The script: to be sourced, or a file _phasebit in fpath. */
export function zshCompletion(tree: Tree, pciDevices: string = PCI_DEVICES): string {
  return `#compdef phasebit
# phasebit's completion for zsh. "phasebit completion --help" says where to put it.

_phasebit() {
  if ((CURRENT == 2)); then
    _arguments -S : ${optionSpecs(tree.program)}'1:command:_phasebit_commands'
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${tree.commands.map(commandCase).join("\n")}
  esac
}

_phasebit_commands() {
  local -a commands=(
${tree.commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join("\n")}
  )
  _describe -t commands command commands
}

_phasebit_devices() {
  local file class
  local -a names=(embedded)
  for file in ${pciDevices}/*/class(N); do
    read -r class < $file
    if [[ $class == 0x0108* ]]; then names+=(\${file:h:t}); fi
  done
  compadd "$@" -a names
}

if [[ $funcstack[1] == _phasebit ]]; then _phasebit "$@"; else compdef _phasebit phasebit; fi
`;
}

function commandCase(command: CommandWords): string {
  const { name, values } = command;
  const rest = values === null ? "" : quoted(`*:${name}:${actionFor(values)}`);
  return `    ${name})\n      _arguments -S : ${optionSpecs(command)}${rest} ;;`;
}

function optionSpecs({ options }: CommandWords): string {
  return options.map((option) => `${optionSpec(option)} \\\n        `).join("");
}

/** `'(-d --device)'{-d+,--device=}'[PCI address, or embedded]:device:_phasebit_devices'` */
function optionSpec({ names, description, values }: OptionWords): string {
  const text = `[${description.replace(/[[\]:\\]/g, "\\$&")}]`;
  const value = values === null ? "" : `:value:${actionFor(values)}`;
  const flags = names.map(
    (name) => `${name}${values === null ? "" : name.startsWith("--") ? "=" : "+"}`,
  );
  const either = flags.length === 1 ? flags[0] : `{${flags.join(",")}}`;
  return `${quoted(`(${names.join(" ")})`)}${either}${quoted(`${text}${value}`)}`;
}

function actionFor(values: Values): string {
  switch (values.kind) {
    case "names":
      return `(${values.names.join(" ")})`;
    case "list":
      return `_sequence compadd - ${values.names.join(" ")}`;
    case "device":
      return "_phasebit_devices";
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return " ";
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
