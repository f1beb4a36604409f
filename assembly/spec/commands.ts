// Opcodes and Command Dword fields (NVMe 1.4, sections 5 and 6). A Command Dword's number is its index in
// a Uint32Array(16): sqe[10] is CDW10.

/** Admin command opcodes (figure 139). */
export enum AdminOpcode {
  DELETE_IO_SQ = 0x00,
  CREATE_IO_SQ = 0x01,
  GET_LOG_PAGE = 0x02,
  DELETE_IO_CQ = 0x04,
  CREATE_IO_CQ = 0x05,
  IDENTIFY = 0x06,
  ABORT = 0x08,
  SET_FEATURES = 0x09,
  GET_FEATURES = 0x0a,
  ASYNCHRONOUS_EVENT_REQUEST = 0x0c,
  VIRTUALIZATION_MANAGEMENT = 0x1c,
  DOORBELL_BUFFER_CONFIG = 0x7c,
}

/** NVM command set opcodes (figure 346). */
export enum NvmOpcode {
  FLUSH = 0x00,
  WRITE = 0x01,
  READ = 0x02,
  WRITE_UNCORRECTABLE = 0x04,
  COMPARE = 0x05,
  WRITE_ZEROES = 0x08,
  DATASET_MANAGEMENT = 0x09,
}

// Command Dword 0 (figure 104)
export const CDW0_OPC_MASK = 0xff;
export const CDW0_FUSE_SHIFT = 8;
export const CDW0_FUSE_MASK = 0x3;
export const CDW0_PSDT_SHIFT = 14;
export const CDW0_PSDT_MASK = 0x3;
export const CDW0_CID_SHIFT = 16;

/** NSID that names every namespace. */
export const NSID_BROADCAST = 0xffffffff;

// Create I/O Completion Queue (5.3) and Create I/O Submission Queue (5.4)
export const CREATE_QID_MASK = 0xffff;
/** Queue Size, 0's based, in CDW10. */
export const CREATE_QSIZE_SHIFT = 16;
/** Physically Contiguous, in CDW11. */
export const CREATE_PC = 0x1;
/** Interrupts Enabled, in CDW11 of Create I/O Completion Queue. */
export const CREATE_CQ_IEN = 0x2;
/** Interrupt Vector, in CDW11 of Create I/O Completion Queue. */
export const CREATE_CQ_IV_SHIFT = 16;
/** Queue Priority, in CDW11 of Create I/O Submission Queue. */
export const CREATE_SQ_QPRIO_SHIFT = 1;
export const CREATE_SQ_QPRIO_MASK = 0x3;
/** Completion Queue Identifier, in CDW11 of Create I/O Submission Queue. */
export const CREATE_SQ_CQID_SHIFT = 16;

// Read, Write, Compare, Write Zeroes (6.9, 6.15): CDW10 and CDW11 hold SLBA, CDW12 the rest.
/** Number of Logical Blocks, 0's based. */
export const RW_NLB_MASK = 0xffff;
/** Deallocate (Write Zeroes). */
export const RW_DEAC = 0x02000000;
/** Force Unit Access. */
export const RW_FUA = 0x40000000;
/** Limited Retry. */
export const RW_LR = 0x80000000;

// Dataset Management (6.7)
/** Number of Ranges, 0's based, in CDW10. */
export const DSM_NR_MASK = 0xff;
/** Attribute: Deallocate, in CDW11. */
export const DSM_AD = 0x4;
/** Bytes of one range definition: context attributes, length in blocks, starting LBA. */
export const DSM_RANGE_BYTES = 16;

// Get Log Page (5.14)
export const LOG_LID_MASK = 0xff;
/** Retain Asynchronous Event. */
export const LOG_RAE = 0x8000;
/** Number of Dwords Lower, 0's based, in CDW10. */
export const LOG_NUMDL_SHIFT = 16;
/** Number of Dwords Upper, in CDW11. */
export const LOG_NUMDU_MASK = 0xffff;

// Get Features (5.13) and Set Features (5.21)
export const FEATURE_FID_MASK = 0xff;
/** Select, in CDW10 of Get Features. */
export const FEATURE_SEL_SHIFT = 8;
export const FEATURE_SEL_MASK = 0x7;
/** Save, in CDW10 of Set Features. */
export const FEATURE_SV = 0x80000000;

/** Values of Select in Get Features. */
export enum FeatureSelect {
  CURRENT = 0,
  DEFAULT = 1,
  SAVED = 2,
  SUPPORTED_CAPABILITIES = 3,
}

/** Feature Identifiers (figure 271). */
export enum Feature {
  ARBITRATION = 0x01,
  POWER_MANAGEMENT = 0x02,
  TEMPERATURE_THRESHOLD = 0x04,
  ERROR_RECOVERY = 0x05,
  VOLATILE_WRITE_CACHE = 0x06,
  NUMBER_OF_QUEUES = 0x07,
  INTERRUPT_COALESCING = 0x08,
  INTERRUPT_VECTOR_CONFIGURATION = 0x09,
  WRITE_ATOMICITY_NORMAL = 0x0a,
  ASYNCHRONOUS_EVENT_CONFIGURATION = 0x0b,
}

/** Log Identifiers (figure 191). */
export enum LogPage {
  /** Base 2.0. */
  SUPPORTED_LOG_PAGES = 0x00,
  ERROR_INFORMATION = 0x01,
  SMART = 0x02,
  FIRMWARE_SLOT = 0x03,
  CHANGED_NAMESPACES = 0x04,
  COMMANDS_SUPPORTED_AND_EFFECTS = 0x05,
  /** Base 2.0. */
  FEATURES_SUPPORTED_AND_EFFECTS = 0x12,
  /** Base 2.0. */
  MI_COMMANDS_SUPPORTED_AND_EFFECTS = 0x13,
}

/** Controller or Namespace Structure, in CDW10 of Identify (figure 244). */
export enum Cns {
  NAMESPACE = 0x00,
  CONTROLLER = 0x01,
  ACTIVE_NAMESPACES = 0x02,
  NAMESPACE_DESCRIPTORS = 0x03,
  /** Base 2.0, as the next two. */
  COMMAND_SET_NAMESPACE = 0x05,
  COMMAND_SET_CONTROLLER = 0x06,
  INDEPENDENT_NAMESPACE = 0x08,
}

/** Command Set Identifier (Base 2.0), in CDW11 of Identify. */
export const IDENTIFY_CSI_SHIFT = 24;

// Abort (5.1), CDW10
export const ABORT_SQID_MASK = 0xffff;
export const ABORT_CID_SHIFT = 16;
/** Dword 0 of Abort's completion: 1 says that the command was not aborted. */
export const ABORT_NOT_ABORTED = 0x1;

// Asynchronous events (5.2): dword 0 of the completion
/** Asynchronous Event Type. */
export const AER_TYPE_SHIFT = 0;
export const AER_TYPE_MASK = 0x7;
/** Asynchronous Event Information. */
export const AER_INFORMATION_SHIFT = 8;
export const AER_INFORMATION_MASK = 0xff;
/** Log Page Identifier. */
export const AER_LID_SHIFT = 16;
export const AER_LID_MASK = 0xff;

/** Asynchronous Event Type. */
export enum AsynchronousEventType {
  ERROR = 0,
  SMART = 1,
  NOTICE = 2,
}

/** Asynchronous Event Information of type ERROR (figure 147). */
export enum ErrorEvent {
  INVALID_DOORBELL_REGISTER = 0,
  INVALID_DOORBELL_VALUE = 1,
}

/** Asynchronous Event Information of type SMART (figure 148). */
export enum SmartEvent {
  RELIABILITY = 0,
  TEMPERATURE_THRESHOLD = 1,
  SPARE_BELOW_THRESHOLD = 2,
}
