// phasebit regs: the controller's registers by field. Nothing is written, and the controller may be in any state.
import type { Register } from "../../assembly/spec/registers.ts";
import { decodeValue } from "../decode/decode.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { registerStructures } from "../decode/registers.ts";
import type { Registers } from "../nvme/registers.ts";
import type { RegisterValue } from "../text/registers.ts";
import { registerLines } from "../text/registers.ts";
import { type InspectFlags, printInspection, withFunction } from "./inspect.ts";

/** What the command line said. */
export type RegsFlags = InspectFlags;

/** Reads all registers and prints them. */
export async function regs(flags: RegsFlags): Promise<void> {
  const found = await withFunction(flags, async ({ registers }) =>
    registerStructures.map((structure) => readRegister(registers, structure)),
  );
  printInspection(flags, "registers", {
    document: () => ({ device: { address: flags.device }, registers: found.map(entryOf) }),
    lines: (lines) => registerLines(found, lines),
  });
}

function readRegister(registers: Registers, structure: RegisterStructure): RegisterValue {
  const offset = structure.offset as Register;
  const value = structure.bytes === 8 ? registers.read64(offset) : registers.read(offset);
  return { structure, value, fields: decodeValue(structure, value) };
}

function entryOf({ structure, value, fields }: RegisterValue): object {
  const { name, longName, offset, bytes } = structure;
  return { name, longName, offset, bytes, value, fields };
}
