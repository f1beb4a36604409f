// What a prompt refuses without consent: commands that can destroy data or change the drive for good, by their opcodes.
import { CDW0_OPC_MASK } from "../../assembly/spec/commands.ts";
import { adminCommand, ioCommand } from "../decode/opcodes.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Permit } from "../nvme/device.ts";

/** @throws PhasebitError REFUSED */
export const refuseDestruction: Permit = (entry, isAdmin) => {
  const opcode = entry[0]! & CDW0_OPC_MASK;
  const { name, destroys } = isAdmin ? adminCommand(opcode) : ioCommand(opcode);
  if (destroys === null) return;
  const code = `opcode ${opcode.toString(16).padStart(2, "0")}h`;
  throw new PhasebitError(
    "REFUSED",
    `${name} (${code}): it can destroy ${destroys}; start the shell with --destructive to allow it`,
    { what: "opcode", value: opcode },
  );
};
