// The kernel's side of binding on a tree of our own: drivers that take and leave functions when somebody writes to
// sysfs, and a machine that can end at any of those writes.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Bus, Owner } from "../../src/pci/bus.ts";
import { PciFunction } from "../../src/pci/function.ts";
import { namesIn } from "../../src/pci/sysfs.ts";
import type { PciTree } from "./tree.ts";

/** Whoever changes the bus dies here. */
export class Killed extends Error {}

export class FakeBus implements Bus {
  readonly roots: PciTree;
  isRoot = true;
  /** How many changes there are to be before the process dies; whatever it would do to clean up does not happen. */
  lives = Number.POSITIVE_INFINITY;
  /** Disks that somebody has for himself. */
  readonly busy = new Set<string>();
  /** Disks that are held open now. */
  readonly held = new Set<string>();
  /** Each change, in a word. */
  readonly changes: string[] = [];
  /** Runs before the change of this word, as another program of the machine would. */
  meanwhile: ((change: string) => void) | undefined;
  /** The kernel makes a character device for each function that vfio-pci has. */
  hasCdevs = false;
  /** Drivers that refuse every function. */
  readonly refusing = new Set<string>();
  readonly #owners = new Map<string, Owner>();
  readonly #descriptors = new Map<number, string>();
  #nowMs = 0;

  constructor(roots: PciTree) {
    this.roots = roots;
    for (const driver of ["nvme", "vfio-pci"]) {
      mkdirSync(join(roots.sys, "bus/pci/drivers", driver), { recursive: true });
    }
  }

  write(path: string, text: string): void {
    this.#change(`${basename(path)} ${text.trim()}`.trim());
    if (path.endsWith("/driver/unbind")) this.#unbind(text);
    else if (path.endsWith("/drivers_probe")) this.#probe(text);
    else if (path.endsWith("/sriov_numvfs")) this.#number(path, Number(text));
    else writeFileSync(path, text.trim() === "" ? "(null)\n" : text);
  }

  openExclusive(path: string): number {
    const name = basename(path);
    if (this.busy.has(name))
      throw Object.assign(new Error("EBUSY"), { code: "EBUSY", syscall: "open" });
    const descriptor = openSync(path, "r");
    this.#descriptors.set(descriptor, name);
    this.held.add(name);
    return descriptor;
  }

  close(descriptor: number): void {
    closeSync(descriptor);
    this.held.delete(this.#descriptors.get(descriptor)!);
  }

  owner(path: string): Owner | null {
    if (!existsSync(path)) return null;
    return this.#owners.get(path) ?? { uid: 0, gid: 0 };
  }

  chown(path: string, owner: Owner): void {
    this.#change(`chown ${owner.uid}:${owner.gid}`);
    this.#owners.set(path, owner);
  }

  loadModule(name: string): void {
    this.#change(`modprobe ${name}`);
    if (name.startsWith("no-")) throw new Error("modprobe: not found");
    mkdirSync(join(this.roots.sys, "bus/pci/drivers", name), { recursive: true });
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.#nowMs += ms;
  }

  #change(word: string): void {
    if (this.lives-- <= 0) throw new Killed(word);
    this.meanwhile?.(word);
    this.changes.push(word);
  }

  /** As vfio-pci has it: not unless its parameter says so, and never from one number to another. */
  #number(path: string, count: number): void {
    const parameter = join(this.roots.sys, "module/vfio_pci/parameters/enable_sriov");
    const refuse = (code: string): void => {
      throw Object.assign(new Error(code), { code, syscall: "write" });
    };
    if (readFileSync(parameter, "latin1").trim() !== "Y") refuse("ENOENT");
    const active = Number(readFileSync(path, "latin1"));
    if (active > 0 && count > 0) refuse("EBUSY");
    const address = basename(dirname(path));
    const virtual = (number: number): string => `${address.slice(0, -1)}${number + 1}`;
    for (let number = 0; number < active; number++) {
      rmSync(join(dirname(path), `virtfn${number}`));
      const group = join(this.roots.sys, `kernel/iommu_groups/${20 + number}`);
      rmSync(group, { recursive: true });
      rmSync(this.roots.functionFolder(virtual(number)), { recursive: true });
    }
    for (let number = 0; number < count; number++) {
      this.roots.addFunction(virtual(number), { group: 20 + number });
      this.roots.link(`bus/pci/devices/${virtual(number)}`, join(dirname(path), `virtfn${number}`));
    }
    writeFileSync(path, `${count}\n`);
  }

  #unbind(address: string): void {
    const folder = this.roots.functionFolder(address);
    for (const name of namesIn(join(folder, "vfio-dev"))) {
      rmSync(join(folder, "vfio-dev"), { recursive: true });
      rmSync(join(this.roots.dev, "vfio/devices", name));
      this.#owners.delete(join(this.roots.dev, "vfio/devices", name));
    }
    const { driver } = new PciFunction(address, this.roots);
    rmSync(join(folder, "driver"));
    if (driver === "nvme" && existsSync(join(folder, "nvme"))) {
      renameSync(join(folder, "nvme"), join(folder, "asleep"));
    }
    this.#nodes();
  }

  #probe(address: string): void {
    const folder = this.roots.functionFolder(address);
    const said = readFileSync(join(folder, "driver_override"), "latin1").trim();
    const driver = said === "(null)" || said === "" ? "nvme" : said;
    const exists = existsSync(join(this.roots.sys, "bus/pci/drivers", driver));
    if (!exists || this.refusing.has(driver) || existsSync(join(folder, "driver"))) {
      throw Object.assign(new Error("EINVAL"), { code: "EINVAL", syscall: "write" });
    }
    this.roots.link(`bus/pci/drivers/${driver}`, join(folder, "driver"));
    if (driver === "nvme" && existsSync(join(folder, "asleep"))) {
      renameSync(join(folder, "asleep"), join(folder, "nvme"));
    }
    if (driver === "vfio-pci" && this.hasCdevs) this.roots.addCdev(address, "vfio0");
    this.#nodes();
  }

  /** A group has a node while one of its functions is with vfio-pci. */
  #nodes(): void {
    const devices = join(this.roots.sys, "bus/pci/devices");
    const wanted = new Set<string>();
    for (const address of readdirSync(devices)) {
      const fn = new PciFunction(address, this.roots);
      if (fn.driver === "vfio-pci" && fn.groupNode !== null) wanted.add(fn.groupNode);
    }
    const folder = join(this.roots.dev, "vfio");
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      if (name === "devices" || wanted.has(join(folder, name))) continue;
      rmSync(join(folder, name));
      this.#owners.delete(join(folder, name));
    }
    for (const node of wanted) {
      mkdirSync(dirname(node), { recursive: true });
      writeFileSync(node, "");
    }
  }
}
