// Which curve has which colour: that of its mode, in every chart, in every report and on the live page. Eight colours
// told apart by people who see fewer; what has one mode differs in its line.
import type { GroupData } from "../html/report-data.ts";
import type { Style } from "./chart.ts";

const COLOURS = 8;
/** The colours of the completion modes. Another name never takes one of them while there are others. */
const OF_MODES: Readonly<Record<string, number>> = {
  ...{ poll: 0, interrupt: 1, hybrid: 2, adaptive: 3, lhp: 4 },
};
const OTHERS = [5, 6, 7];
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "13 4", "4 2"];
/** The faintest of the lines that differ in their depth. */
const FAINTEST = 0.4;

/** The nth style of what has no mode: stages of a command. */
export function nthStyle(index: number): Style {
  return { colour: colour(index), dash: dash(Math.floor(index / COLOURS)), opacity: 1 };
}

/** What decides about a style. */
export type Styled = Pick<GroupData, "id" | "mode" | "op" | "iodepth" | "result">;

/** By id. Where all have one mode, and not in depth alone do they differ, each has a colour of its own. */
export function groupStyles(groups: readonly Styled[]): ReadonlyMap<string, Style> {
  const modes = [...new Set(groups.map(({ mode }) => mode))];
  const colours = coloursOf(modes);
  if (modes.length === 1 && !isByDepth(groups)) {
    const order = ownOrder(colours.get(modes[0]!) ?? 0);
    return new Map(groups.map(({ id }, index) => [id, inOrder(order, index)]));
  }
  return new Map(
    modes.flatMap((mode) => {
      const own = groups.filter((group) => group.mode === mode);
      const place = colours.get(mode) ?? 0;
      const lines = linesOf(own, Math.floor(place / COLOURS));
      return own.map(({ id }, index): [string, Style] => {
        return [id, { colour: colour(place), ...lines[index]! }];
      });
    }),
  );
}

/** One curve that is drawn in parts: the nth of `count`, fainter and fainter. */
export function faded(style: Style, index: number, count: number): Style {
  return { ...style, dash: "", opacity: fadedTo(index, count) };
}

/** By mode; more names than colours begin anew, eight further. */
function coloursOf(modes: readonly string[]): ReadonlyMap<string, number> {
  const known = modes.flatMap((mode) => OF_MODES[mode] ?? []);
  const free = [...OTHERS, ...Object.values(OF_MODES).filter((index) => !known.includes(index))];
  const others = modes.filter((mode) => OF_MODES[mode] === undefined);
  const placed = others.map((mode, index): [string, number] => {
    const turn = Math.floor(index / free.length);
    return [mode, free[index % free.length]! + turn * COLOURS];
  });
  return new Map([...Object.entries(OF_MODES), ...placed]);
}

/** All colours, its mode's first and those of other modes last. */
function ownOrder(first: number): number[] {
  const others = [...OTHERS, ...Object.values(OF_MODES)];
  return [first, ...others.filter((index) => index !== first)];
}

function inOrder(order: readonly number[], index: number): Style {
  const turn = Math.floor(index / COLOURS);
  return { colour: colour(order[index % COLOURS]!), dash: dash(turn), opacity: 1 };
}

/** Lines of one colour: dashed, or where they differ in depth alone the deeper the stronger. */
function linesOf(own: readonly Styled[], turn: number): Pick<Style, "dash" | "opacity">[] {
  if (!isByDepth(own)) return own.map((_, index) => ({ dash: dash(index + turn), opacity: 1 }));
  const depths = own.map(({ iodepth }) => iodepth).sort((a, b) => b - a);
  return own.map(({ iodepth }) => {
    return { dash: dash(turn), opacity: fadedTo(depths.indexOf(iodepth), own.length) };
  });
}

/** Several depths, each once. */
function isByDepth(groups: readonly Styled[]): boolean {
  return groups.length > 2 && new Set(groups.map(({ iodepth }) => iodepth)).size === groups.length;
}

function fadedTo(index: number, count: number): number {
  const share = count < 2 ? 0 : index / (count - 1);
  return Number((1 - (1 - FAINTEST) * share).toFixed(2));
}

function colour(index: number): string {
  return `var(--s${(index % COLOURS) + 1})`;
}

function dash(index: number): string {
  return DASHES[index % DASHES.length] ?? "";
}
