// Names at the ends of curves, so that eyes need not travel to the legend; none where they would not fit.
import { s } from "./dom.ts";
import type { Scales } from "./grid.ts";
import { textWidth, widest } from "./text.ts";

export interface EndLabel {
  /** In pixels: where the curve ends. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
}

const LINE_HEIGHT = 14;
/** More names than these stand too far from their curves. */
export const MOST_LABELS = 10;

/** Right margin for names as long as these, within reason. */
export function labelMargin(names: readonly string[], most: number): number {
  if (names.length > MOST_LABELS) return 12;
  const room = widest(names) + 12;
  return room > most ? 12 : room;
}

/** The names right of the curves' ends, moved apart; none when they are too many or too long for the room. */
export function endLabels(
  labels: readonly EndLabel[],
  { top, bottom, right }: Scales,
  room: number,
) {
  const fitting = labels.filter(({ x, text }) => x + 6 + textWidth(text) <= right + room);
  const isFull = labels.length > MOST_LABELS || labels.length * LINE_HEIGHT > bottom - top;
  if (isFull || fitting.length < labels.length) return [];
  // Curves that end nearly together have their names in one column.
  const ends = labels.map(({ x }) => x);
  const last = Math.max(...ends);
  const isColumn = last - Math.min(...ends) < 60;
  return spread(fitting, top + 4, bottom - 4).map(({ x, y, text, colour }) => {
    const attributes = {
      x: (isColumn ? last : x) + 6,
      y,
      dy: "0.32em",
      fill: colour,
      "text-anchor": "start",
    };
    // The paper shines around the letters, where a curve may pass.
    const halo = { stroke: "var(--surface)", "stroke-width": 4, "paint-order": "stroke" };
    return s(
      "text",
      { ...attributes, ...halo, "stroke-linejoin": "round", "font-weight": 500 },
      text,
    );
  });
}

/** The same labels, from the top down, no two nearer than a line. */
export function spread(labels: readonly EndLabel[], top: number, bottom: number): EndLabel[] {
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  const ys = sorted.map(({ y }) => Math.max(top, Math.min(bottom, y)));
  for (let index = 1; index < ys.length; index++) {
    ys[index] = Math.max(ys[index]!, ys[index - 1]! + LINE_HEIGHT);
  }
  let lowest = bottom;
  for (let index = ys.length - 1; index >= 0; index--) {
    ys[index] = Math.min(ys[index]!, lowest);
    lowest = ys[index]! - LINE_HEIGHT;
  }
  return sorted.map((label, index) => ({ ...label, y: ys[index]! }));
}
