// The rectangles of a heat map: one path for each of 32 colours, so that tens of thousands of cells are 32 elements
// and a theme changes them without drawing.
import { s } from "./dom.ts";

/** Colours h1 to h32 of page.css. */
export const LEVELS = 32;

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** 1 to LEVELS. */
  readonly level: number;
}

/** The level of a share from 0 to 1. */
export function levelOf(share: number): number {
  return Math.max(1, Math.min(LEVELS, Math.ceil(share * LEVELS)));
}

export function levelColour(level: number): string {
  return `var(--h${level})`;
}

/** One path for each level that has cells. */
export function cellPaths(cells: Iterable<Cell>): SVGElement[] {
  const paths: string[][] = Array.from({ length: LEVELS + 1 }, () => []);
  for (const { x, y, width, height, level } of cells) {
    const [left, right] = [round(x), round(x + width)];
    // By their edges: rounded widths would leave gaps.
    paths[level]?.push(`M${left},${round(y)}H${right}V${round(y + height)}H${left}z`);
  }
  return paths.flatMap((parts, level) => {
    if (parts.length === 0) return [];
    // Cells touch; without smoothing no seams shine through between them.
    const look = { fill: levelColour(level), "shape-rendering": "crispEdges" };
    return [s("path", { d: parts.join(""), ...look })];
  });
}

/** A tenth of a pixel is enough, and short. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}
