// A page that a controller sent, for people: its fields, or a dump where nobody knows them.
import type { DecodedField } from "../decode/decode.ts";
import type { Lines } from "./compare-frame.ts";
import { fieldLines } from "./fields.ts";
import { hexDump } from "./hex-dump.ts";

/** @param page.from offset of the page's first byte */
export function pageLines(
  heading: string,
  page: {
    readonly fields: readonly DecodedField[] | null;
    readonly page: Uint8Array;
    readonly from?: number;
  },
  lines: Lines,
): string[] {
  const { fields } = page;
  const body = fields === null ? hexDump(page.page, page.from) : fieldLines(fields, lines);
  return [lines.colors.bold(heading), ...(body.length === 0 ? ["  empty"] : body)];
}
