// Which sink the command line asked for.
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";
import type { Sink } from "./events.ts";
import type { LiveFlags, LiveMode } from "./modes.ts";
import { NdjsonSink } from "./ndjson.ts";
import type { LivePlan } from "./stream.ts";

/** What decides where the stream goes. */
export interface SinkFlags extends LiveFlags {
  readonly trace?: boolean;
}

const MAX_PORT = 65_535;

type Open = (flags: SinkFlags, plan: LivePlan) => Promise<Sink> | Sink | null;

const openers: Readonly<Record<Exclude<LiveMode, "auto">, Open>> = {
  terminal: (flags) => onTerminal(flags, false),
  line: (flags) => onTerminal(flags, true),
  ndjson: (flags) => {
    alone(flags);
    return new NdjsonSink(process.stderr);
  },
  http: onPage,
  off: () => null,
};

/**
 * The sink that the flags ask for; null where nobody looks.
 * @throws PhasebitError USAGE for flags that contradict each other or the terminal, ENVIRONMENT for a port
 * that cannot be had.
 */
export async function openSink(flags: SinkFlags, plan: LivePlan): Promise<Sink | null> {
  const mode = flags.live === "auto" ? automatic(flags) : flags.live;
  if (flags.livePort !== undefined && mode !== "http") {
    throw usage(`--live-port ${flags.livePort}: goes with --live http, not with ${flags.live}`);
  }
  return openers[mode](flags, plan);
}

/** Nothing goes to a pipe unless asked for: progress is not data. */
function automatic({ trace }: SinkFlags): "terminal" | "off" {
  const isTerminal = process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  return isTerminal && trace !== true ? "terminal" : "off";
}

async function onTerminal(flags: SinkFlags, isShort: boolean): Promise<Sink> {
  alone(flags);
  if (!process.stderr.isTTY) {
    throw usage(`--live ${flags.live}: stderr is no terminal; a pipe can have --live ndjson`);
  }
  const { TerminalSink } = await import("./terminal.ts");
  return TerminalSink.open(process.stderr, { isShort });
}

/** The page's server costs some milliseconds to load: only for those who asked. */
async function onPage({ livePort }: SinkFlags, { command }: LivePlan): Promise<Sink> {
  const port = livePort === undefined ? 0 : portOf(livePort);
  const [{ openHttp }, { livePage }] = await Promise.all([
    import("./http.ts"),
    import("./page.ts"),
  ]);
  const sink = await openHttp({ port, page: livePage(command) });
  process.stderr.write(`live view at ${sink.url}\n`);
  return sink;
}

function portOf(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= MAX_PORT) return port;
  const typed = typedText(text);
  throw usage(`--live-port ${typed}: must be a whole number from 1 to ${MAX_PORT}`);
}

function alone({ live, trace }: SinkFlags): void {
  if (trace !== true) return;
  throw usage(`--live ${live}: --trace writes to stderr too; choose one of them`);
}
