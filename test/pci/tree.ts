// sysfs, procfs and /dev as files of our own: PCI functions, IOMMU groups, block devices, mounts, processes.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SystemRoots } from "../../src/pci/sysfs.ts";

export interface FakeFunction {
  /** null: none. "vfio-pci" by default. */
  readonly driver?: string | null;
  /** null: no IOMMU. 7 by default. */
  readonly group?: number | null;
  readonly class?: string;
  /** The driver of the bridge that it is behind. */
  readonly behind?: string;
  /** Further files of its folder. */
  readonly files?: Readonly<Record<string, string>>;
}

export class PciTree implements SystemRoots {
  readonly #folder = mkdtempSync(join(tmpdir(), "phasebit-pci-"));
  readonly sys = join(this.#folder, "sys");
  readonly proc = join(this.#folder, "proc");
  readonly dev = join(this.#folder, "dev");
  readonly run = join(this.#folder, "run");
  #mounts = "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw\n";
  #swaps = "Filename\tType\tSize\tUsed\tPriority\n";
  #minors = 0;

  addFunction(address: string, shown: FakeFunction = {}): void {
    const { driver = "vfio-pci", group = 7, class: code = "0x010802", files = {} } = shown;
    const folder = this.functionFolder(address);
    if (shown.behind !== undefined) {
      this.link(`devices/bridge/${address}`, folder);
      this.link(`bus/pci/drivers/${shown.behind}`, join(this.sys, "devices/bridge/driver"));
    }
    mkdirSync(folder, { recursive: true });
    const usual = {
      class: code,
      vendor: "0x1b36",
      device: "0x0010",
      driver_override: "(null)",
      reset_method: "flr bus",
      numa_node: "-1",
    };
    for (const [name, text] of Object.entries({ ...usual, ...files })) {
      writeFileSync(join(folder, name), `${text}\n`);
    }
    if (driver !== null) this.link(`bus/pci/drivers/${driver}`, join(folder, "driver"));
    if (group === null) return;
    this.link(`kernel/iommu_groups/${group}`, join(folder, "iommu_group"));
    this.link(
      `bus/pci/devices/${address}`,
      join(this.sys, `kernel/iommu_groups/${group}/devices/${address}`),
    );
  }

  /** Its own character device, and iommufds. */
  addCdev(address: string, name: string): void {
    mkdirSync(join(this.functionFolder(address), "vfio-dev", name), { recursive: true });
    mkdirSync(join(this.dev, "vfio/devices"), { recursive: true });
    writeFileSync(join(this.dev, "vfio/devices", name), "");
    writeFileSync(join(this.dev, "iommu"), "");
  }

  /** A namespace with partitions, while the kernel's driver has the function. `path` is multipath's name for it. */
  addNamespace(
    address: string,
    disk: string,
    partitions: readonly string[] = [],
    path = disk,
  ): void {
    const [controller] = /^nvme\d+/.exec(disk)!;
    mkdirSync(join(this.functionFolder(address), "nvme", controller, path), { recursive: true });
    this.addBlockDevice(disk, { size: "2097152", nsid: "1" });
    for (const part of partitions) {
      this.addBlockDevice(part, { size: "2048" });
      mkdirSync(join(this.sys, "class/block", disk, part), { recursive: true });
    }
  }

  /** What the kernel's driver read from the device. */
  describe(address: string, controller: string, files: Readonly<Record<string, string>>): void {
    const folder = join(this.functionFolder(address), "nvme", controller);
    for (const [name, text] of Object.entries(files)) this.file(join(folder, name), `${text}\n`);
  }

  /** Controllers of one subsystem; those in `functions` have an address, the others a transport. */
  joinSubsystem(
    name: string,
    functions: Readonly<Record<string, string>>,
    fabrics: Readonly<Record<string, string>> = {},
  ): void {
    for (const [controller, address] of Object.entries(functions)) {
      this.link(
        `class/nvme/${controller}`,
        join(this.sys, "class/nvme-subsystem", name, controller),
      );
      this.link(`bus/pci/devices/${address}`, join(this.sys, "class/nvme", controller, "device"));
      this.file(join(this.sys, "class/nvme", controller, "transport"), "pcie\n");
    }
    for (const [controller, transport] of Object.entries(fabrics)) {
      this.link(
        `class/nvme/${controller}`,
        join(this.sys, "class/nvme-subsystem", name, controller),
      );
      this.file(join(this.sys, "class/nvme", controller, "transport"), `${transport}\n`);
    }
  }

  /** A block device, with the number that `numberOf` tells. */
  addBlockDevice(name: string, files: Readonly<Record<string, string>> = {}): void {
    const folder = join(this.sys, "class/block", name);
    mkdirSync(join(folder, "holders"), { recursive: true });
    this.file(join(folder, "dev"), `259:${this.#minors++}\n`);
    for (const [file, text] of Object.entries(files)) this.file(join(folder, file), `${text}\n`);
    this.file(join(this.dev, name), "");
  }

  /** `number` is the file system's own where it has one, as btrfs does. */
  mount(device: string, place: string, number = "36:99", process = "self"): void {
    const line = `36 22 ${number} / ${place} rw shared:9 - ext4 /dev/${device} rw\n`;
    if (process === "self") this.#mounts += line;
    this.write(`${process}/mountinfo`, process === "self" ? this.#mounts : line);
  }

  swapOn(device: string): void {
    this.#swaps += `/dev/${device} partition\t8388604\t0\t-2\n`;
    this.write("swaps", this.#swaps);
  }

  hold(device: string, holder: string): void {
    mkdirSync(join(this.sys, "class/block", device, "holders", holder), { recursive: true });
  }

  /** A process that has the node open. */
  open(node: string, pid: number, command: string): void {
    this.write(`${pid}/comm`, `${command}\n`);
    this.write(`${pid}/stat`, `${pid} (${command}) S ${"0 ".repeat(18)}4242 0\n`);
    mkdirSync(join(this.proc, `${pid}/fd`), { recursive: true });
    symlinkSync(join(this.dev, node), join(this.proc, `${pid}/fd/3`));
  }

  /** Any file, by its path below this tree. */
  file(path: string, text: string): void {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, text);
  }

  /** Takes a file or a folder away. */
  drop(path: string): void {
    rmSync(path, { recursive: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  functionFolder(address: string): string {
    return join(this.sys, "bus/pci/devices", address);
  }

  link(target: string, from: string): void {
    mkdirSync(join(this.sys, target), { recursive: true });
    mkdirSync(join(from, ".."), { recursive: true });
    symlinkSync(join(this.sys, target), from);
  }

  write(name: string, text: string): void {
    this.file(join(this.proc, name), text);
  }
}
