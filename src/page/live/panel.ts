// The head of the live page: what runs, how far it is, what it does now, and how it ended.

import { formatClock, formatCount, formatMiBps, formatNs } from "../../ground/units.ts";
import type { EndEvent, SampleEvent, StartEvent } from "../../live/events.ts";
import { h } from "../dom.ts";
import { NONE, orNone } from "../format.ts";
import { callout } from "../header.ts";
import { themeButton } from "../theme.ts";
import type { Connection } from "./source.ts";
import type { LiveState } from "./state.ts";

interface Tile {
  readonly label: string;
  readonly of: (sample: SampleEvent) => string;
}

const tiles: readonly Tile[] = [
  { label: "IOPS", of: ({ iops }) => formatCount(Math.round(iops)) },
  { label: "MiB/s", of: ({ bytesPerSecond }) => formatMiBps(bytesPerSecond) },
  { label: "p50", of: ({ latencyNs }) => orNone(latencyNs.p50, formatNs) },
  { label: "p99", of: ({ latencyNs }) => orNone(latencyNs.p99, formatNs) },
  { label: "p99.9", of: ({ latencyNs }) => orNone(latencyNs.p999, formatNs) },
  { label: "max", of: ({ latencyNs }) => orNone(latencyNs.max, formatNs) },
];

export class LivePanel {
  readonly #title = h("h1", {}, "Waiting for the measurement");
  readonly #device = h("p", { class: "device" });
  readonly #when = h("p", { class: "when" });
  readonly #version = h("p", { class: "kind" }, "phasebit");
  readonly #state = h("p", { class: "state", role: "status" }, "opening");
  readonly #time = h("p", { class: "time" });
  readonly #bar = h("progress", { max: 1, value: 0, "aria-label": "Progress" });
  readonly #values = tiles.map(() => h("dd", {}, NONE));
  readonly #now = h(
    "dl",
    {},
    ...tiles.map(({ label }, index) => h("div", {}, h("dt", {}, label), this.#values[index]!)),
  );
  readonly #warnings = h("div");
  readonly #ended = h("div");
  #connection: Connection = "open";

  /** Everything, in the order of the page. */
  readonly elements: readonly HTMLElement[] = [
    h(
      "header",
      { class: "top" },
      this.#version,
      h("div", { class: "tools" }, themeButton()),
      this.#title,
      this.#device,
      this.#when,
    ),
    this.#ended,
    this.#warnings,
    h(
      "section",
      { class: "now", "aria-label": "Now" },
      h("div", { class: "progress" }, this.#bar, this.#state, this.#time),
      this.#now,
    ),
  ];

  set connection(connection: Connection) {
    this.#connection = connection;
  }

  show(state: LiveState): void {
    const { start, sample, end, warnings } = state;
    if (start) this.#describe(start);
    this.#bar.value = end && !end.interrupted ? 1 : (sample?.progress ?? 0);
    this.#say(stateText(state, this.#connection));
    this.#bar.classList.toggle("lost", this.#connection === "lost" && !end);
    // The last moment stands for nothing; the summary has the whole.
    this.#now.hidden = end !== undefined;
    const isMeasuring = sample !== undefined && sample.elapsedMs >= 0;
    tiles.forEach(({ of }, index) => {
      this.#values[index]!.textContent = isMeasuring ? of(sample) : NONE;
    });
    const doubts = warnings.map(({ text }) => ({ file: null, text }));
    this.#warnings.replaceChildren(...(doubts.length > 0 ? [callout(doubts)] : []));
    this.#ended.replaceChildren(...(end ? [ending(end)] : []));
    document.title = titleText(state);
  }

  #describe({ version, command, workload, device, startedMs }: StartEvent): void {
    this.#version.textContent = `phasebit ${version}, live`;
    this.#title.textContent = `${command} ${workload}`;
    this.#device.textContent = device;
    const began = new Date(startedMs).toISOString().slice(11, 19);
    this.#when.textContent = `began at ${began} UTC`;
  }

  /** A screen reader speaks what changes: not every second that passes. */
  #say({ state, time }: { readonly state: string; readonly time: string }): void {
    if (this.#state.textContent !== state) this.#state.textContent = state;
    this.#time.textContent = time;
  }
}

/** What goes on, and how long it still takes. */
function stateText(live: LiveState, connection: Connection) {
  const { start, preparing, waiting, sample, end } = live;
  const totalMs = start ? (start.totalMs ?? start.runtimeMs + start.rampTimeMs) : 0;
  const leftMs = sample?.leftMs ?? totalMs;
  const time = end ? "" : `${formatClock(leftMs)} left of ${formatClock(totalMs)}`;
  if (end) return { state: end.interrupted ? "interrupted" : "finished", time };
  if (connection === "lost") return { state: "connection lost, trying again", time };
  if (!sample) return { state: preparing?.text ?? "opening", time };
  if (waiting) return { state: waiting.text, time };
  const { name, number, of } = sample.block;
  const phase = sample.elapsedMs < 0 ? "ramp" : "measuring";
  return { state: of === 1 ? phase : `${phase} ${name} ${number}/${of}`, time };
}

function titleText({ start, sample, end }: LiveState): string {
  const what = start ? `${start.command} ${start.workload}` : "phasebit";
  if (end) return `${end.interrupted ? "interrupted" : "finished"} · ${what}`;
  return sample ? `${Math.floor(sample.progress * 100)}% · ${what}` : what;
}

function ending({ files, interrupted, exitCode }: EndEvent): HTMLElement {
  const heading = interrupted
    ? "Interrupted: this is what was measured"
    : exitCode === 0
      ? "Finished"
      : `Ended with exit code ${exitCode}`;
  const saved = files.length > 0 ? "Saved:" : "Nothing was saved.";
  const list = h("ul", {}, ...files.map((file) => h("li", {}, file)));
  const kind = exitCode === 0 ? "ended" : "ended failed";
  return h("aside", { class: kind }, h("h2", {}, heading), h("p", {}, saved), list);
}
