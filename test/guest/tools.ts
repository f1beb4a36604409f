// Programs of the host that the guest machine needs, and the one way they are called.
import { spawnSync } from "node:child_process";

// Program and the Debian package that brings it.
const needed: Readonly<Record<string, string>> = {
  "apt-cache": "apt",
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
  "qemu-system-x86_64": "qemu-system-x86",
  busybox: "busybox-static",
  cmp: "diffutils",
  cpio: "cpio",
  dmsetup: "dmsetup",
  lspci: "pciutils",
  "mkfs.ext4": "e2fsprogs",
  nvme: "nvme-cli",
  timeout: "coreutils",
  xz: "xz-utils",
};

/** One line naming what to install, or undefined when everything is here. */
export function missingTools(): string | undefined {
  const missing = Object.keys(needed).filter((program) => !isOnPath(program));
  if (missing.length === 0) {
    return undefined;
  }
  const packages = [...new Set(missing.map((program) => needed[program]))].join(" ");
  return `guest machine: no ${missing.join(", ")} on PATH; apt-get install ${packages}`;
}

function isOnPath(program: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

/** Runs a program to its end and gives its stdout; throws with its last words otherwise. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Buffer {
  const result = spawnSync(program, args, { ...options, maxBuffer: 1 << 28 });
  if (result.status !== 0) {
    const why = result.error?.message ?? result.stderr.toString().trim();
    throw new Error(`${program} ${args.join(" ")}: ${why}`);
  }
  return result.stdout;
}

interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Buffer;
}
