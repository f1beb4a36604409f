// Faults of the controller as a whole: what its registers and data structures say, whether it gets
// ready, and which interrupts are lost.
import { CompletionQueue } from "./queue-state.ts";
import { cmb, controller, SCRATCH } from "./state.ts";
import { Fault, faultAt } from "./fault-table.ts";
import { firstStriking, matches, strikes } from "./fault-strikes.ts";
import { FaultKind } from "./options.ts";

const SCRATCH_BYTES: u32 = 4096;

/** Whether RDY is to stay 0 this time. */
export function neverReady(): bool {
  return firstStriking(FaultKind.NEVER_READY) >= 0;
}

/** Whether RDY is to stay 1 this time. */
export function neverUnready(): bool {
  return firstStriking(FaultKind.NEVER_UNREADY) >= 0;
}

/** Whether SHST is to stay OCCURRING this time. */
export function shutdownSticks(): bool {
  return firstStriking(FaultKind.SHUTDOWN_STUCK) >= 0;
}

/** Whether the next interrupt of `cq` is to be lost. */
export function dropsInterrupt(cq: CompletionQueue): bool {
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind != (FaultKind.DROP_INTERRUPT as u32)) continue;
    if (matches(fault, cq.qid, fault.match & 0xff) && strikes(fault)) return true;
  }
  return false;
}

/** Whether a message is to be sent although its vector is masked. */
export function ignoresMask(): bool {
  return firstStriking(FaultKind.MASK_IGNORED) >= 0;
}

/** Whether a message that is masked is to leave no pending bit, so that it never comes. */
export function losesPendingBit(): bool {
  return firstStriking(FaultKind.PENDING_BIT_LOST) >= 0;
}

/** Whether the end of a mask is to send nothing for a pending bit, which is cleared. */
export function forgetsToSend(): bool {
  return firstStriking(FaultKind.UNMASK_SILENT) >= 0;
}

/** Whether the pin is to stay active after the host has taken all that it was for. */
export function pinSticks(): bool {
  return firstStriking(FaultKind.PIN_STUCK) >= 0;
}

/** The most queues of a kind that may be granted. */
export function queueLimit(): u32 {
  let limit: u32 = u32.MAX_VALUE;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind != (FaultKind.QUEUE_LIMIT as u32) || !strikes(fault)) continue;
    limit = min(limit, max(1, fault.a as u32));
  }
  return limit;
}

/** CAP with some fields replaced: `a` is the field's lowest bit and, from bit 8, its width. */
export function overrideCapabilities(cap: u64): u64 {
  let value = cap;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind != (FaultKind.BAD_CAP as u32) || !strikes(fault)) continue;
    const shift = fault.a & 63;
    const mask = ((<u64>1 << ((fault.a >> 8) & 63)) - 1) << shift;
    value = (value & ~mask) | ((fault.b << shift) & mask);
  }
  return value;
}

/** What the register at `offset` reads in the place of `value`. Memory of the controller loses writes when it is asked. */
export function overrideRegister(offset: u32, value: u32): u32 {
  let read = value;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind == (FaultKind.BAD_REGISTER as u32)) {
      if ((fault.a as u32) == offset && strikes(fault)) read = fault.b as u32;
    } else if (fault.kind == (FaultKind.CMB_LOST_WRITE as u32)) {
      if (fault.a + 4 <= (cmb.bytes as u64) && strikes(fault)) {
        store<u32>(cmb.pointer + (fault.a as u32), 0);
      }
    }
  }
  return read;
}

/** Whether PMRSTS.NRDY is to stay 1 this time. */
export function pmrNeverReady(): bool {
  return firstStriking(FaultKind.PMR_NEVER_READY) >= 0;
}

/** Whether commands are to find the Controller Memory Buffer in the wrong place from now on. */
export function misplacesCmb(): bool {
  return firstStriking(FaultKind.CMB_WRONG_OFFSET) >= 0;
}

/** Replaces fields of the data structure in the scratch memory that `cns` returns. */
export function overrideIdentify(cns: u32): void {
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind != (FaultKind.BAD_IDENTIFY as u32)) continue;
    if (((fault.a >> 24) as u32 & 0xff) == cns && strikes(fault)) overwrite(fault);
  }
}

/** `a` is the field's offset, from bit 16 its bytes (at most 8), from bit 24 the CNS. */
function overwrite(fault: Fault): void {
  const offset = (fault.a as u32) & 0xffff;
  const bytes = min(((fault.a >> 16) as u32) & 0xff, 8);
  for (let index: u32 = 0; index < bytes; index++) {
    if (offset + index >= SCRATCH_BYTES) return;
    store<u8>(SCRATCH + offset + index, (fault.b >> ((index << 3) as u64)) as u8);
  }
}
