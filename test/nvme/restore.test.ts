// Taking, finding and giving back as the library has them, on a made-up machine.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inventory, restore, take } from "../../src/index.ts";
import { FakeBus } from "../pci/fake-bus.ts";
import { PciTree } from "../pci/tree.ts";

const ADDRESS = "ffff:1f:1f.7"; // never this machine's, where a default is looked at
let tree: PciTree;
let bus: FakeBus;

beforeEach(() => {
  tree = new PciTree();
  bus = new FakeBus(tree);
  tree.addFunction(ADDRESS, { driver: "nvme" });
  tree.addNamespace(ADDRESS, "nvme0n1");
  tree.describe(ADDRESS, "nvme0", { model: "A drive", serial: "S1", firmware_rev: "1.0" });
});
afterEach(() => tree.remove());

describe("misuse", () => {
  test("an address that is none", async () => {
    const usage = expect.objectContaining({ code: "USAGE" });
    await expect(take(["floppy"], { action: "bind", dryRun: true })).rejects.toThrow(usage);
    await expect(restore(["floppy"], { dryRun: true })).rejects.toThrow(usage);
  });

  test("a function that this machine does not have", async () => {
    const options = { action: "bind", dryRun: true } as const;
    await expect(take([ADDRESS], options)).rejects.toMatchObject({ code: "USAGE" });
    await expect(restore([ADDRESS], { dryRun: true })).rejects.toMatchObject({ code: "USAGE" });
  });
});

test("what was taken is in the inventory with its name, until it is given back", async () => {
  expect(inventory(tree)).toMatchObject([{ address: ADDRESS, driver: "nvme", held: null }]);
  const taken = await take([ADDRESS], { action: "bind" }, bus);
  expect(taken).toMatchObject([{ from: "nvme", to: "vfio-pci", obstacles: [] }]);
  expect(inventory(tree)).toMatchObject([
    { driver: "vfio-pci", model: "A drive", held: { driver: "nvme", leftover: null } },
  ]);
  expect(await restore("all", {}, bus)).toMatchObject([
    { address: ADDRESS, from: "vfio-pci", to: "nvme", doubts: [] },
  ]);
  expect(inventory(tree)).toMatchObject([{ driver: "nvme", held: null }]);
});
