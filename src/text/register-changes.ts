// A register that has changed, for people: "    1.234s  CSTS  0x00000000 -> 0x00000001  RDY 0 -> 1".
import { hexText } from "../decode/shows.ts";
import type { RegisterValue } from "../nvme/register-values.ts";
import type { Lines } from "./compare-frame.ts";
import { wrapWords } from "./fields.ts";

/** What a register was, and is. */
export interface RegisterChange {
  readonly before: RegisterValue;
  readonly after: RegisterValue;
}

const TIME_WIDTH = 10;

/** @param atMs since the watch began */
export function changeLines(
  { before, after }: RegisterChange,
  atMs: number,
  { colors, columns }: Lines,
): string[] {
  const { name, bytes } = after.structure;
  const time = `${(atMs / 1000).toFixed(3)}s`.padStart(TIME_WIDTH);
  const values = [before, after].map(({ value }) => hexText(value, bytes * 2)).join(" -> ");
  const words = changedFields(before, after).join(", ");
  const head = `${colors.dim(time)}  ${colors.cyan(name.padEnd(7))}  ${values}`;
  const margin = TIME_WIDTH + 2;
  return [
    head,
    ...(words === "" ? [] : wrapWords(words, columns - margin)).map(
      (line) => " ".repeat(margin) + line,
    ),
  ];
}

/** "RDY 0 -> 1 (ready)" */
function changedFields(before: RegisterValue, after: RegisterValue): string[] {
  return after.fields.flatMap((now) => {
    const was = before.fields.find(
      ({ name, longName }) => name === now.name && longName === now.longName,
    );
    if (was?.value === now.value) return [];
    const meaning = now.meaning === undefined ? "" : ` (${now.meaning})`;
    return [`${now.name} ${was?.text ?? 0} -> ${now.text}${meaning}`];
  });
}
