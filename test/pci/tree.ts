// sysfs and procfs as files of our own: PCI functions, IOMMU groups, block devices, mounts and swap.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SystemRoots } from "../../src/pci/function.ts";

export interface FakeFunction {
  /** null: none. "vfio-pci" by default. */
  readonly driver?: string | null;
  /** null: no IOMMU. 7 by default. */
  readonly group?: number | null;
  readonly class?: string;
}

export class PciTree implements SystemRoots {
  readonly #folder = mkdtempSync(join(tmpdir(), "phasebit-pci-"));
  readonly sys = join(this.#folder, "sys");
  readonly proc = join(this.#folder, "proc");
  #mounts = "22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw\n";
  #swaps = "Filename\tType\tSize\tUsed\tPriority\n";

  addFunction(address: string, shown: FakeFunction = {}): void {
    const { driver = "vfio-pci", group = 7, class: code = "0x010802" } = shown;
    const folder = this.#functionFolder(address);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "class"), `${code}\n`);
    if (driver !== null) this.#link(`bus/pci/drivers/${driver}`, join(folder, "driver"));
    if (group === null) return;
    this.#link(`kernel/iommu_groups/${group}`, join(folder, "iommu_group"));
    this.#link(
      `bus/pci/devices/${address}`,
      join(this.sys, `kernel/iommu_groups/${group}/devices/${address}`),
    );
  }

  /** A namespace with partitions, while the kernel's driver has the function. `path` is multipath's name for it. */
  addNamespace(
    address: string,
    disk: string,
    partitions: readonly string[] = [],
    path = disk,
  ): void {
    const [controller] = /^nvme\d+/.exec(disk)!;
    mkdirSync(join(this.#functionFolder(address), "nvme", controller, path), { recursive: true });
    for (const part of [disk, ...partitions]) {
      mkdirSync(join(this.sys, "class/block", part, "holders"), { recursive: true });
    }
    for (const part of partitions) {
      mkdirSync(join(this.sys, "class/block", disk, part), { recursive: true });
    }
  }

  mount(device: string, place: string): void {
    this.#mounts += `36 22 259:1 / ${place} rw shared:9 - ext4 /dev/${device} rw\n`;
    this.#write("self/mountinfo", this.#mounts);
  }

  swapOn(device: string): void {
    this.#swaps += `/dev/${device} partition\t8388604\t0\t-2\n`;
    this.#write("swaps", this.#swaps);
  }

  hold(device: string, holder: string): void {
    mkdirSync(join(this.sys, "class/block", device, "holders", holder), { recursive: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #functionFolder(address: string): string {
    return join(this.sys, "bus/pci/devices", address);
  }

  #link(target: string, from: string): void {
    mkdirSync(join(this.sys, target), { recursive: true });
    mkdirSync(join(from, ".."), { recursive: true });
    symlinkSync(join(this.sys, target), from);
  }

  #write(name: string, text: string): void {
    const file = join(this.proc, name);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
}
