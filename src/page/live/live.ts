// The live page: its head follows every event, its charts are drawn about once a second.
import type { LivePageConfig } from "../../html/report-data.ts";
import type { Chart } from "../chart.ts";
import { heatCharts } from "../charts/heat.ts";
import { latencyTimeChart } from "../charts/latency-time.ts";
import { percentileChart } from "../charts/percentiles.ts";
import { queueCharts } from "../charts/queues.ts";
import { throughputChart } from "../charts/throughput.ts";
import { contextOf } from "../context.ts";
import { h } from "../dom.ts";
import { Figure } from "../figure.ts";
import { markReady, redrawWhenNeeded } from "../schedule.ts";
import { summary } from "../summary.ts";
import { liveReport } from "./data.ts";
import { LivePanel } from "./panel.ts";
import { readEvents } from "./source.ts";
import { LiveState } from "./state.ts";

const figures = [throughputChart, latencyTimeChart, heatCharts, percentileChart, queueCharts];

const PERIOD_MS = 1000;
/** The page may run beside what is measured: drawing takes at most this share of a CPU. */
const MOST_SHARE = 0.05;

/** Fills `main` and follows the stream. */
export function showLive({ events }: LivePageConfig, main: HTMLElement): void {
  const state = new LiveState();
  const panel = new LivePanel();
  const charts = new LiveCharts(state, main);
  main.append(...panel.elements, charts.element);
  panel.show(state);
  readEvents(events, {
    connection: (connection) => {
      panel.connection = connection;
      panel.show(state);
    },
    event: (event) => {
      state.take(event);
      panel.show(state);
      charts.wanted(event.event === "end");
    },
  });
}

/** The summary and the figures, which come as soon as there is something to draw. */
class LiveCharts {
  readonly #summary = h("div");
  readonly #places = h("div");
  readonly element = h("div", {}, this.#summary, this.#places);
  readonly #state: LiveState;
  readonly #figures = new Map<string, Figure>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #costMs = 0;

  constructor(state: LiveState, main: HTMLElement) {
    this.#state = state;
    redrawWhenNeeded(() => [...this.#figures.values()], main);
    document.addEventListener("visibilitychange", () => this.wanted(false));
  }

  /** Something is new; at once when it is the last. A page that nobody sees is not drawn. */
  wanted(isLast: boolean): void {
    if (isLast) {
      clearTimeout(this.#timer);
      this.#draw();
      return;
    }
    if (this.#timer !== undefined || document.hidden) return;
    const period = Math.max(PERIOD_MS, this.#costMs / MOST_SHARE);
    const wait = Math.max(0, this.#drawnMs + period - performance.now());
    this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw(): void {
    this.#timer = undefined;
    const { start } = this.#state;
    if (!start || this.#state.latest.size === 0) return;
    const began = performance.now();
    const context = contextOf(liveReport(this.#state, start), true);
    this.#summary.replaceChildren(summary(context));
    const charts = figures.flatMap((figure) => figure(context));
    const drawn = charts.map((chart) => this.#figureOf(chart, context.data.generator));
    this.#place(drawn);
    for (const figure of drawn) if (!figure.isHeld) figure.draw();
    markReady(drawn.length);
    this.#drawnMs = performance.now();
    this.#costMs = this.#drawnMs - began;
  }

  /** In their order; elements that are where they belong stay, and keep the focus. */
  #place(drawn: readonly Figure[]): void {
    const elements = drawn.map(({ element }) => element);
    const isPlaced =
      elements.length === this.#places.childElementCount &&
      elements.every((element, index) => this.#places.children[index] === element);
    if (!isPlaced) this.#places.replaceChildren(...elements);
  }

  /** The figure that there is, with newer data. */
  #figureOf(chart: Chart, generator: string): Figure {
    const known = this.#figures.get(chart.id);
    if (known && !known.isHeld) known.update(chart);
    const figure = known ?? new Figure(chart, generator);
    this.#figures.set(chart.id, figure);
    return figure;
  }
}
