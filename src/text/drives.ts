// The NVMe functions of the machine, for people: a line for each, and below it what does not fit into one.
import { formatBytes } from "../ground/units.ts";
import type { Drive } from "../pci/inventory.ts";
import type { Lines } from "./compare-frame.ts";

/** Behind the address; a domain of five digits shifts its own line alone. */
const INDENT = 14;
const GAP = 2;

interface Column {
  readonly heading: string;
  readonly alignRight?: boolean;
  cell(drive: Drive): string;
}

const COLUMNS: readonly Column[] = [
  { heading: "address", cell: ({ address }) => address },
  { heading: "model", cell: ({ model, ids }) => model ?? `not known (${ids})` },
  { heading: "size", alignRight: true, cell: sizeText },
  { heading: "driver", cell: ({ driver }) => driver ?? "none" },
  { heading: "group", alignRight: true, cell: ({ group }) => (group === null ? "-" : `${group}`) },
];

/** The table, and what there is beside the bus. */
export function driveLines(drives: readonly Drive[], lines: Lines): string[] {
  const { colors } = lines;
  const widths = COLUMNS.map(({ heading, cell }) =>
    Math.max(heading.length, ...drives.map((drive) => cell(drive).length)),
  );
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, at) =>
        COLUMNS[at]!.alignRight ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!),
      )
      .join(" ".repeat(GAP))
      .trimEnd();
  const heading = colors.dim(row(COLUMNS.map((column) => column.heading)));
  return [
    ...(drives.length === 0 ? ["no NVMe function on this machine's PCI bus", ""] : [heading]),
    ...drives.flatMap((drive) => [
      stateStyle(drive, lines)(row(COLUMNS.map(({ cell }) => cell(drive)))),
      ...detailsOf(drive, lines),
      "",
    ]),
    `${"embedded".padEnd(INDENT)}the controller in phasebit itself: no drive, no root, no IOMMU needed`,
    `${"vfio-user:".padEnd(INDENT)}and a socket's path: a controller that another process offers`,
  ];
}

/** What a run can take stands out. */
function stateStyle({ driver, uses }: Drive, { colors }: Lines): (text: string) => string {
  if (driver === "vfio-pci") return colors.green;
  return uses.length > 0 ? colors.yellow : (text) => text;
}

function detailsOf(drive: Drive, { colors, columns }: Lines): string[] {
  const dim = (parts: readonly string[]): string[] =>
    packed(parts, columns - INDENT).map((line) => colors.dim(line));
  const details = [
    ...dim([...identityParts(drive), ...placeParts(drive)]),
    ...drive.uses.flatMap(({ text }) =>
      packed([text], columns - INDENT).map((line) => colors.yellow(line)),
    ),
    ...packed(heldParts(drive), columns - INDENT),
  ];
  return details.map((line) => " ".repeat(INDENT) + line);
}

function identityParts({ address, serial, firmware, ids, model }: Drive): string[] {
  if (model === null && serial === null) return [`"phasebit info -d ${address}" asks it`];
  return [
    ...(serial === null ? [] : [`serial ${serial}`]),
    ...(firmware === null ? [] : [`firmware ${firmware}`]),
    ids,
  ];
}

function placeParts(drive: Drive): string[] {
  const { controller, namespaces, link, numaNode, resetMethods, company } = drive;
  const names = (namespaces ?? []).map(({ name, bytes }) =>
    bytes === null ? name : `${name} ${formatBytes(bytes)}`,
  );
  return [
    ...(controller === null ? [] : [[controller, ...names].join(", ")]),
    ...(link === null ? [] : [linkText(link)]),
    ...(numaNode === null ? [] : [`NUMA node ${numaNode}`]),
    resetMethods.length === 0 ? "no reset method" : `reset ${resetMethods.join(", ")}`,
    ...(company.length === 0 ? [] : [`${company.length} more in its group`]),
  ];
}

/** "8 GT/s x2 of 16 GT/s x4" */
function linkText({ speed, width, maxSpeed, maxWidth }: NonNullable<Drive["link"]>): string {
  const now = `${speed} GT/s x${width}`;
  return speed === maxSpeed && width === maxWidth ? now : `${now} of ${maxSpeed} GT/s x${maxWidth}`;
}

function heldParts({ address, held }: Drive): string[] {
  if (held === null) return [];
  const { driver, leftover } = held;
  const back = driver === null ? "gives it back" : `gives it back to ${driver}`;
  const what = leftover === null ? "taken by phasebit" : leftover;
  return [`${what}: "phasebit restore ${address}" ${back}`];
}

/** The sum of its namespaces. */
function sizeText({ namespaces }: Drive): string {
  const sizes = (namespaces ?? []).flatMap(({ bytes }) => bytes ?? []);
  return sizes.length === 0 ? "-" : formatBytes(sizes.reduce((sum, bytes) => sum + bytes, 0));
}

/** Parts two blanks apart, in lines of `width`; one that is longer is broken between its words. */
function packed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  const put = (text: string, separator: string): void => {
    const longer = `${lines.at(-1)}${separator}${text}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(text);
  };
  for (const part of parts) {
    if (part.length <= width) put(part, "  ");
    else for (const [at, word] of part.split(" ").entries()) put(word, at === 0 ? "  " : " ");
  }
  return lines;
}
