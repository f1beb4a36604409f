// When figures are drawn: the first ones at once, the others while nothing else is to do, all anew for another width.
import type { Figure } from "./figure.ts";

/** Words and figures; the tables of charts stay closed. */
const CLOSED = ":is(section, aside) details:not([open])";
/** Drawn before anybody could scroll. */
const AT_ONCE = 2;
/** Longer than this, and scrolling would stutter. */
const SLICE_MS = 12;
/** A page of A4 or Letter inside its margins, in CSS pixels. */
const PRINT_WIDTH = 700;
const RESIZE_QUIET_MS = 150;

/** Draws all figures in turn; then the page is ready, and says so to tests and tools. */
export function drawAll(figures: readonly Figure[]): void {
  const waiting = [...figures];
  const drawFor = (ms: number) => {
    const until = performance.now() + ms;
    do waiting.shift()?.draw();
    while (waiting.length > 0 && performance.now() < until);
    if (waiting.length > 0) whenIdle(() => drawFor(SLICE_MS));
    else markReady(figures.length);
  };
  for (const figure of waiting.splice(0, AT_ONCE)) figure.draw();
  if (waiting.length > 0) whenIdle(() => drawFor(SLICE_MS));
  else markReady(figures.length);
}

/** Tests and tools wait for it. */
export function markReady(drawn: number): void {
  document.documentElement.dataset["drawn"] = String(drawn);
  document.documentElement.dataset["ready"] = "true";
}

function whenIdle(act: () => void): void {
  // Safari has no requestIdleCallback; a hidden page has no idle time.
  if (typeof requestIdleCallback === "function") requestIdleCallback(act, { timeout: 60 });
  else setTimeout(act, 0);
}

/** Draws again for another width of the window, and at the width of paper for a printer. */
export function redrawWhenNeeded(figures: () => readonly Figure[], container: HTMLElement): void {
  let width = container.clientWidth;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const all = (at?: number) => {
    for (const figure of figures()) figure.draw(at);
  };
  new ResizeObserver(() => {
    if (container.clientWidth === width || matchMedia("print").matches) return;
    width = container.clientWidth;
    clearTimeout(timer);
    timer = setTimeout(() => all(), RESIZE_QUIET_MS);
  }).observe(container);
  // On paper nobody can open what is closed.
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    all(PRINT_WIDTH);
    opened = [...container.querySelectorAll<HTMLDetailsElement>(CLOSED)];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    all();
    for (const details of opened) details.open = false;
  });
}
