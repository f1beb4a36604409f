// phasebit sriov: virtual functions are made and taken away.
import { badOption } from "../ground/errors.ts";
import { type Bus, hostBus } from "../pci/bus.ts";
import { setVirtualFunctions } from "../pci/virtual-functions.ts";
import { virtualFunctionLines } from "../text/virtual-functions.ts";
import { printInspection } from "./inspect.ts";

/** What the command line said. */
export interface SriovFlags {
  readonly vfs?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Makes them or takes them away, where a number is given, and prints which there are. */
export async function sriov(
  address: string,
  flags: SriovFlags,
  bus: Bus = hostBus(),
): Promise<void> {
  const { vfs, dryRun = false } = flags;
  const count = vfs === undefined ? undefined : countOf(vfs);
  const options = { dryRun, ...(count !== undefined && { count }) };
  const found = await setVirtualFunctions(address, options, bus);
  printInspection(flags, "virtual-functions", {
    document: () => ({ dryRun, ...found }),
    lines: (lines) => virtualFunctionLines(found, dryRun, lines),
  });
}

/** @throws PhasebitError USAGE */
function countOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw badOption("vfs", text, "expected a whole number");
}
