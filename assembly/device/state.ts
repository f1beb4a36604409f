// The controller's private state: where each structure lies in [DEVICE_STATE, +
// DEVICE_STATE_BYTES). Everything that decides what the controller does next lies here, so a copy
// of it is a snapshot.
import { DEVICE_STATE, DEVICE_STATE_BYTES } from "../layout.ts";
import { MOST_FAULTS, MOST_IO_QUEUES, MOST_NAMESPACES, MOST_VECTORS } from "./options.ts";
import { CompletionQueue, SubmissionQueue } from "./queue-state.ts";

/** The most I/O queues of each kind; `create` may ask for fewer. */
export const MAX_IO_QUEUES: u32 = MOST_IO_QUEUES;
/** NN of Identify Controller: NSIDs above the namespaces that were added are inactive. */
export const MAX_NAMESPACES: u32 = MOST_NAMESPACES;
export const MAX_FAULTS: u32 = MOST_FAULTS;
export const MAX_VECTORS: u32 = MOST_VECTORS;
/** Completions that may wait at once; when they are used up no more commands are fetched. */
export const MAX_WAITING: u32 = 16384;
/** Asynchronous Event Requests that may be outstanding: AERL + 1. */
export const MAX_EVENT_REQUESTS: u32 = 4;
/** Entries of the Error Information log: ELPE + 1. */
export const MAX_ERRORS: u32 = 64;

const CONTROLLER: usize = DEVICE_STATE;
const COMMAND: usize = DEVICE_STATE + 0x400;
const ANSWER: usize = DEVICE_STATE + 0x500;
const CMB: usize = DEVICE_STATE + 0x580;
const PMR: usize = DEVICE_STATE + 0x5c0;
/** SN, MN and FR, one after the other. */
export const IDENTITY: usize = DEVICE_STATE + 0x600;
/** u32 for each FID below 10h: the feature's current value. */
export const FEATURES: usize = DEVICE_STATE + 0x680;
/** u16: over and under temperature threshold of TMPSEL 0, then of TMPSEL 1. */
export const THRESHOLDS: usize = DEVICE_STATE + 0x6c0;
/** u16 each: CIDs of outstanding Asynchronous Event Requests, oldest first. */
export const EVENT_REQUESTS: usize = DEVICE_STATE + 0x700;
/** u32 for each event type: bit n set when information n waits to be reported. */
export const EVENTS_PENDING: usize = DEVICE_STATE + 0x740;
export const NAMESPACES: usize = DEVICE_STATE + 0x800;
export const FAULTS: usize = DEVICE_STATE + 0x1000;
export const SUBMISSION_QUEUES: usize = DEVICE_STATE + 0x2000;
export const COMPLETION_QUEUES: usize = DEVICE_STATE + 0x7000;
/** u32 each: pointers of the queues that exist, in order of creation. */
export const ACTIVE_SUBMISSION_QUEUES: usize = DEVICE_STATE + 0x10000;
export const ACTIVE_COMPLETION_QUEUES: usize = DEVICE_STATE + 0x10800;
/** u8 for each vector: Coalescing Disable. */
export const VECTOR_CONFIGURATION: usize = DEVICE_STATE + 0x11000;
export const ERROR_LOG: usize = DEVICE_STATE + 0x12000;
/** 4096 bytes in which data structures are built before they are transferred. */
export const SCRATCH: usize = DEVICE_STATE + 0x14000;
/** For each vector: the delay of its interrupt (coalescing.ts). */
export const DELAYED_VECTORS: usize = DEVICE_STATE + 0x16000;
/** u32 each: the heap of waiting completions, by due time. */
export const WAITING_HEAP: usize = DEVICE_STATE + 0x20000;
export const WAITING: usize = DEVICE_STATE + 0x30000;
/** A bit for each page of the linear memory's 4 GiB (blank.ts). */
export const BLANK_PAGES: usize = DEVICE_STATE + 0x100000;
/** A page that is never written: what blank pages hold. */
export const ZEROES: usize = DEVICE_STATE + 0x120000;

/** 16 bytes for each vector, and a bit for each (msix.ts). */
export const MSIX_TABLE: usize = DEVICE_STATE + 0x122000;
export const MSIX_PENDING: usize = DEVICE_STATE + 0x12a000;

/** u32 for each submission queue: the number of the request that its command at the head waits with, or 0 (page-requests.ts). */
export const PAGE_REQUESTS_OPEN: usize = DEVICE_STATE + 0x12b000;

/** Registers, geometry and counters. */
@unmanaged
export class Controller {
  // Registers (3.1). ASQ and ACQ are kept as written; reads hide the reserved bits.
  cap: u64;
  asq: u64;
  acq: u64;
  cc: u32;
  csts: u32;
  aqa: u32;
  interruptMask: u32;

  // Geometry, from `create`.
  seed: u64;
  transferLimit: u64;
  doorbells: u32;
  doorbellStride: u32;
  /** Pairs of doorbells in their window: for more queues than there can be. */
  doorbellPairs: u32;
  entriesLimit: u32;
  ioQueues: u32;
  vectors: u32;
  mdts: u32;
  namespaces: u32;
  /** VS: a Version. */
  version: u32;
  /** SGLS of Identify Controller; 0 while there are no SGLs. */
  sgls: u32;

  // Queues.
  submissionQueues: u32;
  completionQueues: u32;
  grantedSubmissionQueues: u32;
  grantedCompletionQueues: u32;
  /** An I/O queue was created since the last reset: Number of Queues is settled. */
  queuesCreated: u32;
  /** Commands fetched from one queue before it is the next one's turn. */
  burst: u32;
  /** Index of the submission queue that has the first turn in the next round. */
  firstTurn: u32;
  /** Some completion queue has an interrupt to raise. */
  interruptsDue: u32;
  /** Next QID to look at for a doorbell of an absent queue. */
  absentScan: u32;
  steps: u32;
  iommuGeneration: u32;
  /** The host answers page faults. */
  answering: u32;
  /** Queues whose command waits for its answer. */
  asked: u32;

  // Completions that wait.
  waiting: u32;
  /** First free place, counted from 1; 0 is the end of the list. */
  waitingFree: u32;
  /** Places up to this one have been used since the last reset. */
  waitingFresh: u32;
  waitingUsed: u32;
  /** Those in the heap that a fault keeps for ever. */
  waitingNever: u32;
  sequence: u32;

  // Interrupt coalescing.
  /** Entries that are worth an interrupt, 1's based; 0 while coalescing is off. */
  coalescingThreshold: u32;
  /** Vectors whose interrupt waits. */
  delayedVectors: u32;
  coalescingNs: u64;

  // Latency model.
  latencyModel: u32;
  latencyRandom: u64;
  latencyNs: f64;
  latencySigma: f64;

  // Asynchronous events.
  eventRequests: u32;
  /** Bit per event type: masked until its log page is read. */
  eventsMasked: u32;
  /** An event may be reportable: look before the step ends. */
  eventsDue: u32;

  // Faults.
  faults: u32;
  /**
   * Not 0 when a completion may take another way than straight to its queue: latency, faults, or page faults that the host
   * answers.
   */
  detour: u32;
  /** Some queue's commands are stamped (stamps.ts). */
  stamping: u32;
  /** All registers read all-ones, nothing is processed. */
  gone: u32;
  /** The host asked the device's thread to end. */
  stopped: u32;
  /** Set by a fault: SHST stays OCCURRING. */
  shutdownStuck: u32;
  /** Set by a fault: where a command of before the reset completes late, and the second half of its entry. */
  lateEntry: u64;
  lateHalf: u64;
  temperature: u32;

  // What the SMART log counts.
  errors: u64;
  /** How many of them a reset has taken out of the error log. */
  errorsForgotten: u64;
  mediaErrors: u64;
  readCommands: u64;
  writeCommands: u64;
  /** In units of 512 bytes. */
  sectorsRead: u64;
  sectorsWritten: u64;
  poweredOnNs: u64;
  /** With commands in flight: in all until they last ended, and since when there are some again. */
  busyNs: u64;
  busySinceNs: u64;

  // Controller memory (cmb.ts, pmr.ts): registers as they read, and what they do not say.
  cmbLocation: u32;
  cmbSize: u32;
  cmbControl: u64;
  cmbStatus: u32;
  /** Where it lies, whatever a fault makes of it. */
  cmbPlace: u32;
  /** CMBLOC.CDPMLS, CDPCILS and CDMMMS are 1. */
  cmbMixes: u32;
  /** As before 1.4: there is no CMBMSC, and its addresses are those of its BAR. */
  cmbIsLegacy: u32;
  pmrCapabilities: u32;
  pmrEnabled: u32;
  pmrStatus: u32;
  pmrControl: u64;

  /** Where the host keeps its shadow doorbells and reads EventIdx (shadow.ts); 0 while there are none. */
  shadowDoorbells: u64;
  shadowEvents: u64;

  // Interrupts as the function sends them.
  /** Offsets of the MSI-X table and its Pending Bit Array in BAR0; 0 while there are none. */
  msixTable: u32;
  msixPending: u32;
  /** Messages that MSI has (MMC). */
  messages: u32;
  /** Something was unmasked: messages that wait may be sent. */
  messagesDue: u32;
  /** The interrupt pin is active. */
  pin: u32;
  /** Vectors whose message MSI has sent, for entries that the host has not taken yet: a bit each. */
  announcedVectors: u32;
}

/** Memory of the controller's own that the host maps as a BAR; `bytes` is 0 where there is none. */
@unmanaged
export class ControllerMemory {
  /** Where host-supplied addresses reach it. */
  base: u64;
  /** Bytes that they reach from there; 0 while they reach none. */
  reach: u64;
  pointer: u32;
  bytes: u32;
  /** What it may be used for: bits of Use. */
  uses: u32;
}

/** Parameter Error Location of an error that no field of the command has made. */
export const NO_LOCATION: u32 = 0xffff;

/** The command being executed: the SQE's own copy, so that the host cannot change it underway. */
@unmanaged
export class Command {
  opcode: u8;
  /** FUSE in bits 1:0, PSDT in bits 7:6. */
  flags: u8;
  cid: u16;
  nsid: u32;
  cdw2: u32;
  cdw3: u32;
  mptr: u64;
  prp1: u64;
  prp2: u64;
  /** Starting LBA of NVM commands. */
  slba: u64;
  cdw12: u32;
  cdw13: u32;
  cdw14: u32;
  cdw15: u32;
  /** Command Dword 0 of the completion, where a command returns something. */
  dw0: u32;
  /** For the error log: first byte of the field that is wrong, and the bit in it << 8, or NO_LOCATION. */
  location: u32;
  /** Set by a fault: everything is checked and nothing moved. */
  dry: u32;
  /** It was read from a queue in the Controller Memory Buffer. */
  isInBuffer: u32;
  /** For the error log: the first block that is wrong, where one is. */
  lba: u64;

  get cdw10(): u32 {
    return this.slba as u32;
  }
  get cdw11(): u32 {
    return (this.slba >> 32) as u32;
  }
}

/** A completion on its way to its queue. */
@unmanaged
export class Completion {
  dueNs: u64;
  /** Equal due times complete in this order. */
  sequence: u32;
  /** Next in the free list or in a queue's list of held completions, counted from 1. */
  next: u32;
  dw0: u32;
  sqid: u16;
  cid: u16;
  /** The CQE's status field without the phase tag. */
  status: u16;
  opcode: u16;
  location: u16;
  reserved: u16;
  lba: u64;
  nsid: u32;
}

/** A namespace; `blocks` is 0 while it is inactive. */
@unmanaged
export class Namespace {
  blocks: u64;
  lbaShift: u32;
  /** Where its blocks lie in the linear memory, or 0 for the null medium. */
  pointer: u32;
  /** Error Recovery (05h), the one feature with a value of its own for each namespace. */
  errorRecovery: u32;
}

export const NAMESPACE_BYTES: usize = 64;
export const SUBMISSION_QUEUE_BYTES: usize = 64;
export const COMPLETION_QUEUE_BYTES: usize = 128;
export const COMPLETION_BYTES: usize = 48;

export const controller = changetype<Controller>(CONTROLLER);
export const command = changetype<Command>(COMMAND);
/** The completion of the command being executed. */
export const answer = changetype<Completion>(ANSWER);
/** The Controller Memory Buffer, and the Persistent Memory Region. */
export const cmb = changetype<ControllerMemory>(CMB);
export const pmr = changetype<ControllerMemory>(PMR);

if (offsetof<Controller>() > 0x400) ERROR("Controller overlaps Command");
if (offsetof<Command>("dw0") != 64) ERROR("Command begins with an SQE");
if (offsetof<Namespace>() > 64) ERROR("a Namespace has 64 bytes");
if (offsetof<SubmissionQueue>() > 64) ERROR("a SubmissionQueue has 64 bytes");
if (offsetof<CompletionQueue>() > 128) ERROR("a CompletionQueue has 128 bytes");
if (offsetof<Completion>() > 48) ERROR("a Completion has 48 bytes");
if (offsetof<ControllerMemory>() > 64) ERROR("a ControllerMemory has 64 bytes");
if (0x16000 + 2048 * 16 > 0x20000) ERROR("the vectors' delays outgrow their place");
if (0x30000 + 16384 * 48 > 0x100000) ERROR("completions that wait outgrow their place");
if (0x122000 + 2048 * 16 > 0x12a000) ERROR("the MSI-X table outgrows its place");
if (0x12a000 + 2048 / 8 > 0x12b000) ERROR("the pending bits outgrow their place");
if (0x12b000 + 257 * 4 > DEVICE_STATE_BYTES) ERROR("the state outgrows its place");

/** The namespace's entry, active or not. `nsid` lies in 1…MAX_NAMESPACES. */
@inline
export function namespaceAt(nsid: u32): Namespace {
  return changetype<Namespace>(NAMESPACES + ((nsid - 1) as usize) * NAMESPACE_BYTES);
}
