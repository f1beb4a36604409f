// Where the kernel shows things, and how its files are read: one that is missing, or that this user may not read, is
// nothing, never a failure. Tests put a folder of their own in the place of each root.
import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename } from "node:path";

/** Where the kernel shows functions, block devices, processes and device nodes. */
export interface SystemRoots {
  readonly sys: string;
  readonly proc: string;
  readonly dev: string;
  /** What lasts as long as the machine is up. */
  readonly run: string;
}

export const hostRoots: SystemRoots = { sys: "/sys", proc: "/proc", dev: "/dev", run: "/run" };

/** The file's text without the line's end, or null. */
export function textOf(path: string): string | null {
  try {
    // latin1: what a device says of itself is no UTF-8, and one bad byte must not hide the others
    return readFileSync(path, "latin1").trim();
  } catch {
    return null;
  }
}

/** The file's number, decimal or with 0x, or null. */
export function numberOf(path: string): number | null {
  const text = textOf(path);
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** The file's lines that are not empty. */
export function linesOf(path: string): string[] {
  return (textOf(path) ?? "").split("\n").filter((line) => line !== "");
}

/** Where the link leads, or null. */
export function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** The last name of where the link leads, or null: a driver's, a group's. */
export function linkName(path: string): string | null {
  const target = linkOf(path);
  return target === null ? null : basename(target);
}

/** The names in a folder, sorted as people count: nvme2 before nvme10. */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path).sort(byNumber);
  } catch {
    return [];
  }
}

/** The path without links; itself where it cannot be followed. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const { compare: byNumber } = new Intl.Collator("en", { numeric: true });
