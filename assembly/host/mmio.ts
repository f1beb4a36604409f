// Doorbells: the only device registers that Wasm touches, four bytes at a time. x86-64 keeps stores in
// order, so an entry written before its doorbell is seen before it; a port to a weaker machine replaces
// this function and nothing else. Never an atomic here: a locked exchange would *read* the register.

/** Writes a doorbell. `doorbell` is its pointer in the linear memory, `value` the new tail or head. */
// @ts-ignore: decorator
@inline
export function ringDoorbell(doorbell: u32, value: u32): void {
  store<u32>(doorbell, value);
}

/** The same for the control plane, which has no loop to inline it into. */
export function writeDoorbell(doorbell: u32, value: u32): void {
  ringDoorbell(doorbell, value);
}

/** @returns the half of a completion queue entry at `pointer` in one load, so that no part is older than the phase. */
export function loadHalf(pointer: u32): u64 {
  return load<u64>(pointer);
}
