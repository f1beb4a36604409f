// Fields of the registers of the Controller Memory Buffer and the Persistent Memory Region (NVMe 1.4, sections 3.1.11,
// 3.1.12, 3.1.16 to 3.1.23), beside those in registers.ts. A field is a shift and a mask that is applied after the shift.

// CMBLOC (3.1.11): what may lie partly in the buffer and partly outside, or apart from what it belongs to.
/** CMB Queue Mixed Memory Support. */
export const CMBLOC_CQMMS_SHIFT = 3;
/** CMB Queue Physically Discontiguous Support. */
export const CMBLOC_CQPDS_SHIFT = 4;
/** CMB Data Pointer Mixed Locations Support: the pages of one PRP list. */
export const CMBLOC_CDPMLS_SHIFT = 5;
/** CMB Data Pointer and Command Independent Locations Support: lists in the buffer, their command outside. */
export const CMBLOC_CDPCILS_SHIFT = 6;
/** CMB Data Metadata Mixed Memory Support: the data of one command. */
export const CMBLOC_CDMMMS_SHIFT = 7;
/** CMB Queue Dword Alignment. */
export const CMBLOC_CQDA_SHIFT = 8;
/** Of each of these. */
export const CMBLOC_FLAG_MASK = 0x1;

/** Bytes of a size unit, as a power of two: 4 KiB << (4 * SZU). */
export const CMBSZ_UNIT_SHIFT = 12;
export const CMBSZ_UNIT_STEP = 4;
/** SZU 6 is 64 GiB; the values above are reserved. */
export const CMBSZ_MOST_SZU = 6;

// CMBMSC (3.1.16)
/** Capabilities Registers Enabled: CMBLOC and CMBSZ read 0 before. */
export const CMBMSC_CRE = 0x1;
/** Controller Memory Space Enable: addresses from CBA on are the buffer's. */
export const CMBMSC_CMSE = 0x2;
/** Controller Base Address, bits 63:12, where it stands. */
export const CONTROLLER_BASE_LO_MASK = 0xfffff000;

/** CMBSTS (3.1.17): Controller Base Address Invalid. */
export const CMBSTS_CBAI = 0x1;

// PMRCAP (3.1.18)
export const PMRCAP_RDS_SHIFT = 3;
export const PMRCAP_WDS_SHIFT = 4;
export const PMRCAP_BIR_SHIFT = 5;
export const PMRCAP_BIR_MASK = 0x7;
/** Persistent Memory Region Time Units: 0 is 500 ms, 1 is minutes. */
export const PMRCAP_PMRTU_SHIFT = 8;
export const PMRCAP_PMRTU_MASK = 0x3;
/** Persistent Memory Region Write Barrier Mechanisms: bit 0 a read of it, bit 1 a read of PMRSTS. */
export const PMRCAP_PMRWBM_SHIFT = 10;
export const PMRCAP_PMRWBM_MASK = 0xf;
/** Persistent Memory Region Timeout, in PMRTU. */
export const PMRCAP_PMRTO_SHIFT = 16;
export const PMRCAP_PMRTO_MASK = 0xff;
/** Controller Memory Space Supported: PMRMSC is there. */
export const PMRCAP_CMSS_SHIFT = 24;

/** PMRCTL (3.1.19): Enable. */
export const PMRCTL_EN = 0x1;

// PMRSTS (3.1.20)
export const PMRSTS_ERR_MASK = 0xff;
/** Not Ready. */
export const PMRSTS_NRDY = 0x100;
/** Health Status. */
export const PMRSTS_HSTS_SHIFT = 9;
export const PMRSTS_HSTS_MASK = 0x7;
/** Controller Base Address Invalid. */
export const PMRSTS_CBAI = 0x1000;

/** PMRMSCL (3.1.23): Controller Memory Space Enable. */
export const PMRMSCL_CMSE = 0x2;

// PMREBS (3.1.21) and PMRSWTP (3.1.22): a value in bits 31:8, units of 1024 to the power of bits 3:0.
export const PMR_UNIT_MASK = 0xf;
export const PMR_VALUE_SHIFT = 8;
/** Read Bypass Behavior: a read waits for the writes before it to the same place only. */
export const PMREBS_RBB = 0x10;
