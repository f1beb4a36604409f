// A queue as the controller keeps it. Entries, doorbell and base are the host's; nothing of them is
// believed but what was checked here.

/** A submission queue; `entries` is 0 while it does not exist. */
@unmanaged
export class SubmissionQueue {
  base: u64;
  /**
   * `base` in the linear memory when the IOMMU covers the whole queue, else 0: check every entry.
   */
  pointer: u32;
  entries: u32;
  head: u32;
  tail: u32;
  /** Pointer of the tail doorbell. */
  doorbell: u32;
  /** What stood in the doorbell when it was last looked at, valid or not. */
  seen: u32;
  /** Its doorbell had an invalid value: nothing more is taken from it (4.1). */
  halted: u32;
  qid: u32;
  /** Pointer of the CompletionQueue. */
  completionQueue: u32;
  /** CID of the command completed last, for faults. */
  lastCid: u32;
  /** Pointer of the stamps, 0 for none, and the mask that makes a CID the number of its slot. */
  stamps: u32;
  stampsMask: u32;
  /** It lies in the Controller Memory Buffer. */
  isInBuffer: u32;
  /** Looks at its shadow doorbell that are left until the controller waits for the doorbell itself (shadow.ts). */
  awake: u32;
}

/** A completion queue; `entries` is 0 while it does not exist. */
@unmanaged
export class CompletionQueue {
  base: u64;
  /**
   * `base` in the linear memory when the IOMMU covers the whole queue, else 0: check every entry.
   */
  pointer: u32;
  entries: u32;
  head: u32;
  tail: u32;
  /** Phase tag of the lap being written: 1 in the first. */
  phase: u32;
  /** Pointer of the head doorbell. */
  doorbell: u32;
  /** What stood in the doorbell when it was last looked at, valid or not. */
  seen: u32;
  qid: u32;
  vector: u32;
  /** IEN: interrupts enabled. */
  interrupts: u32;
  /** There is something to interrupt for, before the step ends or as coalescing has it. */
  interruptDue: u32;
  /** Entries posted since that was last looked at, … */
  posted: u32;
  /** … of which one has an error status, or was masked: their interrupt is not delayed. */
  urgent: u32;
  /** Submission queues that complete here. */
  submissionQueues: u32;
  /** Completions held because the queue is full: first, last (counted from 1) and how many. */
  heldFirst: u32;
  heldLast: u32;
  held: u32;
  /** As a submission queue's. */
  awake: u32;
  /** Set by a fault: nothing is posted any more. */
  stuck: u32;
  /** Set by a fault: the entry at `lateIova` has its phase tag, and gets its body a step later. */
  lateIova: u64;
  lateSecond: u64;
  lateDw0: u32;
}
