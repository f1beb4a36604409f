// Controller registers with their fields, for people.
import type { DecodedField } from "../decode/decode.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { hexText } from "../decode/shows.ts";
import type { Lines } from "./compare-frame.ts";
import { columnsOf, fieldLines } from "./fields.ts";

/** A register that was read. */
export interface RegisterValue {
  readonly structure: RegisterStructure;
  readonly value: number | bigint;
  readonly fields: readonly DecodedField[];
}

/** Below the registers' names. */
const INDENT = 6;

/** Each register and its fields. */
export function registerLines(found: readonly RegisterValue[], lines: Lines): string[] {
  const place = columnsOf(
    found.flatMap(({ fields }) => fields),
    INDENT,
  );
  return found.flatMap((register) => [
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
