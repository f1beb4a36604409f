// phasebit list: the NVMe functions of the machine.
import { inventory } from "../pci/inventory.ts";
import { hostRoots, type SystemRoots } from "../pci/sysfs.ts";
import { driveLines } from "../text/drives.ts";
import { printInspection } from "./inspect.ts";

/** What the command line said. */
export interface ListFlags {
  readonly json?: boolean;
}

/** Looks and prints; nothing is opened. */
export function list(flags: ListFlags, roots: SystemRoots = hostRoots): void {
  const drives = inventory(roots);
  printInspection(flags, "drives", {
    document: () => ({ drives }),
    lines: (lines) => driveLines(drives, lines),
  });
}
