import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { isPciAddress, PciFunction, pciAddress, requireVfio } from "../../src/pci/function.ts";
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
  test.each(["", "01:00", "01:00.8", "1:00.0", "0000:01:00.0 ", "g1:00.0", "00000:01:00.0"])(
    "%j is none",
    (text) => {
      expect(isPciAddress(text)).toBe(false);
      expect(failure(() => pciAddress(text))).toMatchObject({ code: "USAGE" });
    },
  );

  test("the domain may be left out, and letters may be large", () => {
    expect(pciAddress("0A:1f.7")).toBe("0000:0a:1f.7");
    expect(pciAddress("0001:0a:1F.7")).toBe("0001:0a:1f.7");
    expect(isPciAddress("0A:1f.7")).toBe(true);
  });
});

describe("a function", () => {
  test("that is not there is refused with a way to find one", () => {
    const error = failure(() => new PciFunction(ADDRESS, tree));
    expect(error).toMatchObject({ code: "USAGE", what: "device", value: ADDRESS });
    expect(error.message).toContain("lspci -D -d ::0108");
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
    expect(fn.blockDevices).toEqual([]);
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
    requireVfio(functionAt(ADDRESS));
  });

  test.each([
    [null, "no driver has it; bind it to vfio-pci first"],
    ["nvme", "driver nvme has it; bind it to vfio-pci first"],
  ])("not with driver %s", (driver, words) => {
    const error = failure(() => requireVfio(functionAt(ADDRESS, { driver })));
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.message).toContain(words);
  });

  test("not without an IOMMU group, with the words that switch one on", () => {
    const error = failure(() => requireVfio(functionAt(ADDRESS, { group: null })));
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.message).toContain("no IOMMU group");
    expect(error.message).toContain("intel_iommu=on");
  });

  test("not one whose namespace is mounted, a partition of it too", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1"]);
    tree.mount("nvme0n1p1", "/home");
    const error = failure(() => requireVfio(fn));
    expect(error.code).toBe("REFUSED");
    expect(error.message).toContain("nvme0n1p1 is mounted at /home");
  });

  test("not one that is swap space or held, and every use is named", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1", "nvme0n1p2"]);
    tree.addNamespace(ADDRESS, "nvme0n2");
    tree.swapOn("nvme0n1p2");
    tree.hold("nvme0n2", "dm-0");
    expect(fn.uses).toEqual(["nvme0n1p2 is swap space", "nvme0n2 is held by dm-0"]);
    expect(failure(() => requireVfio(fn)).message).toContain(
      "nvme0n1p2 is swap space; nvme0n2 is held by dm-0; release it first",
    );
  });

  test("multipath's path leads to the namespace's block device", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", [], "nvme0c1n1");
    tree.mount("nvme0n1", "/data");
    expect(fn.blockDevices).toEqual(["nvme0n1"]);
    expect(fn.uses).toEqual(["nvme0n1 is mounted at /data"]);
  });

  test("another disk's mount, whose name only begins alike, is no use of it", () => {
    const fn = functionAt(ADDRESS, { driver: "nvme" });
    tree.addNamespace(ADDRESS, "nvme0n1", ["nvme0n1p1"]);
    tree.mount("nvme0n1p10", "/other");
    tree.swapOn("nvme0n11");
    expect(fn.uses).toEqual([]);
  });
});
