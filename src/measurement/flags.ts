// Bits of a completion entry that a success should not have set.
import type { FlagName, Flags } from "./measurement.ts";

/** In the order of the entry's words for people. */
export const flagNames: readonly FlagName[] = ["more", "crd", "dnr", "dword1"];

/** As the specification has them, to follow "with". */
export const flagWords: Readonly<Record<FlagName, string>> = {
  more: "More",
  crd: "Command Retry Delay",
  dnr: "Do Not Retry",
  dword1: "a Dword 1 that is not 0",
};

/** None of them. */
export const noFlags: Flags = { more: 0, crd: 0, dnr: 0, dword1: 0 };

/** Sums over several queues. */
export function addedFlags(all: readonly Flags[]): Flags {
  const sum = (name: FlagName): number => all.reduce((total, flags) => total + flags[name], 0);
  return { more: sum("more"), crd: sum("crd"), dnr: sum("dnr"), dword1: sum("dword1") };
}

/** Whether there was any. */
export function hasFlags(flags: Flags): boolean {
  return flagNames.some((name) => flags[name] > 0);
}
