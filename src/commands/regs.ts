// phasebit regs: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";

export function regsCommand(): Command {
  const command = new Command("regs").description("show the controller's registers by field");
  withInspectOptions(command).action(async (flags) => {
    const { regs } = await import("../actions/regs.ts");
    await regs(flags);
  });
  return withExamples(command, [
    ["All registers of a drive, which is not touched else", "phasebit regs -d 0000:01:00.0"],
  ]);
}
