// phasebit pci: its options.
import { Command } from "commander";
import { withExamples } from "./examples.ts";
import { withInspectOptions } from "./inspect.ts";
import { withSection } from "./sections.ts";

export function pciCommand(): Command {
  const command = new Command("pci")
    .description("show the PCI configuration space by field, and write it")
    .argument("[address]", "the device, as for --device")
    .option(
      "--set <offset=value>",
      "write first, in this order; may be given several times",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option("--destructive", "allow --set: a wrong write can hang the machine or lose data");
  withInspectOptions(command).action(async (address, flags, self: Command) => {
    const { pci } = await import("../actions/pci.ts");
    const isDeviceGiven = self.getOptionValueSource("device") === "cli";
    await pci({ ...flags, ...(address !== undefined && { address }), isDeviceGiven });
  });
  withSection(command, {
    heading: "Values to set:",
    rows: [
      ["0x3c=11", "one byte"],
      ["0x4.w=0x406", "two bytes"],
      ["0x10.l=0xfe000000", "four bytes"],
    ],
    text: ["Offsets and values are decimal, or hexadecimal with 0x."],
  });
  return withExamples(command, [
    ["The configuration space of a drive, which is not taken", "phasebit pci 0000:01:00.0"],
    ["That of the embedded controller", "phasebit pci --json"],
  ]);
}
