// Dots that carry their depth: the number stands in the dot, or where another dot lies there, above or below it.
import { s } from "../dom.ts";
import type { Scales } from "../grid.ts";
import { textWidth } from "../text.ts";

/** A dot at its place, in pixels; `top` is where the stick on it ends. */
export interface PlacedDepth {
  readonly x: number;
  readonly y: number;
  readonly top: number;
  readonly iodepth: number;
  readonly colour: string;
}

export const DEPTH_RADIUS = 9;
const SMALL_RADIUS = 4.5;
const LINE = 13;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly half: number;
  readonly height: number;
}

/** All dots; of very many that lie on each other some have no number. */
export function depthMarks(dots: readonly PlacedDepth[], scales: Scales): SVGElement[] {
  const taken: Box[] = [];
  const small: PlacedDepth[] = [];
  const marks: SVGElement[] = [];
  for (const dot of dots) {
    const box = { x: dot.x, y: dot.y, half: halfOf(dot), height: 2 * DEPTH_RADIUS };
    if (taken.some((other) => meet(box, other))) small.push(dot);
    else {
      taken.push(box);
      marks.push(...pill(dot));
    }
  }
  return [...small.map(spot), ...marks, ...small.flatMap((dot) => beside(dot, taken, scales))];
}

function halfOf({ iodepth }: PlacedDepth): number {
  return Math.max(DEPTH_RADIUS, textWidth(String(iodepth)) / 2 + 3);
}

function meet(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) < a.half + b.half && Math.abs(a.y - b.y) < (a.height + b.height) / 2;
}

/** A dot that is as wide as its number needs. */
function pill(dot: PlacedDepth): SVGElement[] {
  const { x, y, iodepth, colour } = dot;
  const half = halfOf(dot);
  const place = { x: x - half, y: y - DEPTH_RADIUS, width: 2 * half, height: 2 * DEPTH_RADIUS };
  const look = { rx: DEPTH_RADIUS, fill: colour, ...rim };
  const letters = { x, y, dy: "0.35em", "font-size": 11, "font-weight": 600 };
  return [
    s("rect", { ...place, ...look }),
    s("text", { ...letters, fill: colour.replace("--s", "--on") }, String(iodepth)),
  ];
}

const rim = { stroke: "var(--surface)", "stroke-width": 1.5 };

function spot({ x, y, colour }: PlacedDepth): SVGElement {
  return s("circle", { cx: x, cy: y, r: SMALL_RADIUS, fill: colour, ...rim });
}

/** The number where there is room for it: on the stick, below the dot, further up. */
function beside(dot: PlacedDepth, taken: Box[], { top, bottom }: Scales): SVGElement[] {
  const { x, iodepth, colour } = dot;
  const half = textWidth(String(iodepth)) / 2 + 1;
  const above = [0, 1, 2, 3].map((line) => dot.top - 9 - line * LINE);
  const places = [above[0]!, dot.y + DEPTH_RADIUS + 5, ...above.slice(1)];
  const y = places.find((at) => {
    const box = { x, y: at, half, height: LINE };
    return at > top + 4 && at < bottom - 6 && !taken.some((other) => meet(box, other));
  });
  if (y === undefined) return [];
  taken.push({ x, y, half, height: LINE });
  const halo = { stroke: "var(--surface)", "stroke-width": 3, "paint-order": "stroke" };
  const letters = { x, y, dy: "0.35em", "font-size": 11, "font-weight": 600, fill: colour };
  return [s("text", { ...letters, ...halo, "stroke-linejoin": "round" }, String(iodepth))];
}
