// Which curve has which colour: the same in all charts. Eight colours told apart by people who see fewer, then dashes.
import type { GroupData } from "../html/report-data.ts";
import type { Style } from "./chart.ts";

const COLOURS = 8;
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "13 4", "4 2"];

/** The nth style: colours first, then the same colours dashed. */
export function nthStyle(index: number): Style {
  return { colour: colour(index), dash: dash(Math.floor(index / COLOURS)) };
}

/** By id. Points of a sweep share the colour of their mode and differ in their dashes. */
export function groupStyles(groups: readonly GroupData[]): ReadonlyMap<string, Style> {
  const modes = [...new Set(groups.map(family))];
  const shared = modes.length < groups.length && groups.length > COLOURS && modes.length <= COLOURS;
  const seen = new Map<string, number>();
  return new Map(
    groups.map((group, index): [string, Style] => {
      if (!shared) return [group.id, nthStyle(index)];
      const position = seen.get(family(group)) ?? 0;
      seen.set(family(group), position + 1);
      return [group.id, { colour: colour(modes.indexOf(family(group))), dash: dash(position) }];
    }),
  );
}

function family({ mode, op }: GroupData): string {
  return `${mode} ${op}`;
}

function colour(index: number): string {
  return `var(--s${(index % COLOURS) + 1})`;
}

function dash(index: number): string {
  return DASHES[index % DASHES.length] ?? "";
}
