// What changes the bus: writes to sysfs, exclusive opens, owners of nodes. Tests put a kernel of their own in its place.
import { execFileSync } from "node:child_process";
import { chownSync, closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { hostRoots, type SystemRoots } from "./sysfs.ts";

/** Who owns a file. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The machine as binding sees it. */
export interface Bus {
  readonly roots: SystemRoots;
  readonly isRoot: boolean;
  /** Writes an attribute of sysfs. Blocks for as long as the kernel's driver takes. @throws SystemError */
  write(path: string, text: string): void;
  /** Opens a block device as its only user, for reading. @throws SystemError EBUSY when it is in use */
  openExclusive(path: string): number;
  close(descriptor: number): void;
  /** null when there is no such file. */
  owner(path: string): Owner | null;
  chown(path: string, owner: Owner): void;
  /** @throws SystemError when there is no such module */
  loadModule(name: string): void;
  /** Monotonic, in ms. */
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

/** This machine. */
export function hostBus(): Bus {
  return {
    roots: hostRoots,
    isRoot: process.geteuid?.() === 0,
    write: writeAttribute,
    openExclusive: (path) => openSync(path, constants.O_RDONLY | constants.O_EXCL),
    close: closeSync,
    owner: ownerOf,
    chown: (path, { uid, gid }) => chownSync(path, uid, gid),
    loadModule: (name) => execFileSync("modprobe", ["--", name], { stdio: "ignore" }),
    now: () => performance.now(),
    sleep,
  };
}

/** For writing alone, as sysfs has it for `unbind`, and never creating: what is not there is not sysfs. */
function writeAttribute(path: string, text: string): void {
  const descriptor = openSync(path, constants.O_WRONLY);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

/** null when there is no such file. @throws SystemError */
export function ownerOf(path: string): Owner | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : { uid: stat.uid, gid: stat.gid };
}
