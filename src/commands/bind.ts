// phasebit bind, unbind and restore: their options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./inspect.ts";
import { listOption } from "./options.ts";

/** Kinds of use that `allow` has power over; a test holds them against src/pci/use-kinds.ts. */
export const ALLOWABLE = ["hibernation", "open", "subsystem", "fabrics", "company"];

export function bindCommand(): Command {
  const command = new Command("bind")
    .summary("take drives from their drivers to vfio-pci")
    .description(
      "take drives from their drivers to vfio-pci, none that is in use; the former driver is " +
        "kept in mind for restore",
    )
    .argument("<address...>", "PCI addresses of NVMe functions")
    .addOption(new Option("--user <name>", "who may open them, so that a run needs no root"))
    .addOption(allowOption())
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action(async (addresses, flags) => {
      const { bind } = await import("../actions/bind.ts");
      await bind("bind", addresses, flags);
    });
  return withExamples(command, [
    ["What would be done, and what speaks against it", "phasebit bind 0000:01:00.0 --dry-run"],
    ["Once as root; later runs need none", "phasebit bind 0000:01:00.0 --user $USER"],
    ["Although smartd has it open, as root", "phasebit bind 0000:01:00.0 --allow open"],
  ]);
}

export function unbindCommand(): Command {
  const command = new Command("unbind")
    .summary("leave drives without a driver")
    .description(
      "leave drives without a driver, none that is in use; restore gives them back to the former one",
    )
    .argument("<address...>", "PCI addresses of NVMe functions")
    .addOption(allowOption())
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action(async (addresses, flags) => {
      const { bind } = await import("../actions/bind.ts");
      await bind("unbind", addresses, flags);
    });
  return withExamples(command, [
    ["So that no driver is there, as root", "phasebit unbind 0000:01:00.0"],
  ]);
}

export function restoreCommand(): Command {
  const command = new Command("restore")
    .summary("give drives back to their former drivers")
    .description(
      "give drives back to their former drivers, as the journal in /run/phasebit has them; also " +
        "after a bind that was killed",
    )
    .argument("[address...]", "PCI addresses of NVMe functions")
    .addOption(new Option("--all", "all that phasebit has taken"))
    .addOption(dryRunOption())
    .addOption(jsonOption())
    .action(async (addresses, flags) => {
      const { restoreFunctions } = await import("../actions/restore.ts");
      await restoreFunctions(addresses, flags);
    });
  return withExamples(command, [
    ["One drive, as root", "phasebit restore 0000:01:00.0"],
    ["All that phasebit has taken", "phasebit restore --all"],
  ]);
}

function allowOption(): Option {
  return listOption("--allow <list>", "uses that are to be overlooked", ALLOWABLE);
}

function dryRunOption(): Option {
  return new Option("-n, --dry-run", "look and tell, change nothing");
}
