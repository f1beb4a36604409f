// What of the controller's tests cannot hold with a socket between it and its host, and why: each of them is to fail there, so
// that nothing stays on the list that would pass.
import { beforeEach } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    /** What lies between host and controller: nothing, or vfio-user. */
    readonly link?: "socket";
  }
}

/** Names of tests, or how they begin, by the reason. */
const differences: Readonly<Record<string, readonly string[]>> = {
  "no message asks for it: a hot reset is the bus's, the end of its thread that of the server": [
    "a hot reset leaves NSSRO to the host",
    "a hot reset makes every register as after power on",
    "a hot reset clears CMBMSC, and what the buffer held is undefined",
    "STOP ends the device's thread",
    "run returns when the time has come, or at once after STOP",
  ],
  "the server has what a kernel has in a host: vectors that are wired are unmasked after a reset": [
    "Mask Bits are set after power on, and after a function level reset",
  ],
  "a window is whole pages": [
    "a buffer may span neighbouring entries, not a gap between them",
    "a buffer that begins in the entry used last may not run past its end",
  ],
  "the table is the server's, and nobody else writes into it": [
    "an IOMMU table of nonsense gives faults, not traps",
  ],
  "the medium's pointer is the server's": ["what makes no sense is refused"],
  "stamps go into the controller's own memory, so that --stages is for a controller of this process":
    [
      "each command has the two times of its own, by readings of the clock at that moment",
      "the mask leaves the generation out of the CID",
      "a completion that waits is stamped when it is posted, and not before",
      "an error is stamped like a success",
      "the time is there before the entry's phase tag is",
      "is read again with a register access, in the middle of a queue's life",
      "survives a reset: the queue created after it is stamped",
      "a pointer at the end of the memory is ignored",
      "a pointer with its last slot past the end is ignored",
      "a pointer with 65536 slots where fewer fit is ignored",
      "the last slots that fit are stamped",
    ],
};
const names = new Set(Object.values(differences).flat());

beforeEach(({ task }) => {
  if (names.has(task.name)) Object.assign(task, { fails: true });
});
