// What doctor found, for people: each finding with the command that mends it below.
import type { Finding, Level } from "../pci/findings.ts";
import { LABEL_WIDTH, type Style, wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";

/** What was found about the machine, and about each function. */
export interface Diagnosis {
  /** A run could start, on one of the functions at least. */
  readonly ready: boolean;
  readonly machine: readonly Finding[];
  readonly functions: readonly {
    readonly address: string;
    readonly ready: boolean;
    readonly findings: readonly Finding[];
  }[];
}

export function doctorLines(diagnosis: Diagnosis, lines: Lines): string[] {
  const { machine, functions } = diagnosis;
  const { colors } = lines;
  return [
    colors.bold("this machine"),
    ...machine.flatMap((finding) => findingLines(finding, lines)),
    ...functions.flatMap(({ address, findings }) => [
      "",
      colors.bold(address),
      ...findings.flatMap((finding) => findingLines(finding, lines)),
    ]),
    "",
    ...verdictLines(diagnosis, lines),
  ];
}

function findingLines({ about, level, text, remedy }: Finding, lines: Lines): string[] {
  const { colors, columns } = lines;
  const styles: Record<Level, Style> = {
    ok: colors.green,
    hint: colors.yellow,
    problem: colors.red,
  };
  const label = { text: level, style: styles[level] };
  const command = remedy === null ? [] : [`${" ".repeat(LABEL_WIDTH)}${colors.cyan(remedy)}`];
  // a command stays on one line, however long: it is to be copied
  return [...wrap(label, [`${about}: ${text}`], " ", columns), ...command];
}

function verdictLines({ ready, machine, functions }: Diagnosis, { colors }: Lines): string[] {
  if (ready) {
    const usable = functions.filter((one) => one.ready).map(({ address }) => address);
    return [colors.green(`a run could start on ${usable.join(", ")}`)];
  }
  const problems = [...machine, ...functions.flatMap(({ findings }) => findings)].filter(
    ({ level }) => level === "problem",
  ).length;
  const why =
    functions.length === 0
      ? "there is no NVMe function on the PCI bus"
      : `${problems} problem${problems === 1 ? "" : "s"}`;
  return [
    colors.red(`no run on a drive could start: ${why}`),
    'the embedded controller needs nothing of this: "phasebit run"',
  ];
}
