// All controller registers below the doorbells, in the order of their offsets.
import type { RegisterStructure } from "./register.ts";
import { controllerRegisters } from "./registers-controller.ts";
import { memoryRegisters } from "./registers-memory.ts";

export const registerStructures: readonly RegisterStructure[] = [
  ...controllerRegisters,
  ...memoryRegisters,
].sort((a, b) => a.offset - b.offset);

/** The register of this name, in any case. */
export function registerNamed(name: string): RegisterStructure | undefined {
  return registerStructures.find((one) => one.name === name.toUpperCase());
}

/** The register that has the four bytes at `offset`, and the bits of it that they are. */
export function registerAt(
  offset: number,
): { readonly register: RegisterStructure; readonly lowestBit: number } | undefined {
  const register = registerStructures.find(
    (one) => offset >= one.offset && offset < one.offset + one.bytes,
  );
  return register && { register, lowestBit: (offset - register.offset) * 8 };
}
