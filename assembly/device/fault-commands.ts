// Faults of commands: what goes wrong between fetching a command and its completion.
import { NvmOpcode, RW_NLB_MASK } from "../spec/commands.ts";
import { PAGE_BYTES } from "../spec/registers.ts";
import { BUS_NOW } from "../layout.ts";
import { SubmissionQueue } from "./queue-state.ts";
import { command, controller, MAX_NAMESPACES, namespaceAt } from "./state.ts";
import { Fault, faultAt, streamOf } from "./fault-table.ts";
import { matches, strikes } from "./fault-strikes.ts";
import { Corruption, FaultKind } from "./options.ts";
import { fatal, isOperational } from "./controller-status.ts";
import { finish, finishSlowly, NO_COMPLETION } from "./completion.ts";
import { completionQueueOf } from "./queues.ts";
import { functionReset } from "./reset.ts";
import { raiseVector } from "./interrupts.ts";
import { executeOn } from "./fetch.ts";
import { blockPointer } from "./nvm.ts";
import { nextRandom } from "./random.ts";
import { translate } from "./dma.ts";
import { NEVER } from "./waiting.ts";

const NO_CORRUPTION: u32 = 0xff;

// What the faults have decided for the command being executed.
let forcedStatus: u32 = 0;
let delayNs: u64 = 0;
let corruption: u32 = 0;
let corruptionStream: usize = 0;

/** Executes the command as the faults in the table will have it. */
export function executeWithFaults(sq: SubmissionQueue): void {
  forcedStatus = 0;
  delayNs = 0;
  corruption = NO_CORRUPTION;
  command.dry = 0;
  for (let index: u32 = 0; index < controller.faults; index++) {
    const fault = faultAt(index);
    if (fault.kind > (FaultKind.SPURIOUS_INTERRUPT as u32)) continue;
    if (matches(fault, sq.qid, command.opcode) && strikes(fault)) strike(fault, sq);
  }
  if (isOperational()) executePlanned(sq);
}

function executePlanned(sq: SubmissionQueue): void {
  if (forcedStatus != 0) return finishSlowly(sq, forcedStatus);
  if (corruption == (Corruption.MISDIRECT as u32)) misdirect();
  const status = executeOn(sq);
  if (status == NO_COMPLETION) return;
  if (status == 0 && corruption < (Corruption.MISDIRECT as u32)) corrupt();
  finish(sq, status);
}

/** When a completion that would be due at `dueNs` is to be posted. */
export function dueWithFaults(dueNs: u64): u64 {
  if (delayNs == 0) return dueNs;
  return delayNs == NEVER ? NEVER : max(dueNs, load<u64>(BUS_NOW)) + delayNs;
}

function strike(fault: Fault, sq: SubmissionQueue): void {
  switch (fault.kind) {
    case FaultKind.ERROR_STATUS:
      forcedStatus = fault.a as u32;
      break;
    case FaultKind.DELAY:
      if (delayNs != NEVER) delayNs += fault.a;
      break;
    case FaultKind.NEVER_COMPLETE:
      delayNs = NEVER;
      break;
    case FaultKind.CORRUPT_DATA:
      corruption = fault.a as u32;
      corruptionStream = streamOf(fault);
      break;
    case FaultKind.NO_DATA:
    case FaultKind.WRITE_LOST:
      command.dry = 1;
      break;
    case FaultKind.SPURIOUS_INTERRUPT:
      raiseVector(completionQueueOf(sq).vector);
      break;
    default:
      strikeController(fault.kind);
  }
}

/** Faults after which this command does not matter any more. */
function strikeController(kind: u32): void {
  if (kind == (FaultKind.SURPRISE_RESET as u32)) return functionReset();
  if (kind == (FaultKind.GONE as u32)) controller.gone = 1;
  fatal();
}

/** Shifts the command by its own length, where there is room. */
function misdirect(): void {
  if (!hasNamespace()) return;
  const namespace = namespaceAt(command.nsid);
  const blocks = (command.cdw12 & RW_NLB_MASK) as u64 + 1;
  const slba = command.slba;
  if (slba + 2 * blocks <= namespace.blocks) {
    command.slba = slba + blocks;
  } else if (slba >= blocks) {
    command.slba = slba - blocks;
  }
}

/** Spoils what a Read has delivered, or what a Write has stored. */
function corrupt(): void {
  if (!hasNamespace() || command.dry != 0) return;
  const namespace = namespaceAt(command.nsid);
  if (namespace.pointer == 0) return;
  const total = ((command.cdw12 & RW_NLB_MASK) + 1) << namespace.lbaShift;
  if (command.opcode == (NvmOpcode.WRITE as u8)) {
    spoil(blockPointer(namespace, command.slba), min(total, PAGE_BYTES as u32));
  } else if (command.opcode == (NvmOpcode.READ as u8)) {
    const piece = min(total, (PAGE_BYTES - (command.prp1 & (PAGE_BYTES - 1))) as u32);
    spoil(translate(command.prp1, piece, 1), piece);
  }
}

function spoil(pointer: u32, bytes: u32): void {
  if (pointer == 0) return;
  if (corruption == (Corruption.ZERO as u32)) {
    memory.fill(pointer, 0, bytes);
  } else {
    const bit = (nextRandom(corruptionStream) % ((bytes as u64) << 3)) as u32;
    const place = pointer + (bit >> 3);
    store<u8>(place, load<u8>(place) ^ (((1 as u32) << (bit & 7)) as u8));
  }
}

function hasNamespace(): bool {
  return command.nsid - 1 < MAX_NAMESPACES && namespaceAt(command.nsid).blocks != 0;
}
