// Admin commands as a Uint32Array(16) whose index is the Command Dword: sqe[10] is CDW10. Pure functions;
// the CID is the queue's to fill in.
import {
  AdminOpcode,
  type Cns,
  CREATE_CQ_IEN,
  CREATE_CQ_IV_SHIFT,
  CREATE_PC,
  CREATE_QSIZE_SHIFT,
  CREATE_SQ_CQID_SHIFT,
  FEATURE_SEL_SHIFT,
  Feature,
  FeatureSelect,
  LOG_NUMDL_SHIFT,
  LOG_NUMDU_MASK,
  type LogPage,
  NvmOpcode,
  RW_NLB_MASK,
} from "../../assembly/spec/commands.ts";

/** A submission queue entry; the index is the Command Dword. */
export type SqeDwords = Uint32Array<ArrayBuffer>;

/** An entry with its opcode, NSID and PRPs (bytes as the device sees them), all else zero. */
export function command(opcode: number, nsid = 0, prp1 = 0n, prp2 = 0n): SqeDwords {
  const sqe = new Uint32Array(16);
  sqe[0] = opcode;
  sqe[1] = nsid;
  sqe[6] = Number(prp1 & 0xffffffffn);
  sqe[7] = Number(prp1 >> 32n);
  sqe[8] = Number(prp2 & 0xffffffffn);
  sqe[9] = Number(prp2 >> 32n);
  return sqe;
}

/** Identify (5.15): 4096 bytes to `prp1`. */
export function identify(cns: Cns, nsid: number, prp1: bigint): SqeDwords {
  const sqe = command(AdminOpcode.IDENTIFY, nsid, prp1);
  sqe[10] = cns;
  return sqe;
}

/** Set Features (5.21) without data: `value` is CDW11. */
export function setFeatures(fid: Feature, value: number): SqeDwords {
  const sqe = command(AdminOpcode.SET_FEATURES);
  sqe[10] = fid;
  sqe[11] = value;
  return sqe;
}

/** Interrupt Coalescing (5.21.1.8) for all I/O vectors: threshold 0's based, time in units of 100 us. */
export function setInterruptCoalescing(threshold: number, time: number): SqeDwords {
  return setFeatures(Feature.INTERRUPT_COALESCING, threshold | (time << 8));
}

/** Interrupt Vector Configuration (5.21.1.9): exempts a vector from coalescing, or not. */
export function setVectorConfiguration(vector: number, coalescingDisable: boolean): SqeDwords {
  return setFeatures(
    Feature.INTERRUPT_VECTOR_CONFIGURATION,
    vector | (Number(coalescingDisable) << 16),
  );
}

/** Get Features (5.13) without data; the value comes back in dword 0. */
export function getFeatures(fid: Feature, select = FeatureSelect.CURRENT): SqeDwords {
  const sqe = command(AdminOpcode.GET_FEATURES);
  sqe[10] = fid | (select << FEATURE_SEL_SHIFT);
  return sqe;
}

/** Get Log Page (5.14): the first `bytes` (a multiple of 4, one page at most) to `prp1`. */
export function getLogPage(
  lid: LogPage,
  bytes: number,
  prp1: bigint,
  nsid = 0xffffffff,
): SqeDwords {
  const dwords = bytes / 4 - 1; // 0's based
  const sqe = command(AdminOpcode.GET_LOG_PAGE, nsid, prp1);
  sqe[10] = lid | ((dwords & LOG_NUMDU_MASK) << LOG_NUMDL_SHIFT);
  sqe[11] = dwords >>> 16;
  return sqe;
}

/** Create I/O Completion Queue (5.3), physically contiguous; `vector` null means without interrupts. */
export function createIoCompletionQueue(
  qid: number,
  entries: number,
  prp1: bigint,
  vector: number | null,
): SqeDwords {
  const sqe = command(AdminOpcode.CREATE_IO_CQ, 0, prp1);
  sqe[10] = qid | ((entries - 1) << CREATE_QSIZE_SHIFT); // 0's based
  sqe[11] = CREATE_PC | (vector === null ? 0 : CREATE_CQ_IEN | (vector << CREATE_CQ_IV_SHIFT));
  return sqe;
}

/** Create I/O Submission Queue (5.4), physically contiguous, completing into `cqid`. */
export function createIoSubmissionQueue(
  qid: number,
  entries: number,
  prp1: bigint,
  cqid: number,
): SqeDwords {
  const sqe = command(AdminOpcode.CREATE_IO_SQ, 0, prp1);
  sqe[10] = qid | ((entries - 1) << CREATE_QSIZE_SHIFT); // 0's based
  sqe[11] = CREATE_PC | (cqid << CREATE_SQ_CQID_SHIFT);
  return sqe;
}

/** Delete I/O Submission Queue (5.6). */
export function deleteIoSubmissionQueue(qid: number): SqeDwords {
  return deleteQueue(AdminOpcode.DELETE_IO_SQ, qid);
}

/** Delete I/O Completion Queue (5.5). */
export function deleteIoCompletionQueue(qid: number): SqeDwords {
  return deleteQueue(AdminOpcode.DELETE_IO_CQ, qid);
}

/** Read or Write (6.9, 6.15) of `blocks` from `slba`. */
export function readWrite(
  opcode: NvmOpcode.READ | NvmOpcode.WRITE,
  nsid: number,
  slba: bigint,
  blocks: number,
  prp1: bigint,
  prp2: bigint,
): SqeDwords {
  const sqe = command(opcode, nsid, prp1, prp2);
  sqe[10] = Number(slba & 0xffffffffn);
  sqe[11] = Number(slba >> 32n);
  sqe[12] = (blocks - 1) & RW_NLB_MASK; // 0's based
  return sqe;
}

/** Flush (6.8). */
export function flush(nsid: number): SqeDwords {
  return command(NvmOpcode.FLUSH, nsid);
}

function deleteQueue(opcode: AdminOpcode, qid: number): SqeDwords {
  const sqe = command(opcode);
  sqe[10] = qid;
  return sqe;
}
