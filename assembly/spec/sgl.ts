// Scatter Gather Lists (NVMe 1.4, section 4.4): a segment is an array of descriptors, and DPTR holds the first one.

//  descriptor  0                8        12       15
//              |address         |length  |        |sub-type, type
export const SGL_DESCRIPTOR_BYTES = 16;
export const SGL_LENGTH_OFFSET = 8;
export const SGL_TYPE_OFFSET = 15;
export const SGL_TYPE_SHIFT = 4;
export const SGL_TYPE_MASK = 0xf;
export const SGL_SUBTYPE_MASK = 0xf;
/** The address is one; the other sub-types are for NVMe over Fabrics. */
export const SGL_SUBTYPE_ADDRESS = 0;
/** Segments begin on a qword. */
export const SGL_SEGMENT_ALIGNMENT = 8;

/** SGL Descriptor Type (figure 114). */
export enum SglType {
  DATA_BLOCK = 0,
  /** Bytes that a Read drops; in what a Write sends it has no length. */
  BIT_BUCKET = 1,
  /** The next segment, which is not the last one. */
  SEGMENT = 2,
  LAST_SEGMENT = 3,
  /** NVMe over Fabrics. */
  KEYED_DATA_BLOCK = 4,
  TRANSPORT_DATA_BLOCK = 5,
}

/** PRP or SGL for Data Transfer (figure 104). */
export enum Psdt {
  PRP = 0,
  /** An SGL; MPTR is an address. */
  SGL = 1,
  /** An SGL; MPTR is the address of a descriptor. */
  SGL_METADATA = 2,
}

// SGLS of Identify Controller
/** SGLs for the NVM command set, without a demand of alignment; 2 wants dwords. */
export const SGLS_SUPPORTED = 0x1;
export const SGLS_DWORDS = 0x2;
export const SGLS_SUPPORT_MASK = 0x3;
export const SGLS_BIT_BUCKET = 0x10000;
/** A list may describe more than the data. */
export const SGLS_LONGER = 0x40000;
