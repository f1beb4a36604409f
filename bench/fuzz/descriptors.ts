// Descriptors of all kinds, of which copies go with messages, right or wrong.
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventFd, native, type UnixSocket } from "../../src/compiled/native.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import type { Random } from "./random.ts";

export const FILE_BYTES = 64 * 4096;

export class Descriptors {
  /** Sealed, as phasebit's own. */
  readonly sealed: number;
  /** Not sealed: it is cut and grows while others have it mapped. */
  readonly loose: number;
  readonly event: EventFd;
  readonly #others: readonly number[];
  readonly #memory: LinearMemory;
  readonly #sockets: readonly UnixSocket[];
  readonly #opened: readonly number[];

  constructor() {
    const plan = { host: 4096, commands: 0, completions: 0, data: FILE_BYTES };
    this.#memory = new LinearMemory({ ...plan, doorbellBytes: 4096, segments: true });
    this.sealed = this.#memory.fileOf(this.#memory.allocate(4096))!.fd;
    const path = join(tmpdir(), `phasebit-fuzz-${process.pid}`);
    this.loose = openSync(path, "w+");
    rmSync(path);
    this.event = native().eventFd();
    this.#sockets = native().unixPair();
    const pipe = aPipe();
    this.#opened = [
      openSync("/dev/null", "r+"),
      openSync(tmpdir(), "r"),
      ...(pipe === undefined ? [] : [openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)]),
    ];
    this.#others = [this.#sockets[0]!.fd, ...this.#opened];
    this.grow();
  }

  /** Any, as many as a message may have, and more. */
  some(random: Random): number[] {
    const count = random.once(4) ? random.below(17) : random.below(3);
    return Array.from({ length: count }, () => this.any(random));
  }

  any(random: Random): number {
    const kind = random.below(8);
    if (kind < 3) return this.sealed;
    if (kind < 4) return this.loose;
    return kind < 6 ? this.event.fd : random.pick(this.#others);
  }

  cut(random: Random): void {
    ftruncateSync(this.loose, random.below(64) * 4096);
  }

  grow(): void {
    ftruncateSync(this.loose, FILE_BYTES);
  }

  close(): void {
    for (const fd of [...this.#opened, this.loose]) closeSync(fd);
    for (const socket of this.#sockets) socket.close();
    this.event.close();
    this.#memory.close();
  }
}

/** One that Node.js has for itself. */
function aPipe(): string | undefined {
  const paths = readdirSync("/proc/self/fd").map((fd) => `/proc/self/fd/${fd}`);
  return paths.find((path) => {
    try {
      return readlinkSync(path).startsWith("pipe:");
    } catch {
      // the folder's own, which is closed by now
      return false;
    }
  });
}
