// Submission queue entries as a Uint32Array(16) whose index is the Command Dword: sqe[10] is CDW10. Pure functions;
// every bit may be changed before the entry is posted. A number that its field cannot hold is refused, since it would
// come out in the next one.
import {
  ABORT_CID_SHIFT,
  AdminOpcode,
  CDW0_PSDT_SHIFT,
  type Cns,
  CREATE_CQ_IEN,
  CREATE_CQ_IV_SHIFT,
  CREATE_PC,
  CREATE_QSIZE_SHIFT,
  CREATE_SQ_CQID_SHIFT,
  CREATE_SQ_QPRIO_SHIFT,
  FEATURE_SEL_SHIFT,
  FEATURE_SV,
  Feature,
  FeatureSelect,
  LOG_NUMDL_SHIFT,
  LOG_NUMDU_MASK,
  LOG_RAE,
  type LogPage,
  NSID_BROADCAST,
  NvmOpcode,
  RW_NLB_MASK,
} from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES } from "../../assembly/spec/identify.ts";
import { Psdt } from "../../assembly/spec/sgl.ts";
import { badValue } from "../ground/errors.ts";
import type { Region } from "../memory/region.ts";
import { prps } from "./prp.ts";
import type { SglPointer } from "./sgl.ts";

/** Size of a submission queue entry, as assembly/spec/entries.ts declares it; a test holds them together. */
export const SQE_BYTES = 64;

/** A submission queue entry; the index is the Command Dword. */
export type SqeDwords = Uint32Array<ArrayBuffer>;

/** Where a command's data lie. */
export interface DataPointer {
  /** The whole region; two pages at most without `list`. */
  readonly data?: Region;
  /** Memory for the PRP list of a longer one. */
  readonly list?: Region;
  /** In the place of `data`, for I/O commands: what `sgl` made; PSDT says so. */
  readonly sgl?: SglPointer;
  /** Instead of what `data` comes to. */
  readonly prp1?: bigint;
  readonly prp2?: bigint;
}

/** What every command has. */
export interface CommandFields extends DataPointer {
  readonly opcode: number;
  readonly nsid?: number;
}

/**
 * An entry with its opcode, NSID and data pointer, all else zero.
 * @throws PhasebitError USAGE as `prps` does; this and all others also for a number that its field cannot hold.
 */
export function command({ opcode, nsid = 0, ...pointer }: CommandFields): SqeDwords {
  const { data, list, sgl } = pointer;
  requireField("opcode", opcode, 8, "4.2");
  requireField("nsid", nsid, 32, "4.2");
  if (sgl !== undefined && data !== undefined) {
    throw badValue(
      "data",
      data.bytes,
      "bytes are described by PRPs or by an SGL, not by both",
      "4.2",
    );
  }
  const [first, second] = sgl ?? (data === undefined ? [0n, 0n] : prps(data, list));
  const sqe = new Uint32Array(16);
  sqe[0] = opcode | ((sgl === undefined ? Psdt.PRP : Psdt.SGL) << CDW0_PSDT_SHIFT);
  sqe[1] = nsid;
  setQword(sqe, 6, "prp1", pointer.prp1 ?? first);
  setQword(sqe, 8, "prp2", pointer.prp2 ?? second);
  return sqe;
}

/** Identify (5.15): 4096 bytes, which `data` must have; `prp1` may name any place instead. */
export function identify(fields: DataPointer & { cns: Cns; nsid?: number }): SqeDwords {
  const { cns, ...others } = fields;
  requireField("cns", cns, 8, "5.15");
  if (fields.data !== undefined && fields.data.bytes < IDENTIFY_BYTES) {
    throw badValue("data", fields.data.bytes, `bytes are too few for ${IDENTIFY_BYTES}`, "5.15");
  }
  const sqe = command({ opcode: AdminOpcode.IDENTIFY, ...others });
  sqe[10] = cns;
  return sqe;
}

/** Set Features (5.21): `value` is CDW11. */
export function setFeatures(
  fields: DataPointer & { fid: Feature; value: number; nsid?: number; save?: boolean },
): SqeDwords {
  const { fid, value, save = false, ...others } = fields;
  requireField("fid", fid, 8, "5.21");
  const sqe = command({ opcode: AdminOpcode.SET_FEATURES, ...others });
  sqe[10] = fid | (save ? FEATURE_SV : 0);
  sqe[11] = value;
  return sqe;
}

/**
 * Number of Queues (5.21.1.7): how many I/O queues of each kind are wanted.
 * @throws PhasebitError USAGE for a number that is not 1 to 65536: dword 11 takes those of one's own.
 */
export function numberOfQueues(submission: number, completion: number): SqeDwords {
  requireCount("submission", submission, "5.21.1.7");
  requireCount("completion", completion, "5.21.1.7");
  const value = (submission - 1) | ((completion - 1) << 16); // 0's based
  return setFeatures({ fid: Feature.NUMBER_OF_QUEUES, value });
}

/** Interrupt Coalescing (5.21.1.8) for all I/O vectors: threshold 0's based, time in units of 100 us. */
export function interruptCoalescing(threshold: number, time: number): SqeDwords {
  requireField("threshold", threshold, 8, "5.21.1.8");
  requireField("time", time, 8, "5.21.1.8");
  return setFeatures({ fid: Feature.INTERRUPT_COALESCING, value: threshold | (time << 8) });
}

/** Interrupt Vector Configuration (5.21.1.9): exempts a vector from coalescing, or not. */
export function vectorConfiguration(vector: number, coalescingDisable: boolean): SqeDwords {
  requireField("vector", vector, 16, "5.21.1.9");
  const value = vector | (Number(coalescingDisable) << 16);
  return setFeatures({ fid: Feature.INTERRUPT_VECTOR_CONFIGURATION, value });
}

/** Get Features (5.13); the value comes back in dword 0. */
export function getFeatures(
  fields: DataPointer & { fid: Feature; select?: FeatureSelect; nsid?: number },
): SqeDwords {
  const { fid, select = FeatureSelect.CURRENT, ...others } = fields;
  requireField("fid", fid, 8, "5.13");
  requireField("select", select, 3, "5.13");
  const sqe = command({ opcode: AdminOpcode.GET_FEATURES, ...others });
  sqe[10] = fid | (select << FEATURE_SEL_SHIFT);
  return sqe;
}

/** Get Log Page (5.14): `bytes` (a multiple of 4, not more than `data` has; all of it by default) from byte `offset`. */
export function getLogPage(
  fields: DataPointer & {
    lid: LogPage;
    bytes?: number;
    offset?: bigint;
    nsid?: number;
    retainEvent?: boolean;
  },
): SqeDwords {
  const { lid, bytes = fields.data?.bytes ?? 4, offset = 0n, retainEvent = false } = fields;
  const { nsid = NSID_BROADCAST } = fields;
  requireField("lid", lid, 8, "5.14");
  requireLogBytes(bytes, fields.data?.bytes);
  const dwords = bytes / 4 - 1; // 0's based
  const sqe = command({ ...fields, opcode: AdminOpcode.GET_LOG_PAGE, nsid });
  sqe[10] = lid | (retainEvent ? LOG_RAE : 0) | ((dwords & LOG_NUMDU_MASK) << LOG_NUMDL_SHIFT);
  sqe[11] = dwords >>> 16;
  setQword(sqe, 12, "offset", offset);
  return sqe;
}

/** Create I/O Completion Queue (5.3), physically contiguous; `vector` null means without interrupts. */
export function createCompletionQueue(
  fields: DataPointer & { id: number; entries: number; vector: number | null },
): SqeDwords {
  const { id, entries, vector, ...pointer } = fields;
  requireField("id", id, 16, "5.3");
  requireField("vector", vector ?? 0, 16, "5.3");
  requireCount("entries", entries, "5.3");
  const sqe = command({ opcode: AdminOpcode.CREATE_IO_CQ, ...pointer });
  sqe[10] = id | ((entries - 1) << CREATE_QSIZE_SHIFT); // 0's based
  sqe[11] = CREATE_PC | (vector === null ? 0 : CREATE_CQ_IEN | (vector << CREATE_CQ_IV_SHIFT));
  return sqe;
}

/** Create I/O Submission Queue (5.4), physically contiguous, completing into `cqid`. */
export function createSubmissionQueue(
  fields: DataPointer & { id: number; entries: number; cqid: number; priority?: number },
): SqeDwords {
  const { id, entries, cqid, priority = 0, ...pointer } = fields;
  requireField("id", id, 16, "5.4");
  requireField("cqid", cqid, 16, "5.4");
  requireField("priority", priority, 2, "5.4");
  requireCount("entries", entries, "5.4");
  const sqe = command({ opcode: AdminOpcode.CREATE_IO_SQ, ...pointer });
  sqe[10] = id | ((entries - 1) << CREATE_QSIZE_SHIFT); // 0's based
  sqe[11] = CREATE_PC | (priority << CREATE_SQ_QPRIO_SHIFT) | (cqid << CREATE_SQ_CQID_SHIFT);
  return sqe;
}

/** Delete I/O Submission Queue (5.6). */
export function deleteSubmissionQueue(id: number): SqeDwords {
  return deleteQueue(AdminOpcode.DELETE_IO_SQ, id);
}

/** Delete I/O Completion Queue (5.5). */
export function deleteCompletionQueue(id: number): SqeDwords {
  return deleteQueue(AdminOpcode.DELETE_IO_CQ, id);
}

/** Abort (5.1) of the command `cid` of submission queue `sqid`. */
export function abort(sqid: number, cid: number): SqeDwords {
  requireField("sqid", sqid, 16, "5.1");
  requireField("cid", cid, 16, "5.1");
  const sqe = command({ opcode: AdminOpcode.ABORT });
  sqe[10] = (sqid | (cid << ABORT_CID_SHIFT)) >>> 0;
  return sqe;
}

/** Asynchronous Event Request (5.2). */
export function asynchronousEventRequest(): SqeDwords {
  return command({ opcode: AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST });
}

/**
 * Doorbell Buffer Config (5.7): a page for shadow doorbells, which the controller reads, and one for EventIdx, which it
 * writes; `prp1` and `prp2` may name any places instead.
 */
export function doorbellBufferConfig(fields: {
  readonly doorbells?: Region;
  readonly events?: Region;
  readonly prp1?: bigint;
  readonly prp2?: bigint;
}): SqeDwords {
  const { doorbells, events, prp1 = doorbells?.iova ?? 0n, prp2 = events?.iova ?? 0n } = fields;
  return command({ opcode: AdminOpcode.DOORBELL_BUFFER_CONFIG, prp1, prp2 });
}

/** A range of logical blocks. */
export interface BlockRange extends DataPointer {
  readonly nsid: number;
  /** Starting LBA. */
  readonly slba: bigint;
  /** Logical blocks, from 1 to 65536. */
  readonly blocks: number;
}

/** What Virtualization Management does (figure 335 of 5.22). */
export enum VirtualizationAction {
  PRIMARY_ALLOCATE = 1,
  SECONDARY_OFFLINE = 7,
  SECONDARY_ASSIGN = 8,
  SECONDARY_ONLINE = 9,
}

/** Kinds of flexible resources: queue pairs and interrupt vectors. */
export enum FlexibleResource {
  VQ = 0,
  VI = 1,
}

/** Virtualization Management (5.22); how many resources were changed comes back in dword 0. */
export function virtualizationManagement(fields: {
  readonly action: VirtualizationAction;
  /** CNTLID */
  readonly controller: number;
  readonly resource?: FlexibleResource;
  readonly count?: number;
}): SqeDwords {
  const { action, controller, resource = FlexibleResource.VQ, count = 0 } = fields;
  requireField("action", action, 4, "5.22");
  requireField("controller", controller, 16, "5.22");
  requireField("resource", resource, 3, "5.22");
  requireField("count", count, 16, "5.22");
  const sqe = command({ opcode: AdminOpcode.VIRTUALIZATION_MANAGEMENT });
  sqe[10] = ((controller << 16) | (resource << 8) | action) >>> 0;
  sqe[11] = count;
  return sqe;
}

/** Read (6.9). */
export function read(range: BlockRange): SqeDwords {
  return onBlocks(NvmOpcode.READ, range);
}

/** Write (6.15). */
export function write(range: BlockRange): SqeDwords {
  return onBlocks(NvmOpcode.WRITE, range);
}

/** Compare (6.6). */
export function compare(range: BlockRange): SqeDwords {
  return onBlocks(NvmOpcode.COMPARE, range);
}

/** Write Zeroes (6.17): moves no data. */
export function writeZeroes(range: Omit<BlockRange, keyof DataPointer>): SqeDwords {
  return onBlocks(NvmOpcode.WRITE_ZEROES, range);
}

/** Flush (6.8). */
export function flush(nsid: number): SqeDwords {
  return command({ opcode: NvmOpcode.FLUSH, nsid });
}

/** @throws PhasebitError USAGE for a number that `bits` bits cannot hold: it would come out as another. */
export function requireField(what: string, value: number, bits: number, section: string): void {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) return;
  throw badValue(what, value, `must be 0 to ${2 ** bits - 1}`, section);
}

/** NUMD is 0's based: no bytes would come out as 16 GiB, and more than there is room for are written past it. */
function requireLogBytes(bytes: number, room = Number.POSITIVE_INFINITY): void {
  const isCount = Number.isInteger(bytes) && bytes > 0 && bytes % 4 === 0 && bytes <= 2 ** 34;
  if (!isCount) throw badValue("bytes", bytes, "must be a multiple of 4, to 16 GiB", "5.14");
  if (bytes > room) throw badValue("bytes", bytes, `are more than the ${room} of data`, "5.14");
}

/** A count that a 0's based field of 16 bits can hold: 0 would come out as 65536. */
function requireCount(what: string, count: number, section: string): void {
  if (Number.isInteger(count) && count >= 1 && count <= 65_536) return;
  throw badValue(what, count, "must be 1 to 65536", section);
}

/** @throws PhasebitError USAGE for no blocks, or more than NLB can hold. */
function onBlocks(opcode: NvmOpcode, { slba, blocks, ...others }: BlockRange): SqeDwords {
  requireCount("blocks", blocks, "6.9");
  const sqe = command({ opcode, ...others });
  setQword(sqe, 10, "slba", slba);
  sqe[12] = (blocks - 1) & RW_NLB_MASK; // 0's based
  return sqe;
}

function deleteQueue(opcode: AdminOpcode, id: number): SqeDwords {
  requireField("id", id, 16, "5.6");
  const sqe = command({ opcode });
  sqe[10] = id;
  return sqe;
}

/** A 64-bit field that begins in Command Dword `index`. */
function setQword(sqe: SqeDwords, index: number, what: string, value: bigint): void {
  if (value < 0n || value >= 1n << 64n) throw badValue(what, value, "must fit 64 bits", "4.2");
  sqe[index] = Number(BigInt.asUintN(32, value));
  sqe[index + 1] = Number(value >> 32n);
}
