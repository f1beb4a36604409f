// INTMS and INTMC: the controller's own mask of the interrupt pin and of MSI messages (NVMe 1.4, sections 3.1.3 and 3.1.4). A
// vector that has something to tell when it is unmasked tells it then.
import { Register } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { InterruptKind } from "../transport/transport.ts";
import type { Registers } from "./registers.ts";

/** Bits of INTMS and INTMC: MSI has no more messages. */
const VECTORS = 32;

/** What is masked: a device, or whatever has its registers. */
export interface Maskable {
  readonly registers: Registers;
}

/**
 * Masks vectors by INTMS (3.1.3): the controller raises no interrupt of theirs.
 * @param kind in which the device's interrupts come: the pin has vector 0 only
 * @param vectors from 0 to 31
 * @returns the mask as it reads then, a bit for each vector.
 * @throws PhasebitError USAGE for MSI-X, whose masks are not these, and for a vector that the kind has not.
 */
export function maskInterrupts(device: Maskable, kind: InterruptKind, vectors: number[]): number {
  return write(device, Register.INTMS, kind, vectors);
}

/** Unmasks vectors by INTMC (3.1.4); otherwise as `maskInterrupts`. */
export function unmaskInterrupts(device: Maskable, kind: InterruptKind, vectors: number[]): number {
  return write(device, Register.INTMC, kind, vectors);
}

function write(
  { registers }: Maskable,
  register: Register,
  kind: InterruptKind,
  vectors: readonly number[],
): number {
  if (kind === "msix") {
    const why = "with MSI-X, INTMS and INTMC are not to be touched; maskVector is for its table";
    throw new PhasebitError("USAGE", `mask interrupts: ${why}`, { what: kind, section: "3.1.3" });
  }
  const count = kind === "intx" ? 1 : VECTORS;
  const wrong = vectors.find((one) => !(Number.isInteger(one) && one >= 0 && one < count));
  if (wrong !== undefined) {
    throw badValue("vector", wrong, `must be 0 to ${count - 1} with ${kind}`, "3.1.3");
  }
  registers.write(register, vectors.reduce((mask, vector) => mask | (1 << vector), 0) >>> 0);
  return registers.read(register);
}
