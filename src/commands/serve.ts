// phasebit serve: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { withSection } from "./sections.ts";

export function serveCommand(): Command {
  const command = new Command("serve")
    .description("offer the embedded controller by vfio-user")
    .requiredOption("--socket <folder>", "folder in which the socket is made, as cntrl")
    .option("-d, --device <device>", "embedded, with its parameters", "embedded")
    .option("--once", "end when the first client has gone")
    .action(async (flags) => {
      const { serve } = await import("../actions/serve.ts");
      await serve(flags);
    });
  withSection(command, {
    heading: "Output:",
    rows: [
      ["ready PATH", "on stdout, once clients may come"],
      ["other lines", "on stderr: who comes and goes, and what was refused"],
    ],
    text: ["SIGINT or SIGTERM ends it. One client at a time has the controller."],
  });
  return withExamples(command, [
    ["A controller for -d vfio-user:/tmp/nvme/cntrl", "phasebit serve --socket /tmp/nvme"],
    ["One with a latency", 'phasebit serve --socket /tmp/slow -d "embedded?latency=20us"'],
  ]);
}
