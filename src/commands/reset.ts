// phasebit reset: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";

/** As src/run/reset/kinds.ts has them, which is not loaded for the help; a test holds them together. */
export const RESET_KINDS = [
  "controller",
  "shutdown",
  "abrupt",
  "subsystem",
  "function",
  "hot",
] as const;

export function resetCommand(): Command {
  const command = new Command("reset")
    .description("reset a controller, and see whether it comes back")
    .addOption(
      new Option("--kind <kind>", "what is reset, and how")
        .choices([...RESET_KINDS])
        .default("controller"),
    )
    .option("--count <number>", "how often", "1")
    .option("--under-load", "reads are in flight at each reset")
    .option("--nsid <nsid>", "namespace that is read", "1")
    .option("--timeout <time>", "longest wait for one command", "30s");
  withInspectOptions(command).action(async (flags) => {
    const { reset } = await import("../actions/reset.ts");
    await reset(flags);
  });
  return withExamples(command, [
    [
      "A hundred function level resets, with reads in flight at each",
      "phasebit reset -d 0000:01:00.0 --kind function --count 100 --under-load",
    ],
  ]);
}
