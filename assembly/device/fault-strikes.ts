// Whether a fault strikes: the one decision that all faults have in common. Each asks at its own moment
// (a command was read, an entry is posted, an interrupt is raised, a register is read).
import { controller } from "./state.ts";
import { Fault, faultAt, streamOf } from "./fault-table.ts";
import { FaultKind, MATCH_ADMIN, MATCH_ANY } from "./options.ts";
import { nextUniform } from "./random.ts";

/** Whether a command is one that the fault is about. */
export function matches(fault: Fault, sqid: u32, opcode: u32): bool {
  if ((fault.match & MATCH_ADMIN) != 0 != (sqid == 0)) return false;
  return (fault.match & MATCH_ANY) != 0 || (fault.match & 0xff) == opcode;
}

/** Counts one event and says whether the fault strikes this time. */
export function strikes(fault: Fault): bool {
  fault.seen++;
  if (fault.times != 0 && fault.fired >= fault.times) return false;
  if (fault.every != 0 && fault.seen % fault.every != 0) return false;
  if (fault.probability != 0.0 && nextUniform(streamOf(fault)) >= fault.probability) return false;
  fault.fired++;
  return true;
}

/** The first fault of a kind that strikes now, for events that no command causes; -1 is none. */
export function firstStriking(kind: FaultKind): i32 {
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind == (kind as u32) && strikes(fault)) return index as i32;
  }
  return -1;
}
