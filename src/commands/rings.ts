// phasebit rings: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";

export function ringsCommand(): Command {
  const command = new Command("rings")
    .description("draw a controller's queues as rings, act by act")
    .option("--step", "wait for a key before each act, as it does on a terminal anyway")
    .option("--steps <count>", "do so many acts, and draw the rings after each")
    .addOption(new Option("--entries <count>", "entries of each ring").default("4"))
    .addOption(
      new Option("--sqs <count>", "submission queues on the completion queue").default("1"),
    )
    .option("--admin", "draw the admin queues too");
  withInspectOptions(command).action(async (flags) => {
    const { rings } = await import("../actions/rings.ts");
    await rings(flags);
  });
  return withExamples(command, [
    ["How queues work, a key for each act", "phasebit rings"],
    [
      "Completions out of order, without keys",
      'phasebit rings -d "embedded?latency=lognormal:20us,1" --entries 8 --steps 12',
    ],
    ["The same with a drive, which only flushes and reads", "phasebit rings -d 0000:01:00.0"],
  ]);
}
