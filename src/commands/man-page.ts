// phasebit(1), made from the command tree: every command, option, example and exit code stands in one place only.
import type { Argument, Command, Option } from "commander";
import { version } from "../ground/package.ts";
import { examplesOf } from "./examples.ts";
import { exitMeanings } from "./exit-codes.ts";
import { optionDescription } from "./help.ts";
import {
  bold,
  example,
  italic,
  item,
  paragraph,
  roff,
  section,
  subsection,
  title,
} from "./roff.ts";
import { type Section, sectionsOf } from "./sections.ts";

const DESCRIPTION = [
  "phasebit takes a PCI function through Linux VFIO, sets up admin and I/O queues itself, writes submission queue " +
    "entries, rings doorbells, polls the phase bit or waits for interrupts, and frees completion queue entries. No " +
    "kernel driver stands in between. It is for firmware, driver and QA engineers, and for people who measure storage.",
  "Without hardware, the same commands run on an embedded NVMe 1.4 controller, the default of --device. Its size, " +
    "latency and faults are part of its address, as in embedded?size=16m&latency=20us.",
  "A function must be bound to vfio-pci, and its IOMMU group's node in /dev/vfio must be yours. Reads need no " +
    "consent; writes need --destructive and destroy data. A function whose namespaces are mounted is refused.",
  "Long options are fio's; readwrite, blocksize, filename, cpus_allowed, randseed, time_based and underscores for hyphens " +
    "are taken too. Sizes take k, m, g, t and p, powers of 1024; times take us, ms, s, m, h and d, and are " +
    "seconds without a unit.",
];

const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["NO_COLOR", "when it is set, and not empty, nothing is coloured"],
  ["FORCE_COLOR", "when it is set, output is coloured even when it is no terminal"],
];

const FILES: readonly (readonly [string, string])[] = [
  [
    "results/",
    "where results go, under the folder that phasebit is started in, unless --output says else",
  ],
  ["/dev/vfio/", "the nodes of VFIO and of the IOMMU groups"],
  ["/sys/bus/pci/devices/", "where PCI functions and their drivers are looked up"],
  [
    "/proc/sys/vm/nr_hugepages",
    "huge pages, which are used for queues and data when some are free",
  ],
];

/** The page as troff input. */
export function manPage(program: Command): string {
  const summary = program.description().replace(/\.$/, "");
  return `${[
    title("PHASEBIT", 1, `phasebit ${version}`, "User Commands"),
    // neither hyphens nor wide gaps: options stay as they are typed
    ".nh",
    ".ad l",
    section("NAME"),
    `phasebit \\- ${roff(summary[0]!.toLowerCase() + summary.slice(1))}`,
    section("SYNOPSIS"),
    ...program.commands.map(synopsis),
    section("DESCRIPTION"),
    ...DESCRIPTION.map(paragraph),
    section("OPTIONS"),
    ...program.createHelp().visibleOptions(program).map(optionItem),
    section("COMMANDS"),
    ...program.commands.flatMap(commandPart),
    section("EXIT STATUS"),
    ...Object.entries(exitMeanings).map(([code, meaning]) => item(bold(code), meaning)),
    section("ENVIRONMENT"),
    ...ENVIRONMENT.map(([name, meaning]) => item(bold(name), meaning)),
    section("FILES"),
    ...FILES.map(([name, meaning]) => item(italic(name), meaning)),
    section("EXAMPLES"),
    ...examplesOf(program).map(([what, line]) => example(what, line)),
    section("SEE ALSO"),
    `${bold("fio")}(1), ${bold("nvme")}(1), ${bold("lspci")}(8)`,
  ].join("\n")}\n`;
}

function synopsis(command: Command): string {
  const words = command.registeredArguments.map((argument) => ` ${argumentTerm(argument)}`);
  return `${bold(`phasebit ${command.name()}`)} [${italic("options")}]${words.join("")}\n.br`;
}

function commandPart(command: Command): string[] {
  const { registeredArguments } = command;
  const words = registeredArguments.map((argument) => argument.name());
  return [
    subsection(["phasebit", command.name(), ...words].join(" ")),
    roff(sentence(command.description())),
    ...registeredArguments.map((argument) =>
      item(argumentTerm(argument), command.createHelp().argumentDescription(argument)),
    ),
    ...optionItems(command),
    ...sectionsOf(command).flatMap(sectionPart),
    ...examplesOf(command).map(([what, line]) => example(what, line)),
  ];
}

function sectionPart({ heading, rows, text = [] }: Section): string[] {
  return [
    paragraph(heading),
    ...rows.map(([term, meaning]) => item(bold(term), meaning)),
    ...text.map(paragraph),
  ];
}

/** Under the headings that they have in the help. --help is not told again for each command. */
function optionItems(command: Command): string[] {
  const groups = new Map<string, Option[]>();
  for (const option of command.options.filter(({ hidden }) => !hidden)) {
    const heading = option.helpGroupHeading ?? "Options:";
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  return [...groups].flatMap(([heading, options]) => [
    ...(groups.size > 1 ? [paragraph(heading)] : []),
    ...options.map(optionItem),
  ]);
}

function optionItem(option: Option): string {
  return item(optionTerm(option), optionDescription(option));
}

/** -d, --device DEVICE, with what is to be replaced in italics. */
function optionTerm({ flags }: Option): string {
  return flags
    .split(/(<[^>]+>|\[[^\]]+\]|, | )/)
    .map((part) =>
      /^-/.test(part) ? bold(part) : /^[<[]/.test(part) ? italic(part.slice(1, -1)) : part,
    )
    .join("");
}

function argumentTerm(argument: Argument): string {
  const name = italic(`${argument.name()}${argument.variadic ? " ..." : ""}`);
  return argument.required ? name : `[${name}]`;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
