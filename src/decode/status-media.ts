// Media and Data Integrity Errors, SCT 2, and Path Related Status, SCT 3 (NVMe 1.4, figures 131 and 132).
import type { StatusRow } from "./status-row.ts";

const PROTECTION = "compare the data and their protection information with what was written";
const PATH =
  "the namespace is to be reached through another controller; the ANA log (0Ch) says which";

export const mediaStatus: readonly StatusRow[] = [
  [
    0x80,
    "Write Fault",
    "the data could not be committed to the media",
    "read the SMART log (02h): spare, critical warning; write elsewhere",
  ],
  [
    0x81,
    "Unrecovered Read Error",
    "the data could not be read from the media",
    "the LBA of the error log entry is the first; write it again, from a copy",
  ],
  [0x82, "End-to-end Guard Check Error", "the guard does not fit the data", PROTECTION],
  [0x83, "End-to-end Application Tag Check Error", "the application tag differs", PROTECTION],
  [0x84, "End-to-end Reference Tag Check Error", "the reference tag differs", PROTECTION],
  [
    0x85,
    "Compare Failure",
    "the data differ from those on the media",
    "no fault of the drive by itself: read the blocks and compare",
  ],
  [
    0x86,
    "Access Denied",
    "access rights (a locked range) forbid it",
    "unlock the range (TCG) first",
  ],
  [
    0x87,
    "Deallocated or Unwritten Logical Block",
    "a block was never written, and DULBE asks for this error",
    "write it first, or clear DULBE of Error Recovery (FID 05h)",
  ],
  [0x88, "End-to-end Storage Tag Check Error", "the storage tag differs (2.0)", PROTECTION],
];

export const pathStatus: readonly StatusRow[] = [
  [
    0x00,
    "Internal Path Error",
    "the controller could not reach the namespace, for a reason of its own",
    "send the command again, through another controller where there is one",
  ],
  [0x01, "Asymmetric Access Persistent Loss", "this controller has lost the namespace", PATH],
  [0x02, "Asymmetric Access Inaccessible", "this controller cannot reach the namespace now", PATH],
  [
    0x03,
    "Asymmetric Access Transition",
    "the access state is changing",
    "send the command again after ANATT",
  ],
  [0x60, "Controller Pathing Error", "the controller found the path broken", PATH],
  [0x70, "Host Pathing Error", "the host found the path broken", PATH],
  [0x71, "Command Aborted By Host", "the host gave the command up", "nothing: it was asked for"],
];
