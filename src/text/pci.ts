// A configuration space by its fields, for people.
import { type Capability, type ConfigurationSpace, isAbsent } from "../decode/pci-walk.ts";
import { hexText } from "../decode/shows.ts";
import type { MsixState } from "../nvme/msix.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";
import { columnsOf, fieldLines } from "./fields.ts";
import { msixLines } from "./msix.ts";

/** A write, and what is read there afterwards. */
export interface WrittenConfig {
  readonly offset: number;
  readonly bytes: number;
  readonly value: number;
  readonly after: number;
}

/** What is to be told. */
export interface PciReport extends Omit<ConfigurationSpace, "bytes"> {
  readonly address: string;
  /** "sysfs", or the transport's name. */
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly writes: readonly WrittenConfig[];
  /** null where there is none, or it was not looked at. */
  readonly msix: MsixState | null;
}

const INDENT = 6;
/** Bytes of one line of raw ones. */
const RAW_BYTES = 16;

/** Where it was read, what was written and what is wrong; the header and the capabilities. */
export function pciReport(report: PciReport, lines: Lines): string[] {
  const { address, source, bytes, problems, header, capabilities } = report;
  const { colors, columns } = lines;
  const about = [address, `${bytes.length} bytes through ${source}`];
  const place = columnsOf([...header, ...capabilities.flatMap(({ fields }) => fields)], INDENT);
  return [
    ...wrap({ text: "device", style: colors.dim }, about, "  ", columns),
    ...report.writes.flatMap((write) => writeLines(write, lines)),
    ...problems.flatMap((problem) =>
      wrap({ text: "note", style: colors.dim }, problem.split(" "), " ", columns).map(
        colors.yellow,
      ),
    ),
    ...(isAbsent(bytes)
      ? []
      : [
          headOf(0, "HEADER", "Configuration Space Header", lines),
          ...fieldLines(header, lines, place),
          ...capabilities.flatMap((one) => [
            headOf(one.offset, nameOf(one), longNameOf(one), lines),
            ...fieldLines(one.fields, lines, place),
            ...(one.fields.length > 0 ? [] : rawLines(one, lines)),
          ]),
          ...(report.msix === null ? [] : msixLines(report.msix, lines)),
        ]),
  ];
}

/** " 80h  PXCAP  PCI Express" */
function headOf(offset: number, name: string, longName: string, { colors }: Lines): string {
  const place = colors.dim(`${offset.toString(16).padStart(3)}h`);
  return `${place}  ${colors.cyan(name.padEnd(7))}  ${longName}`;
}

function nameOf({ name, id, isExtended }: Capability): string {
  return name ?? `${isExtended ? "ext " : ""}${hexText(id, 2)}`;
}

function longNameOf({ longName, version }: Capability): string {
  return version === null ? longName : `${longName}, version ${version}`;
}

function rawLines({ raw }: Capability, { colors }: Lines): string[] {
  const bytes = raw.match(/../g) ?? [];
  const count = Math.ceil(bytes.length / RAW_BYTES);
  return Array.from({ length: count }, (_, line) => {
    const some = bytes.slice(line * RAW_BYTES, (line + 1) * RAW_BYTES);
    return " ".repeat(INDENT) + colors.dim(some.join(" "));
  });
}

function writeLines({ offset, bytes, value, after }: WrittenConfig, lines: Lines): string[] {
  const { colors, columns } = lines;
  const digits = bytes * 2;
  const parts = [
    `${hexText(value, digits)} to ${offset.toString(16)}h`,
    ...(value === after ? [] : [`which reads ${hexText(after, digits)}`]),
  ];
  return wrap({ text: "wrote", style: colors.dim }, parts, ", ", columns);
}
