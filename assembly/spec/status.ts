// Status codes (NVMe 1.4, section 4.6.1). A code here is SCT << 8 | SC, as it stands in the CQE's status
// field after the phase tag: bits 10:0 of (status >> 1).

export enum Status {
  // Generic command status (SCT 0)
  SUCCESS = 0x000,
  INVALID_OPCODE = 0x001,
  INVALID_FIELD = 0x002,
  COMMAND_ID_CONFLICT = 0x003,
  DATA_TRANSFER_ERROR = 0x004,
  ABORTED_POWER_LOSS = 0x005,
  INTERNAL_ERROR = 0x006,
  ABORT_REQUESTED = 0x007,
  ABORTED_SQ_DELETION = 0x008,
  ABORTED_FAILED_FUSED = 0x009,
  ABORTED_MISSING_FUSED = 0x00a,
  INVALID_NAMESPACE_OR_FORMAT = 0x00b,
  COMMAND_SEQUENCE_ERROR = 0x00c,
  INVALID_SGL_SEGMENT_DESCRIPTOR = 0x00d,
  INVALID_NUMBER_OF_SGL_DESCRIPTORS = 0x00e,
  DATA_SGL_LENGTH_INVALID = 0x00f,
  METADATA_SGL_LENGTH_INVALID = 0x010,
  SGL_DESCRIPTOR_TYPE_INVALID = 0x011,
  INVALID_USE_OF_CMB = 0x012,
  PRP_OFFSET_INVALID = 0x013,
  LBA_OUT_OF_RANGE = 0x080,
  CAPACITY_EXCEEDED = 0x081,
  NAMESPACE_NOT_READY = 0x082,
  // Command specific status (SCT 1)
  COMPLETION_QUEUE_INVALID = 0x100,
  INVALID_QUEUE_IDENTIFIER = 0x101,
  INVALID_QUEUE_SIZE = 0x102,
  ABORT_LIMIT_EXCEEDED = 0x103,
  ASYNCHRONOUS_EVENT_LIMIT_EXCEEDED = 0x105,
  INVALID_INTERRUPT_VECTOR = 0x108,
  INVALID_LOG_PAGE = 0x109,
  INVALID_QUEUE_DELETION = 0x10c,
  FEATURE_NOT_SAVEABLE = 0x10d,
  FEATURE_NOT_CHANGEABLE = 0x10e,
  FEATURE_NOT_NAMESPACE_SPECIFIC = 0x10f,
  CONFLICTING_ATTRIBUTES = 0x180,
  // Media and data integrity errors (SCT 2)
  WRITE_FAULT = 0x280,
  UNRECOVERED_READ_ERROR = 0x281,
  COMPARE_FAILURE = 0x285,
}

/** Command Retry Delay; in (status >> 1). */
export const STATUS_CRD = 0x1800;
export const STATUS_CRD_SHIFT = 11;
/** More: the Error Information log has more about this command; in (status >> 1). */
export const STATUS_MORE = 0x2000;
/** Do Not Retry; in (status >> 1). */
export const STATUS_DNR = 0x4000;
/** SCT and SC of (status >> 1). */
export const STATUS_CODE_MASK = 0x7ff;
/** Number of different codes: SCT has three bits, SC eight. */
export const STATUS_CODES = 2048;
