// phasebit regs: the controller's registers by field. Nothing is written that was not asked for, and the controller may
// be in any state.
import { Register } from "../../assembly/spec/registers.ts";
import { type ControllerWords, controllerWords } from "../decode/controller-words.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { registerStructures } from "../decode/registers.ts";
import { PhasebitError, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import {
  isAllOnes,
  type RegisterValue,
  readRegister,
  writeFields,
  writeRegister,
} from "../nvme/register-values.ts";
import { type RegisterAccess, Registers } from "../nvme/registers.ts";
import { isPciAddress } from "../pci/address.ts";
import { registersInPlace } from "../pci/in-place.ts";
import { hostRoots, type SystemRoots } from "../pci/sysfs.ts";
import { wrapWords } from "../text/fields.ts";
import { registerReport, type WrittenRegister } from "../text/registers.ts";
import { type InspectFlags, type OpenFunction, printInspection, withFunction } from "./inspect.ts";
import {
  parseWrite,
  type RegisterWrite,
  requireWriteConsent,
  structureNamed,
} from "./register-writes.ts";
import { parseInterval, watchRegisters } from "./regs-watch.ts";
import { untilSignalled } from "./signals.ts";
import { traceTo } from "./trace.ts";

/** What the command line said. */
export interface RegsFlags extends InspectFlags {
  readonly set?: readonly string[];
  readonly access: RegisterAccess;
  /** true without an interval. */
  readonly watch?: string | true;
  readonly destructive?: boolean;
  readonly inPlace?: boolean;
}

const IN_PLACE =
  "in place: whoever has the function goes on with it; nothing is taken, reset or written";

/** What was done and found. */
export interface RegsOutcome {
  readonly state: ControllerWords;
  readonly writes: readonly WrittenRegister[];
  readonly registers: readonly RegisterValue[];
}

/** Writes what was asked for, then reads and prints registers: those named, or all. */
export async function regs(
  names: readonly string[],
  flags: RegsFlags,
  roots: SystemRoots = hostRoots,
): Promise<void> {
  const chosen = names.map(structureNamed);
  const writes = (flags.set ?? []).map(parseWrite);
  const intervalMs = parseInterval(flags.watch);
  requireWriteConsent(writes, flags.device, flags.destructive);
  if (flags.inPlace === true) requireLook(flags);
  const structures = chosen.length > 0 ? chosen : registerStructures;
  const work = async ({ registers, signal }: Looked): Promise<void> => {
    const outcome = inspectRegisters(registers, structures, writes, flags.access);
    print(flags, outcome, chosen.length > 0);
    if (intervalMs !== null) {
      await watchRegisters(flags, { registers, signal }, outcome.registers, intervalMs);
    } else {
      requirePresence(flags.device, outcome);
    }
  };
  if (flags.inPlace !== true) return withFunction(flags, work);
  const source = registersInPlace(flags.device, roots);
  const registers = new Registers(source, traceTo(flags).trace);
  await untilSignalled((signal) => work({ registers, signal }));
}

type Looked = Pick<OpenFunction, "registers" | "signal">;

/** @throws PhasebitError USAGE for what would not only look, and for what is no PCI function */
function requireLook({ device, set }: RegsFlags): void {
  if (set !== undefined) throw usage("--in-place: only looks; leave --set out");
  if (isPciAddress(device)) return;
  throw usage(`--in-place: ${safeString(device)} is no PCI address`);
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
      inPlace: flags.inPlace === true,
      access: flags.access,
      state,
      writes: writes.map(({ structure, value, after }) => ({
        register: structure.name,
        ...valuesOf(structure, { value, after }),
      })),
      registers: registers.map(entryOf),
    }),
    lines: (lines) => [
      ...(flags.inPlace === true ? wrapWords(IN_PLACE, lines.columns) : []),
      ...registerReport(outcome, { isChosen }, lines),
    ],
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
function requirePresence(device: string, { registers }: RegsOutcome): void {
  if (!registers.every(({ structure, value }) => isAllOnes(structure, value))) return;
  throw new PhasebitError(
    "DEVICE",
    `${device}: registers read all-ones: the device is gone or does not answer`,
  );
}
