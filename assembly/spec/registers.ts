// Controller registers: offsets in BAR0 and the fields in them (NVMe 1.4, section 3.1).
// A field is a shift and a mask that is applied after the shift, as in (value >> CAP_MQES_SHIFT) & CAP_MQES_MASK.
// 64-bit registers are described as two 32-bit halves, since that is how they are accessed.

export enum Register {
  /** Controller Capabilities, bits 31:00. */
  CAP_LO = 0x00,
  /** Controller Capabilities, bits 63:32. */
  CAP_HI = 0x04,
  /** Version. */
  VS = 0x08,
  /** Interrupt Mask Set. */
  INTMS = 0x0c,
  /** Interrupt Mask Clear. */
  INTMC = 0x10,
  /** Controller Configuration. */
  CC = 0x14,
  /** Controller Status. */
  CSTS = 0x1c,
  /** NVM Subsystem Reset. */
  NSSR = 0x20,
  /** Admin Queue Attributes. */
  AQA = 0x24,
  /** Admin Submission Queue Base Address. */
  ASQ_LO = 0x28,
  ASQ_HI = 0x2c,
  /** Admin Completion Queue Base Address. */
  ACQ_LO = 0x30,
  ACQ_HI = 0x34,
  /** Controller Memory Buffer Location. */
  CMBLOC = 0x38,
  /** Controller Memory Buffer Size. */
  CMBSZ = 0x3c,
  /** Boot Partition Information, Read Select, Memory Buffer Location. */
  BPINFO = 0x40,
  BPRSEL = 0x44,
  BPMBL_LO = 0x48,
  BPMBL_HI = 0x4c,
  /** Controller Memory Buffer Memory Space Control. */
  CMBMSC_LO = 0x50,
  CMBMSC_HI = 0x54,
  /** Controller Memory Buffer Status. */
  CMBSTS = 0x58,
  /** Controller Memory Buffer Elasticity Buffer Size, Sustained Write Throughput (2.0). */
  CMBEBS = 0x5c,
  CMBSWTP = 0x60,
  /** NVM Subsystem Shutdown (2.0). */
  NSSD = 0x64,
  /** Controller Ready Timeouts (2.0). */
  CRTO = 0x68,
  /** Persistent Memory Region: Capabilities, Control, Status, Elasticity Buffer Size, Sustained Write Throughput. */
  PMRCAP = 0xe00,
  PMRCTL = 0xe04,
  PMRSTS = 0xe08,
  PMREBS = 0xe0c,
  PMRSWTP = 0xe10,
  /** Persistent Memory Region Memory Space Control: two registers of four bytes. */
  PMRMSCL = 0xe14,
  PMRMSCU = 0xe18,
}

/** Doorbells begin here; doorbell y of a stride (4 << CAP.DSTRD) lies at 0x1000 + y * stride (3.1.25, 3.1.26). */
export const DOORBELLS = 0x1000;

// CAP, low half (3.1.1)
/** Maximum Queue Entries Supported, 0's based. */
export const CAP_LO_MQES_SHIFT = 0;
export const CAP_LO_MQES_MASK = 0xffff;
/** Contiguous Queues Required. */
export const CAP_LO_CQR_SHIFT = 16;
export const CAP_LO_CQR_MASK = 0x1;
/** Arbitration Mechanism Supported. */
export const CAP_LO_AMS_SHIFT = 17;
export const CAP_LO_AMS_MASK = 0x3;
/** Timeout, in units of 500 ms. */
export const CAP_LO_TO_SHIFT = 24;
export const CAP_LO_TO_MASK = 0xff;

// CAP, high half (3.1.1)
/** Doorbell Stride: 2 ^ (2 + DSTRD) bytes. */
export const CAP_HI_DSTRD_SHIFT = 0;
export const CAP_HI_DSTRD_MASK = 0xf;
/** NVM Subsystem Reset Supported. */
export const CAP_HI_NSSRS_SHIFT = 4;
export const CAP_HI_NSSRS_MASK = 0x1;
/** Command Sets Supported; bit 0 is the NVM command set. */
export const CAP_HI_CSS_SHIFT = 5;
export const CAP_HI_CSS_MASK = 0xff;
/** Memory Page Size Minimum: 2 ^ (12 + MPSMIN) bytes. */
export const CAP_HI_MPSMIN_SHIFT = 16;
export const CAP_HI_MPSMIN_MASK = 0xf;
/** Memory Page Size Maximum: 2 ^ (12 + MPSMAX) bytes. */
export const CAP_HI_MPSMAX_SHIFT = 20;
export const CAP_HI_MPSMAX_MASK = 0xf;
/** Controller Memory Buffer Supported. */
export const CAP_HI_CMBS_SHIFT = 25;
export const CAP_HI_CMBS_MASK = 0x1;
/** Controller Ready Modes Supported (2.0): with media, and independent of media. 0 before 2.0. */
export const CAP_HI_CRMS_SHIFT = 27;
export const CAP_HI_CRMS_MASK = 0x3;

// CRTO (2.0, section 3.1.3.21): what enabling may take, in units of 500 ms.
/** Controller Ready With Media Timeout. */
export const CRTO_CRWMT_SHIFT = 0;
export const CRTO_CRWMT_MASK = 0xffff;
/** Controller Ready Independent of Media Timeout. */
export const CRTO_CRIMT_SHIFT = 16;
export const CRTO_CRIMT_MASK = 0xffff;

// CC (3.1.5)
export const CC_EN_SHIFT = 0;
export const CC_EN_MASK = 0x1;
/** I/O Command Set Selected; 0 is NVM. */
export const CC_CSS_SHIFT = 4;
export const CC_CSS_MASK = 0x7;
/** Memory Page Size: 2 ^ (12 + MPS) bytes. */
export const CC_MPS_SHIFT = 7;
export const CC_MPS_MASK = 0xf;
/** Arbitration Mechanism Selected. */
export const CC_AMS_SHIFT = 11;
export const CC_AMS_MASK = 0x7;
/** Shutdown Notification. */
export const CC_SHN_SHIFT = 14;
export const CC_SHN_MASK = 0x3;
/** I/O Submission Queue Entry Size, a power of two. */
export const CC_IOSQES_SHIFT = 16;
export const CC_IOSQES_MASK = 0xf;
/** I/O Completion Queue Entry Size, a power of two. */
export const CC_IOCQES_SHIFT = 20;
export const CC_IOCQES_MASK = 0xf;
/** Controller Ready Independent of Media Enable (2.0). */
export const CC_CRIME_SHIFT = 24;
export const CC_CRIME_MASK = 0x1;

/** Values of CC.SHN. */
/** "NVMe": what NSSR takes for a subsystem reset (3.1.7). */
export const NSSR_SIGNATURE = 0x4e564d65;

export enum ShutdownNotification {
  NONE = 0,
  NORMAL = 1,
  ABRUPT = 2,
}

// CSTS (3.1.6)
export const CSTS_RDY_SHIFT = 0;
export const CSTS_RDY_MASK = 0x1;
/** Controller Fatal Status. */
export const CSTS_CFS_SHIFT = 1;
export const CSTS_CFS_MASK = 0x1;
/** Shutdown Status. */
export const CSTS_SHST_SHIFT = 2;
export const CSTS_SHST_MASK = 0x3;
/** NVM Subsystem Reset Occurred. */
export const CSTS_NSSRO_SHIFT = 4;
export const CSTS_NSSRO_MASK = 0x1;
/** Processing Paused. */
export const CSTS_PP_SHIFT = 5;
export const CSTS_PP_MASK = 0x1;

/** Values of CSTS.SHST. */
export enum ShutdownStatus {
  NORMAL_OPERATION = 0,
  OCCURRING = 1,
  COMPLETE = 2,
}

// AQA (3.1.8): both sizes are 0's based.
export const AQA_ASQS_SHIFT = 0;
export const AQA_ASQS_MASK = 0xfff;
export const AQA_ACQS_SHIFT = 16;
export const AQA_ACQS_MASK = 0xfff;

// VS (3.1.2)
export const VS_MJR_SHIFT = 16;
export const VS_MJR_MASK = 0xffff;
export const VS_MNR_SHIFT = 8;
export const VS_MNR_MASK = 0xff;
export const VS_TER_SHIFT = 0;
export const VS_TER_MASK = 0xff;

// CMBLOC (3.1.11) and CMBSZ (3.1.12)
/** BAR that holds the buffer. */
export const CMBLOC_BIR_SHIFT = 0;
export const CMBLOC_BIR_MASK = 0x7;
/** Offset in the BAR, in units of CMBSZ.SZU. */
export const CMBLOC_OFST_SHIFT = 12;
export const CMBLOC_OFST_MASK = 0xfffff;
/** Submission Queue Support. */
export const CMBSZ_SQS_SHIFT = 0;
export const CMBSZ_SQS_MASK = 0x1;
/** Completion Queue Support. */
export const CMBSZ_CQS_SHIFT = 1;
export const CMBSZ_CQS_MASK = 0x1;
/** PRP and SGL List Support. */
export const CMBSZ_LISTS_SHIFT = 2;
export const CMBSZ_LISTS_MASK = 0x1;
/** Read Data Support. */
export const CMBSZ_RDS_SHIFT = 3;
export const CMBSZ_RDS_MASK = 0x1;
/** Write Data Support. */
export const CMBSZ_WDS_SHIFT = 4;
export const CMBSZ_WDS_MASK = 0x1;
/** Size Units: 4 KiB << (4 * SZU). */
export const CMBSZ_SZU_SHIFT = 8;
export const CMBSZ_SZU_MASK = 0xf;
/** Size, in units of SZU. */
export const CMBSZ_SZ_SHIFT = 12;
export const CMBSZ_SZ_MASK = 0xfffff;

/** What a read returns when no device answers. */
export const ALL_ONES = 0xffffffff;

/** Size of a host memory page, and the smallest CC.MPS (MPS = 0). */
export const PAGE_BYTES = 4096;
