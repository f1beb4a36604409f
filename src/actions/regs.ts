// phasebit regs: the controller's registers by field. Nothing is written that was not asked for, and the controller may
// be in any state.
import { Register } from "../../assembly/spec/registers.ts";
import { type ControllerWords, controllerWords } from "../decode/controller-words.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { registerStructures } from "../decode/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import {
  isAllOnes,
  type RegisterValue,
  readRegister,
  writeFields,
  writeRegister,
} from "../nvme/register-values.ts";
import type { RegisterAccess, Registers } from "../nvme/registers.ts";
import { registerReport, type WrittenRegister } from "../text/registers.ts";
import { type InspectFlags, type OpenFunction, printInspection, withFunction } from "./inspect.ts";
import {
  parseWrite,
  type RegisterWrite,
  requireWriteConsent,
  structureNamed,
} from "./register-writes.ts";
import { parseInterval, watchRegisters } from "./regs-watch.ts";

/** What the command line said. */
export interface RegsFlags extends InspectFlags {
  readonly set?: readonly string[];
  readonly access: RegisterAccess;
  /** true without an interval. */
  readonly watch?: string | true;
  readonly destructive?: boolean;
}

/** What was done and found. */
export interface RegsOutcome {
  readonly state: ControllerWords;
  readonly writes: readonly WrittenRegister[];
  readonly registers: readonly RegisterValue[];
}

/** Writes what was asked for, then reads and prints registers: those named, or all. */
export async function regs(names: readonly string[], flags: RegsFlags): Promise<void> {
  const chosen = names.map(structureNamed);
  const writes = (flags.set ?? []).map(parseWrite);
  const intervalMs = parseInterval(flags.watch);
  requireWriteConsent(writes, flags.device, flags.destructive);
  const structures = chosen.length > 0 ? chosen : registerStructures;
  await withFunction(flags, async (opened) => {
    const outcome = inspectRegisters(opened.registers, structures, writes, flags.access);
    print(flags, outcome, chosen.length > 0);
    if (intervalMs !== null) {
      await watchRegisters(flags, opened, outcome.registers, intervalMs);
    } else {
      requirePresence(opened, outcome);
    }
  });
}

/** The writes in their order, then the readings. */
export function inspectRegisters(
  registers: Registers,
  structures: readonly RegisterStructure[],
  writes: readonly RegisterWrite[],
  access: RegisterAccess,
): RegsOutcome {
  const written = writes.map((write) => perform(registers, write, access));
  const found = structures.map((structure) => readRegister(registers, structure, access));
  const read = (register: Register): number =>
    Number(
      found.find(({ structure }) => structure.offset === register)?.value ??
        registers.read(register),
    );
  const cc = read(Register.CC);
  return { state: controllerWords(cc, read(Register.CSTS)), writes: written, registers: found };
}

function perform(
  registers: Registers,
  { structure, change }: RegisterWrite,
  access: RegisterAccess,
): WrittenRegister {
  if ("whole" in change) {
    writeRegister(registers, structure, change.whole, access);
    return {
      structure,
      value: change.whole,
      after: readRegister(registers, structure, access).value,
    };
  }
  const value = writeFields(registers, structure, change.fields, access);
  return { structure, value, after: readRegister(registers, structure, access).value };
}

function print(flags: RegsFlags, outcome: RegsOutcome, isChosen: boolean): void {
  const { state, writes, registers } = outcome;
  printInspection(flags, "registers", {
    document: () => ({
      device: { address: flags.device },
      access: flags.access,
      state,
      writes: writes.map(({ structure, value, after }) => ({
        register: structure.name,
        ...valuesOf(structure, { value, after }),
      })),
      registers: registers.map(entryOf),
    }),
    lines: (lines) => registerReport(outcome, { isChosen }, lines),
  });
}

/** Numbers where the register has four bytes, strings of digits where it has eight. */
function valuesOf<T extends Record<string, number | bigint>>(
  { bytes }: RegisterStructure,
  values: T,
): Record<string, number | bigint> {
  const own = (value: number | bigint): number | bigint =>
    bytes === 8 ? BigInt(value) : Number(value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, own(value)]));
}

/** A register in the document. */
function entryOf({ structure, value, fields }: RegisterValue): object {
  const { name, longName, offset, bytes } = structure;
  return { name, longName, offset, bytes, value, fields };
}

/** @throws PhasebitError DEVICE when nobody answered, which no table can say loudly enough */
function requirePresence({ transport }: OpenFunction, { registers }: RegsOutcome): void {
  if (!registers.every(({ structure, value }) => isAllOnes(structure, value))) return;
  throw new PhasebitError(
    "DEVICE",
    `${transport.address}: registers read all-ones: the device is gone or does not answer`,
  );
}
