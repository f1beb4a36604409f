// phasebit restore: functions go back to the drivers that they had.
import { usage } from "../ground/errors.ts";
import { restore } from "../nvme/restore.ts";
import { requireRoot } from "../pci/bind.ts";
import { type Bus, hostBus } from "../pci/bus.ts";
import { restoredLines } from "../text/taken.ts";
import { printInspection } from "./inspect.ts";

/** What the command line said. */
export interface RestoreFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Gives back what was named, or all that phasebit has taken. */
export async function restoreFunctions(
  addresses: readonly string[],
  flags: RestoreFlags,
  bus: Bus = hostBus(),
): Promise<void> {
  const { all = false, dryRun = false } = flags;
  if (all === addresses.length > 0) {
    throw usage("restore: name addresses, or say --all for those that phasebit has taken");
  }
  if (!dryRun) requireRoot("restore", bus);
  const chosen = all ? ("all" as const) : [...new Set(addresses)];
  const restored = await restore(chosen, { dryRun }, bus);
  printInspection(flags, "restored", {
    document: () => ({ dryRun, functions: restored }),
    lines: (lines) => restoredLines(restored, dryRun, lines),
  });
}
