// Completion for fish: one line for each option.
import {
  type CommandWords,
  type OptionWords,
  PCI_DEVICES,
  type Tree,
  type Values,
} from "./tree.ts";

/** The script to source, or a file phasebit.fish in fish's folder of completions. */
export function fishCompletion(tree: Tree, pciDevices: string = PCI_DEVICES): string {
  const { program, commands } = tree;
  return `# phasebit's completion for fish. "phasebit completion --help" says where to put it.

function __phasebit_is
  set -l words (commandline -opc)
  test "$words[2]" = "$argv[1]"
end

function __phasebit_devices
  echo embedded
  for path in ${pciDevices}/*
    if test -r $path/class; and string match -q '0x0108*' < $path/class
      string replace -r '.*/' '' $path
    end
  end
end

complete -c phasebit -f
${commands.map(({ name, description }) => line("", ["-a", name], description)).join("\n")}
${[{ ...program, name: "" }, ...commands].flatMap(commandLines).join("\n")}
`;
}

function commandLines({ name, options, values }: CommandWords): string[] {
  const lines = options.map((option) => line(name, optionWords(option), option.description));
  if (name === "" || values === null) return lines;
  return [
    ...lines,
    line(
      name,
      valueWords(values).filter((word) => !/^-[xr]$/.test(word)),
    ),
  ];
}

function optionWords({ names, values }: OptionWords): string[] {
  const flags = names.flatMap((name) =>
    name.startsWith("--") ? ["-l", name.slice(2)] : ["-s", name.slice(1)],
  );
  return [...flags, ...(values === null ? [] : valueWords(values))];
}

/** -x: a value that is no file; -r with -F: one that is. */
function valueWords(values: Values): string[] {
  switch (values.kind) {
    case "names":
      return ["-x", "-a", quoted(values.names.join(" "))];
    case "list":
      return ["-x", "-a", quoted(`(__fish_append , ${values.names.join(" ")})`)];
    case "device":
      return ["-x", "-a", quoted("(__phasebit_devices)")];
    case "file":
      return ["-r", "-F"];
    case "folder":
      return ["-x", "-a", quoted("(__fish_complete_directories)")];
    case "text":
      return ["-x"];
  }
}

/** A completion that applies after `command`, "" for none. */
function line(command: string, words: readonly string[], description = ""): string {
  const text = description === "" ? [] : ["-d", quoted(description)];
  const condition = quoted(`__phasebit_is ${command}`.trimEnd());
  return ["complete -c phasebit -n", condition, ...words, ...text].join(" ");
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
