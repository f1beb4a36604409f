// phasebit shell: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { deviceOption, traceOption } from "./options.ts";

export function shellCommand(): Command {
  const command = new Command("shell")
    .description("a prompt with the library and a device in scope")
    .argument("[file]", "lines to run instead of typed ones")
    .addOption(deviceOption())
    .option("--no-bring-up", "leave the controller as it was found")
    .option("--destructive", "allow commands that can destroy data or change the drive")
    .addOption(traceOption())
    .action(async (file: string | undefined, flags) => {
      const { shell } = await import("../actions/shell.ts");
      await shell(file, flags);
    });
  return withExamples(command, [
    ["The embedded controller at a prompt", "phasebit shell"],
    [
      "A line that is piped in",
      "echo 'reg(\"CSTS\")' | phasebit shell -d 0000:01:00.0 --no-bring-up",
    ],
  ]);
}
