// The map of the linear memory: what host side, device side and TypeScript must agree on. Structures are
// given as byte offsets from their own start. docs/memory.md draws it.

/** Below this nothing is ever placed: pointer 0 stays invalid and the modules keep their own data here. */
export const RESERVED_BYTES = 0x10000;

/** IOVA window numbers: an IOVA's high dword; the low dword is the pointer. */
export const IOVA_WINDOW_DMA = 1;
export const IOVA_WINDOW_CMB = 2;
/** Never mapped: for tests that want a bad pointer. */
export const IOVA_WINDOW_NONE = 3;
export const IOVA_WINDOW_PMR = 4;

// ── Fixed places ────────────────────────────────────────────────────────────────────────────────────
/** The embedded controller's bus: register mailbox, bus master, clock (BUS_*). */
export const BUS = 0x10000;
/** The embedded controller's IOMMU table (IOMMU_*). */
export const IOMMU = 0x11000;
/** The embedded controller's own state, private to it. */
export const DEVICE_STATE = 0x60000;
export const DEVICE_STATE_BYTES = 0x180000;
/** Where TypeScript begins to place everything else. */
export const HEAP = DEVICE_STATE + DEVICE_STATE_BYTES;

// ── The embedded controller's bus ───────────────────────────────────────────────────────────────────
// A register access is a message: the host fills offset and value, stores the request with a release,
// the device answers and stores BusRequest.NONE. So the device sees each access once and in order.
export enum BusRequest {
  NONE = 0,
  READ = 1,
  WRITE = 2,
  /** Function level reset. */
  RESET = 3,
  /** The device's thread ends. */
  STOP = 4,
  /** Eight bytes in one access. */
  READ64 = 5,
  WRITE64 = 6,
  /** A hot reset of the link. */
  HOT_RESET = 7,
  /** Function Mask of MSI-X is to be BUS_VALUE. */
  MASK_FUNCTION = 8,
}
/** Which of its capabilities a function raises its interrupts through. */
export enum BusInterrupts {
  /** The interrupt pin, or none at all. */
  PIN = 0,
  MSI = 1,
  MSIX = 2,
}
/** u32, a BusRequest; waited on and notified by both sides. */
export const BUS_REQUEST = BUS + 0;
/** u32: register offset in BAR0. */
export const BUS_OFFSET = BUS + 4;
/** u32: value to write, or value read. */
export const BUS_VALUE = BUS + 8;
/** u32: the high half of it, in an access of eight bytes. */
export const BUS_VALUE_HIGH = BUS + 20;
/** u32: Bus Master Enable; while 0 the device makes no access to memory and raises no interrupt. */
export const BUS_MASTER = BUS + 12;
/** u32, a BusInterrupts: which kind of interrupt the function is set to. */
export const BUS_INTERRUPT_KIND = BUS + 16;
/** u64: the device's clock in ns; its clock import stores it here. A stepped test stores virtual time. */
export const BUS_NOW = BUS + 24;
/** u64: how many interrupts were raised, for tests. */
export const BUS_INTERRUPTS = BUS + 32;
/** u32: the number of the device's thread, 0 before it has begun and when it has ended. */
export const BUS_THREAD = BUS + 56;
/** u32: 1 once a page of a medium's file could not be had: the media have lost their data. Never 0 again. */
export const BUS_MEDIUM_LOST = BUS + 60;
/** u32: bumped when eventfds were closed, so that the device's thread drops its copies. */
export const BUS_VECTORS_GENERATION = BUS + 40;
/** u32: Interrupt Disable of the Command register, set by the host; and Interrupt Status, set by the device. */
export const BUS_INTERRUPT_DISABLE = BUS + 64;
export const BUS_INTERRUPT_STATUS = BUS + 68;
/**
 * u32: 1 while the host has the interrupt pin masked, as a kernel does from each of its interrupts until whoever handles it
 * signals the eventfd of BUS_PIN_UNMASK, which is that of BUS_VECTORS.
 */
export const BUS_PIN_MASKED = BUS + 72;
export const BUS_PIN_UNMASK = BUS + 76;
/** u32: Function Mask of MSI-X, kept by the device. */
export const BUS_FUNCTION_MASK = BUS + 84;
/** u32: 1 once a page of memory that another process has lent could not be had. */
export const BUS_PEER_LOST = BUS + 88;
/** u32: messages that the host has enabled for MSI (MME); 0 for all that the function has. */
export const BUS_MESSAGES = BUS + 80;
/** u32 for each vector: the eventfd that the bus signals for it, plus one; 0 means none. */
export const BUS_VECTORS = BUS + 1024;
export const BUS_VECTORS_MAX = 512;

// ── The embedded controller's IOMMU: u32 count, then entries of 16 bytes ────────────────────────────
export const IOMMU_COUNT = IOMMU + 0;
/** u32, bumped after every change so that the device drops what it remembered. */
export const IOMMU_GENERATION = IOMMU + 4;
export const IOMMU_ENTRIES = IOMMU + 16;
export const IOMMU_ENTRY_BYTES = 16;
export const IOMMU_MAX_ENTRIES = 255;
/** u32: first pointer; u32: bytes; u32: IOVA window; u32: what the device may do, some of DmaAccess. */
export const IOMMU_ENTRY_POINTER = 0;
export const IOMMU_ENTRY_LENGTH = 4;
export const IOMMU_ENTRY_WINDOW = 8;
export const IOMMU_ENTRY_ACCESS = 12;

// ── Memory that lies elsewhere than its pointer says: two tables of 24 bytes an entry, by ascending IOVA, without overlaps ──
/**
 * u32: how many entries there are, in IOMMU_PLACED_COUNT; IOMMU_PLACED_SECOND for the second table; and above a number that
 * each change makes another. Only the table that is not in use is written, so a search that found the same word before and after
 * saw one table.
 */
export const IOMMU_PLACED_STATE = 0x12000;
export const IOMMU_PLACED_COUNT = 0x7fff;
export const IOMMU_PLACED_SECOND = 0x8000;
export const IOMMU_PLACED_TURN = 0x10000;
export const IOMMU_PLACED = 0x20000;
export const IOMMU_PLACED_BYTES = 24;
export const IOMMU_MAX_PLACED = 4096;
/** The second table is so far behind the first. */
export const IOMMU_PLACED_STRIDE = IOMMU_MAX_PLACED * IOMMU_PLACED_BYTES;
/** u64: first IOVA; u32: pointer; u32: bytes; u32: what the device may do, some of DmaAccess. */
export const IOMMU_PLACED_IOVA = 0;
export const IOMMU_PLACED_POINTER = 8;
export const IOMMU_PLACED_LENGTH = 12;
export const IOMMU_PLACED_ACCESS = 16;

// ── Accesses that the IOMMU refused: u32 how many so far, then a ring of entries of 32 bytes ────────
export const IOMMU_FAULTS = 0x13000;
export const IOMMU_FAULT_ENTRIES = IOMMU_FAULTS + 32;
export const IOMMU_FAULT_BYTES = 32;
export const IOMMU_FAULTS_KEPT = 64;
/** u64: first IOVA; u64: when, in ns; u32: bytes; u32: 1 for a write; u32: 1 when memory is mapped there. */
export const IOMMU_FAULT_IOVA = 0;
export const IOMMU_FAULT_TIME = 8;
export const IOMMU_FAULT_LENGTH = 16;
export const IOMMU_FAULT_WRITES = 20;
export const IOMMU_FAULT_MAPPED = 24;

/** Bits of what a device may do with memory. */
export enum DmaAccess {
  READ = 1,
  WRITE = 2,
}

// ── Accesses of commands that wait for the host, which answers page faults: a place for each submission queue ──
/** u32: 1 while the host answers; a change is a new generation of the table. */
export const PAGE_REQUESTS = 0x15000;
/** u32: how many the device has made. */
export const PAGE_REQUESTS_MADE = PAGE_REQUESTS + 4;
export const PAGE_PLACES = PAGE_REQUESTS + 32;
export const PAGE_PLACE_BYTES = 32;
export const PAGE_PLACES_COUNT = 257;
/** u64: first IOVA; u32: bytes; u32: 1 for a write; u32: the request's number, 0 while there is none. */
export const PAGE_PLACE_IOVA = 0;
export const PAGE_PLACE_LENGTH = 8;
export const PAGE_PLACE_WRITES = 12;
export const PAGE_PLACE_NUMBER = 16;
/** The host's half. u32: the number of the request that was answered last; u32: a PageAnswer, stored before it. */
export const PAGE_PLACE_ANSWERED = 20;
export const PAGE_PLACE_ANSWER = 24;

/** What the host says to an access that waits, in iommufd's numbers. */
export enum PageAnswer {
  /** It is mapped: ask again. */
  SUCCESS = 0,
  /** It will not be. */
  INVALID = 1,
}

// ── Stamps of the embedded controller, while stages are measured ────────────────────────────────────
/** For each I/O queue from 1 on: u32 pointer of its stamps, 0 for none; u32 mask of the CID's slot number. */
export const BUS_STAMPS = 0x14000;
export const BUS_STAMPS_QUEUES = 256;
/** A slot's stamps: u64 when the device read the command, u64 when it posted the completion, in ns. */
export const STAGE_FETCHED = 0;
export const STAGE_POSTED = 8;
export const STAMP_BYTES = 16;

/** Stages of a command, in its order. */
export enum Stage {
  BUILD = 0,
  DOORBELL = 1,
  FETCH = 2,
  SERVICE = 3,
  SEEN = 4,
  REAP = 5,
}
export const STAGES = 6;

// ── A queue's control block: shared with the main thread, which reads it while the loop runs ────────
/** u32, a JobStop: set by the main thread; the job ends at the next slice. */
export const BLOCK_STOP = 0;
/** u32: a JobPhase, set by the worker. */
export const BLOCK_PHASE = 4;
/** u64: the clock, in ns; the clock import stores it here. */
export const BLOCK_NOW = 8;
/** u64 each, published at the end of every slice. */
export const BLOCK_SUBMITTED = 16;
export const BLOCK_COMPLETED = 24;
export const BLOCK_FAILED = 32;
/** u64: completion entries that were not believed, whatever their kind. */
export const BLOCK_REJECTED = 40;
/** u64: sweeps that found something, and all sweeps. */
export const BLOCK_SWEEPS_FULL = 48;
export const BLOCK_SWEEPS = 56;
/** u64 for each Rejection. */
export const BLOCK_REJECTIONS = 64;
/** u64: the clock when the measurement began, 0 before; set by the worker. */
export const BLOCK_STARTED = 128;
/** u64: until when the wait and sleep imports may take, on the clock's scale; 0 looks and returns. */
export const BLOCK_WAIT_UNTIL = 136;
/** u64: interrupts that the last wait took from the eventfd; 0 at the deadline. */
export const BLOCK_WAIT_COUNT = 144;
/** u64 each, published with the counters: interrupts taken, waits that one ended, … */
export const BLOCK_INTERRUPTS = 152;
export const BLOCK_WAKEUPS = 160;
/** … wake-ups that found no completion, completions found at a deadline without their interrupt, … */
export const BLOCK_SPURIOUS = 168;
export const BLOCK_LOST = 176;
/** … sleeps before spinning, and those that a completion did not outlast. */
export const BLOCK_SLEEPS = 184;
export const BLOCK_OVERSLEPT = 192;
/** … wake-ups without a completion whose interrupts belonged to completions that had been reaped before. */
export const BLOCK_LATE = 200;
/** u64: the longest pause between two looks, in ns. */
export const BLOCK_PAUSE = 208;
/** u64: commands that came too soon for what a learned pause may add to a latency. */
export const BLOCK_PAUSE_EXCEPTIONS = 248;
/** u32: 1 once a command was in flight for too long, which ends the job; set by the worker. */
export const BLOCK_OVERDUE = 240;
/** u32: the number of the worker's thread, 0 before; set by the worker. */
export const BLOCK_THREAD = 244;
/** u64 each, published with the counters: reads and writes that completed well after that. */
export const BLOCK_DRAINED_READS = 216;
export const BLOCK_DRAINED_WRITES = 224;
/** u64: the clock when the measurement ended and nothing more was submitted, 0 before; set by the worker. */
export const BLOCK_ENDED = 232;
/** Raw rejected entries: REJECTED_RAW_MAX of REJECTED_RAW_BYTES. */
export const BLOCK_REJECTED_RAW = 256;
/** u64 for each Flag: successes that had it set. */
export const BLOCK_FLAGS = 768;
/** u64 for each status code (SCT << 8 | SC). */
export const BLOCK_STATUS_COUNTS = 4096;
/** Of each status code the first command that had it: u64 time in ns, then what SLOT_OPCODE held. */
export const BLOCK_STATUS_FIRST = BLOCK_STATUS_COUNTS + 2048 * 8;
export const STATUS_FIRST_BYTES = 16;
export const BLOCK_BYTES = BLOCK_STATUS_FIRST + 2048 * STATUS_FIRST_BYTES;

/** How the loop waits when it found nothing. */
export enum WaitMode {
  /** Looks again at once. */
  POLL = 0,
  /** Blocks on the queue's interrupt. */
  INTERRUPT = 1,
  /** Looks for a set time, then blocks. */
  HYBRID = 2,
  /** Sleeps half of the last period's mean service time, then looks: Linux's hybrid polling until 6.x. */
  LHP = 3,
  /** Sleeps to a low quantile of the service time, looks, and blocks past a high one. */
  ADAPTIVE = 4,
}

/** What a worker is doing. */
export enum JobPhase {
  STARTING = 0,
  /** Waits at the gate, so that all jobs begin together. */
  READY = 1,
  RAMP = 2,
  RUNNING = 3,
  DRAINING = 4,
  DONE = 5,
}

/** How a job is to end. A larger one is never taken back. */
export enum JobStop {
  NONE = 0,
  /** Submits nothing more, and waits for what is in flight. */
  END = 1,
  /** Waits for it a moment only: somebody wants the end. */
  HURRY = 2,
  /** Does not wait: the controller has failed. */
  FAILED = 3,
}

/** Why a completion entry was not believed. */
export enum Rejection {
  /** The CID's slot number lies outside the queue's depth. */
  BAD_CID = 0,
  /** The slot is idle: a duplicate, or an entry for nothing. */
  IDLE_SLOT = 1,
  /** The slot is busy with a later command: the CID's generation is an old one. */
  STALE_GENERATION = 2,
  /** The SQID is not this queue's. */
  BAD_SQID = 3,
  /** The SQHD lies outside the submission queue. */
  BAD_SQHD = 4,
  /**
   * The SQHD lies in the queue, but behind the last one or past the tail. All that names the command fits, so it has ended:
   * this is the one kind that ends its command.
   */
  WRONG_SQHD = 5,
}
export const REJECTIONS = 6;

/** Bits of the status field beside SCT and SC (4.6.1). */
export enum Flag {
  MORE = 0,
  CRD = 1,
  DNR = 2,
}

/** A kept entry: the 16 bytes of the CQE, u64 time in ns, u32 Rejection, u32 CQ head. */
export const REJECTED_RAW_BYTES = 32;
export const REJECTED_RAW_MAX = 16;

// ── A slot: one command in flight. CID = generation << bits | slot; buffer and PRPs belong to the slot ──
/** u64: when it was submitted, in ns. */
export const SLOT_SUBMITTED = 0;
/**
 * u64: SQID | CID << 16 of the command in flight, as the upper 48 bits of a CQE's second half hold them. An
 * idle slot has SLOT_IDLE in the last four bytes, and in its CID the number of the slot beside it: no completion entry
 * that leads to a slot can have that.
 */
export const SLOT_EXPECTED = 8;
export const SLOT_STATE = 12;
/** u64 each. */
export const SLOT_PRP1 = 16;
export const SLOT_PRP2 = 24;
/** u64: the opcode in flight in the low byte, and its starting LBA above, which therefore has 56 bits at most. */
export const SLOT_OPCODE = 32;
export const SLOT_LBA_SHIFT = 8;
/** u64 for each submission queue entry: what it asks for next, as in SLOT_OPCODE. */
export const AHEAD_BYTES = 8;
/** u64: when its doorbell was rung; only kept while stages are measured. */
export const SLOT_RUNG = 40;
export const SLOT_BYTES = 48;
/** Bits 63:32 of SLOT_EXPECTED: 0 in a busy slot. */
export const SLOT_IDLE = 0x80000000;

// ── Latency histogram: HdrHistogram's own buckets, 1 ns to 1 h, 3 significant digits; u64 counts ────
export const HISTOGRAM_LOWEST_NS = 1;
export const HISTOGRAM_HIGHEST_NS = 3_600_000_000_000;
export const HISTOGRAM_DIGITS = 3;
/** 2048 sub-buckets resolve 3 digits; 1024 of them are new in each further bucket. */
export const HISTOGRAM_SUB_BUCKETS_BITS = 11;
/** 32 buckets reach 2048 << 31 ns, the first power past one hour. */
export const HISTOGRAM_BUCKETS = 32;
export const HISTOGRAM_COUNTS = (HISTOGRAM_BUCKETS + 1) * 1024;
/** Before the counts, u64 each: exact smallest, largest and sum of what was recorded, in ns. */
export const HISTOGRAM_MIN = 0;
export const HISTOGRAM_MAX = 8;
export const HISTOGRAM_SUM = 16;
export const HISTOGRAM_HEADER_BYTES = 64;
/** Room for the counts of every 64-bit value, so that the loop need not limit what it records. */
export const HISTOGRAM_CAPACITY = (64 - HISTOGRAM_SUB_BUCKETS_BITS + 2) * 1024;
export const HISTOGRAM_BYTES = HISTOGRAM_HEADER_BYTES + HISTOGRAM_CAPACITY * 8;
