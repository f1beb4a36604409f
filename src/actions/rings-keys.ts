// A lesson by keys, on a terminal's alternate screen: the rings are drawn anew after each, and for each size that the
// terminal takes. Whatever ends it, the terminal is as it was.
import { emitKeypressEvents, type Key } from "node:readline";
import picocolors from "picocolors";
import type { Act, Told } from "../draw/lesson.ts";
import { Screen } from "../live/screen.ts";
import { isColored } from "../text/compare-frame.ts";
import { pictureLines, type Scene } from "./rings-picture.ts";

const KEYS: Readonly<Record<string, Act>> = {
  p: "post",
  r: "ring",
  d: "device",
  t: "reap",
  f: "free",
};
const NEXT: ReadonlySet<string> = new Set(["space", "return", "enter"]);

/** Plays until `q`, Ctrl-C, Ctrl-D or the signal. */
export async function byKeys(scene: Scene, signal: AbortSignal): Promise<void> {
  const screen = new Screen(process.stdout, true);
  const view = new View(scene, screen);
  const { stdin } = process;
  emitKeypressEvents(stdin);
  stdin.setRawMode(true).resume();
  const resized = (): void => view.draw();
  process.stdout.on("resize", resized);
  try {
    view.draw();
    for await (const key of keysOf(signal)) {
      if (key.name === "q" || (key.ctrl && (key.name === "c" || key.name === "d"))) break;
      await view.take(key);
    }
  } finally {
    process.stdout.off("resize", resized);
    screen.clear();
    stdin.setRawMode(false).pause();
  }
}

class View {
  readonly #scene: Scene;
  readonly #screen: Screen;
  #told: Told;
  #hasLegend = true;

  constructor(scene: Scene, screen: Screen) {
    this.#scene = scene;
    this.#screen = screen;
    this.#told = scene.lesson.start;
  }

  async take(key: Key): Promise<void> {
    const { lesson } = this.#scene;
    const name = key.name ?? "";
    if (name === "l") this.#hasLegend = !this.#hasLegend;
    const act = NEXT.has(name) ? lesson.next : KEYS[name];
    if (act !== undefined) this.#told = await lesson.do(act);
    this.draw();
  }

  draw(): void {
    const { lesson, groups, title } = this.#scene;
    const { columns, rows } = this.#screen;
    const colors = picocolors.createColors(isColored());
    const lines = { colors, columns };
    const keys = `space: ${lesson.next} next   p r d t f: post ring device take free   l: legend   q: end`;
    const foot = [colors.dim(keys.length <= columns ? keys : "space p r d t f l q")];
    const head = [colors.bold(title.slice(0, columns)), ""];
    const room = rows - head.length - foot.length - 1;
    const rings = groups();
    const fitting = [
      ...(this.#hasLegend ? [pictureLines(this.#told, rings, lines, true)] : []),
      pictureLines(this.#told, rings, lines, false),
      ...[16, 8, 5].map((most) => pictureLines(this.#told, rings, lines, false, most)),
    ];
    const body = fitting.find(({ length }) => length <= room) ?? fitting.at(-1)!.slice(0, room);
    const whole = [...head, ...body, "", ...foot].slice(0, rows);
    this.#screen.draw(whole.map((text) => ({ text, width: 0 })));
  }
}

/** Keys as they are pressed, to the end of the input or the signal. */
async function* keysOf(signal: AbortSignal): AsyncGenerator<Key, void, undefined> {
  const { stdin } = process;
  const waiting: Key[] = [];
  let wake = (): void => {};
  let isOver = false;
  const onKey = (_text: string | undefined, key: Key): void => {
    waiting.push(key);
    wake();
  };
  const onEnd = (): void => {
    isOver = true;
    wake();
  };
  stdin.on("keypress", onKey).once("end", onEnd);
  signal.addEventListener("abort", onEnd);
  try {
    while (!isOver) {
      while (waiting.length > 0 && !isOver) yield waiting.shift()!;
      if (isOver) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    stdin.off("keypress", onKey).off("end", onEnd);
    signal.removeEventListener("abort", onEnd);
  }
}
