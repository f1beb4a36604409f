// What doctor looks at the machine with, beside the kernel's files. Tests put another machine in its place.
import { accessSync, constants } from "node:fs";
import { userInfo } from "node:os";
import { native } from "../compiled/native.ts";
import { hostRoots, type SystemRoots } from "./sysfs.ts";

export interface Examiner {
  readonly roots: SystemRoots;
  readonly isRoot: boolean;
  /** What goes before a command that only root may give: "sudo ", or nothing. */
  readonly sudo: string;
  /** Who runs phasebit. */
  readonly user: string;
  readonly nodeVersion: string;
  /** Whether this user may read and write the file. */
  mayOpen(path: string): boolean;
  /** @throws PhasebitError when the addon does not load */
  loadAddon(): void;
}

/** This machine and this user. */
export function hostExaminer(): Examiner {
  const isRoot = process.geteuid?.() === 0;
  return {
    roots: hostRoots,
    isRoot,
    sudo: isRoot ? "" : "sudo ",
    user: userName(),
    nodeVersion: process.versions.node,
    mayOpen,
    loadAddon: () => void native(),
  };
}

/** A number where the system has no name for it, as in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `${process.geteuid?.() ?? "$USER"}`;
  }
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
