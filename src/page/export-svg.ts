// A chart as a file that stands alone: title, legend and source are in the picture, and colours are colours.
import type { Chart, LegendEntry } from "./chart.ts";
import { s } from "./dom.ts";
import { root } from "./grid.ts";
import { SCALE_HEIGHT, scaleBar, swatch } from "./legend.ts";
import { shortened, textWidth } from "./text.ts";

/** Of the drawing; the same from a phone and from a wide screen. */
const WIDTH = 960;
const PADDING = 20;

export interface Picture {
  /** An XML document. */
  readonly text: string;
  readonly width: number;
  readonly height: number;
}

/** The chart as it is shown: the theme's colours, and only the curves that are switched on. */
export function picture(chart: Chart, shown: ReadonlySet<string>, generator: string): Picture {
  const drawing = chart.draw(WIDTH, shown);
  const parts: SVGElement[] = [];
  let y = PADDING + 14;
  const add = (element: SVGElement, height: number, x = PADDING) => {
    parts.push(s("g", { transform: `translate(${x},${y})` }, element));
    y += height;
  };
  add(text(chart.title, { "font-size": 17, "font-weight": 600 }), 20);
  for (const row of legendRows(chart.legend.filter(({ key }) => shown.has(key)))) add(row, 20);
  if (chart.scale) add(scaleBar(chart.scale).group, SCALE_HEIGHT + 6);
  add(s("g", {}, ...drawing.svg.children), drawing.height + 18);
  add(text(source(chart, generator), { "font-size": 11, fill: "var(--ink-2)" }), 0);
  return finished(parts, WIDTH + 2 * PADDING, Math.ceil(y + PADDING - 6));
}

function finished(parts: readonly SVGElement[], width: number, height: number): Picture {
  const svg = root(width, height);
  svg.removeAttribute("aria-hidden");
  svg.append(s("rect", { width, height, fill: "var(--surface)" }), ...parts);
  resolve(svg);
  return { text: withoutControls(new XMLSerializer().serializeToString(svg)), width, height };
}

function text(content: string, attributes: Record<string, string | number>): SVGTextElement {
  return s("text", { "text-anchor": "start", ...attributes }, content);
}

function source({ sources }: Chart, generator: string): string {
  const few = sources.length > 4 ? [...sources.slice(0, 4), `${sources.length - 4} more`] : sources;
  return shortened([...few, generator].join("  ·  "), WIDTH);
}

/** As many entries in a row as have room. */
function legendRows(entries: readonly LegendEntry[]): SVGGElement[] {
  const rows: SVGGElement[] = [];
  let x = WIDTH;
  for (const { name: whole, style } of entries.length > 1 ? entries : []) {
    const name = shortened(whole, WIDTH / 2);
    const width = 46 + textWidth(name);
    if (x + width > WIDTH) {
      rows.push(s("g"));
      x = 0;
    }
    const place = { transform: `translate(${x},-9)` };
    rows.at(-1)?.append(s("g", place, ...swatch(style).children), text(name, { x: x + 28 }));
    x += width;
  }
  return rows;
}

/** Variables of the style sheet, in any attribute, become what they are in the theme of the moment. */
function resolve(svg: SVGSVGElement): void {
  const style = getComputedStyle(document.documentElement);
  const value = (_: string, name: string) => style.getPropertyValue(name).trim();
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    element.removeAttribute("class");
    for (const attribute of element.attributes) {
      if (!attribute.value.includes("var(")) continue;
      attribute.value = attribute.value.replace(/var\((--[a-z0-9-]+)\)/g, value);
    }
  }
}

/** XML has no way to write them; names from a device may hold them. */
function withoutControls(xml: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters
  return xml.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
}
