// Completion for bash: fixed tables and a few functions, so that no TAB starts Node.js or runs what was typed.
import { type CommandWords, PCI_DEVICES, type Tree, type Values } from "./tree.ts";

/** Characters of a line of patterns, so that the script stays readable. */
const LINE = 100;

/** The script to source. */
export function bashCompletion(tree: Tree, pciDevices: string = PCI_DEVICES): string {
  return `# phasebit's completion for bash. "phasebit completion --help" says where to put it.

_phasebit() {
  local words=() before=
  _phasebit_words
  local typed=\${words[-1]} command=
  ((\${#words[@]} < 3)) || command=\${words[1]}
  COMPREPLY=()
  if [[ $typed == --*=* ]]; then
    _phasebit_value "$command \${typed%%=*}" "\${typed%%=*}=" "\${typed#*=}"
  elif ! _phasebit_value "$command \${words[-2]}" "" "$typed"; then
    if [[ $typed == -* ]]; then _phasebit_option; else _phasebit_argument; fi
  fi
  local i
  for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"$before"}; done
}

# Sets "words" to the words up to the cursor. bash has cut them at : and = too; "before" is the part of the last
# one that it takes for words of their own, and does not replace.
_phasebit_words() {
  local rest=\${COMP_LINE:0:COMP_POINT} piece i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    if ((i == 0)) || [[ $rest == [[:space:]]* ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words+=("") before=
    else
      before=\${words[-1]}
    fi
    piece=\${piece:0:\${#rest}} rest=\${rest:\${#piece}}
    words[-1]+=$piece
  done
  if [[ $piece != *[!:=]* ]]; then before=\${words[-1]}; fi
}

_phasebit_option() {
  case $command in
${optionCases(tree)}
  esac
}

_phasebit_argument() {
  case $command in
${argumentCases(tree)}
  esac
}

# COMMAND and OPTION, the part of the word before the value, the value as far as it is typed. Fails when the
# option takes none.
_phasebit_value() {
  case $1 in
${valueCases(tree)}
    *) return 1 ;;
  esac
}

# What the functions below take: the part before the value, the value as typed, and the names it may have.
_phasebit_names() {
  local prefix=$1 value=\${2#[\\"\\']} name
  shift 2
  for name; do
    if [[ $name == "$value"* ]]; then COMPREPLY+=("$prefix$name"); fi
  done
}

_phasebit_list() {
  local prefix=$1 value=\${2#[\\"\\']} name
  local given=\${value%"\${value##*,}"}
  shift 2
  compopt -o nospace 2> /dev/null
  for name; do
    if [[ ,$given != *,$name,* && $given$name == "$value"* ]]; then
      COMPREPLY+=("$prefix$given$name")
    fi
  done
}

_phasebit_files() {
  local name
  compopt -o filenames 2> /dev/null
  while IFS= read -r name; do COMPREPLY+=("$1$name"); done < <(compgen "$3" -- "\${2#[\\"\\']}")
}

_phasebit_devices() {
  local path class names=(embedded)
  for path in ${pciDevices}/*; do
    if [[ -r $path/class ]] && read -r class < "$path/class" && [[ $class == 0x0108* ]]; then
      names+=("\${path##*/}")
    fi
  done
  _phasebit_names "$1" "$2" "\${names[@]}"
}

complete -F _phasebit phasebit
`;
}

function optionCases(tree: Tree): string {
  return everyCommand(tree)
    .map(({ pattern, options }) => {
      const names = options.flatMap((option) => option.names).join(" ");
      return `    ${pattern}) _phasebit_names "" "$typed" ${names} ;;`;
    })
    .join("\n");
}

function argumentCases(tree: Tree): string {
  return everyCommand(tree)
    .filter(({ values }) => values !== null)
    .map(({ pattern, values }) => `    ${pattern}) ${callFor(values!, `"" "$typed"`)} ;;`)
    .join("\n");
}

/** Options whose values are the same share a branch. */
function valueCases(tree: Tree): string {
  const branches = new Map<string, string[]>();
  for (const { name, options } of tree.commands) {
    for (const { names, values } of options) {
      if (values === null) continue;
      const call = callFor(values, `"$2" "$3"`);
      branches.set(call, [
        ...(branches.get(call) ?? []),
        ...names.map((flag) => `'${name} ${flag}'`),
      ]);
    }
  }
  return [...branches]
    .map(([call, patterns]) => `    ${folded(patterns)})\n      ${call} ;;`)
    .join("\n");
}

/** Alternatives of a pattern, a few on each line. */
function folded(patterns: readonly string[]): string {
  const lines: string[][] = [[]];
  for (const pattern of patterns) {
    if ([...lines.at(-1)!, pattern].join(" | ").length > LINE) lines.push([]);
    lines.at(-1)!.push(pattern);
  }
  return lines.map((line) => line.join(" | ")).join(" | \\\n    ");
}

function callFor(values: Values, words: string): string {
  switch (values.kind) {
    case "names":
      return `_phasebit_names ${words} ${values.names.join(" ")}`;
    case "list":
      return `_phasebit_list ${words} ${values.names.join(" ")}`;
    case "device":
      return `_phasebit_devices ${words}`;
    case "file":
      return `_phasebit_files ${words} -f`;
    case "folder":
      return `_phasebit_files ${words} -d`;
    case "text":
      return ":";
  }
}

/** The commands, and what there is before one. */
function everyCommand({ program, commands }: Tree): (CommandWords & { pattern: string })[] {
  const named = commands.map((command) => ({ ...command, pattern: command.name }));
  return [{ ...program, pattern: '""' }, ...named];
}
