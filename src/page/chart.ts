// What a chart is to the page: words, a legend, a way to draw itself at a width, and its figures as a table.

/** How a curve looks wherever it appears. Colours are variables of page.css, so that themes need no drawing. */
export interface Style {
  readonly colour: string;
  /** As in stroke-dasharray; "" is a full line. */
  readonly dash: string;
  /** From 0 to 1. */
  readonly opacity: number;
}

export interface LegendEntry {
  readonly key: string;
  readonly name: string;
  readonly style: Style;
}

/** Colours of a heat map, told by a bar under the title. */
export interface ColourScale {
  readonly unit: string;
  /** [position from 0 to 1, text], rising. */
  readonly ticks: readonly (readonly [number, string])[];
}

export interface Tip {
  readonly heading: string;
  readonly rows: readonly TipRow[];
}

export interface TipRow {
  readonly label: string;
  readonly value: string;
  readonly colour?: string;
  /** What the pointer is on, among what is shown for comparison. */
  readonly strong?: boolean;
}

/** A place that the pointer or the arrow keys can reach, in pixels of the drawing. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Of a bar or a cell, around its middle. */
  readonly width?: number;
  readonly height?: number;
  /** Left and right go along a series, up and down from one to another. */
  readonly series: string;
  readonly tip: () => Tip;
}

export interface Drawing {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  /** Made when somebody first points: a heat map has tens of thousands. */
  readonly points: () => readonly Point[];
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A sentence, and what it is about. */
export interface Note {
  readonly about: string;
  readonly text: string;
}

export interface Chart {
  /** For links, file names and tests: "percentiles". */
  readonly id: string;
  readonly title: string;
  /** What it shows and how to read it. */
  readonly caption: string;
  /** What it says, in words. */
  readonly notes: readonly Note[];
  /** For those who do not see it. */
  readonly summary: string;
  /** Names of the result files. */
  readonly sources: readonly string[];
  /** Without entries there is no legend. */
  readonly legend: readonly LegendEntry[];
  readonly scale: ColourScale | null;
  /** At `width` pixels, with the entries of the legend whose keys are in `shown`. */
  readonly draw: (width: number, shown: ReadonlySet<string>) => Drawing;
  readonly table: () => Table;
}
