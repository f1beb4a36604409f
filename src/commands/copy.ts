// phasebit read and write: their options.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { deviceOption, traceOption } from "./options.ts";

export function readCommand(): Command {
  const command = new Command("read")
    .description("copy a range of a namespace to a file")
    .requiredOption("--output <file>", "file to write, which must not exist, or - for stdout");
  addRange(command, "bytes of the range, which must be said").action(async (flags) => {
    const { read } = await import("../actions/copy.ts");
    await read(flags);
  });
  return withExamples(command, [
    [
      "64 KiB of a drive from 1 MiB on",
      "phasebit read -d 0000:01:00.0 --offset 1m --size 64k --output blocks.bin",
    ],
  ]);
}

export function writeCommand(): Command {
  const command = new Command("write")
    .description("copy a file to a range of a namespace")
    .requiredOption("--input <file>", "file to read");
  addRange(command, "bytes of the range (default: all of the file)")
    .option("--destructive", "allow it: the range's data are lost")
    .action(async (flags) => {
      const { write } = await import("../actions/copy.ts");
      await write(flags);
    });
  return withExamples(command, [
    [
      "Put them back",
      "phasebit write -d 0000:01:00.0 --offset 1m --input blocks.bin --destructive",
    ],
  ]);
}

function addRange(command: Command, size: string): Command {
  const options = [
    deviceOption(),
    new Option("--nsid <nsid>", "namespace").default("1"),
    new Option("--offset <size>", "where the range begins").default("0"),
    new Option("--size <size>", size),
    new Option("--timeout <time>", "longest wait for one command").default("30s"),
    traceOption(),
  ];
  for (const option of options) command.addOption(option);
  return command;
}
