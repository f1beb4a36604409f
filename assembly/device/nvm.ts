// The NVM command set (NVMe 1.4, section 6). Commands execute one at a time and wholly, in the
// order in which they are fetched, so that each is atomic whatever its size.
import { BUS_MEDIUM_LOST } from "../layout.ts";
import {
  DSM_AD,
  DSM_NR_MASK,
  DSM_RANGE_BYTES,
  NSID_BROADCAST,
  NvmOpcode,
  RW_NLB_MASK,
} from "../spec/commands.ts";
import { Psdt } from "../spec/sgl.ts";
import { Status } from "../spec/status.ts";
import { fillWithZeroes } from "./blank.ts";
import { command, controller, MAX_NAMESPACES, Namespace, namespaceAt, SCRATCH } from "./state.ts";
import { differsAt, Movement } from "./pieces.ts";
import { exceedsLimit, transfer } from "./transfer.ts";

/** FUSE and PSDT: no fused operations, and PRPs only. */
export const FLAGS_UNSUPPORTED: u32 = 0xc3;
/** PSDT 01b, where there are SGLs. */
const FLAGS_SGL: u32 = (Psdt.SGL as u32) << 6;
const FUSE_BITS: u32 = 0x03;

// Byte offsets in the SQE, for the error log.
const FUSE_LOCATION: u32 = 1;
/** PSDT begins with bit 6 of its byte. */
const PSDT_LOCATION: u32 = 1 | (6 << 8);
const NSID_LOCATION: u32 = 4;
const SLBA_LOCATION: u32 = 40;
const NLB_LOCATION: u32 = 48;
const SECTOR_SHIFT: u32 = 9;

/** Executes the I/O command in `command`; returns its status. */
export function executeNvm(): u32 {
  const status = executeCommand();
  // looked at afterwards: a command may find out
  return load<u32>(BUS_MEDIUM_LOST) == 0 ? status : withoutMedium(status);
}

/** A command that would have ended well has met a medium that is not there (4.6.1.2.3). */
function withoutMedium(status: u32): u32 {
  if (status != 0 && status != (Status.COMPARE_FAILURE as u32)) return status;
  command.lba = command.slba;
  const reads = command.opcode == NvmOpcode.READ || command.opcode == NvmOpcode.COMPARE;
  return reads ? Status.UNRECOVERED_READ_ERROR : Status.WRITE_FAULT;
}

@inline
function executeCommand(): u32 {
  switch (command.opcode as u32) {
    case NvmOpcode.READ:
      return isPlain() ? read() : unsupportedFlags();
    case NvmOpcode.WRITE:
      return isPlain() ? write() : unsupportedFlags();
    case NvmOpcode.FLUSH:
      return isPlain() ? flush() : unsupportedFlags();
    case NvmOpcode.COMPARE:
      return isPlain() ? compare() : unsupportedFlags();
    case NvmOpcode.WRITE_ZEROES:
      return isPlain() ? writeZeroes() : unsupportedFlags();
    case NvmOpcode.DATASET_MANAGEMENT:
      return isPlain() ? datasetManagement() : unsupportedFlags();
    default:
      return failAt(0, Status.INVALID_OPCODE);
  }
}

/** Read (6.9). */
function read(): u32 {
  return moveBlocks(Movement.TO_HOST, Movement.CHECK_TO_HOST, false);
}

/** Write (6.15). */
function write(): u32 {
  return moveBlocks(Movement.FROM_HOST, Movement.CHECK_FROM_HOST, true);
}

/** Compare (6.6). The null medium has nothing to compare with, and never differs. */
function compare(): u32 {
  return moveBlocks(Movement.COMPARE, Movement.CHECK_FROM_HOST, false);
}

/** Moves the command's blocks as `wet` says; `dry` where there is nothing to move. */
@inline
function moveBlocks(wet: Movement, dry: Movement, writes: bool): u32 {
  const status = checkNamespace();
  if (status != 0) return status;
  const namespace = namespaceAt(command.nsid);
  const bytes = commandBytes(namespace);
  const wrong = checkData(namespace, bytes);
  if (wrong != 0) return wrong;
  const movement = isDry(namespace) ? dry : wet;
  const moved = transfer(movement, bytes, blockPointer(namespace, command.slba), bytes);
  if (moved == 0) count(writes, bytes);
  if (moved == (Status.COMPARE_FAILURE as u32)) command.lba = differingBlock(namespace);
  return moved;
}

/** The first block of a comparison that was not as it should be. */
function differingBlock(namespace: Namespace): u64 {
  const bytes = (differsAt - blockPointer(namespace, command.slba)) as u64;
  return command.slba + (bytes >> namespace.lbaShift);
}

/** The SMART log counts what has succeeded (5.14.1.2). */
@inline
function count(writes: bool, bytes: u64): void {
  if (writes) {
    controller.writeCommands++;
    controller.sectorsWritten += bytes >> SECTOR_SHIFT;
  } else {
    controller.readCommands++;
    controller.sectorsRead += bytes >> SECTOR_SHIFT;
  }
}

/** Flush (6.8), of one namespace or of all: nothing is ever cached. */
function flush(): u32 {
  return command.nsid == NSID_BROADCAST ? Status.SUCCESS : checkNamespace();
}

/** Write Zeroes (6.17). MDTS does not limit it; deallocated blocks read as zeroes too. */
function writeZeroes(): u32 {
  const status = checkNamespace();
  if (status != 0) return status;
  const namespace = namespaceAt(command.nsid);
  if (!contains(namespace, command.slba, commandBlocks())) return outside(namespace);
  zero(namespace, command.slba, commandBlocks());
  return Status.SUCCESS;
}

/** Dataset Management (6.7): all ranges are checked before the first is deallocated. */
function datasetManagement(): u32 {
  const status = checkNamespace();
  if (status != 0) return status;
  const ranges = (command.cdw10 & DSM_NR_MASK) + 1;
  const bytes = ranges * DSM_RANGE_BYTES;
  const moved = transfer(Movement.FROM_HOST, bytes, SCRATCH as u32, bytes);
  if (moved != 0) return moved;
  if ((command.cdw11 & DSM_AD) == 0) return Status.SUCCESS;
  const namespace = namespaceAt(command.nsid);
  for (let index: u32 = 0; index < ranges; index++) {
    if (contains(namespace, rangeStart(index), rangeBlocks(index))) continue;
    // the range is no field of the command
    command.lba = max(rangeStart(index), namespace.blocks);
    return Status.LBA_OUT_OF_RANGE;
  }
  for (let index: u32 = 0; index < ranges; index++) {
    zero(namespace, rangeStart(index), rangeBlocks(index));
  }
  return Status.SUCCESS;
}

/** Length in blocks of a range that Dataset Management was given. */
function rangeBlocks(index: u32): u64 {
  return load<u32>(SCRATCH + (index as usize) * DSM_RANGE_BYTES, 4);
}

function rangeStart(index: u32): u64 {
  return load<u64>(SCRATCH + (index as usize) * DSM_RANGE_BYTES, 8);
}

function zero(namespace: Namespace, slba: u64, blocks: u64): void {
  if (isDry(namespace)) return;
  fillWithZeroes(blockPointer(namespace, slba), (blocks << namespace.lbaShift) as u32);
}

/**
 * NSID rules of commands for one namespace (4.2, 6.1): an inactive one is an invalid field, and so is
 * FFFFFFFFh, which none of them supports; others do not exist.
 */
@inline
function checkNamespace(): u32 {
  const nsid = command.nsid;
  if (nsid - 1 >= MAX_NAMESPACES) return notOneNamespace(nsid);
  if (namespaceAt(nsid).blocks == 0) return failAt(NSID_LOCATION, Status.INVALID_FIELD);
  return Status.SUCCESS;
}

function notOneNamespace(nsid: u32): u32 {
  const broadcast = nsid == NSID_BROADCAST;
  return failAt(
    NSID_LOCATION,
    broadcast ? Status.INVALID_FIELD : Status.INVALID_NAMESPACE_OR_FORMAT,
  );
}

/** MDTS first, then the LBA range. */
@inline
function checkData(namespace: Namespace, bytes: u64): u32 {
  if (exceedsLimit(bytes)) return failAt(NLB_LOCATION, Status.INVALID_FIELD);
  return contains(namespace, command.slba, commandBlocks()) ? Status.SUCCESS : outside(namespace);
}

/** The first of the command's blocks that is not there, and the field that leads to it. */
function outside(namespace: Namespace): u32 {
  command.lba = max(command.slba, namespace.blocks);
  const location = command.slba < namespace.blocks ? NLB_LOCATION : SLBA_LOCATION;
  return failAt(location, Status.LBA_OUT_OF_RANGE);
}

/** Whether the blocks lie inside the namespace; no sum that could wrap. */
@inline
function contains(namespace: Namespace, slba: u64, blocks: u64): bool {
  return blocks <= namespace.blocks && slba <= namespace.blocks - blocks;
}

/** NLB is 0's based. */
@inline
function commandBlocks(): u64 {
  return ((command.cdw12 & RW_NLB_MASK) + 1) as u64;
}

@inline
function commandBytes(namespace: Namespace): u64 {
  return commandBlocks() << namespace.lbaShift;
}

/** Nothing is to be moved: the null medium, or a fault. */
@inline
function isDry(namespace: Namespace): bool {
  return namespace.pointer == 0 || command.dry != 0;
}

/** Where a block lies in the linear memory; meaningless for the null medium. */
@inline
export function blockPointer(namespace: Namespace, slba: u64): u32 {
  return namespace.pointer + ((slba << namespace.lbaShift) as u32);
}

@inline
function isPlain(): bool {
  const flags = command.flags & FLAGS_UNSUPPORTED;
  return flags == 0 || (flags == FLAGS_SGL && controller.sgls != 0);
}

/** FUSE or PSDT is what there is not. */
export function unsupportedFlags(): u32 {
  const fused = (command.flags & FUSE_BITS) != 0;
  return failAt(fused ? FUSE_LOCATION : PSDT_LOCATION, Status.INVALID_FIELD);
}

/** Notes which field of the SQE is wrong, for the error log. */
export function failAt(location: u32, status: u32): u32 {
  command.location = location;
  return status;
}
