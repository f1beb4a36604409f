// phasebit info: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";

export function infoCommand(): Command {
  const command = new Command("info")
    .description("show who a controller is, what it can, what is unusual")
    .option("--no-admin", "do not bring it up: show what its registers say, and write none");
  withInspectOptions(command).action(async (flags) => {
    const { info } = await import("../actions/info.ts");
    await info(flags);
  });
  return withExamples(command, [
    ["The embedded controller", "phasebit info"],
    ["A drive that does not come up", "phasebit info -d 0000:01:00.0 --no-admin"],
  ]);
}
