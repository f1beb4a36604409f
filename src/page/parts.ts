// A figure for each page of paper: what would be too high for one is drawn in several.
import type { Chart } from "./chart.ts";

/** How a figure is called: "heat" and "Latency heat map", or "heat-2" and "Latency heat map, part 2". */
export interface Part {
  readonly id: string;
  readonly title: string;
}

/** Charts of at most `most` things each; none of nothing. */
export function inParts<T>(
  things: readonly T[],
  most: number,
  { id, title }: Part,
  chart: (some: readonly T[], part: Part) => Chart,
): Chart[] {
  const parts = Math.ceil(things.length / most);
  if (parts <= 1) return parts === 1 ? [chart(things, { id, title })] : [];
  return Array.from({ length: parts }, (_, index) => {
    const some = things.slice(index * most, (index + 1) * most);
    return chart(some, { id: `${id}-${index + 1}`, title: `${title}, part ${index + 1}` });
  });
}

/** What the links above the figures name: the first part, by the name of the whole. */
export function firstParts(charts: readonly Chart[]): Part[] {
  return charts
    .filter(({ title }) => !/, part ([2-9]|\d\d+)$/.test(title))
    .map(({ id, title }) => ({ id, title: title.replace(/, part 1$/, "") }));
}
