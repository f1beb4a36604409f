// phasebit admin and phasebit io: their options. nvme-cli's names of them are taken too.
import { Command, Option } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";
import { alsoSpelled } from "./spellings.ts";

const DWORDS = [2, 3, 10, 11, 12, 13, 14, 15];

export function adminCommand(): Command {
  const command = passthroughCommand(
    "admin",
    "64",
    "send any admin command, and tell what came of it",
  );
  return withExamples(command, [
    ["Identify Controller", "phasebit admin --opcode 0x06 --cdw10 1 --data-in 4k"],
    ["What an opcode that is not there brings", "phasebit admin --opcode 0x7f --destructive"],
    ["The entry that would be sent", "phasebit admin --opcode 0x0a --cdw10 7 --dry-run"],
  ]);
}

export function ioCommand(): Command {
  const command = passthroughCommand("io", "8", "send any I/O command, and tell what came of it");
  command.addOption(
    inQueue(new Option("--sqid <id>", "identifier of the queues that are made (default: 1)")),
  );
  command.addOption(
    new Option(
      "--sgl [parts]",
      "describe the data by an SGL, all at once or in parts: 512,bucket:512,3k",
    ).helpGroup("Data:"),
  );
  return withExamples(command, [
    ["Read block 0 of namespace 1", "phasebit io --opcode 2 --nsid 1 --data-in 4k"],
    [
      "The same from entry 5 of queue 3, with a CID of one's own",
      "phasebit io --opcode 2 --nsid 1 --data-in 4k --sqid 3 --slot 5 --cid 0x1234",
    ],
    [
      "Read it in pieces through an SGL, and drop the third KiB",
      "phasebit io --opcode 2 --nsid 1 --data-in 4k --sgl 100,1948,bucket:1k,1k",
    ],
    [
      "Write it from a file",
      "phasebit io --opcode 1 --nsid 1 --data-out --input block.bin --destructive",
    ],
  ]);
}

function passthroughCommand(name: "admin" | "io", entries: string, description: string): Command {
  const command = new Command(name).description(description);
  for (const option of [...entryOptions(), ...dataOptions()]) command.addOption(option);
  for (const option of queueOptions(entries)) command.addOption(option);
  command
    .option("--dry-run", "print the entry, decoded and raw, and open no device")
    .option("--destructive", "allow what can destroy data or change the drive for good");
  withInspectOptions(command).action(async (flags) => {
    const { passthrough } = await import("../actions/passthrough.ts");
    await passthrough(name, flags);
  });
  alsoSpelled(command, "nsid", "namespace-id");
  return alsoSpelled(command, "input", "input-file");
}

function entryOptions(): Option[] {
  const options = [
    new Option("--opcode <n>", "opcode; all numbers are decimal, or hexadecimal with 0x"),
    new Option("--nsid <nsid>", "namespace"),
    ...DWORDS.map((dword) => new Option(`--cdw${dword} <n>`, `Command Dword ${dword}`)),
    new Option("--mptr <address>", "Metadata Pointer"),
    new Option("--prp1 <address>", "PRP Entry 1, as it is; data get PRPs without it"),
    new Option("--prp2 <address>", "PRP Entry 2, as it is"),
    new Option("--flags <n>", "FUSE (bits 1:0) and PSDT (bits 7:6)"),
    new Option("--sqe <entry>", "all 64 bytes, as digits or a file; other options change them"),
  ];
  return options.map((option) => option.helpGroup("Entry:"));
}

function dataOptions(): Option[] {
  const options = [
    new Option("--data-in <size>", "bytes that come from the device"),
    new Option("--data-out", "data go to the device: those of --input"),
    new Option("--input <file>", "data that go out"),
    new Option("--output <file>", "file for what comes in, or - for stdout (default: a dump)"),
    new Option("--data-len <size>").hideHelp(),
    new Option("-r, --read").hideHelp(),
    new Option("-w, --write").hideHelp(),
  ];
  return options.map((option) => option.helpGroup("Data:"));
}

function queueOptions(entries: string): Option[] {
  const options = [
    new Option("--queue-entries <n>", "entries of both queues").default(entries),
    new Option("--slot <n>", "entry of the queue to use; commands that do nothing lead there"),
    new Option("--cid <n>", "Command Identifier (default: one that is free)"),
    new Option("--timeout <time>", "longest wait for the completion").default("60s"),
  ];
  return options.map(inQueue);
}

function inQueue(option: Option): Option {
  return option.helpGroup("Queue:");
}
