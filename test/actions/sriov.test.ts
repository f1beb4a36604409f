// phasebit sriov, on a machine of our own: lines for people, a document for programs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type SriovFlags, sriov } from "../../src/actions/sriov.ts";
import { packageRoot } from "../../src/ground/package.ts";
import { FakeBus } from "../pci/fake-bus.ts";
import { PciTree } from "../pci/tree.ts";

const ADDRESS = "0000:01:00.0";
const schema = readFileSync(join(packageRoot, "results/inspection.schema.json"), "utf8");
const matches = new Ajv2020({ strict: true }).compile(JSON.parse(schema));
let tree: PciTree;
let bus: FakeBus;

beforeEach(() => {
  tree = new PciTree();
  bus = new FakeBus(tree);
  tree.addFunction(ADDRESS, { files: { sriov_totalvfs: "4", sriov_numvfs: "0" } });
  const folder = join(tree.sys, "module/vfio_pci/parameters");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "enable_sriov"), "N\n");
});
afterEach(() => tree.remove());

async function printed(flags: SriovFlags): Promise<string> {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await sriov(ADDRESS, flags, bus);
    return write.mock.calls.map(([text]) => text).join("");
  } finally {
    write.mockRestore();
  }
}

test("a document of its schema, before, of a dry run, and with functions that were made", async () => {
  const documentOf = async (flags: SriovFlags) => {
    const document = JSON.parse(await printed({ ...flags, json: true }));
    expect(matches(document) || matches.errors).toBe(true);
    return document;
  };
  const none = { address: ADDRESS, driver: "vfio-pci", total: 4, functions: [], dryRun: false };
  expect(await documentOf({})).toMatchObject({ ...none, steps: [] });
  const dry = await documentOf({ vfs: "2", dryRun: true });
  expect(dry).toMatchObject({ ...none, dryRun: true });
  expect(dry.steps).toContain(`write 2 > ${tree.functionFolder(ADDRESS)}/sriov_numvfs`);
  expect(bus.changes).toEqual([]);
  const made = await documentOf({ vfs: "2" });
  expect(made).toMatchObject({ ...none, functions: ["0000:01:00.1", "0000:01:00.2"] });
  expect(made.steps).toEqual(dry.steps);
});

test("lines for people", async () => {
  expect(await printed({ vfs: "1" })).toMatch(
    /^0000:01:00\.0 {2}vfio-pci, 1 of 4 .*\n {2}1 {2}0000:01:00\.1\n/,
  );
});
