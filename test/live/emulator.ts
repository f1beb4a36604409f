// A terminal in miniature: as much of one as the live view asks for, and nothing else, so that a sequence which
// it does not know fails a test. Lines that are too long wrap; a line below the last one scrolls.
export const ESC = "\x1b";
const SEQUENCES = new RegExp(`${ESC}\\[[0-9;?]*[A-Za-z]|[\\s\\S]`, "gu");

export class Emulator {
  columns: number;
  rows: number;
  isTTY = true;
  isCursorShown = true;
  /** Lines that left the screen at its top. */
  readonly scrolled: string[] = [];
  /** What was written, write by write. */
  readonly writes: string[] = [];
  /** The other screen, while the alternate one is shown. */
  #main: { screen: string[][]; row: number; column: number } | undefined;
  #screen: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  getColorDepth(): number {
    return 8;
  }

  write(text: string): boolean {
    this.writes.push(text);
    for (const [part] of text.matchAll(SEQUENCES)) this.#take(part);
    return true;
  }

  get isAlternate(): boolean {
    return this.#main !== undefined;
  }

  /** Lines on the screen, without blanks at their ends. */
  get lines(): string[] {
    const lines = this.#screen.map((line) => line.join("").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
  }

  /** Another size, as terminals have it that wrap anew what was there: no line is lost, what has no room scrolls away. */
  resize(columns: number, rows: number): void {
    if (this.#main) {
      // the alternate screen is cut
      this.#screen = this.#screen.slice(0, rows).map((line) => line.slice(0, columns));
      this.#row = Math.min(this.#row, rows - 1);
    } else this.#narrow(columns);
    [this.columns, this.rows] = [columns, rows];
    if (!this.#main) this.#scroll();
  }

  #narrow(columns: number): void {
    const wrapped: string[][] = [];
    this.#screen.forEach((line, row) => {
      const width = line.join("").trimEnd().length;
      for (let at = 0; at === 0 || at < width; at += columns) {
        wrapped.push(line.slice(at, at + columns));
      }
      if (row === this.#row) this.#row = wrapped.length - Math.max(1, Math.ceil(width / columns));
    });
    this.#screen = wrapped;
  }

  #take(part: string): void {
    if (part === "\r") this.#column = 0;
    else if (part === "\n") this.#down();
    else if (part.length === 1) this.#put(part);
    else this.#obey(part);
  }

  #obey(sequence: string): void {
    const count = Number(/\[(\d+)/.exec(sequence)?.[1] ?? 1);
    if (sequence === "\x1b[?25l") this.isCursorShown = false;
    else if (sequence === "\x1b[?25h") this.isCursorShown = true;
    else if (sequence === "\x1b[?1049h") this.#enter();
    else if (sequence === "\x1b[?1049l") this.#leave();
    else if (sequence === "\x1b[H") [this.#row, this.#column] = [0, 0];
    else if (sequence === "\x1b[2J") this.#screen = [[]];
    else if (sequence === "\x1b[K")
      this.#line().length = Math.min(this.#column, this.#line().length);
    else if (sequence === "\x1b[J") this.#clearBelow();
    else if (sequence.endsWith("A")) this.#row = Math.max(0, this.#row - count);
    else if (!sequence.endsWith("m")) throw new Error(`unknown ${JSON.stringify(sequence)}`);
  }

  #enter(): void {
    if (this.#main) throw new Error("entered twice");
    this.#main = { screen: this.#screen, row: this.#row, column: this.#column };
    this.#screen = [[]];
    [this.#row, this.#column] = [0, 0];
  }

  #leave(): void {
    if (!this.#main) throw new Error("left what was not entered");
    ({ screen: this.#screen, row: this.#row, column: this.#column } = this.#main);
    this.#main = undefined;
    this.#scroll();
  }

  #clearBelow(): void {
    this.#line().length = Math.min(this.#column, this.#line().length);
    this.#screen.length = this.#row + 1;
  }

  #put(character: string): void {
    if (this.#column === this.columns) {
      this.#column = 0;
      this.#down();
    }
    const line = this.#line();
    while (line.length < this.#column) line.push(" ");
    line[this.#column++] = character;
  }

  #down(): void {
    this.#row++;
    this.#line();
    this.#scroll();
  }

  #scroll(): void {
    while (this.#screen.length > this.rows) {
      this.scrolled.push(this.#screen.shift()!.join(""));
      this.#row--;
    }
  }

  #line(): string[] {
    while (this.#screen.length <= this.#row) this.#screen.push([]);
    return this.#screen[this.#row]!;
  }
}
