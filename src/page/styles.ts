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
export type Styled = Pick<GroupData, "id" | "name" | "mode" | "iodepth">;

/** By id. Where all have one mode, and differ in more than their depth, what else differs has colours of its own. */
export function groupStyles(groups: readonly Styled[]): ReadonlyMap<string, Style> {
  const modes = [...new Set(groups.map(({ mode }) => mode))];
  const colours = coloursOf(modes);
  if (modes.length === 1 && !isByDepth(groups)) {
    return ofOneMode(groups, colours.get(modes[0]!) ?? 0);
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

/** Depths of one thing share its colour. */
function ofOneMode(groups: readonly Styled[], first: number): ReadonlyMap<string, Style> {
  const order = ownOrder(first);
  const things = [...new Set(groups.map(withoutDepth))];
  return new Map(
    things.flatMap((thing, index) => {
      const own = groups.filter((group) => withoutDepth(group) === thing);
      const lines = linesOf(own, Math.floor(index / COLOURS));
      const shared = colour(order[index % COLOURS]!);
      return own.map(({ id }, at): [string, Style] => [id, { colour: shared, ...lines[at]! }]);
    }),
  );
}

/** "interrupt" of "interrupt qd8"; the mode where the name holds nothing else. */
export function withoutDepth({ name, iodepth, mode }: Omit<Styled, "id">): string {
  const words = name.split(/\s+/).filter((word) => word !== `qd${iodepth}`);
  return words.join(" ") || mode;
}

/** All colours, its mode's first and those of other modes last. */
function ownOrder(first: number): number[] {
  const others = [...OTHERS, ...Object.values(OF_MODES)];
  return [first, ...others.filter((index) => index !== first)];
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
