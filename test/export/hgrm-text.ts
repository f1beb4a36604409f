// HdrHistogram's percentile text as its plotter reads it: lines without "#" that have three or four columns.
export interface HgrmRow {
  readonly value: number;
  /** 0 to 1. */
  readonly quantile: number;
  readonly count: number;
}

/** The rows, and the numbers of the footer. */
export function readHgrm(text: string): { rows: HgrmRow[]; max: number; total: number } {
  const rows = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((cells) => cells.length >= 3 && cells.every((cell) => !Number.isNaN(cell)))
    .map(([value, quantile, count]) => ({ value: value!, quantile: quantile!, count: count! }));
  const [, max, total] = /^#\[Max +=\s+([\d.]+), Total count +=\s+(\d+)\]$/m.exec(text) ?? [];
  return { rows, max: Number(max), total: Number(total) };
}
