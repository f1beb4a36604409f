// phasebit list: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { jsonOption } from "./inspect.ts";

export function listCommand(): Command {
  const command = new Command("list")
    .summary("show the machine's NVMe functions")
    .description(
      "show the machine's NVMe functions: who has them, who uses them, where they are; nothing is opened",
    )
    .addOption(jsonOption())
    .action(async (flags) => {
      const { list } = await import("../actions/list.ts");
      list(flags);
    });
  return withExamples(command, [
    ["What there is, and what is in use", "phasebit list"],
    ["For a script", "phasebit list --json"],
  ]);
}
