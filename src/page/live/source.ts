// The stream of events, for as long as it takes: the browser reconnects by itself while it may, and we where it may not.
import type { LiveEvent } from "../../live/events.ts";

const AGAIN_MS = 5000;

/** What the reader of a page must know of its stream. */
export type Connection = "open" | "lost";

interface Handlers {
  readonly event: (event: LiveEvent) => void;
  readonly connection: (connection: Connection) => void;
}

/** Reads the events of `path` on the page's own server, until `end` comes. */
export function readEvents(path: string, handlers: Handlers): void {
  const source = new EventSource(path);
  source.addEventListener("open", () => handlers.connection("open"));
  source.addEventListener("error", () => {
    handlers.connection("lost");
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => readEvents(path, handlers), AGAIN_MS);
    }
  });
  source.addEventListener("message", ({ data }) => {
    const event = parsed(data);
    if (!event) return;
    // The server goes away next; there is nothing to reconnect to.
    if (event.event === "end") source.close();
    handlers.event(event);
  });
}

/** Undefined for what is no event; what is none of ours is for the state to ignore. */
function parsed(data: unknown): LiveEvent | undefined {
  try {
    const value: unknown = JSON.parse(String(data));
    const isEvent = typeof value === "object" && value !== null && "event" in value;
    return isEvent ? (value as LiveEvent) : undefined;
  } catch {
    return undefined;
  }
}
