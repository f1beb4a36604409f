// What an engineer would look at twice, in a controller's registers, its data and its function. None of it is a verdict.
import type { DecodedField } from "./decode.ts";
import { fieldOf, numberOf } from "./find.ts";
import type { Capability } from "./pci-walk.ts";

/** Queues of fewer entries limit what can be in flight. */
const FEW_ENTRIES = 64;

/** Decoded fields of a register. */
export interface NamedFields {
  readonly name: string;
  readonly fields: readonly DecodedField[];
}

/** Of the registers. */
export function unusualRegisters(registers: readonly NamedFields[]): string[] {
  const cap = registers.find(({ name }) => name === "CAP")?.fields ?? [];
  const entries = (numberOf(cap, "MQES") ?? FEW_ENTRIES) + 1;
  const minimum = numberOf(cap, "MPSMIN") ?? 0;
  return [
    ...registers.flatMap(reservedIn),
    ...(entries < FEW_ENTRIES ? [`queues have at most ${entries} entries (CAP.MQES)`] : []),
    ...(minimum > 0 ? ["pages must be larger than 4 KiB (CAP.MPSMIN)"] : []),
    ...(numberOf(cap, "TO") === 0 ? ["CAP.TO is 0: it gives itself no time to become ready"] : []),
    ...(fieldOf(cap, "CSS") !== undefined && (numberOf(cap, "CSS")! & 1) === 0
      ? ["it has no NVM command set (CAP.CSS)"]
      : []),
  ];
}

/** Of Identify Controller, beside the registers. */
export function unusualIdentity(
  controller: readonly DecodedField[],
  registers: readonly NamedFields[],
): string[] {
  const vs = registers.find(({ name }) => name === "VS")?.fields ?? [];
  const [major, minor, tertiary] = ["MJR", "MNR", "TER"].map((name) => numberOf(vs, name) ?? 0);
  const own = ((major! << 16) | (minor! << 8) | tertiary!) >>> 0;
  const ver = numberOf(controller, "VER");
  return [
    ...(ver !== undefined && ver !== 0 && ver !== own
      ? [`Identify has version ${fieldOf(controller, "VER")!.meaning ?? ver}, and VS another`]
      : []),
    ...(fieldOf(controller, "SN")?.value === "" ? ["it has no serial number"] : []),
  ];
}

/** Of the SMART / Health Information log. */
export function unusualHealth(smart: readonly DecodedField[]): string[] {
  const warnings = fieldOf(smart, "CW")?.children ?? [];
  const used = numberOf(smart, "PUSED") ?? 0;
  return [
    ...warnings
      .filter(({ value }) => value === 1)
      .map(({ longName }) => `critical warning: ${longName}`),
    ...(used >= 100 ? [`${used} % of its life are used`] : []),
  ];
}

/** Of the function's configuration space. */
export function unusualFunction(
  capabilities: readonly Capability[],
  problems: readonly string[],
): string[] {
  const express = capabilities.find(({ name }) => name === "PXCAP")?.fields ?? [];
  const [speed, mostSpeed, width, mostWidth] = [
    ...["PXLS.CLS", "PXLCAP.SLS", "PXLS.NLW", "PXLCAP.MLW"],
  ].map((path) => numberOf(express, path) ?? 0);
  const words = (path: string): string => fieldOf(express, path)?.meaning ?? "";
  return [
    ...problems,
    ...(numberOf(express, "PXDCAP.FLRC") === 0 ? ["it has no function level reset"] : []),
    ...(width! < mostWidth!
      ? [`its link is ${words("PXLS.NLW")}, it could be ${words("PXLCAP.MLW")}`]
      : []),
    ...(speed! < mostSpeed!
      ? [`its link has ${words("PXLS.CLS")}, it could have ${words("PXLCAP.SLS")}`]
      : []),
  ];
}

function reservedIn({ name, fields }: NamedFields): string[] {
  return fields
    .filter(({ isReserved }) => isReserved === true)
    .map(({ longName, text }) => `${name}: ${longName} are reserved, and ${text}`);
}
