// phasebit regs: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";
import { withSection } from "./sections.ts";

export function regsCommand(): Command {
  const command = new Command("regs")
    .description("show the controller's registers by field, and write them")
    .argument("[registers...]", "names of those to show, as CC CSTS (default: all)")
    .option(
      "--set <register=value>",
      "write first, in this order; may be given several times",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option("--watch [interval]", "go on, and print each change until a signal (default: 100ms)")
    .addOption(
      new Option("--access <way>", "how registers of eight bytes are read and written")
        .choices(["64", "lo-hi", "hi-lo"])
        .default("lo-hi"),
    )
    .option(
      "--in-place",
      "look at a drive that its driver or another process has, which goes on with it (root)",
    )
    .option("--destructive", "allow writes of NSSR and NSSD, which act on the whole NVM subsystem");
  withInspectOptions(command).action(async (registers, flags) => {
    const { regs } = await import("../actions/regs.ts");
    await regs(registers, flags);
  });
  withSection(command, {
    heading: "Values to set:",
    rows: [
      ["CC=0x460001", "the whole register"],
      ["CC.EN=1", "one field; the others are written as they were read"],
      ["CC.IOSQES=6,IOCQES=4,EN=1", "several fields in one write"],
    ],
  });
  return withExamples(command, [
    ["All registers of a drive, which is not touched else", "phasebit regs -d 0000:01:00.0"],
    [
      "Those of a drive that is in use, as root",
      "phasebit regs CC CSTS --in-place -d 0000:01:00.0",
    ],
    [
      "Enable the controller, and see what becomes of it",
      "phasebit regs CC CSTS --set CC.IOSQES=6,IOCQES=4,EN=1 --watch",
    ],
  ]);
}
