// phasebit doctor: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./inspect.ts";

export function doctorCommand(): Command {
  const command = new Command("doctor")
    .summary("say whether a run could start, and what mends it")
    .description(
      "say whether a run on a drive could start, with the command that mends whatever is in the " +
        "way; ends in 0 when one could, in 3 otherwise",
    )
    .argument("[address]", "PCI address of an NVMe function (default: all there are)")
    .addOption(jsonOption())
    .action(async (address, flags) => {
      const { doctor } = await import("../actions/doctor.ts");
      doctor(address, flags);
    });
  return withExamples(command, [
    ["This machine and all its drives", "phasebit doctor"],
    ["One drive, as the user who is to run", "phasebit doctor 0000:01:00.0"],
  ]);
}
