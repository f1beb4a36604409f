// The view of a terminal that is too narrow for tables: the parts of the one line, below each other, and doubts.
import { type Line, type Printed, piece, printed } from "./line.ts";
import type { Look } from "./look.ts";
import { partsOf } from "./short-line.ts";
import type { View } from "./view.ts";
import { wrapped } from "./words.ts";

/** At most `rows` lines of at most `columns`, broken between parts, and inside of one only between words. */
export function narrowFrame(
  view: View,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  look: Look,
): Printed[] {
  // warnings stand below in full
  const parts = partsOf({ ...view, warnings: [] }, look).map((part) => part.trim());
  const head = `${view.start.command} ${view.start.workload}`;
  const lines: Line[] = [
    ...wrapped(head, columns).map((text) => [piece(text, "bold")]),
    ...packed(parts, columns).map((text) => [piece(text)]),
    ...view.warnings.flatMap(({ text }) => wrapped(text, columns).map((line) => [piece(line)])),
  ];
  return lines.slice(0, Math.max(1, rows)).map((line) => printed(line, columns, look));
}

/** Parts that two blanks separate, as many in a line as have room. */
function packed(parts: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const part of parts.flatMap((text) => wrapped(text, columns))) {
    const longer = `${lines.at(-1)}  ${part}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}
