// A part of the terminal that is written over and over. Each drawing is one write, from the part's first line
// to its last, so that nothing flickers, scrolls or is left behind.
import type { Writable } from "node:stream";
import type { Printed } from "./line.ts";

/** Where it is drawn: stderr, or a test's stand-in. */
export interface Terminal extends Pick<Writable, "write"> {
  readonly columns?: number;
  readonly rows?: number;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly Printed[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Columns that a line may take: a full one would wrap. 80 by 24 where the terminal does not say. */
  get columns(): number {
    return (this.#terminal.columns || 80) - 1;
  }

  /** Lines that a drawing may have: one more would scroll. */
  get rows(): number {
    return (this.#terminal.rows || 24) - 1;
  }

  /** Draws `lines` over the last drawing. The cursor rests at the start of the last line: `^C` does no harm there. */
  draw(lines: readonly Printed[]): void {
    const start = this.#drawn.length === 0 ? HIDE_CURSOR : this.#toTop();
    const body = lines.map(({ text }) => text + CLEAR_LINE).join("\r\n");
    this.#terminal.write(`${start}${body}${CLEAR_BELOW}\r`);
    this.#drawn = lines;
  }

  /** Takes the drawing away and gives the cursor back; what comes next starts on a clean line. */
  clear(): void {
    if (this.#drawn.length === 0) return;
    this.#terminal.write(`${this.#toTop()}${CLEAR_BELOW}${SHOW_CURSOR}`);
    this.#drawn = [];
  }

  /** A terminal that became narrower has wrapped the longer lines. */
  #toTop(): string {
    const columns = this.columns + 1;
    const rows = this.#drawn.reduce(
      (sum, { width }) => sum + Math.max(1, Math.ceil(width / columns)),
      0,
    );
    return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
  }
}
