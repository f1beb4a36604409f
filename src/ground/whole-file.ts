// Files that are whole, or not there at all: each is written under another name, flushed to the disk and then renamed,
// so that a file with its own name is complete. A process that was killed leaves the other name behind, and the next
// that writes into the folder clears it away.
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { PhasebitError } from "./errors.ts";

/** A file that is being written, and takes its name when it is committed. */
export class WholeFile {
  readonly descriptor: number;
  readonly #path: string;
  readonly #partial: string;
  #isOpen = true;

  /** Begins a file, which may replace another one at its end. @throws what the system throws */
  constructor(path: string) {
    this.#path = path;
    this.#partial = partialName(path);
    clearPartials(dirname(path));
    // "wx" refuses what is there, links too: nobody else may choose where the bytes go
    this.descriptor = openSync(this.#partial, "wx");
  }

  /** Gives the file its name, with its bytes and its name on the disk. @throws what the system throws */
  commit(): void {
    fsyncSync(this.descriptor);
    this.#close();
    renameSync(this.#partial, this.#path);
    syncFolder(dirname(this.#path));
  }

  /** Leaves nothing of it, unless it was committed. */
  [Symbol.dispose](): void {
    this.#close();
    rmSync(this.#partial, { force: true });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.descriptor);
  }
}

/** Writes `content` as a whole file. @throws what the system throws; an earlier file is then still there */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const file = new WholeFile(path);
  try {
    writeFileSync(file.descriptor, content);
    file.commit();
  } finally {
    file[Symbol.dispose]();
  }
}

/** Makes sure that a file could be written into `folder`. @throws what the system throws */
export function tryFolder(folder: string): void {
  new WholeFile(join(folder, "phasebit"))[Symbol.dispose]();
}

/** @throws PhasebitError RESULTS for what the system throws in `write`, with what to do; `what` was to be written */
export function saving<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    const { code = "unknown error" } = cause as NodeJS.ErrnoException;
    throw new PhasebitError("RESULTS", `write ${what}: ${code}; ${advice(code)}`, { cause });
  }
}

function advice(code: string): string {
  if (code === "ENOSPC" || code === "EDQUOT")
    return "free some space, or save elsewhere with --output";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return "the folder cannot be written to; save elsewhere with --output";
  }
  if (code === "EEXIST" || code === "ENOTDIR") return "a file has the folder's name; move it away";
  return "save elsewhere with --output";
}

/** The new name lasts only when the folder has reached the disk too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** "run.json.5f1fa48b-4711-0badcafe.partial": who writes it, and a name that nobody else has. */
function partialName(path: string): string {
  return `${path}.${writer()}-${process.pid}-${randomBytes(4).toString("hex")}.partial`;
}

/** Where process numbers mean the same: this host, and in it these process numbers. */
function writer(): string {
  const numbers = readlinkSync("/proc/self/ns/pid");
  return createHash("sha256").update(`${hostname()} ${numbers}`).digest("hex").slice(0, 8);
}

/** What processes of this host began here and can end no more. A folder that cannot be read has nothing to clear. */
function clearPartials(folder: string): void {
  const own = writer();
  for (const name of namesIn(folder)) {
    const [, host, pid] = /\.([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}\.partial$/.exec(name) ?? [];
    if (host !== own || isAlive(Number(pid))) continue;
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // somebody else's, who may clear it himself
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
