// phasebit identify: Identify data by field.
import { IDENTIFY_CSI_SHIFT } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { numberText } from "../decode/fields.ts";
import { cnsNames, identifyFields, ofNamespace } from "../decode/identify.ts";
import { cnsName } from "../decode/names.ts";
import { ADMIN_TIMEOUT_MS } from "../nvme/controller.ts";
import * as sqe from "../nvme/sqe.ts";
import { pageLines } from "../text/pages.ts";
import { ask, namedNumber, withController } from "./ask.ts";
import { type InspectFlags, printInspection } from "./inspect.ts";
import { fieldNumber } from "./numbers.ts";

const CNTID_SHIFT = 16;

/** What the command line said. */
export interface IdentifyFlags extends InspectFlags {
  readonly cns?: string;
  readonly nsid?: string;
  readonly cntid: string;
  readonly csi: string;
  readonly raw?: boolean;
}

/** Asks and prints. @throws PhasebitError USAGE, and DEVICE when the controller refuses */
export async function identify(flags: IdentifyFlags): Promise<void> {
  const asked = flags.cns ?? (flags.nsid === undefined ? "controller" : "namespace");
  const cns = namedNumber("--cns", asked, cnsNames);
  const nsid = fieldNumber("--nsid", flags.nsid ?? (ofNamespace.has(cns) ? "1" : "0"), 32);
  const cntid = fieldNumber("--cntid", flags.cntid, 16);
  const csi = fieldNumber("--csi", flags.csi, 8);
  const command = sqe.identify({ cns, nsid });
  command[10] = command[10]! | (cntid << CNTID_SHIFT);
  command[11] = command[11]! | (csi << IDENTIFY_CSI_SHIFT);
  const name = cnsName(cns);
  const what = `${name}, CNS ${numberText(cns)}, NSID ${nsid}`;
  const options = { timeoutMs: ADMIN_TIMEOUT_MS, bytes: IDENTIFY_BYTES };
  const { data } = await withController(flags, (place) => ask(place, command, what, options));
  const page = data!;
  if (flags.raw === true) return void process.stdout.write(page);
  const fields = identifyFields(cns, page);
  printInspection(flags, "identify", {
    document: () => ({
      ...{ device: { address: flags.device }, cns, name, nsid, cntid, csi, fields },
      hex: fields === null ? Buffer.from(page).toString("hex") : null,
    }),
    lines: (lines) => pageLines(`${name}, CNS ${numberText(cns)}`, { fields, page }, lines),
  });
}
