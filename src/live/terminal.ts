// The stream on a terminal: a view that is drawn over and over while the measurement lasts, and then is gone.
import type { LiveEvent, Sink } from "./events.ts";
import { fits, frame } from "./frame.ts";
import { narrowFrame } from "./frame-narrow.ts";
import type { Printed } from "./line.ts";
import { type Look, type LookSource, lookOf } from "./look.ts";
import { Screen, type Terminal } from "./screen.ts";
import { shortLine } from "./short-line.ts";
import { type View, Viewer } from "./view.ts";

/** At most four drawings a second: the eye follows no more, and they cost CPU time. */
const PERIOD_MS = 240;
const DRAWN: readonly LiveEvent["event"][] = ["start", "preparing", "sample", "waiting"];

/** What a terminal sink takes beside its terminal. */
export interface TerminalOptions {
  /** One line even where there is room for more. */
  readonly isShort: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly nowMs?: () => number;
}

export class TerminalSink implements Sink {
  readonly #screen: Screen;
  readonly #look: Look;
  readonly #isShort: boolean;
  readonly #nowMs: () => number;
  #viewer: Viewer | undefined;
  #shownMs = Number.NEGATIVE_INFINITY;
  #isOver = false;

  constructor(terminal: Terminal & LookSource, options: TerminalOptions) {
    const { isShort, env = process.env, nowMs = () => performance.now() } = options;
    this.#screen = new Screen(terminal, !isShort);
    this.#look = lookOf(terminal, env);
    this.#isShort = isShort;
    this.#nowMs = nowMs;
  }

  /** A sink on this process's terminal, which minds Ctrl-Z and Ctrl-\ until it is closed. */
  static open(terminal: Terminal & LookSource, options: TerminalOptions): TerminalSink {
    const sink = new TerminalSink(terminal, options);
    process.on("SIGTSTP", sink.#suspend);
    process.on("SIGQUIT", sink.#quit);
    process.on("SIGWINCH", sink.#resized);
    return sink;
  }

  show(event: LiveEvent): void {
    if (event.event === "start") this.#viewer = new Viewer(event);
    this.#viewer?.take(event);
    if (DRAWN.includes(event.event)) this.#draw();
  }

  /** Takes the view away: the report comes next. */
  measured(): void {
    this.#isOver = true;
    this.#screen.clear();
  }

  async close(): Promise<void> {
    this.measured();
    process.off("SIGTSTP", this.#suspend);
    process.off("SIGQUIT", this.#quit);
    process.off("SIGWINCH", this.#resized);
  }

  /** At once: the next sample may be far. */
  readonly #resized = (): void => this.redraw();

  /** The shell gets a clean line and its cursor; the next sample draws anew. */
  readonly #suspend = (): void => {
    this.#screen.clear();
    process.kill(process.pid, "SIGSTOP");
  };

  /** Ctrl-\ ends the process as it is, but the terminal gets its cursor back. */
  readonly #quit = (): void => {
    this.#screen.clear();
    process.off("SIGQUIT", this.#quit);
    process.kill(process.pid, "SIGQUIT");
  };

  /** For another size. */
  redraw(): void {
    this.#shownMs = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  #draw(): void {
    if (this.#isOver || this.#viewer === undefined) return;
    if (this.#nowMs() - this.#shownMs < PERIOD_MS) return;
    this.#shownMs = this.#nowMs();
    this.#screen.draw(this.#linesOf(this.#viewer.view));
  }

  #linesOf(view: View): Printed[] {
    const { columns, rows } = this.#screen;
    if (this.#isShort) return [shortLine(view, columns, this.#look)];
    const draw = fits({ columns, rows }) ? frame : narrowFrame;
    return draw(view, { columns, rows }, this.#look);
  }
}
