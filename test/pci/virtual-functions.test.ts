// Virtual functions are made and taken away, on a tree of our own, whose kernel may end the process at any step.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { take } from "../../src/pci/bind.ts";
import { PciFunction } from "../../src/pci/function.ts";
import { Journal } from "../../src/pci/journal.ts";
import { restore } from "../../src/pci/restore.ts";
import {
  setVirtualFunctions,
  type VirtualFunctionOptions,
} from "../../src/pci/virtual-functions.ts";
import { FakeBus } from "./fake-bus.ts";
import { type FakeFunction, PciTree } from "./tree.ts";

const ADDRESS = "0000:01:00.0";
let tree: PciTree;
let bus: FakeBus;
let parameter: string;
beforeEach(() => {
  tree = new PciTree();
  bus = new FakeBus(tree);
  const folder = join(tree.sys, "module/vfio_pci/parameters");
  mkdirSync(folder, { recursive: true });
  parameter = join(folder, "enable_sriov");
  writeFileSync(parameter, "N\n");
});
afterEach(() => tree.remove());

function physical(shown: FakeFunction = {}): void {
  tree.addFunction(ADDRESS, { files: { sriov_totalvfs: "4", sriov_numvfs: "0" }, ...shown });
}

const sriov = (options: VirtualFunctionOptions = {}, address = ADDRESS) =>
  setVirtualFunctions(address, options, bus);
const giveBack = () => restore([ADDRESS], { disable: async () => {} }, bus);
const active = () => new PciFunction(ADDRESS, tree).virtualFunctions?.active;
const isAllowed = () => readFileSync(parameter, "latin1").trim();

describe("is refused, and nothing is written:", () => {
  afterEach(() => expect(bus.changes).toEqual([]));

  test.each([-1, 5, 1.5, Number.NaN])("%d of 4", async (count) => {
    physical();
    await expect(sriov({ count })).rejects.toThrow(/vfs .*: must be 0 to 4/);
  });

  test("a function without SR-IOV, and a virtual one", async () => {
    tree.addFunction(ADDRESS);
    await expect(sriov({ count: 1 })).rejects.toThrow(/it has no SR-IOV/);
    tree.addFunction("0000:02:00.1");
    tree.link("bus/pci/devices/0000:02:00.0", join(tree.functionFolder("0000:02:00.1"), "physfn"));
    await expect(sriov({}, "0000:02:00.1")).rejects.toThrow(/virtual function, of 0000:02:00.0/);
  });

  test("without root", async () => {
    physical();
    bus.isRoot = false;
    await expect(sriov({ count: 1 })).rejects.toMatchObject({ code: "ENVIRONMENT" });
  });

  test("one that the kernel's driver has: its virtual functions would be the host's disks", async () => {
    physical({ driver: "nvme" });
    await expect(sriov({ count: 1 })).rejects.toThrow(/driver nvme has it; bind it to vfio-pci/);
  });
});

test("while a process drives a virtual function it stays, by restore too", async () => {
  physical();
  await sriov({ count: 2 });
  tree.open("vfio/21", 99, "node");
  const words =
    /0000:01:00\.2: its group 21 is in use through VFIO by process 99 \(node\); stop it/;
  for (const work of [() => sriov({ count: 0 }), () => sriov({ count: 1 }), giveBack]) {
    await expect(work()).rejects.toThrow(words);
  }
  expect((await sriov({ count: 2 })).steps, "as many as there are is no change").toEqual([]);
  expect(active()).toBe(2);
});

test("a dry run tells each write, and does none", async () => {
  physical();
  bus.isRoot = false;
  const { steps, functions } = await sriov({ count: 2, dryRun: true });
  expect(steps.map((step) => step.replace(tree.sys, "/sys"))).toEqual([
    "note in the journal how many there were",
    "write Y > /sys/module/vfio_pci/parameters/enable_sriov",
    `write 2 > /sys/bus/pci/devices/${ADDRESS}/sriov_numvfs`,
    "write N > /sys/module/vfio_pci/parameters/enable_sriov",
    "note that it is done",
  ]);
  expect([functions, bus.changes]).toEqual([[], []]);
});

test("they are made, another number of them, told, and taken away", async () => {
  physical();
  const two = ["0000:01:00.1", "0000:01:00.2"];
  expect(await sriov({ count: 2 })).toMatchObject({ total: 4, functions: two });
  expect(await sriov()).toMatchObject({ driver: "vfio-pci", functions: two, steps: [] });
  expect((await sriov({ count: 3 })).functions).toHaveLength(3);
  expect((await sriov({ count: 0 })).functions).toEqual([]);
  expect(isAllowed(), "the parameter is as it was").toBe("N");
});

test("restore takes them away before the former driver gets the function, and bind again does nothing", async () => {
  physical({ driver: "nvme" });
  await take([ADDRESS], { action: "bind" }, bus);
  await sriov({ count: 2 });
  const [again] = await take([ADDRESS], { action: "bind" }, bus);
  expect(again!.steps).toEqual([]);
  await giveBack();
  const fn = new PciFunction(ADDRESS, tree);
  expect([fn.driver, active(), new Journal(tree).addresses]).toEqual(["nvme", 0, []]);
  expect(bus.changes.indexOf("sriov_numvfs 0")).toBeLessThan(
    bus.changes.indexOf("drivers_probe 0000:01:00.0", 5),
  );
});

test("those that somebody had made before stay", async () => {
  physical();
  writeFileSync(parameter, "Y\n");
  bus.write(join(tree.functionFolder(ADDRESS), "sriov_numvfs"), "1");
  await sriov({ count: 3 });
  await giveBack();
  expect(active()).toBe(1);
});

test.each([0, 1, 2, 3])(
  "killed before change %d: restore takes away what there is",
  async (lives) => {
    physical();
    bus.lives = lives;
    await sriov({ count: 2 }).catch(() => {});
    bus.lives = Number.POSITIVE_INFINITY;
    await giveBack();
    expect([active(), new Journal(tree).addresses]).toEqual([0, []]);
  },
);

test("what the kernel refuses is its error, and the parameter is as it was", async () => {
  physical();
  bus.meanwhile = (change) => {
    if (change !== "sriov_numvfs 2") return;
    throw Object.assign(new Error("write: ENOMEM"), { code: "ENOMEM", syscall: "write" });
  };
  await expect(sriov({ count: 2 })).rejects.toThrow(/ENOMEM/);
  expect([isAllowed(), active()]).toEqual(["N", 0]);
});
