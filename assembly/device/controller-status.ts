// Controller Status (CSTS; NVMe 1.4, section 3.1.6): whether the controller is ready, shutting down or
// fatal, and what follows from that for commands and completions.
import {
  CSTS_CFS_SHIFT,
  CSTS_RDY_SHIFT,
  CSTS_SHST_MASK,
  CSTS_SHST_SHIFT,
  ShutdownStatus,
} from "../spec/registers.ts";
import { controller } from "./state.ts";

export const READY: u32 = 1 << CSTS_RDY_SHIFT;
/** RDY, CFS and SHST together say whether commands are processed. */
const OPERATION_BITS: u32 =
  READY | (1 << CSTS_CFS_SHIFT) | (CSTS_SHST_MASK << CSTS_SHST_SHIFT);

/** Whether doorbells are obeyed: RDY=1, CFS=0, SHST=00b. */
@inline
export function isOperational(): bool {
  return (controller.csts & OPERATION_BITS) == READY;
}

/** Whether completions are posted: until CFS=1, and during a shutdown until it is complete. */
@inline
export function mayPost(): bool {
  return isOperational() || (isShuttingDown() && !isFatal());
}

/** Whether SHST is OCCURRING. */
@inline
export function isShuttingDown(): bool {
  return ((controller.csts >> CSTS_SHST_SHIFT) & CSTS_SHST_MASK) == ShutdownStatus.OCCURRING;
}

@inline
export function isFatal(): bool {
  return (controller.csts & (1 << CSTS_CFS_SHIFT)) != 0;
}

/** The controller cannot go on: Controller Fatal Status, until it is reset (9.5). */
export function fatal(): void {
  controller.csts |= 1 << CSTS_CFS_SHIFT;
}

export function setShutdownStatus(status: ShutdownStatus): void {
  const others = controller.csts & ~(CSTS_SHST_MASK << CSTS_SHST_SHIFT);
  controller.csts = others | (status << CSTS_SHST_SHIFT);
}
