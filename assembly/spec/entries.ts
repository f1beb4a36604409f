// The queue entries as the controller sees them, little endian. TypeScript builds admin commands in a
// Uint32Array(16) instead; test/entries.test.ts holds both to the same offsets.

//  SQE  0        4        8               16              24              32              40
//       |opc flg cid|nsid |cdw2   |cdw3   |mptr           |prp1           |prp2           |cdw10 … cdw15
/** Submission Queue Entry (NVMe 1.4, figure 105). */
@unmanaged
export class Sqe {
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
  cdw10: u32;
  cdw11: u32;
  cdw12: u32;
  cdw13: u32;
  cdw14: u32;
  cdw15: u32;
}

//  CQE  0        4        8       10      12      14
//       |dw0     |dw1     |sqhd   |sqid   |cid    |p|status
/** Completion Queue Entry (NVMe 1.4, section 4.6). `status` holds the phase tag in bit 0. */
@unmanaged
export class Cqe {
  dw0: u32;
  dw1: u32;
  sqhd: u16;
  sqid: u16;
  cid: u16;
  status: u16;
}

export const SQE_BYTES: u32 = 64;
export const CQE_BYTES: u32 = 16;

if (offsetof<Sqe>() != 64) ERROR("an SQE has 64 bytes");
if (offsetof<Sqe>("nsid") != 4) ERROR("NSID is Command Dword 1");
if (offsetof<Sqe>("mptr") != 16) ERROR("MPTR begins in Command Dword 4");
if (offsetof<Sqe>("prp1") != 24) ERROR("PRP1 begins in Command Dword 6");
if (offsetof<Sqe>("prp2") != 32) ERROR("PRP2 begins in Command Dword 8");
if (offsetof<Sqe>("cdw10") != 40) ERROR("CDW10 is Command Dword 10");
if (offsetof<Cqe>() != 16) ERROR("a CQE has 16 bytes");
if (offsetof<Cqe>("sqhd") != 8) ERROR("SQHD is in dword 2");
if (offsetof<Cqe>("cid") != 12) ERROR("CID is in dword 3");
if (offsetof<Cqe>("status") != 14) ERROR("the status field is in dword 3");
