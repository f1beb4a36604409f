// The registers of a function while somebody else has it, the kernel's driver or another process: through its first BAR in
// sysfs, by single loads of four bytes. Nothing is taken, and nothing can be written.
import { setTimeout as sleep } from "node:timers/promises";
import { type NativeError, native } from "../compiled/native.ts";
import { isSystemError, PhasebitError } from "../ground/errors.ts";
import { sysfsConfig } from "./config-space.ts";
import { PciFunction } from "./function.ts";
import { hostRoots, type SystemRoots, textOf } from "./sysfs.ts";

/** Where registers can be looked at. */
export interface InPlace {
  readonly name: "sysfs";
  readonly address: string;
  /** Who has it, or null. */
  readonly driver: string | null;
  /** @throws PhasebitError ENVIRONMENT where the kernel does not show them */
  read32(offset: number): number;
  /** @throws PhasebitError USAGE, always */
  write32(): never;
  pause(): Promise<void>;
}

const COMMAND = 4;
const COMMAND_MEMORY = 0x2;

/**
 * The registers of the function at a PCI address.
 * @throws PhasebitError USAGE for an address that names none, ENVIRONMENT where no register answers: memory space is off, or
 * the function sleeps
 */
export function registersInPlace(address: string, roots: SystemRoots = hostRoots): InPlace {
  const fn = new PciFunction(address, roots);
  requireAwake(fn);
  const path = `${fn.path}/resource0`;
  return {
    name: "sysfs",
    address: fn.address,
    driver: fn.driver,
    read32: (offset) => peek(fn, path, offset),
    write32: () => {
      throw new PhasebitError(
        "USAGE",
        `write a register of ${fn.address} in place: it is only looked at`,
      );
    },
    pause: () => sleep(1),
  };
}

/** A function that sleeps reads all-ones, and some machines take such a read amiss. */
function requireAwake(fn: PciFunction): void {
  const state = textOf(`${fn.path}/power_state`) ?? "D0";
  if (state !== "D0" && state !== "unknown") {
    throw notShown(fn, `it is in ${state}; echo on > ${fn.path}/power/control wakes it`);
  }
  const command = sysfsConfig(fn.path)[COMMAND] ?? 0;
  if ((command & COMMAND_MEMORY) === 0) {
    throw notShown(fn, "its memory space is switched off, so that nobody uses it: take it instead");
  }
}

function peek(fn: PciFunction, path: string, offset: number): number {
  try {
    return native().peek32(path, offset);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const { code, message } = error as unknown as NativeError;
    throw notShown(fn, advice[code] ?? message, error);
  }
}

const advice: Readonly<Record<string, string>> = {
  EACCES: "only root sees registers through sysfs; run it with sudo",
  EPERM: 'the kernel is locked down ("phasebit doctor" shows it)',
  EINVAL:
    "the kernel keeps what a driver has for that driver (CONFIG_IO_STRICT_DEVMEM); it shows it when booted with iomem=relaxed",
};

function notShown({ address }: PciFunction, why: string, cause?: unknown): PhasebitError {
  return new PhasebitError("ENVIRONMENT", `registers of ${address} in place: ${why}`, { cause });
}
