// The list of errors on the terminal.
import { formatCount } from "../ground/units.ts";
import type { Group } from "../measurement/groups.ts";
import { wrap } from "./columns.ts";
import type { Lines } from "./compare-frame.ts";
import { faultTexts } from "./fault-list.ts";

/** One line for each kind of error, with its group where there are several; none without errors. */
export function faultLines(groups: readonly Group[], { colors, columns }: Lines): string[] {
  const faults = faultTexts(groups);
  const width = Math.max(0, ...faults.map(({ count }) => formatCount(count).length));
  const say = (label: string, text: string): string[] =>
    wrap({ text: label, style: colors.red }, words(text), " ", columns);
  return faults.flatMap(({ label, group, count, what, queues, first }) => {
    const name = group === "" ? "" : `${group}: `;
    return [
      ...say(label, `${formatCount(count).padStart(width)}  ${name}${what}  ${queues}`),
      ...(first === "" ? [] : say("", first)),
    ];
  });
}

/** Columns, which two blanks part, stay apart. */
function words(text: string): string[] {
  return text.split(/(?<=\S) (?=\S)/);
}
