// What the processes of the host do, read once for any number of functions: mounts, swap spaces, files held open.
import { basename } from "node:path";
import { linesOf, linkOf, namesIn, realPath, type SystemRoots, textOf } from "./sysfs.ts";

/** One file system in its place. */
export interface Mount {
  /** "259:1"; of btrfs and others a number of their own. */
  readonly number: string;
  /** "/dev/nvme0n1p1", or what else the file system was told. */
  readonly source: string;
  readonly place: string;
}

/** A process that has a file open. */
export interface Holder {
  readonly pid: number;
  /** As the kernel keeps it: 15 characters at most, and any of them. */
  readonly command: string;
}

/** Facts about the host; each is read when it is first asked for, and then kept. */
export class HostFacts {
  readonly roots: SystemRoots;
  #mounts: readonly Mount[] | undefined;
  #swaps: readonly string[] | undefined;
  #holders: ReadonlyMap<string, readonly Holder[]> | undefined;

  constructor(roots: SystemRoots) {
    this.roots = roots;
  }

  /** Of all mount namespaces that this user may look into. */
  get mounts(): readonly Mount[] {
    this.#mounts ??= mountsOf(this.roots);
    return this.#mounts;
  }

  /** Names of the block devices that are swap spaces. */
  get swaps(): readonly string[] {
    this.#swaps ??= linesOf(`${this.roots.proc}/swaps`)
      .slice(1)
      .map((line) => this.deviceName(line.split(/\s/)[0] ?? ""));
    return this.#swaps;
  }

  /** Who has the file at `path` open, as far as this user may see; this process does not count. */
  holdersOf(path: string): readonly Holder[] {
    this.#holders ??= openFiles(this.roots);
    return this.#holders.get(path) ?? [];
  }

  /** The kernel's name of a block device that somebody named by any path. */
  deviceName(path: string): string {
    const { dev } = this.roots;
    const node = path.startsWith("/dev/") ? dev + path.slice("/dev".length) : path;
    return basename(realPath(node));
  }
}

function processes({ proc }: SystemRoots): string[] {
  return namesIn(proc).filter((name) => /^\d+$/.test(name));
}

function mountsOf(roots: SystemRoots): Mount[] {
  const { proc } = roots;
  const seen = new Set<string>();
  const mounts = new Map<string, Mount>();
  for (const process of ["self", ...processes(roots)]) {
    const namespace = linkOf(`${proc}/${process}/ns/mnt`) ?? process;
    if (seen.has(namespace)) continue;
    seen.add(namespace);
    for (const line of linesOf(`${proc}/${process}/mountinfo`)) {
      const mount = mountOf(line);
      if (mount !== null) mounts.set(`${mount.number} ${mount.source} ${mount.place}`, mount);
    }
  }
  return [...mounts.values()];
}

/** "36 22 259:1 / /home rw shared:9 - ext4 /dev/nvme0n1p1 rw": proc_pid_mountinfo(5) */
function mountOf(line: string): Mount | null {
  const fields = line.split(" ");
  const source = fields[fields.indexOf("-") + 2];
  const [, , number, , place] = fields;
  if (number === undefined || place === undefined || source === undefined) return null;
  return { number, source, place };
}

/** Device nodes alone: nothing else is asked for. */
function openFiles(roots: SystemRoots): Map<string, Holder[]> {
  const { proc, dev } = roots;
  const holders = new Map<string, Holder[]>();
  for (const process of processes(roots)) {
    const pid = Number(process);
    if (pid === globalThis.process.pid) continue;
    const links = namesIn(`${proc}/${process}/fd`).map((fd) =>
      linkOf(`${proc}/${process}/fd/${fd}`),
    );
    for (const path of new Set(links)) {
      if (path === null || !path.startsWith(`${dev}/`)) continue;
      const holder = { pid, command: textOf(`${proc}/${process}/comm`) ?? "" };
      holders.set(path, [...(holders.get(path) ?? []), holder]);
    }
  }
  return holders;
}
