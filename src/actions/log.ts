// phasebit log: log pages by field, or as they are.
import { numberText } from "../decode/fields.ts";
import { logBytes, logFields, logNames } from "../decode/logs.ts";
import { logPageName } from "../decode/names.ts";
import { usage } from "../ground/errors.ts";
import { safeString, typedText } from "../ground/strings.ts";
import { parseSize } from "../ground/units.ts";
import { saving, writeWhole } from "../ground/whole-file.ts";
import { failureOf, readLog } from "../nvme/log.ts";
import { pageLines } from "../text/pages.ts";
import { namedNumber, withController } from "./ask.ts";
import { type InspectFlags, printInspection } from "./inspect.ts";
import { fieldBigint, fieldNumber } from "./numbers.ts";
import { isStdout, requireNew } from "./output-file.ts";

/** What the command line said. */
export interface LogFlags extends InspectFlags {
  readonly lid?: string;
  readonly lsp: string;
  readonly offset: string;
  readonly length?: string;
  readonly nsid: string;
  readonly rae?: boolean;
  readonly raw?: boolean;
  readonly output?: string;
}

/** Reads and prints a page. @throws PhasebitError USAGE, and DEVICE when the controller refuses */
export async function log(page: string | undefined, flags: LogFlags): Promise<void> {
  const lid = lidOf(page, flags.lid);
  const offset = fieldBigint("--offset", flags.offset, 64);
  const lsp = fieldNumber("--lsp", flags.lsp, 7);
  const nsid = fieldNumber("--nsid", flags.nsid, 32);
  const length = flags.length === undefined ? undefined : bytesOf(flags.length);
  if (offset % 4n !== 0n) throw usage(`--offset ${offset}: must be a multiple of 4 bytes`);
  const { output } = flags;
  if (output !== undefined && !isStdout(output)) requireNew(output);
  const name = logPageName(lid);
  const data = await withController(flags, async (place) => {
    const bytes = length ?? logBytes(lid, place.controller.identity.errorEntries);
    const retainEvent = flags.rae === true;
    const answer = await readLog(place, { lid, bytes, offset, nsid, lsp, retainEvent });
    if (answer.ok) return answer.data;
    const what = `Get Log Page ${numberText(lid)}, ${name}`;
    throw await failureOf(place, what, answer.last.completion);
  });
  if (flags.raw === true || (output !== undefined && isStdout(output))) {
    return void process.stdout.write(data);
  }
  if (output !== undefined) saving(output, () => writeWhole(output, data));
  // what begins in the middle has its fields elsewhere
  const fields = offset === 0n ? logFields(lid, data) : null;
  printInspection(flags, "log", {
    document: () => ({
      ...{ device: { address: flags.device }, lid, name, nsid, offset: String(offset) },
      ...{ bytes: data.length, fields },
      hex: fields === null ? Buffer.from(data).toString("hex") : null,
    }),
    lines: (lines) =>
      pageLines(
        `${name}, LID ${numberText(lid)}`,
        { fields, page: data, from: Number(offset) },
        lines,
      ),
  });
}

function lidOf(page: string | undefined, lid: string | undefined): number {
  if (page !== undefined && lid !== undefined) {
    throw usage(`--lid ${safeString(lid)}: the page is named already; leave one of them out`);
  }
  if (lid !== undefined) return fieldNumber("--lid", lid, 8);
  return namedNumber("page", page ?? "smart", logNames);
}

function bytesOf(text: string): number {
  const parsed = parseSize(text);
  if (!parsed.ok) throw usage(`--length ${typedText(text)}: ${parsed.why}`);
  if (parsed.value > 0 && parsed.value % 4 === 0 && parsed.value <= 256 * 2 ** 20) {
    return parsed.value;
  }
  throw usage(`--length ${typedText(text)}: must be a multiple of 4 bytes, to 256m`);
}
