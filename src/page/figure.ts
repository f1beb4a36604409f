// A chart with all that stands around it: title, caption, legend, buttons, words and the table of its figures.
import type { Chart, Drawing, Note, Table } from "./chart.ts";
import { button, h } from "./dom.ts";
import { download, fileName } from "./download.ts";
import { png } from "./export-png.ts";
import { type Picture, picture } from "./export-svg.ts";
import { Legend } from "./legend.ts";
import { Tooltip } from "./tooltip.ts";

const NARROWEST = 280;

export class Figure {
  readonly element: HTMLElement;
  readonly #generator: string;
  readonly #legend = new Legend(() => this.draw());
  readonly #caption = h("p");
  readonly #area = h("div", { class: "plot", role: "img", tabindex: 0 });
  readonly #notes = h("ul", { class: "notes" });
  readonly #details = h("details", {}, h("summary", {}, "Figures as a table"));
  readonly #tooltip: Tooltip;
  #chart: Chart;
  #drawing: Drawing | undefined;

  /** Draws nothing yet. `generator` is named in exported files. */
  constructor(chart: Chart, generator: string) {
    this.#chart = chart;
    this.#generator = generator;
    const title = h("div", { class: "title" }, h("h2", {}, chart.title), this.#tools());
    this.element = h(
      "figure",
      { id: `figure-${chart.id}`, "data-chart": chart.id },
      h("figcaption", {}, title, this.#caption),
      this.#legend.element,
      this.#area,
      this.#notes,
      this.#details,
    );
    this.#tooltip = new Tooltip(this.#area, () => this.#drawing);
    this.#details.addEventListener("toggle", () => this.#fillTable());
    this.#describe();
  }

  /** Somebody is reading values off it. */
  get isHeld(): boolean {
    return this.#tooltip.isOpen;
  }

  /** The same chart with newer figures; draw it when there is time. */
  update(chart: Chart): void {
    this.#chart = chart;
    this.#describe();
    this.#fillTable();
  }

  /** At the width that there is, or at a given one; again when something changed. */
  draw(width = this.#area.clientWidth): void {
    const fitting = Math.max(NARROWEST, Math.floor(width));
    this.#drawing = this.#chart.draw(fitting, this.#legend.shown);
    this.#area.replaceChildren(this.#drawing.svg);
    this.#tooltip.reset();
  }

  /** Everything that is words. */
  #describe(): void {
    const { caption, summary, legend, scale, notes } = this.#chart;
    this.#caption.textContent = caption;
    this.#area.setAttribute("aria-label", summary);
    this.#legend.update(legend, scale);
    this.#notes.replaceChildren(...notes.map(noteItem));
    this.#notes.hidden = notes.length === 0;
  }

  /** The table is made when somebody opens it. */
  #fillTable(): void {
    if (!this.#details.open) return;
    this.#details.querySelector(".scroll")?.remove();
    this.#details.append(tableOf(this.#chart.table()));
  }

  #tools(): HTMLElement {
    return h(
      "div",
      { class: "tools" },
      button("SVG", "Save this figure as SVG", () => {
        const { text } = this.#picture();
        download(new Blob([text], { type: "image/svg+xml" }), this.#file("svg"));
      }),
      button("PNG", "Save this figure as PNG", () => void this.#savePng()),
    );
  }

  async #savePng(): Promise<void> {
    try {
      download(await png(this.#picture()), this.#file("png"));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.element.append(h("p", { role: "alert" }, `Not saved: ${message}`));
    }
  }

  #picture(): Picture {
    return picture(this.#chart, this.#legend.shown, this.#generator);
  }

  #file(extension: string): string {
    const [source = "phasebit"] = this.#chart.sources;
    return fileName([source.replace(/\.json$/, ""), this.#chart.id], extension);
  }
}

function noteItem({ about, text }: Note): HTMLElement {
  return h("li", {}, h("span", { class: "about" }, `${about}: `), text);
}

function tableOf({ head, rows }: Table): HTMLElement {
  const cells = (texts: readonly string[], tag: "td" | "th") =>
    h("tr", {}, ...texts.map((text, index) => h(index === 0 ? "th" : tag, {}, text)));
  const table = h("table", {}, h("thead", {}, cells(head, "th")));
  table.append(h("tbody", {}, ...rows.map((row) => cells(row, "td"))));
  return h("div", { class: "scroll", tabindex: 0 }, table);
}
