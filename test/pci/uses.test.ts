import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PciFunction } from "../../src/pci/function.ts";
import { HostFacts } from "../../src/pci/host-facts.ts";
import { kernelController } from "../../src/pci/kernel-controller.ts";
import { textOf } from "../../src/pci/sysfs.ts";
import { obstaclesOf } from "../../src/pci/uses.ts";
import { type FakeFunction, PciTree } from "./tree.ts";

const ADDRESS = "0000:01:00.0";
const OTHER = "0000:02:00.0";
let tree: PciTree;
beforeEach(() => {
  tree = new PciTree();
});
afterEach(() => tree.remove());

/** A function of the kernel's driver, with a disk of two partitions. */
function drive(shown: FakeFunction = {}): void {
  tree.addFunction(ADDRESS, { driver: "nvme", ...shown });
  tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1", "nvme0n1p2"]);
}

function obstacles(together: readonly string[] = []): string[] {
  const fn = new PciFunction(ADDRESS, tree);
  const controller = kernelController(fn, tree);
  const uses = obstaclesOf({ fn, controller, facts: new HostFacts(tree) }, together);
  return uses.map(({ kind, text }) => `${kind}: ${text}`);
}

test("a drive that nobody uses has nothing against it", () => {
  drive();
  expect(obstacles()).toEqual([]);
});

describe("mounted", () => {
  test.each([
    ["the disk", "nvme0n1", "/data", "mounted: nvme0n1 is mounted at /data"],
    ["a partition", "nvme0n1p1", "/home", "mounted: nvme0n1p1 is mounted at /home"],
    ["the system's", "nvme0n1p2", "/", "system: nvme0n1p2 is mounted at /"],
    ["what it boots from", "nvme0n1p1", "/boot/efi", "system: nvme0n1p1 is mounted at /boot/efi"],
  ])("%s", (_, device, place, words) => {
    drive();
    tree.mount(device, place);
    expect(obstacles()).toEqual([words]);
  });

  test("by the device's number, whatever name it was mounted by", () => {
    drive();
    const number = textOf(`${tree.sys}/class/block/nvme0n1p1/dev`)!;
    tree.mount("disk/by-label/HOME", "/home", number);
    expect(obstacles()).toEqual(["mounted: nvme0n1p1 is mounted at /home"]);
  });

  test("in the mount namespace of another process, told once", () => {
    drive();
    tree.mount("nvme0n1", "/srv", "36:99", "812");
    tree.mount("nvme0n1", "/srv", "36:99", "813");
    expect(obstacles()).toEqual(["mounted: nvme0n1 is mounted at /srv"]);
  });

  test("at a place whose name would move the cursor", () => {
    drive();
    tree.mount("nvme0n1", "/\u001b[2J");
    expect(obstacles()).toEqual(["mounted: nvme0n1 is mounted at /\\x1b[2J"]);
  });

  test("another disk whose name begins alike is no use of it", () => {
    drive();
    tree.mount("nvme0n10", "/other");
    tree.swapOn("nvme0n1p10");
    expect(obstacles()).toEqual([]);
  });
});

describe("held", () => {
  test("swap space", () => {
    drive();
    tree.swapOn("nvme0n1p2");
    expect(obstacles()).toEqual(["swap: nvme0n1p2 is swap space"]);
  });

  test.each([
    ["LVM-abc", "LVM, vg-home"],
    ["CRYPT-LUKS2-abc", "encryption, vg-home"],
    ["mpath-abc", "multipath, vg-home"],
    ["", "vg-home"],
  ])("device mapper, which says who made it: %j", (uuid, words) => {
    drive();
    tree.addBlockDevice("dm-3", { "dm/uuid": uuid, "dm/name": "vg-home" });
    tree.hold("nvme0n1p1", "dm-3");
    expect(obstacles()).toEqual([`mapped: nvme0n1p1 is held by dm-3 (${words})`]);
  });

  test("a mapping that is mounted: the mount is told", () => {
    drive();
    tree.addBlockDevice("dm-0", { "dm/uuid": "LVM-abc", "dm/name": "vg-root" });
    tree.hold("nvme0n1p2", "dm-0");
    tree.mount("dm-0", "/");
    expect(obstacles()).toEqual([
      "system: nvme0n1p2 is held by dm-0 (LVM, vg-root), which is mounted at /",
    ]);
  });

  test.each([
    ["md127", "raid"],
    ["bcache0", "held"],
  ])("%s", (holder, kind) => {
    drive();
    tree.addBlockDevice(holder);
    tree.hold("nvme0n1", holder);
    expect(obstacles()).toEqual([`${kind}: nvme0n1 is held by ${holder}`]);
  });

  test("a part of a btrfs or bcachefs of several devices, which another one is mounted as", () => {
    drive();
    tree.file(`${tree.sys}/fs/btrfs/1234-abcd/devices/nvme0n1p1`, "");
    tree.link("class/block/nvme0n1p2", `${tree.sys}/fs/bcachefs/5678/dev-0/block`);
    expect(obstacles()).toEqual([
      "pool: nvme0n1p1 is a part of the btrfs 1234-abcd",
      "pool: nvme0n1p2 is a part of the bcachefs 5678",
    ]);
  });

  test("behind a loop device", () => {
    drive();
    tree.addBlockDevice("loop0", { "loop/backing_file": "/dev/nvme0n1p1" });
    tree.addBlockDevice("loop1", { "loop/backing_file": "/home/image" });
    expect(obstacles()).toEqual(["loop: nvme0n1p1 is behind the loop device loop0"]);
  });

  test("exported by nvmet, while the namespace is on", () => {
    drive();
    const subsystem = `${tree.sys}/kernel/config/nvmet/subsystems/nqn.test/namespaces`;
    for (const [nsid, enable] of [
      ["1", "1"],
      ["2", "0"],
    ]) {
      tree.file(`${subsystem}/${nsid}/device_path`, `/dev/nvme0n1p${nsid}\n`);
      tree.file(`${subsystem}/${nsid}/enable`, `${enable}\n`);
    }
    expect(obstacles()).toEqual(["exported: nvme0n1p1 is exported by nvmet as nqn.test"]);
  });

  test("where the machine hibernates to", () => {
    drive();
    tree.file(`${tree.sys}/power/resume`, textOf(`${tree.sys}/class/block/nvme0n1p2/dev`)!);
    expect(obstacles()).toEqual(["hibernation: nvme0n1p2 is where the machine hibernates to"]);
  });

  test.each(["nvme0", "nvme0n1", "ng0n1", "nvme0n1p1"])("open in a process: %s", (node) => {
    drive();
    tree.open(node, 812, "smartd");
    expect(obstacles()).toEqual([`open: ${node} is open in process 812 (smartd)`]);
  });
});

describe("its place", () => {
  test("another controller of its subsystem, unless it is taken too", () => {
    drive();
    tree.addFunction(OTHER, { driver: "nvme", group: 8 });
    tree.joinSubsystem("nvme-subsys0", { nvme0: ADDRESS, nvme1: OTHER });
    expect(obstacles()).toEqual([
      `subsystem: nvme1 (${OTHER}) is a controller of the same subsystem`,
    ]);
    expect(obstacles([ADDRESS, OTHER])).toEqual([]);
  });

  test("a way to its subsystem over a network", () => {
    drive();
    tree.joinSubsystem("nvme-subsys0", { nvme0: ADDRESS }, { nvme4: "tcp" });
    expect(obstacles()).toEqual(["fabrics: nvme4 leads to its subsystem over tcp"]);
  });

  test("multipath's path leads to the head, which is the subsystem's and may be mounted", () => {
    tree.addFunction(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme1n1", [], "nvme1c0n1");
    tree.mount("nvme1n1", "/data");
    expect(obstacles()).toEqual(["mounted: nvme1n1 is mounted at /data"]);
  });

  test("a disk that only another controller of the subsystem shows", () => {
    drive();
    tree.addFunction(OTHER, { driver: "nvme", group: 8 });
    tree.joinSubsystem("nvme-subsys0", { nvme0: ADDRESS, nvme1: OTHER });
    tree.addBlockDevice("nvme1n4");
    tree.file(`${tree.sys}/class/nvme/nvme1/nvme1n4/size`, "8\n");
    tree.mount("nvme1n4", "/deep");
    expect(obstacles([OTHER])).toEqual(["mounted: nvme1n4 is mounted at /deep"]);
  });

  test("virtual functions that are on", () => {
    drive({ files: { sriov_totalvfs: "8", sriov_numvfs: "2" } });
    expect(obstacles()).toEqual(["vfs: 2 virtual functions of it are active"]);
  });

  test("a process that drives it already", () => {
    tree.addFunction(ADDRESS);
    tree.open("vfio/7", 99, "node");
    expect(obstacles()).toEqual(["vfio: its group 7 is in use through VFIO by process 99 (node)"]);
    tree.addCdev(ADDRESS, "vfio3");
    tree.open("vfio/devices/vfio3", 98, "qemu");
    expect(obstacles()).toContain("vfio: it is in use through VFIO by process 98 (qemu)");
  });

  test("company in its group, unless harmless or taken too", () => {
    drive();
    tree.addFunction("0000:01:00.1", { driver: "ahci" });
    tree.addFunction("0000:01:00.2", { driver: "pcieport" });
    tree.addFunction("0000:01:00.3", { driver: null });
    expect(obstacles()).toEqual(["company: 0000:01:00.1 (ahci) is in its IOMMU group 7 too"]);
    expect(obstacles(["0000:01:00.1"])).toEqual([]);
  });

  test("behind Intel VMD, and behind a plain port", () => {
    drive({ behind: "vmd" });
    expect(obstacles()).toEqual(["vmd: it is behind Intel VMD, which gives no function away"]);
    tree.remove();
    tree = new PciTree();
    drive({ behind: "pcieport" });
    expect(obstacles()).toEqual([]);
  });

  test("no IOMMU", () => {
    drive({ group: null });
    expect(obstacles()).toEqual(["no-iommu: it has no IOMMU group"]);
  });
});
