// --set of phasebit pci: what was typed, checked before anything is opened.
import { EXTENDED_BYTES } from "../decode/pci-walk.ts";
import { usage } from "../ground/errors.ts";
import { typedText } from "../ground/strings.ts";

/** A write of the configuration space. */
export interface ConfigWrite {
  readonly offset: number;
  readonly bytes: 1 | 2 | 4;
  readonly value: number;
}

const WIDTHS = { b: 1, w: 2, l: 4 } as const;
const NUMBER = /^(?:0x[0-9a-f]{1,8}|[0-9]{1,10})$/i;

/** "0x3c=11", "0x4.w=0x406", "0x10.l=0". @throws PhasebitError USAGE */
export function parseConfigWrite(text: string): ConfigWrite {
  const refused = (why: string): Error => usage(`--set ${typedText(text)}: ${why}`);
  const match = /^([0-9a-fx]+)(?:\.([bwl]))?=([0-9a-fx]+)$/i.exec(text);
  const [, place = "", width = "b", digits = ""] = match ?? [];
  if (!NUMBER.test(place) || !NUMBER.test(digits)) {
    throw refused(
      "expected OFFSET=value, OFFSET.w=value or OFFSET.l=value, decimal or 0x and hexadecimal digits",
    );
  }
  const bytes = WIDTHS[width.toLowerCase() as keyof typeof WIDTHS];
  const offset = Number(place);
  if (offset % bytes !== 0 || offset + bytes > EXTENDED_BYTES) {
    throw refused(`the offset must be a multiple of ${bytes} below ${EXTENDED_BYTES}`);
  }
  const value = Number(digits);
  const most = 2 ** (8 * bytes) - 1;
  if (value > most) throw refused(`the largest value there is 0x${most.toString(16)}`);
  return { offset, bytes, value };
}
