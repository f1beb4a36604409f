import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { isPciAddress, pciAddress } from "../../src/pci/address.ts";
import { nvmeAddresses, PciFunction } from "../../src/pci/function.ts";
import { controllersIn, kernelController } from "../../src/pci/kernel-controller.ts";
import { requireVfio } from "../../src/pci/require-vfio.ts";
import { type FakeFunction, PciTree } from "./tree.ts";

const ADDRESS = "0000:01:00.0";
let tree: PciTree;
beforeEach(() => {
  tree = new PciTree();
});
afterEach(() => tree.remove());

function functionAt(address: string, shown?: FakeFunction): PciFunction {
  tree.addFunction(address, shown);
  return new PciFunction(address, tree);
}

function failure(action: () => unknown): PhasebitError {
  try {
    action();
  } catch (error) {
    if (error instanceof PhasebitError) return error;
  }
  throw new Error("did not throw a PhasebitError");
}

describe("addresses", () => {
  test.each([
    "",
    "01:00",
    "01:00.8",
    "1:00.0",
    "0000:01:00.0 ",
    "g1:00.0",
    "00000:01:00.0",
    "100000000:01:00.0",
  ])("%j is none", (text) => {
    expect(isPciAddress(text)).toBe(false);
    expect(failure(() => pciAddress(text))).toMatchObject({ code: "USAGE" });
  });

  test("the domain may be left out, and letters may be large", () => {
    expect(pciAddress("0A:1f.7")).toBe("0000:0a:1f.7");
    expect(pciAddress("0001:0a:1F.7")).toBe("0001:0a:1f.7");
    expect(isPciAddress("0A:1f.7")).toBe(true);
  });

  test("behind an Intel VMD the domain has five digits", () => {
    expect(pciAddress("10000:e1:00.0")).toBe("10000:e1:00.0");
  });
});

describe("a function", () => {
  test("that is not there is refused with a way to find one", () => {
    const error = failure(() => new PciFunction(ADDRESS, tree));
    expect(error).toMatchObject({ code: "USAGE", what: "device", value: ADDRESS });
    expect(error.message).toContain("phasebit list");
  });

  test("of another class is refused, and the class named", () => {
    const error = failure(() => functionAt(ADDRESS, { class: "0x010601" }));
    expect(error).toMatchObject({ code: "USAGE", what: "device" });
    expect(error.message).toContain("class 010601 is no NVMe controller");
  });

  test("has a driver, a group and siblings as sysfs shows them", () => {
    tree.addFunction("0000:01:00.1", { driver: "ahci" });
    tree.addFunction("0000:01:00.2", { driver: null });
    tree.addFunction("0000:02:00.0", { group: 8 });
    tree.addFunction(ADDRESS);
    const fn = new PciFunction("01:00.0", tree);
    expect(fn).toMatchObject({ address: ADDRESS, driver: "vfio-pci", iommuGroup: 7 });
    expect(fn.groupSiblings).toEqual([
      { address: "0000:01:00.1", driver: "ahci" },
      { address: "0000:01:00.2", driver: null },
    ]);
    expect(kernelController(fn, tree)).toBeNull();
  });

  test("has neither where there is neither", () => {
    const fn = functionAt(ADDRESS, { driver: null, group: null });
    expect(fn).toMatchObject({ driver: null, iommuGroup: null, groupSiblings: [] });
  });

  test("of this machine is looked up in this machine's sysfs", () => {
    expect(failure(() => new PciFunction("ffff:ff:1f.7")).message).toContain(
      "no such PCI function",
    );
  });
});

describe("what may be taken", () => {
  test("a function bound to vfio-pci, in an IOMMU group", () => {
    requireVfio(functionAt(ADDRESS), tree);
  });

  test.each([
    [null, "no driver has it; bind it to vfio-pci first"],
    ["nvme", "driver nvme has it; bind it to vfio-pci first"],
  ])("not with driver %s", (driver, words) => {
    const error = failure(() => requireVfio(functionAt(ADDRESS, { driver }), tree));
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.message).toContain(words);
  });

  test("not without an IOMMU group, with the words that switch one on", () => {
    const error = failure(() => requireVfio(functionAt(ADDRESS, { group: null }), tree));
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.message).toContain("no IOMMU group");
    expect(error.message).toContain("intel_iommu=on");
  });

  test("not one whose namespace is mounted, a partition of it too", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1"]);
    tree.mount("nvme0n1p1", "/home");
    const error = failure(() => requireVfio(fn, tree));
    expect(error.code).toBe("REFUSED");
    expect(error.message).toContain("nvme0n1p1 is mounted at /home");
  });

  test("not one that is swap space or held, and every use is named", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1", "nvme0n1p2"]);
    tree.addNamespace(ADDRESS, "nvme0n2");
    tree.swapOn("nvme0n1p2");
    tree.hold("nvme0n2", "dm-0");
    expect(failure(() => requireVfio(fn, tree)).message).toContain(
      "nvme0n1p2 is swap space; nvme0n2 is held by dm-0; release it first",
    );
  });
});

describe("a function tells", () => {
  test("how it is linked, how it can be reset, where it is", () => {
    const files = {
      current_link_speed: "8.0 GT/s PCIe",
      current_link_width: "2",
      max_link_speed: "16.0 GT/s PCIe",
      max_link_width: "4",
      numa_node: "1",
      local_cpulist: "0-7",
      sriov_totalvfs: "4",
      sriov_numvfs: "2",
      driver_override: "vfio-pci",
    };
    expect(functionAt(ADDRESS, { files })).toMatchObject({
      link: { speed: 8, width: 2, maxSpeed: 16, maxWidth: 4 },
      resetMethods: ["flr", "bus"],
      ids: "1b36:0010",
      numaNode: 1,
      localCpus: "0-7",
      virtualFunctions: { active: 2, total: 4 },
      driverOverride: "vfio-pci",
      groupNode: `${tree.dev}/vfio/7`,
    });
  });

  test("nothing of what the machine does not know", () => {
    const unknown = { current_link_speed: "Unknown", max_link_speed: "Unknown", reset_method: "" };
    expect(functionAt(ADDRESS, { files: unknown, group: null })).toMatchObject({
      ...{ link: null, resetMethods: [], numaNode: null, localCpus: null },
      ...{ virtualFunctions: null, driverOverride: null, groupNode: null },
    });
  });

  test("all of the class are found, in the order of people", () => {
    tree.addFunction("0000:0a:00.0");
    tree.addFunction("10000:e1:00.0");
    tree.addFunction("0000:02:00.0", { class: "0x010803" });
    tree.addFunction("0000:03:00.0", { class: "0x020000" });
    expect(nvmeAddresses(tree)).toEqual(["0000:02:00.0", "0000:0a:00.0", "10000:e1:00.0"]);
  });
});

describe("controllers of the kernel's driver in a subsystem", () => {
  test("are found by its name, with their addresses", () => {
    functionAt(ADDRESS);
    functionAt("0000:02:00.0");
    tree.joinSubsystem("nvme-subsys0", { nvme0: ADDRESS, nvme1: "0000:02:00.0" }, { nvme2: "tcp" });
    for (const name of ["nvme0", "nvme2"])
      tree.file(`${tree.sys}/class/nvme/${name}/subsysnqn`, "nqn.a\n");
    tree.file(`${tree.sys}/class/nvme/nvme1/subsysnqn`, "nqn.b\n");
    expect(controllersIn("nqn.a", tree)).toEqual([`nvme0 (${ADDRESS})`, "nvme2"]);
    expect(controllersIn("nqn.c", tree)).toEqual([]);
  });

  test("none of them has the name that is empty", () => {
    functionAt(ADDRESS);
    tree.joinSubsystem("nvme-subsys0", { nvme0: ADDRESS });
    tree.file(`${tree.sys}/class/nvme/nvme0/subsysnqn`, "\n");
    expect(controllersIn("", tree)).toEqual([]);
  });
});
