// Faults of data: a command that goes to other blocks, and bytes that a Read delivers or a Write stores
// wrongly. fault-commands.ts has decided which.
import { NvmOpcode, RW_NLB_MASK } from "../spec/commands.ts";
import { PAGE_BYTES } from "../spec/registers.ts";
import { command, MAX_NAMESPACES, namespaceAt } from "./state.ts";
import { corruption, corruptionStream } from "./fault-commands.ts";
import { blockPointer } from "./nvm.ts";
import { Corruption } from "./options.ts";
import { nextRandom } from "./random.ts";
import { translate } from "./dma.ts";
import { firstPiece } from "./prps.ts";
import { firstAddress, firstLength, isSgl } from "./sgl.ts";

/** Shifts the command by its own length, where there is room. */
export function misdirect(): void {
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
export function corrupt(): void {
  if (!hasNamespace() || command.dry != 0) return;
  const namespace = namespaceAt(command.nsid);
  if (namespace.pointer == 0) return;
  const total = ((command.cdw12 & RW_NLB_MASK) + 1) << namespace.lbaShift;
  if (command.opcode == (NvmOpcode.WRITE as u8)) {
    spoil(blockPointer(namespace, command.slba), min(total, PAGE_BYTES as u32));
  } else if (command.opcode == (NvmOpcode.READ as u8)) {
    const piece = isSgl() ? firstLength : min(total, firstPiece() as u32);
    if (piece != 0) spoil(translate(isSgl() ? firstAddress : command.prp1, piece, 1), piece);
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
