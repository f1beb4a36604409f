// What list, bind and restore say, on machines made of files.
import { afterEach, beforeEach, expect, test } from "vitest";
import { take } from "../../src/pci/bind.ts";
import { inventory } from "../../src/pci/inventory.ts";
import { restore } from "../../src/pci/restore.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { driveLines } from "../../src/text/drives.ts";
import { restoredLines, takenLines } from "../../src/text/taken.ts";
import { FakeBus } from "../pci/fake-bus.ts";
import { PciTree } from "../pci/tree.ts";

const FIRST = "0000:01:00.0";
const SECOND = "0000:02:00.0";
const lines = linesFor({ color: false, columns: 80 });
const disable = async (): Promise<void> => {};
let tree: PciTree;
let bus: FakeBus;
beforeEach(() => {
  tree = new PciTree();
  bus = new FakeBus(tree);
});
afterEach(() => tree.remove());

function machine(): void {
  const link = {
    ...{ current_link_speed: "8.0 GT/s PCIe", current_link_width: "2", numa_node: "0" },
    ...{ max_link_speed: "16.0 GT/s PCIe", max_link_width: "4" },
  };
  tree.addFunction(FIRST, { driver: "nvme", group: 15, files: link });
  tree.addNamespace(FIRST, "nvme0n1", ["nvme0n1p1", "nvme0n1p2"]);
  tree.describe(FIRST, "nvme0", {
    ...{ model: "A drive of 2 TB        ", serial: "S1\u001b[2J", firmware_rev: "1.2.3" },
  });
  tree.mount("nvme0n1p2", "/");
  tree.swapOn("nvme0n1p1");
  tree.addFunction(SECOND, { driver: "nvme", group: 16, files: { reset_method: "" } });
  tree.addNamespace(SECOND, "nvme1n1");
  tree.describe(SECOND, "nvme1", { model: "Sample", serial: "0001", firmware_rev: "A" });
  tree.addFunction("0000:03:00.0", { driver: "vfio-pci", group: 17 });
}

const listed = (columns = 80): string[] =>
  driveLines(inventory(tree), linesFor({ color: false, columns }));

test("no function, and what works nevertheless", () => {
  expect(listed()).toEqual([
    "no NVMe function on this machine's PCI bus",
    "",
    "embedded      the controller in phasebit itself: no drive, no root, no IOMMU needed",
    "vfio-user:    and a socket's path: a controller that another process offers",
  ]);
});

test("a line for each function, and what is in the way of taking it", async () => {
  machine();
  await take([SECOND], { action: "bind" }, bus);
  expect(listed()).toEqual([
    "address       model                  size  driver    group",
    "0000:01:00.0  A drive of 2 TB        1GiB  nvme         15",
    "              serial S1\\x1b[2J  firmware 1.2.3  1b36:0010  nvme0, nvme0n1 1GiB",
    "              8 GT/s x2 of 16 GT/s x4  NUMA node 0  reset flr, bus",
    "              nvme0n1p2 is mounted at /",
    "              nvme0n1p1 is swap space",
    "",
    "0000:02:00.0  Sample                 1GiB  vfio-pci     16",
    "              serial 0001  firmware A  1b36:0010  no reset method",
    '              taken by phasebit: "phasebit restore 0000:02:00.0" gives it back',
    "              to nvme",
    "",
    "0000:03:00.0  not known (1b36:0010)     -  vfio-pci     17",
    '              "phasebit info -d 0000:03:00.0" asks it  reset flr, bus',
    "",
    "embedded      the controller in phasebit itself: no drive, no root, no IOMMU needed",
    "vfio-user:    and a socket's path: a controller that another process offers",
  ]);
});

test.each([80, 60, 40])("fits %i columns", (columns) => {
  machine();
  const details = listed(columns).filter((line) => line.startsWith("  "));
  expect(details.length).toBeGreaterThan(3);
  for (const line of details) expect(line.length).toBeLessThanOrEqual(columns);
});

/** As on a machine whose files are where they are. */
const atRoot = (text: string): string =>
  text.replaceAll(tree.dev, "/dev").replaceAll(tree.sys, "/sys");

test("a bind tells who may open it and what comes next", async () => {
  machine();
  const [taken] = await take([SECOND], { action: "bind" }, bus);
  const shown = { ...taken!, node: atRoot(taken!.node!) };
  expect(takenLines([shown], { action: "bind", dryRun: false }, lines)).toEqual([
    "0000:02:00.0  nvme → vfio-pci",
    'careful 0000:02:00.0: the kernel cannot reset it; after a killed run, "phasebit',
    '        restore" disables it first',
    'next    only root may open /dev/vfio/16; "bind --user NAME" lets somebody else',
    '        "phasebit run -d 0000:02:00.0"',
    '        "phasebit restore 0000:02:00.0" gives it back',
  ]);
});

test("a dry run tells what would be written, or why nothing would be", async () => {
  machine();
  const taken = await take([FIRST, SECOND], { action: "bind", dryRun: true }, bus);
  const shown = taken.map((one) => ({ ...one, steps: one.steps.map(atRoot) }));
  expect(takenLines(shown, { action: "bind", dryRun: true }, lines)).toEqual([
    "0000:01:00.0  nvme",
    "check   refused system: nvme0n1p2 is mounted at /; boot from another disk",
    "        refused swap: nvme0n1p1 is swap space; swapoff",
    "0000:02:00.0  nvme → vfio-pci",
    "check   nothing speaks against it",
    "would   note in the journal what it is now",
    '        write "vfio-pci" > /sys/bus/pci/devices/0000:02:00.0/driver_override',
    "        write 0000:02:00.0 > /sys/bus/pci/devices/0000:02:00.0/driver/unbind",
    "        write 0000:02:00.0 > /sys/bus/pci/drivers_probe",
    '        write "" > /sys/bus/pci/devices/0000:02:00.0/driver_override',
    "        note that it is done",
  ]);
});

test("restore tells what is back", async () => {
  machine();
  await take([SECOND], { action: "bind" }, bus);
  const restored = await restore("all", { disable }, bus);
  expect(restoredLines(restored, false, lines)).toEqual([
    "0000:02:00.0  vfio-pci → nvme",
    "disks   nvme1n1",
  ]);
  expect(restoredLines([], false, lines)).toEqual([
    "nothing to give back: phasebit has taken no function",
  ]);
});
