// Doorbells: the only device registers that Wasm touches, four bytes at a time. x86-64 keeps stores in
// order, so an entry written before its doorbell is seen before it; a port to a weaker machine replaces
// this function and nothing else. Never an atomic here: a locked exchange would *read* the register.

/** Writes a doorbell. `doorbell` is its pointer in the linear memory, `value` the new tail or head. */
// @ts-ignore: decorator
@inline
export function ringDoorbell(doorbell: u32, value: u32): void {
  store<u32>(doorbell, value);
}

/**
 * Writes a doorbell that has a shadow: the shadow always, the doorbell itself when the controller asks for it by EventIdx,
 * in 16-bit modular arithmetic. Each side writes and then looks, and where a look could come before the write both might wait
 * for the other: so the shadow, which is memory and no register, is stored atomically, which is a full barrier.
 */
export function ringShadowed(doorbell: u32, shadow: u32, event: u32, value: u32): void {
  const former = load<u32>(shadow);
  atomic.store<u32>(shadow, value);
  ringWhenAsked(doorbell, event, former, value);
}

/** Writes the doorbell itself when the shadow's way from `former` to `value` passed EventIdx. */
// @ts-ignore: decorator
@inline
export function ringWhenAsked(doorbell: u32, event: u32, former: u32, value: u32): void {
  const index = atomic.load<u32>(event);
  if (((value - index - 1) & 0xffff) < ((value - former) & 0xffff)) ringDoorbell(doorbell, value);
}

/** `ringDoorbell` for the control plane, which has no loop to inline it into. */
export function writeDoorbell(doorbell: u32, value: u32): void {
  ringDoorbell(doorbell, value);
}

/** @returns the half of a completion queue entry at `pointer` in one load, so that no part is older than the phase. */
export function loadHalf(pointer: u32): u64 {
  return load<u64>(pointer);
}
