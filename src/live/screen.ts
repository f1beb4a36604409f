// A part of the terminal that is written over and over. Each drawing is one write, from the part's first line
// to its last, so that nothing flickers, scrolls or is left behind.
//
// A view of many lines has the terminal's alternate screen, as editors have: whatever a resize makes of it (some
// terminals wrap its lines anew, some cut them, some push them into what can be scrolled back), it is gone with it, and
// what was there before comes back. One line stays among the others.
import type { Writable } from "node:stream";
import type { Printed } from "./line.ts";

/** Where it is drawn: stderr, or a test's stand-in. */
export interface Terminal extends Pick<Writable, "write"> {
  readonly columns?: number;
  readonly rows?: number;
}

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_ALL = "\x1b[2J";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

export class Screen {
  readonly #terminal: Terminal;
  readonly #isWhole: boolean;
  #isShown = false;
  /** Columns and rows of the last drawing. */
  #size = "";

  /** @param isWhole takes the alternate screen; else it is one line, where the cursor is */
  constructor(terminal: Terminal, isWhole: boolean) {
    this.#terminal = terminal;
    this.#isWhole = isWhole;
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
    const start = this.#isShown ? "" : (this.#isWhole ? ENTER : "") + HIDE_CURSOR;
    const size = `${this.columns} ${this.rows}`;
    const top = this.#isWhole ? HOME + (size === this.#size ? "" : CLEAR_ALL) : "\r";
    const body = lines.map(({ text }) => text + CLEAR_LINE).join("\r\n");
    this.#terminal.write(`${start}${top}${body}${CLEAR_BELOW}\r`);
    this.#isShown = true;
    this.#size = size;
  }

  /** Takes the drawing away and gives the cursor back; what comes next starts on a clean line. */
  clear(): void {
    if (!this.#isShown) return;
    // a terminal without an alternate screen is cleared at least
    const end = this.#isWhole ? HOME + CLEAR_BELOW + LEAVE : `\r${CLEAR_BELOW}`;
    this.#terminal.write(`${end}${SHOW_CURSOR}`);
    this.#isShown = false;
  }
}
