// phasebit sriov: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./inspect.ts";

export function sriovCommand(): Command {
  const command = new Command("sriov")
    .summary("make virtual functions of a drive, or take them away")
    .description(
      "make virtual functions of a drive that vfio-pci has, or take them away; without --vfs it shows " +
        "which there are. restore takes away what was made",
    )
    .argument("<address>", "PCI address of the physical function")
    .addOption(new Option("--vfs <number>", "how many there are to be; 0 takes all away"))
    .addOption(new Option("-n, --dry-run", "look and tell, change nothing"))
    .addOption(jsonOption())
    .action(async (address, flags) => {
      const { sriov } = await import("../actions/sriov.ts");
      await sriov(address, flags);
    });
  return withExamples(command, [
    ["Which there are, and how many there can be", "phasebit sriov 0000:01:00.0"],
    ["Two, as root, of a drive that bind took", "phasebit sriov 0000:01:00.0 --vfs 2"],
  ]);
}
