// The legend of a chart: a button for each curve. With shift or alt only that curve stays, and again brings all back.
import { LEVELS, levelColour } from "./cells.ts";
import type { ColourScale, LegendEntry, Style } from "./chart.ts";
import { h, s } from "./dom.ts";
import { textWidth } from "./text.ts";

const HINT = "click: hide or show; shift-click: only this one";

/** What of a chart is shown, and the buttons that change it. */
export class Legend {
  readonly element = h("div", { class: "legend", role: "group", "aria-label": "Curves" });
  readonly #changed: () => void;
  readonly #buttons = new Map<string, HTMLButtonElement>();
  #shown: ReadonlySet<string> = new Set();
  #keys: readonly string[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get shown(): ReadonlySet<string> {
    return this.#shown;
  }

  /** The entries of now: new ones are shown, known ones stay as they are. */
  update(entries: readonly LegendEntry[], scale: ColourScale | null): void {
    const keys = entries.map(({ key }) => key);
    const isNew = (key: string) => !this.#keys.includes(key);
    this.#shown = new Set(keys.filter((key) => isNew(key) || this.#shown.has(key)));
    const isSame = keys.length === this.#keys.length && !keys.some(isNew);
    this.#keys = keys;
    if (!isSame) this.#makeButtons(entries);
    this.element.querySelector(".scale")?.remove();
    if (scale) this.element.append(scaleElement(scale));
    this.element.hidden = this.element.childElementCount === 0;
  }

  #makeButtons(entries: readonly LegendEntry[]): void {
    this.#buttons.clear();
    this.element.replaceChildren();
    // One curve needs no switch.
    if (entries.length > 1) for (const entry of entries) this.#add(entry);
  }

  #add({ key, name, style }: LegendEntry): void {
    const pressed = this.#shown.has(key);
    const element = h("button", { type: "button", "aria-pressed": String(pressed), title: HINT });
    element.append(swatch(style), name);
    element.addEventListener("click", (event) => this.#press(key, event.shiftKey || event.altKey));
    this.#buttons.set(key, element);
    const onPaper = h("span", { "aria-hidden": "true" }, swatch(style), name);
    this.element.append(element, onPaper);
  }

  #press(key: string, only: boolean): void {
    const change = only ? alone : toggled;
    this.#shown = change(this.#shown, key, this.#keys);
    for (const [name, element] of this.#buttons) {
      element.setAttribute("aria-pressed", String(this.#shown.has(name)));
    }
    this.#changed();
  }
}

/** Without `key` when it was there, else with it; a chart of nothing becomes one of all. */
export function toggled(shown: ReadonlySet<string>, key: string, all: readonly string[]) {
  const next = new Set(all.filter((each) => (each === key ? !shown.has(each) : shown.has(each))));
  return next.size > 0 ? next : new Set(all);
}

/** Only `key`; all when it was alone already. */
export function alone(shown: ReadonlySet<string>, key: string, all: readonly string[]) {
  return new Set(shown.size === 1 && shown.has(key) ? all : [key]);
}

/** A piece of the curve. */
export function swatch({ colour, dash, opacity }: Style): SVGSVGElement {
  const line = s("line", { x1: 1, y1: 5, x2: 21, y2: 5, stroke: colour, "stroke-width": 3 });
  line.setAttribute("stroke-dasharray", dash === "" ? "none" : dash);
  line.setAttribute("stroke-opacity", String(opacity));
  return s("svg", { width: 22, height: 10, viewBox: "0 0 22 10", "aria-hidden": "true" }, line);
}

const BAR_WIDTH = 220;
export const SCALE_HEIGHT = 30;

/** The bar of colours of a heat map with its figures, as a part of a drawing, and its width. */
export function scaleBar({ unit, ticks }: ColourScale): { group: SVGGElement; width: number } {
  const step = BAR_WIDTH / LEVELS;
  const left = Math.ceil(textWidth(unit)) + 10;
  const bar = Array.from({ length: LEVELS }, (_, index) =>
    s("rect", {
      ...{ x: left + index * step, y: 0, width: step + 0.5, height: 10 },
      ...{ fill: levelColour(index + 1), "shape-rendering": "crispEdges" },
    }),
  );
  const label = { fill: "var(--ink-2)" };
  const texts = ticks.map(([position, text]) => {
    const x = left + position * BAR_WIDTH;
    return s("text", { ...label, x, y: 25, "text-anchor": anchor(position) }, text);
  });
  const name = s("text", { ...label, x: left - 10, y: 9, "text-anchor": "end" }, unit);
  return { group: s("g", {}, name, ...bar, ...texts), width: left + BAR_WIDTH };
}

function anchor(position: number): string {
  if (position < 0.05) return "start";
  return position > 0.95 ? "end" : "middle";
}

function scaleElement(scale: ColourScale): SVGSVGElement {
  const { group, width } = scaleBar(scale);
  const box = `0 0 ${width} ${SCALE_HEIGHT}`;
  const svg = s("svg", { class: "scale", width, height: SCALE_HEIGHT, viewBox: box }, group);
  svg.setAttribute("font-size", "12");
  return svg;
}
