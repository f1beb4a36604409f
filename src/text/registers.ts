// Controller registers with their fields, for people.
import type { ControllerWords } from "../decode/controller-words.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { hexText } from "../decode/shows.ts";
import { isAllOnes, type RegisterValue } from "../nvme/register-values.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";
import { columnsOf, fieldLines } from "./fields.ts";

/** A register that was written, and what it read afterwards. */
export interface WrittenRegister {
  readonly structure: RegisterStructure;
  readonly value: bigint;
  readonly after: number | bigint;
}

/** What is to be told. */
export interface RegisterReport {
  readonly state: ControllerWords;
  readonly writes: readonly WrittenRegister[];
  readonly registers: readonly RegisterValue[];
}

/** Below the registers' names. */
const INDENT = 6;
/** Registers from here on belong to features that most controllers lack: where all is 0, a line would say nothing. */
const OPTIONAL_FROM = 0x38;

/** The state, what was written, and each register with its fields. Optional ones that are 0 are left out unless chosen. */
export function registerReport(
  { state, writes, registers }: RegisterReport,
  { isChosen }: { readonly isChosen: boolean },
  lines: Lines,
): string[] {
  const { colors, columns } = lines;
  const isUnwell = state.condition === "gone" || state.condition === "fatal";
  const style = isUnwell ? colors.red : String;
  const told = registers.filter(
    ({ structure, value }) => isChosen || structure.offset < OPTIONAL_FROM || BigInt(value) !== 0n,
  );
  return [
    ...wrap({ text: "state", style: colors.dim }, [state.text], " ", columns).map(style),
    ...writes.flatMap((write) => writeLines(write, lines)),
    ...registerLines(told, lines),
    ...absentLines(registers.length - told.length, lines),
  ];
}

function registerLines(found: readonly RegisterValue[], lines: Lines): string[] {
  // all-ones are no fields, however they are cut
  const present = found.map((one) =>
    isAllOnes(one.structure, one.value) ? { ...one, fields: [] } : one,
  );
  const place = columnsOf(
    present.flatMap(({ fields }) => fields),
    INDENT,
  );
  return present.flatMap((register) => [
    headOf(register, lines),
    ...fieldLines(register.fields, lines, place),
  ]);
}

/** " 14h  CC  0x00460001  Controller Configuration" */
function headOf({ structure, value }: RegisterValue, { colors }: Lines): string {
  const { name, longName, bytes, offset } = structure;
  const place = colors.dim(`${offset.toString(16).padStart(3)}h`);
  return `${place}  ${colors.cyan(name.padEnd(7))}  ${hexText(value, bytes * 2)}  ${longName}`;
}

/** "wrote   CC 0x00460001" and, where it is another, what the register reads. */
function writeLines({ structure, value, after }: WrittenRegister, lines: Lines): string[] {
  const { colors, columns } = lines;
  const digits = structure.bytes * 2;
  const parts = [
    `${structure.name} ${hexText(value, digits)}`,
    ...(BigInt(after) === value ? [] : [`it reads ${hexText(after, digits)}`]),
  ];
  return wrap({ text: "wrote", style: colors.dim }, parts, ", ", columns);
}

function absentLines(count: number, { colors, columns }: Lines): string[] {
  if (count === 0) return [];
  const words = `${count} registers of optional features that are 0 are not shown; name one to see it`;
  return wrap({ text: "", style: String }, [words], " ", columns).map(colors.dim);
}
