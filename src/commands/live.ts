// --live and --live-port, which run, compare and sweep share.
import { Option } from "commander";
import { liveModes } from "../live/modes.ts";

/** How to watch a measurement while it lasts. */
export function liveOptions(): Option[] {
  return [
    new Option("--live <how>", "how to show it meanwhile (auto: on a terminal)")
      .choices([...liveModes])
      .default("auto"),
    new Option("--live-port <port>", "serve the live page on this port of 127.0.0.1").implies({
      live: "http",
    }),
  ].map((option) => option.helpGroup("Output:"));
}
