// The registers' fields by name, as the driver waits for them and the trace tells them.
import { Register } from "../../assembly/spec/registers.ts";
import { registerAt } from "../decode/registers.ts";
import { PhasebitError } from "../ground/errors.ts";

/** Fields of a register with their values, by the specification's names: `{ RDY: 1 }`. */
export type Fields = Readonly<Record<string, number>>;

/** A register's value by its fields. */
export function fieldsOf(register: Register, value: number): Fields {
  return Object.fromEntries(
    (FIELDS[register] ?? []).map(([name, shift, mask]) => [name, (value >>> shift) & mask]),
  );
}

/** A field that does not exist would be waited for in vain. */
export function requireFields(register: Register, names: readonly string[]): void {
  const known = (FIELDS[register] ?? []).map(([name]) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const what = `${Register[register]}.${name}`;
    const limit = known.length === 0 ? "it has no named fields" : `it has ${known.join(", ")}`;
    throw new PhasebitError("USAGE", `wait for ${what}: ${limit}`, { what, limit, section: "3.1" });
  }
}

/** "CC 00460001 EN=1 CSS=0 …" */
export function describe(register: Register, value: number): string {
  return [Register[register].padEnd(6), hex(value), ...partsOf(register, value)].join(" ");
}

function partsOf(register: Register, value: number): string[] {
  return (FIELDS[register] ?? []).map(
    ([name, shift, mask]) => `${name}=${(value >>> shift) & mask}`,
  );
}

export function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}

/** The fields worth reading in a trace, and worth waiting for. */
const TRACED: Partial<Record<Register, string>> = {
  [Register.CAP_LO]: "MQES CQR AMS TO",
  [Register.CAP_HI]: "DSTRD NSSRS CSS MPSMIN MPSMAX CMBS CRMS",
  [Register.VS]: "MJR MNR TER",
  [Register.CC]: "EN CSS MPS AMS SHN IOSQES IOCQES CRIME",
  [Register.CSTS]: "RDY CFS SHST NSSRO PP",
  [Register.CRTO]: "CRWMT CRIMT",
  [Register.AQA]: "ASQS ACQS",
  [Register.CMBLOC]: "BIR CQMMS CQPDS CDPMLS CDPCILS CDMMMS CQDA OFST",
  [Register.CMBSZ]: "SQS CQS LISTS RDS WDS SZU SZ",
  [Register.CMBMSC_LO]: "CRE CMSE",
  [Register.CMBSTS]: "CBAI",
  [Register.PMRCAP]: "RDS WDS BIR PMRTU PMRWBM PMRTO CMSS",
  [Register.PMRCTL]: "EN",
  [Register.PMRSTS]: "ERR NRDY HSTS CBAI",
  [Register.PMRMSCL]: "CMSE",
};

/** [name, shift, mask] in the four bytes of each register. */
const FIELDS = Object.fromEntries(
  Object.entries(TRACED).map(([offset, names]) => [
    offset,
    names.split(" ").map((name) => placeOf(Number(offset), name)),
  ]),
) as Partial<Record<Register, readonly (readonly [string, number, number])[]>>;

function placeOf(offset: number, name: string): readonly [string, number, number] {
  const { register, lowestBit } = registerAt(offset)!;
  const { bit, width } = register.fields.find((field) => field.name === name)!;
  return [name, bit - lowestBit, 2 ** width - 1];
}

/** "CAP    000000300a010fff MQES=4095 …" */
export function describe64(low: Register, value: bigint): string {
  const { register } = registerAt(low)!;
  const [first, second] = [value & 0xffffffffn, value >> 32n].map(Number) as [number, number];
  const parts = [...partsOf(low, first), ...partsOf((low + 4) as Register, second)];
  return [register.name.padEnd(6), hex(second) + hex(first), ...parts].join(" ");
}
