// --set of phasebit regs: what was typed, checked against the registers' tables before anything is opened.
import { Register } from "../../assembly/spec/registers.ts";
import { type Assignment, fieldNamed, mostOf } from "../decode/assign.ts";
import type { RegisterStructure } from "../decode/register.ts";
import { registerNamed, registerStructures } from "../decode/registers.ts";
import { hexText } from "../decode/shows.ts";
import type { Structure } from "../decode/structure.ts";
import { PhasebitError, usage } from "../ground/errors.ts";
import { nearest, safeString, typedText } from "../ground/strings.ts";

/** A write: of a whole register, or of fields, whose others stay as they are read. */
export interface RegisterWrite {
  readonly structure: RegisterStructure;
  readonly change: { readonly whole: bigint } | { readonly fields: readonly Assignment[] };
}

/** They act on the whole NVM subsystem: other controllers, and what other hosts have in flight, go with it. */
const FAR_REACHING: readonly number[] = [Register.NSSR, Register.NSSD];

/** "CC=0x460001", "CC.EN=1", "CC.IOSQES=6,IOCQES=4,EN=1". @throws PhasebitError USAGE */
export function parseWrite(text: string): RegisterWrite {
  const match = /^([a-z]+)(?:\.([a-z].*)|=(.*))$/i.exec(text);
  if (match === null) throw refused(text, "expected REGISTER=value or REGISTER.FIELD=value");
  const [, name = "", fields, whole] = match;
  const structure = structureNamed(name);
  if (fields === undefined) {
    const most = (1n << BigInt(structure.bytes * 8)) - 1n;
    return { structure, change: { whole: numberOf(text, whole ?? "", most) } };
  }
  const change = { fields: fields.split(",").map((part) => assignmentOf(text, structure, part)) };
  return { structure, change };
}

/** The register of this name. @throws PhasebitError USAGE that names one that is near */
export function structureNamed(name: string): RegisterStructure {
  const found = registerNamed(name);
  if (found !== undefined) return found;
  const names = registerStructures.map((one) => one.name);
  throw usage(`register ${typedText(name)}: ${adviceOf(name, names)}`);
}

/** @throws PhasebitError REFUSED for what reaches beyond this controller, without consent */
export function requireWriteConsent(
  writes: readonly RegisterWrite[],
  device: string,
  isAllowed: boolean | undefined,
): void {
  const found = writes.find(({ structure }) => FAR_REACHING.includes(structure.offset));
  if (found === undefined || isAllowed === true) return;
  const what = `write ${found.structure.name} of ${safeString(device)}`;
  throw new PhasebitError(
    "REFUSED",
    `${what}: it acts on the whole NVM subsystem, also on controllers and hosts that are not yours; ` +
      "add --destructive to allow it",
  );
}

function assignmentOf(text: string, structure: Structure, part: string): Assignment {
  const [name = "", value, ...rest] = part.split("=");
  if (value === undefined || rest.length > 0) {
    throw refused(text, "expected FIELD=value after the point, several with commas between them");
  }
  const field = fieldNamed(structure, name);
  if (field !== undefined) return { field, value: numberOf(text, value, mostOf(field)) };
  const names = structure.fields.map((one) => one.name);
  const advice = names.length === 0 ? "it has no fields" : adviceOf(name, names);
  throw usage(`field ${typedText(name)} of ${structure.name}: ${advice}`);
}

function adviceOf(typed: string, names: readonly string[]): string {
  const lower = names.map((name) => name.toLowerCase());
  const near = nearest(typed, lower)?.toUpperCase();
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  return `${hint}phasebit knows ${names.join(", ")}`;
}

function numberOf(text: string, digits: string, most: bigint): bigint {
  if (!/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(digits)) {
    throw refused(text, "a value is a whole number, decimal or 0x and hexadecimal digits");
  }
  const value = BigInt(digits);
  if (value > most) throw refused(text, `the largest value there is ${most} (${hexText(most, 1)})`);
  return value;
}

function refused(text: string, why: string): PhasebitError {
  return usage(`--set ${typedText(text)}: ${why}`);
}
