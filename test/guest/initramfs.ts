// The guest's first file system: busybox, init.sh and the modules it inserts. Kept in the cache
// under a name made of everything that goes into it, so a second boot builds nothing.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { cacheFolder, type Kernel } from "./cache.ts";
import { run } from "./tools.ts";

// In the order they are inserted.
const modules = [
  "irqbypass",
  "vfio",
  "vfio_iommu_type1",
  "vfio-pci-core",
  "vfio-pci",
  "netfs",
  "9pnet",
  "9pnet_virtio",
  "9p",
] as const;

// There for a scenario to insert (prelude.sh), in an order that works: the kernel's own driver, and what can sit on a
// drive of it or lead to it.
const spare = [
  ...["nvme-keyring", "nvme-auth", "nvme-core", "nvme"],
  ...["crc16", "crc32c_generic", "mbcache", "jbd2", "ext4", "loop", "dm-mod", "md-mod", "raid1"],
  ...["configfs", "nvmet", "nvme-fabrics", "nvme-loop"],
] as const;

const folders = ["bin", "dev", "host", "modules", "proc", "repository", "share", "sys"] as const;

/** Path of the initramfs for this kernel, built if the cache has none of the same content. */
export function initramfs(kernel: Kernel): string {
  const init = readFileSync(join(import.meta.dirname, "init.sh"));
  const busybox = run("sh", ["-c", "command -v busybox"]).toString().trim();
  const content = createHash("sha256");
  for (const part of [init, readFileSync(busybox), modules.join(), spare.join(), folders.join()]) {
    content.update(part);
  }
  const name = `initramfs-${kernel.release}-${content.digest("hex").slice(0, 16)}.gz`;
  const path = join(cacheFolder(), name);
  if (!existsSync(path)) {
    build(kernel, init, busybox, path);
  }
  return path;
}

function build(kernel: Kernel, init: Buffer, busybox: string, path: string): void {
  const work = mkdtempSync(join(cacheFolder(), "build-"));
  try {
    const root = join(work, "root");
    for (const folder of folders) {
      mkdirSync(join(root, folder), { recursive: true });
    }
    copyFileSync(busybox, join(root, "bin", "busybox"));
    run("ln", ["-s", "busybox", join(root, "bin", "sh")]);
    writeFileSync(join(root, "init"), init, { mode: 0o755 });
    addModules(kernel, join(root, "modules"));
    const archive = run("sh", ["-c", "find . | cpio --quiet -o -H newc -R 0:0"], { cwd: root });
    writeFileSync(join(work, "image"), gzipSync(archive, { level: 1 }));
    renameSync(join(work, "image"), path);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

// Written without compression: then insmod needs nothing from the kernel's decompressors. A module
// that the package does not have as a file is built in.
function addModules(kernel: Kernel, folder: string): void {
  const files = readdirSync(kernel.modules, { recursive: true, encoding: "utf8" });
  const add = (module: string): boolean => {
    const names = [`${module}.ko`, `${module}.ko.xz`];
    const file = files.find((entry) => names.includes(basename(entry)));
    if (file === undefined) return false;
    const source = join(kernel.modules, file);
    const data = file.endsWith(".xz") ? run("xz", ["-dc", source]) : readFileSync(source);
    writeFileSync(join(folder, `${module}.ko`), data);
    return true;
  };
  const inserted = modules.filter(add).map((module) => `${module}\n`);
  writeFileSync(join(folder, "order"), inserted.join(""));
  spare.forEach(add);
}
