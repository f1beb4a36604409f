// phasebit read and write: a range of a namespace to or from a file.
import { Command } from "commander";
import { PhasebitError, usage } from "../errors.ts";
import { Controller } from "../nvme/controller.ts";
import { type CopyRange, copyIn, copyNeeds, copyOut } from "../nvme/copy.ts";
import { formatBytes, parseSize } from "../units.ts";
import { wholeNumber } from "./lists.ts";
import { traceOption, traceTo } from "./trace.ts";

interface CopyFlags {
  readonly device: string;
  readonly nsid: string;
  readonly offset: string;
  readonly size?: string;
  readonly output?: string;
  readonly input?: string;
  readonly destructive?: boolean;
  readonly trace?: boolean;
}

export function copyCommands(): Command[] {
  const read = new Command("read")
    .description("copy a range of a namespace to a file")
    .requiredOption("--output <file>", "file to write")
    .action((flags: CopyFlags) =>
      copy(flags, (controller, range) => copyOut(controller, range, flags.output!)),
    );
  const write = new Command("write")
    .description("copy a file to a range of a namespace")
    .requiredOption("--input <file>", "file to read")
    .option("--destructive", "allow it: the range's data are lost")
    .action((flags: CopyFlags) => {
      requireConsent(flags);
      return copy(flags, (controller, range) => copyIn(controller, range, flags.input!));
    });
  return [read, write].map((command) =>
    command
      .option("-d, --device <device>", "PCI address, or embedded", "embedded")
      .option("--nsid <nsid>", "namespace", "1")
      .option("--offset <size>", "where the range begins", "0")
      .option("--size <size>", "bytes of the range (default: up to the end)")
      .addOption(traceOption()),
  );
}

async function copy(
  flags: CopyFlags,
  work: (controller: Controller, range: CopyRange) => Promise<number>,
): Promise<void> {
  const range: CopyRange = {
    nsid: wholeNumber("--nsid", flags.nsid, 1, 0xffff_fffe),
    offset: size("--offset", flags.offset),
    size: flags.size === undefined ? null : size("--size", flags.size),
  };
  const controller = await Controller.open(flags.device, { needs: copyNeeds, ...traceTo(flags) });
  try {
    const bytes = await work(controller, range);
    process.stderr.write(`${formatBytes(bytes)} copied\n`);
  } finally {
    await controller.close({ shutdown: true });
  }
}

function requireConsent(flags: CopyFlags): void {
  if (flags.destructive === true) return;
  throw new PhasebitError(
    "REFUSED",
    `write to ${flags.device}: it destroys data on the device; add --destructive to allow it`,
  );
}

function size(flag: string, text: string): number {
  const parsed = parseSize(text);
  if (parsed.ok) return parsed.value;
  throw usage(`${flag} ${text}: ${parsed.why}`);
}
