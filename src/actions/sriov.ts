// phasebit sriov: virtual functions are made and taken away.
import { badOption } from "../ground/errors.ts";
import { type Bus, hostBus } from "../pci/bus.ts";
import { setVirtualFunctions } from "../pci/virtual-functions.ts";
import { linesFor } from "../text/compare-frame.ts";
import { virtualFunctionLines } from "../text/virtual-functions.ts";

/** What the command line said. */
export interface SriovFlags {
  readonly vfs?: string;
  readonly dryRun?: boolean;
}

export async function sriov(
  address: string,
  { vfs, dryRun = false }: SriovFlags,
  bus: Bus = hostBus(),
): Promise<void> {
  const count = vfs === undefined ? undefined : countOf(vfs);
  const options = { dryRun, ...(count !== undefined && { count }) };
  const found = await setVirtualFunctions(address, options, bus);
  const lines = virtualFunctionLines(found, dryRun, linesFor({}));
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** @throws PhasebitError USAGE */
function countOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw badOption("vfs", text, "expected a whole number");
}
