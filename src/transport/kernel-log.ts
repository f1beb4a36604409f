// The kernel's log (/dev/kmsg), from now on: one record a read, each with its number, so that it shows when some were lost.
import { closeSync, constants, openSync, readSync } from "node:fs";

/** A record of the kernel's own. */
export interface KernelRecord {
  readonly sequence: number;
  readonly text: string;
}

/** What a look found. */
export interface KernelRecords {
  readonly records: readonly KernelRecord[];
  /** Records were overwritten before they were read, or are too many for one look. */
  readonly hasLost: boolean;
}

export interface KernelLog {
  take(): KernelRecords;
  /** Twice is once. */
  close(): void;
}

/** More than the kernel's largest buffer usually holds: a log that never ends is no reason to hang. */
const MOST_RECORDS = 100_000;
const RECORD_BYTES = 8192;

/** @throws the error of `open`, when there is none or it may not be read. */
export function openKernelLog(path = "/dev/kmsg"): KernelLog {
  let fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = new Uint8Array(RECORD_BYTES);
  const take = (): KernelRecords => {
    const records: KernelRecord[] = [];
    let hasLost = false;
    for (let count = 0; fd >= 0 && count < MOST_RECORDS; count++) {
      const outcome = readRecord(fd, buffer);
      if (outcome === "end") return { records, hasLost };
      if (outcome === "lost") hasLost = true;
      else records.push(...recordsOf(outcome));
    }
    return { records, hasLost: true };
  };
  take();
  return {
    take,
    close() {
      if (fd >= 0) closeSync(fd);
      fd = -1;
    },
  };
}

function readRecord(fd: number, buffer: Uint8Array): string | "end" | "lost" {
  try {
    const bytes = readSync(fd, buffer);
    return bytes === 0 ? "end" : new TextDecoder().decode(buffer.subarray(0, bytes));
  } catch (error) {
    // EPIPE: what was next has been overwritten; EINVAL: it is longer than the buffer
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPIPE" || code === "EINVAL") return "lost";
    return "end";
  }
}

/**
 * Records as Documentation/ABI/testing/dev-kmsg has them: "priority,sequence,time,flags;text". Only the kernel's own
 * (facility 0): everybody who may write to the log can say anything.
 */
export function recordsOf(raw: string): KernelRecord[] {
  return raw.split("\n").flatMap((line) => {
    const [, priority, sequence, text] = /^(\d{1,10}),(\d{1,19}),[^;]*;(.*)$/.exec(line) ?? [];
    if (text === undefined || Number(priority) >> 3 !== 0) return [];
    return [{ sequence: Number(sequence), text }];
  });
}
