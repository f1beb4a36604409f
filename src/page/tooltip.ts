// The tooltip of a drawing: by mouse, by touch, and by arrow keys when the drawing has the focus.
import type { Drawing, Point, Tip } from "./chart.ts";
import { h, s } from "./dom.ts";
import { type Direction, nearestPoint, neighbour } from "./nearest.ts";

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
const MARGIN = 14;

/** Lives as long as its figure; `drawing` gives what is drawn at the moment. */
export class Tooltip {
  readonly #area: HTMLElement;
  readonly #drawing: () => Drawing | undefined;
  readonly #box = h("div", { class: "tip", hidden: "" });
  readonly #mark = s("svg", { class: "tip-mark", "aria-hidden": "true" });
  readonly #spoken = h("div", { class: "spoken", "aria-live": "polite" });
  #points: readonly Point[] | undefined;
  #at: Point | undefined;

  /** `area` holds the drawing and nothing else; its upper left corner is the drawing's. */
  constructor(area: HTMLElement, drawing: () => Drawing | undefined) {
    this.#area = area;
    this.#drawing = drawing;
    area.after(this.#spoken);
    area.addEventListener("pointermove", (event) => this.#point(event));
    area.addEventListener("pointerdown", (event) => this.#point(event));
    area.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.hide();
    });
    area.addEventListener("keydown", (event) => this.#key(event));
    area.addEventListener("blur", () => this.hide());
    document.addEventListener("pointerdown", (event) => {
      if (!area.contains(event.target as Node)) this.hide();
    });
  }

  get isOpen(): boolean {
    return this.#at !== undefined;
  }

  /** After a new drawing: its points are others. */
  reset(): void {
    this.#points = undefined;
    this.hide();
    this.#area.append(this.#mark, this.#box);
  }

  hide(): void {
    this.#at = undefined;
    this.#box.hidden = true;
    this.#mark.replaceChildren();
    this.#spoken.textContent = "";
  }

  #all(): readonly Point[] {
    this.#points ??= this.#drawing()?.points() ?? [];
    return this.#points;
  }

  #point(event: PointerEvent): void {
    const drawing = this.#drawing();
    if (!drawing) return;
    const box = drawing.svg.getBoundingClientRect();
    const scale = drawing.width / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    this.#show(nearestPoint(this.#all(), x, y));
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      this.hide();
      return;
    }
    const direction = KEYS[event.key];
    if (direction === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    // The page would scroll.
    event.preventDefault();
    const next = this.#at ? neighbour(this.#all(), this.#at, direction) : this.#all()[0];
    this.#show(next);
    if (next) this.#spoken.textContent = spoken(next.tip());
  }

  #show(point: Point | undefined): void {
    const drawing = this.#drawing();
    if (!point || !drawing || point === this.#at) return;
    this.#at = point;
    this.#box.replaceChildren(...content(point.tip()));
    this.#box.hidden = false;
    const scale = drawing.svg.getBoundingClientRect().width / drawing.width;
    this.#drawMark(point, drawing);
    this.#place(point.x * scale, point.y * scale, ((point.width ?? 0) / 2) * scale);
  }

  #drawMark(point: Point, { width, height }: Drawing): void {
    this.#mark.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const { x, y } = point;
    const [w, h] = [point.width, point.height];
    this.#mark.replaceChildren(
      w === undefined || h === undefined
        ? s("circle", { cx: x, cy: y, r: 5 })
        : s("rect", { x: x - w / 2 - 1, y: y - h / 2 - 1, width: w + 2, height: h + 2, rx: 1 }),
    );
  }

  /** Right of the point, else left of it, and always inside the area. */
  #place(x: number, y: number, half: number): void {
    const { offsetWidth: width, offsetHeight: height } = this.#box;
    const [areaWidth, areaHeight] = [this.#area.clientWidth, this.#area.clientHeight];
    const right = x + half + MARGIN;
    const left = right + width <= areaWidth ? right : x - half - MARGIN - width;
    const fitting = Math.max(0, Math.min(left, areaWidth - width));
    const upper = Math.max(0, Math.min(y - height / 2, areaHeight - height));
    // Where both sides are too narrow, it must not cover what it speaks of.
    const covers = fitting < x + half && fitting + width > x - half;
    const beside = y > height + MARGIN ? y - height - MARGIN : y + MARGIN;
    this.#box.style.left = `${fitting}px`;
    this.#box.style.top = `${covers ? beside : upper}px`;
  }
}

function content({ heading, rows }: Tip): HTMLElement[] {
  const list = h("dl");
  for (const { label, value, colour, strong } of rows) {
    const dot = h("i");
    if (colour !== undefined) dot.style.background = colour;
    const row = h("div", strong === true ? { class: "strong" } : {});
    row.append(h("dt", {}, colour === undefined ? null : dot, label), h("dd", {}, value));
    list.append(row);
  }
  return [h("strong", {}, heading), list];
}

function spoken({ heading, rows }: Tip): string {
  return `${heading}: ${rows.map(({ label, value }) => `${label} ${value}`).join(", ")}`;
}
