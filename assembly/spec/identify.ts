// Offsets in the data structures that Identify and Get Log Page return (NVMe 1.4, sections 5.14, 5.15).
// Names are the specification's short ones.

/** Bytes of every Identify data structure. */
export const IDENTIFY_BYTES = 4096;

/** Identify Controller (figure 247). */
export enum IdentifyController {
  VID = 0,
  SSVID = 2,
  SN = 4,
  MN = 24,
  FR = 64,
  RAB = 72,
  IEEE = 73,
  CMIC = 76,
  MDTS = 77,
  CNTLID = 78,
  VER = 80,
  RTD3R = 84,
  RTD3E = 88,
  OAES = 92,
  CTRATT = 96,
  CNTRLTYPE = 111,
  OACS = 256,
  ACL = 258,
  AERL = 259,
  FRMW = 260,
  LPA = 261,
  ELPE = 262,
  NPSS = 263,
  AVSCC = 264,
  APSTA = 265,
  WCTEMP = 266,
  CCTEMP = 268,
  HMPRE = 272,
  KAS = 320,
  HCTMA = 322,
  SQES = 512,
  CQES = 513,
  MAXCMD = 514,
  NN = 516,
  ONCS = 520,
  FUSES = 522,
  FNA = 524,
  VWC = 525,
  AWUN = 526,
  AWUPF = 528,
  NWPC = 531,
  SGLS = 536,
  MNAN = 540,
  SUBNQN = 768,
  PSD0 = 2048,
}

export const SN_BYTES = 20;
export const MN_BYTES = 40;
export const FR_BYTES = 8;
export const SUBNQN_BYTES = 256;

// ONCS: Optional NVM Command Support
/** OACS: Doorbell Buffer Config is supported. */
export const OACS_DOORBELL_BUFFER_CONFIG = 0x100;
export const ONCS_COMPARE = 0x01;
export const ONCS_WRITE_UNCORRECTABLE = 0x02;
export const ONCS_DATASET_MANAGEMENT = 0x04;
export const ONCS_WRITE_ZEROES = 0x08;

/** Identify Namespace (figure 245). */
export enum IdentifyNamespace {
  NSZE = 0,
  NCAP = 8,
  NUSE = 16,
  NSFEAT = 24,
  NLBAF = 25,
  FLBAS = 26,
  MC = 27,
  DPC = 28,
  DPS = 29,
  NMIC = 30,
  DLFEAT = 33,
  NGUID = 104,
  EUI64 = 120,
  LBAF0 = 128,
}

/** I/O Command Set Independent Identify Namespace (Base 2.0). */
export enum IdentifyIndependentNamespace {
  NSTAT = 14,
}

/** Namespace Ready. */
export const NSTAT_NRDY = 0x1;

/** Format in use, an index of the LBA formats: its low four bits. */
export const FLBAS_FORMAT_MASK = 0xf;
/** Its high two bits (2.0), where there are more formats than four bits can name. */
export const FLBAS_FORMAT_HIGH_SHIFT = 5;
export const FLBAS_FORMAT_HIGH_MASK = 0x3;
export const FLBAS_FORMAT_LOW_BITS = 4;
/** In an LBA format: Metadata Size, LBA Data Size as a power of two, Relative Performance. */
export const LBAF_MS_MASK = 0xffff;
export const LBAF_LBADS_SHIFT = 16;
export const LBAF_LBADS_MASK = 0xff;

/** Namespace Identifier Types of CNS 03h (figure 249). */
export enum NamespaceIdentifierType {
  EUI64 = 1,
  NGUID = 2,
  UUID = 3,
}

/** SMART / Health Information (figure 196). */
export enum SmartLog {
  CRITICAL_WARNING = 0,
  COMPOSITE_TEMPERATURE = 1,
  AVAILABLE_SPARE = 3,
  AVAILABLE_SPARE_THRESHOLD = 4,
  PERCENTAGE_USED = 5,
  DATA_UNITS_READ = 32,
  DATA_UNITS_WRITTEN = 48,
  HOST_READ_COMMANDS = 64,
  HOST_WRITE_COMMANDS = 80,
  CONTROLLER_BUSY_TIME = 96,
  POWER_CYCLES = 112,
  POWER_ON_HOURS = 128,
  UNSAFE_SHUTDOWNS = 144,
  MEDIA_ERRORS = 160,
  ERROR_LOG_ENTRIES = 176,
  TEMPERATURE_SENSOR_1 = 200,
}

export const SMART_LOG_BYTES = 512;

/** An entry of the Error Information log (figure 195). */
export enum ErrorLogEntry {
  ERROR_COUNT = 0,
  SQID = 8,
  CID = 10,
  STATUS = 12,
  PARAMETER_ERROR_LOCATION = 14,
  LBA = 16,
  NSID = 24,
}

export const ERROR_LOG_ENTRY_BYTES = 64;
export const FIRMWARE_SLOT_LOG_BYTES = 512;
/** Commands Supported and Effects: 256 dwords for admin, 256 for I/O commands, the rest reserved. */
export const EFFECTS_LOG_BYTES = 4096;
export const EFFECTS_ADMIN = 0;
export const EFFECTS_IO = 1024;
/** Command Supported. */
export const EFFECTS_CSUPP = 0x1;
/** Logical Block Content Change. */
export const EFFECTS_LBCC = 0x2;
/** Scope of a command or a feature (Base 2.0): a namespace, the controller. */
export const SCOPE_NAMESPACE = 0x00100000;
export const SCOPE_CONTROLLER = 0x00200000;

/** Supported Log Pages (Base 2.0): a dword for each LID. */
export const SUPPORTED_LOG_PAGES_BYTES = 1024;
/** LID Supported. */
export const SUPPORTED_LSUPP = 0x1;

/** Feature Identifiers Supported and Effects (Base 2.0): a dword for each FID. */
export const FEATURE_EFFECTS_LOG_BYTES = 1024;
/** FID Supported. */
export const FEATURE_FSUPP = 0x1;

/** NVMe-MI Commands Supported and Effects (Base 2.0). */
export const MI_EFFECTS_LOG_BYTES = 4096;
