// The command line as a tree: what there is, not what it does. Help, completion and the man page are made from it.
import { Command } from "commander";
import { version } from "../ground/package.ts";
import { featureCommand, identifyCommand, logCommand } from "./ask.ts";
import { bindCommand, restoreCommand, unbindCommand } from "./bind.ts";
import { compareCommand } from "./compare.ts";
import { completionCommand } from "./completion.ts";
import { readCommand, writeCommand } from "./copy.ts";
import { diffCommand } from "./diff.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { type Example, withExamples } from "./examples.ts";
import { exitMeanings } from "./exit-codes.ts";
import { exportCommand } from "./export.ts";
import { helpCommand, helpStyle } from "./help.ts";
import { infoCommand } from "./info.ts";
import { listCommand } from "./list.ts";
import { manCommand } from "./man.ts";
import { mergeCommand } from "./merge.ts";
import { suggestChoices } from "./misuse.ts";
import { adminCommand, ioCommand } from "./passthrough.ts";
import { pciCommand } from "./pci.ts";
import { regsCommand } from "./regs.ts";
import { reportCommand } from "./report.ts";
import { resetCommand } from "./reset.ts";
import { ringsCommand } from "./rings.ts";
import { runCommand } from "./run.ts";
import { withSection } from "./sections.ts";
import { serveCommand } from "./serve.ts";
import { shellCommand } from "./shell.ts";
import { sriovCommand } from "./sriov.ts";
import { sweepCommand } from "./sweep.ts";

/** Commands in the order of the help, under their headings. */
const groups: Readonly<Record<string, readonly ((program: Command) => Command)[]>> = {
  "Measure:": [runCommand, compareCommand, sweepCommand],
  "Results:": [reportCommand, diffCommand, exportCommand, mergeCommand],
  "Drive:": [listCommand, bindCommand, unbindCommand, restoreCommand, doctorCommand, sriovCommand],
  "Controller:": [infoCommand, regsCommand, pciCommand, resetCommand, serveCommand],
  "Commands:": [
    identifyCommand,
    logCommand,
    featureCommand,
    eventsCommand,
    adminCommand,
    ioCommand,
    readCommand,
    writeCommand,
  ],
  "Explore:": [shellCommand, ringsCommand],
  "Shell:": [completionCommand, manCommand, helpCommand],
};

const EXAMPLES: readonly Example[] = [
  ["Random reads on the embedded controller, no drive needed", "phasebit run --iodepth 32"],
  ["Polling and interrupts on a drive", "phasebit compare --device 0000:01:00.0"],
  ["What changed from one result to another", "phasebit diff before.json after.json"],
  ["Charts of what was saved", "phasebit report results/compare.json"],
];

/** `phasebit` with all its commands. */
export function phasebit(): Command {
  const program = new Command("phasebit")
    .description("Tests and benchmarks NVMe controllers at the transport level, from user space.")
    .usage("<command> [options]")
    .version(`phasebit ${version}`, "-V, --version", "show the version, and what was built how")
    .helpOption("-h, --help", "show this help; after a command, the command's")
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp(helpStyle);
  for (const [name, commands] of Object.entries(groups)) {
    for (const command of commands) program.addCommand(command(program).helpGroup(name));
  }
  for (const command of program.commands) {
    command.copyInheritedSettings(program).helpOption("-h, --help", "show this help");
    suggestChoices(command);
  }
  withSection(program, { heading: "Exit codes:", rows: Object.entries(exitMeanings) });
  return withExamples(program, EXAMPLES);
}
