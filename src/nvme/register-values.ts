// Registers read and written by the specification's tables.
import { ALL_ONES, type Register } from "../../assembly/spec/registers.ts";
import { type Assignment, assigned } from "../decode/assign.ts";
import { type DecodedField, decodeValue } from "../decode/decode.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { RegisterAccess, Registers } from "./registers.ts";

/** A register that was read. */
export interface RegisterValue {
  readonly structure: RegisterStructure;
  /** A bigint where it has eight bytes. */
  readonly value: number | bigint;
  readonly fields: readonly DecodedField[];
}

/** Reads a register, and decodes it. */
export function readRegister(
  registers: Registers,
  structure: RegisterStructure,
  access?: RegisterAccess,
): RegisterValue {
  const value = registerValue(registers, structure, access);
  return { structure, value, fields: decodeValue(structure, value) };
}

/** Writes all of a register. */
export function writeRegister(
  registers: Registers,
  { offset, bytes }: RegisterStructure,
  value: bigint,
  access?: RegisterAccess,
): void {
  if (bytes === 8) registers.write64(offset as Register, value, { ...(access && { access }) });
  else registers.write(offset as Register, Number(value));
}

/**
 * Writes fields of a register in one write; the others are written as they were read, and those that a 1 clears as 0.
 * @returns what was written. @throws PhasebitError DEVICE when the register reads all-ones: nothing is written
 */
export function writeFields(
  registers: Registers,
  structure: RegisterStructure,
  assignments: readonly Assignment[],
  access?: RegisterAccess,
): bigint {
  const before = registerValue(registers, structure, access);
  if (isAllOnes(structure, before)) {
    throw new PhasebitError(
      "DEVICE",
      `write ${structure.name}: it reads all-ones, so the device is gone or does not answer; nothing was written`,
    );
  }
  const value = assigned(before, assignments, structure.clearedByOne);
  writeRegister(registers, structure, value, access);
  return value;
}

/** Whether a register reads as it does when no device answers. */
export function isAllOnes({ bytes }: RegisterStructure, value: number | bigint): boolean {
  return bytes === 4 ? value === ALL_ONES : value === 2n ** 64n - 1n;
}

function registerValue(
  registers: Registers,
  { offset, bytes }: RegisterStructure,
  access?: RegisterAccess,
): number | bigint {
  if (bytes === 4) return registers.read(offset as Register);
  return registers.read64(offset as Register, { ...(access && { access }) });
}
