// What the embedded controller and whoever makes it must agree on: the numbers in the arguments of
// its exports. Plain constants and enums, read by asc and tsc alike.

/** The most I/O queues of each kind. */
export const MOST_IO_QUEUES = 256;
/** The most entries of a queue. */
export const MOST_QUEUE_ENTRIES = 65536;
export const MOST_NAMESPACES = 16;
export const MOST_FAULTS = 32;
export const MOST_VECTORS = 2048;
/** The most blocks of a namespace. */
export const MOST_BLOCKS_POWER = 40;
/** Block sizes, as powers of two. */
export const SMALLEST_LBA_SHIFT = 9;
export const LARGEST_LBA_SHIFT = 16;

/** BARs of the Controller Memory Buffer and of the Persistent Memory Region. */
export const CMB_BAR = 2;
export const PMR_BAR = 4;

/** The revision of the specification, as VS has it. */
export enum Version {
  V1_4 = 0x10400,
  V2_0 = 0x20000,
}

/** Where a namespace's blocks lie. */
export enum Medium {
  /** Nowhere: reads leave the host's buffer as it is, writes vanish, comparisons never differ. */
  NULL = 0,
  /** In the linear memory, at a pointer. */
  WINDOW = 1,
  /** The same, and all zeroes as yet: pages that nobody has written to are never touched. */
  RAM = 2,
}

/** The strings that `identity` sets. */
export enum IdentityField {
  SN = 0,
  MN = 1,
  FR = 2,
}

/** How long I/O commands take. */
export enum LatencyModel {
  NONE = 0,
  /** Always the same. */
  CONSTANT = 1,
  /** Lognormally distributed: median, and standard deviation of the logarithm. */
  LOGNORMAL = 2,
}

/** What goes wrong. `a` and `b` are `addFault`'s arguments. */
export enum FaultKind {
  // When a command has been fetched.
  /** Completes with status `a` (SCT << 8 | SC, STATUS_MORE, STATUS_DNR) and is not executed. */
  ERROR_STATUS = 0,
  /** Completes `a` ns later. */
  DELAY = 1,
  /** Stays in flight until it is aborted, its queue is deleted, or there is a reset. */
  NEVER_COMPLETE = 2,
  /** `a` is a Corruption. */
  CORRUPT_DATA = 3,
  /** Succeeds without moving data: meant for reads. */
  NO_DATA = 4,
  /** Succeeds without moving data: meant for writes. */
  WRITE_LOST = 5,
  /** CSTS.CFS. */
  FATAL = 6,
  /** All registers read all-ones from now on, and nothing is processed. */
  GONE = 7,
  /** A function level reset that nobody asked for. */
  SURPRISE_RESET = 8,
  /** An interrupt of the command's completion queue, before there is an entry. */
  SPURIOUS_INTERRUPT = 9,

  // When an entry is posted.
  /** The entry is posted twice. */
  DUPLICATE_CQE = 10,
  /** `a` is a BadCid; with `b` the false entry comes before the true one, not in its place. */
  BAD_CID = 11,
  /** SQID `a`; `b` as for BAD_CID. */
  BAD_SQID = 12,
  /** SQHD `a`; `b` as for BAD_CID. */
  BAD_SQHD = 13,
  /** Written with the phase tag of the lap before; the queue posts nothing after it. */
  STUCK_PHASE = 14,
  /** Phase tag and status at once, the other fields in the next step. */
  EARLY_PHASE = 15,
  /** The status field has the bits `a` too, as (status >> 1), and Dword 1 is `b`; the command is executed. */
  CQE_BITS = 16,
  /** Random numbers before the true entry; with the wrong phase tag they take no position. */
  FUZZ_CQE = 17,

  // When an interrupt is raised.
  DROP_INTERRUPT = 18,

  // When CC is written.
  /** RDY stays 0. */
  NEVER_READY = 19,
  /** RDY stays 1. */
  NEVER_UNREADY = 20,
  /** SHST stays OCCURRING. */
  SHUTDOWN_STUCK = 21,

  // Whenever it is read or asked for.
  /** A field of CAP: `a` is its lowest bit | width << 8, `b` its value. */
  BAD_CAP = 22,
  /**
   * A field of an Identify structure: `a` is its offset | bytes << 16 | CNS << 24, `b` its value.
   */
  BAD_IDENTIFY = 23,
  /** At most `a` I/O queues of a kind are granted. */
  QUEUE_LIMIT = 24,
  /** The register at offset `a` reads `b`. */
  BAD_REGISTER = 25,

  // Controller memory.
  /** What the host wrote to the four bytes at offset `a` of the Controller Memory Buffer reads 0 at each register access. */
  CMB_LOST_WRITE = 26,
  /** Commands find the Controller Memory Buffer CMBLOC.OFST times 4 KiB after the beginning of its BAR, whatever SZU is. */
  CMB_WRONG_OFFSET = 27,
  /** PMRSTS.NRDY stays 1. */
  PMR_NEVER_READY = 28,

  // When an interrupt is masked, unmasked, or has been served.
  /** A message is sent although its vector is masked. */
  MASK_IGNORED = 30,
  /** A message that is masked leaves no pending bit, and never comes. */
  PENDING_BIT_LOST = 31,
  /** The end of a mask clears the pending bit and sends nothing. */
  UNMASK_SILENT = 32,
  /** The pin stays active although the host has taken all entries. */
  PIN_STUCK = 33,

  // When the controller has nothing to do.
  /** EventIdx of a queue with a shadow doorbell keeps its value. */
  STALE_EVENT_INDEX = 36,

  // When the controller is reset.
  /** A reset of the subsystem, of the function or of the link does nothing. */
  RESET_IGNORED = 40,
  /** NSSRO stays 0 after a reset of the subsystem. */
  NSSRO_LOST = 41,
  /** Features keep their values. */
  FEATURES_KEPT = 42,
  /** A command that was in flight gets its entry all the same, once the controller is enabled again. */
  LATE_COMPLETION = 43,
}

/** In `addFault`'s match: any opcode. Otherwise the low byte is the opcode. */
export const MATCH_ANY = 0x100;
/** In `addFault`'s match: commands of the admin queue, not of the I/O queues. */
export const MATCH_ADMIN = 0x200;

/** In BAD_SQHD's `a`: an index in the queue that it has not got to, and was not told of. */
export const SQHD_INSIDE = 0x10000;

/** How CORRUPT_DATA corrupts. */
export enum Corruption {
  /** One bit in the first page of the data is flipped. */
  FLIP = 0,
  /** The first page of the data becomes zeroes. */
  ZERO = 1,
  /** The next blocks are used instead, or those before. */
  MISDIRECT = 2,
}

/** Which CID stands in the place of the true one. */
export enum BadCid {
  /** FFFFh. */
  RANGE = 0,
  /** That of the command completed before. */
  IDLE = 1,
  /** That of another command in flight, if there is one. */
  BUSY = 2,
  /** The true one with its highest bit flipped: an old generation. */
  OLD = 3,
}
