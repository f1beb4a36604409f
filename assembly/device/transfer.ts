// A command's data: described by PRPs or by an SGL, as PSDT says, and moved or only looked at.
import { controller } from "./state.ts";
import { Movement } from "./pieces.ts";
import { firstPiece, walkPrps } from "./prps.ts";
import { isSgl, walkSgl } from "./sgl.ts";

/**
 * Moves `bytes` between the memory that the command describes and the device's copy at `pointer`, which has `present`
 * bytes. Returns a status. What comes from the host comes whole or not at all: an entry that leads nowhere is found before
 * the first byte is written.
 */
export function transfer(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  if (isSgl()) return transferBySgl(how, bytes, pointer, present);
  if (how == Movement.FROM_HOST && bytes > firstPiece()) {
    const status = walkPrps(Movement.CHECK_FROM_HOST, bytes, pointer, present);
    if (status != 0) return status;
  }
  return walkPrps(how, bytes, pointer, present);
}

/** A list of any form may turn out wrong at its end. */
function transferBySgl(how: Movement, bytes: u64, pointer: u32, present: u64): u32 {
  if (how == Movement.FROM_HOST) {
    const status = walkSgl(Movement.CHECK_FROM_HOST, bytes, pointer, present);
    if (status != 0) return status;
  }
  return walkSgl(how, bytes, pointer, present);
}

/** Whether `bytes` exceed MDTS, the most that one command may move (5.15.2.2). */
@inline
export function exceedsLimit(bytes: u64): bool {
  return bytes > controller.transferLimit;
}
