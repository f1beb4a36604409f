// phasebit events: its options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";

/** All critical warnings, and all notices. */
const EVERYTHING = "0xffff";

export function eventsCommand(): Command {
  const command = new Command("events")
    .description("show asynchronous events as they come")
    .option("--count <n>", "end after so many (default: never)")
    .option("--timeout <time>", "end after so long (default: never)")
    .addOption(
      new Option("--mask <n>", "events that are reported: CDW11 of feature 0Bh").default(
        EVERYTHING,
      ),
    )
    .option(
      "--over-temperature <degrees>",
      "set the threshold first: one below the drive's temperature makes an event",
    )
    .option("--no-clear", "read no log page: a type is then reported once only");
  withInspectOptions(command).action(async (flags) => {
    const { events } = await import("../actions/events.ts");
    await events(flags);
  });
  return withExamples(command, [
    ["Whatever comes, until Ctrl-C", "phasebit events -d 0000:01:00.0"],
    ["That a drive reports its temperature", "phasebit events --over-temperature 1 --count 1"],
  ]);
}
