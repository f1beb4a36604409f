// What a terminal can show, and the characters and colours that a view may use there. Every character is one
// column wide: ASCII, and where the locale is UTF-8 the eighths of a block and its four shades.
import picocolors from "picocolors";
import { bar } from "../text/columns.ts";

export interface Look {
  readonly unicode: boolean;
  readonly colors: "none" | "16" | "256";
}

/** How a piece of text is printed; a number is a background of xterm's 256 colours. */
export type Ink = "plain" | "dim" | "bold" | "cyan" | "yellow" | "red" | number;

/** What a look is found from: a stream's getColorDepth() says what its terminal can do. */
export interface LookSource {
  getColorDepth?(env?: object): number;
}

/** NO_COLOR (no-color.org) wins over what the terminal can do; the locale decides about the characters. */
export function lookOf(stream: LookSource, env: NodeJS.ProcessEnv): Look {
  // Node takes an empty NO_COLOR for a wish; the convention does not
  const { NO_COLOR, ...others } = env;
  const bits = NO_COLOR ? 1 : (stream.getColorDepth?.(others) ?? 1);
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return { unicode: /utf-?8/i.test(locale), colors: bits >= 8 ? "256" : bits > 1 ? "16" : "none" };
}

const glyphs = {
  unicode: { bars: "▁▂▃▄▅▆▇█", shades: "░▒▓█", done: "█", left: "░" },
  ascii: { bars: "_.-:=+*#", shades: ".:+#", done: "#", left: "." },
} as const;

export function glyphsOf({ unicode }: Look): (typeof glyphs)["unicode" | "ascii"] {
  return unicode ? glyphs.unicode : glyphs.ascii;
}

const colorful = picocolors.createColors(true);

/** `text` as this look prints it. */
export function inked(text: string, ink: Ink, { colors }: Look): string {
  if (ink === "plain" || colors === "none") return text;
  if (typeof ink === "number") return `\x1b[48;5;${ink}m${text}\x1b[49m`;
  return colorful[ink](text);
}

/** Bars from 0 to the largest value; undefined leaves a gap. */
export function bars(values: readonly (number | undefined)[], look: Look): string {
  const heights = glyphsOf(look).bars;
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  return values.map((value) => (value === undefined ? " " : bar(value, largest, heights))).join("");
}
