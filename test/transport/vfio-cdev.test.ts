// Functions that are taken by an iommufd, against a fake of the kernel: no kernel with one was met yet.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PhasebitError } from "../../src/ground/errors.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { FakeVfio } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const UUID = "01234567-89ab-cdef-0123-456789abcdef";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
beforeEach(() => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
});
afterEach(() => machine.roots.remove());

function open(parameters = ""): Promise<Transport> {
  return openVfio(`${ADDRESS}${parameters}`, { memory, busyTimeoutMs: 0 }, machine);
}

async function refused(parameters = ""): Promise<PhasebitError> {
  return open(parameters).then(
    () => expect.unreachable("it opened"),
    (error) => error as PhasebitError,
  );
}

const TAKING = ["open iommufd /dev/iommu", "allocate IOAS"];
const CDEV = `open cdev /dev/vfio/devices/vfio3 ${ADDRESS} 102 5`;

describe("a function that may not be taken", () => {
  test.each([
    ["open iommufd", "ENOENT", /\/dev\/iommu is not there.*\?iommu=vfio does without/],
    ["open iommufd", "EACCES", /no permission on \/dev\/iommu: run "chown/],
    ["allocate IOAS", "ENOTTY", /allocate IOAS: ENOTTY/],
    ["open cdev", "EBUSY", /vfio3 is in use by another process/],
    ["open cdev", "EPERM", /the kernel refuses it/],
    ["open cdev", "EINVAL", /must be bound to vfio-pci or unbound; a VF token needs Linux 6\.17/],
    ["open cdev", "EACCES", /VF token that the physical function was opened with/],
  ])("%s: %s is one error with advice, and all is given back", async (call, code, words) => {
    machine.addIommufd(ADDRESS);
    machine.fail(call, code);
    const error = await refused("?iommu=iommufd");
    expect(error).toMatchObject({ code: "ENVIRONMENT", cause: { code } });
    expect(error.message).toMatch(words);
    expect(machine.log.at(-1)).toBe(call === "open iommufd" ? TAKING[0] : "close iommufd");
  });

  test("without a character device it says what the kernel must have", async () => {
    machine.fail("open cdev", "EISDIR");
    expect((await refused("?iommu=iommufd")).message).toContain("CONFIG_VFIO_DEVICE_CDEV");
  });

  test("a parameter that is none is refused before anything is opened", async () => {
    expect(await refused("?iommu=type1")).toMatchObject({ code: "USAGE" });
    expect(machine.log).toEqual([]);
  });
});

describe("which way is taken", () => {
  test.each([
    ["", true, "open iommufd /dev/iommu"],
    ["", false, "open group 7"],
    ["?iommu=vfio", true, "open group 7"],
    ["?iommu=iommufd", false, "open iommufd /dev/iommu"],
  ])("%j, with iommufds %s", async (parameters, hasIommufd, first) => {
    if (hasIommufd) machine.addIommufd(ADDRESS);
    const transport = await open(parameters);
    expect(machine.log[0]).toBe(first);
    expect(transport.address).toBe(`${ADDRESS}${parameters}`);
    await transport.close();
  });

  test("a node that this user may not open is no way, unless it was asked for", async () => {
    machine.addIommufd(ADDRESS);
    rmSync(join(machine.roots.dev, "iommu"));
    await (await open()).close();
    expect(machine.log[0]).toBe("open group 7");
  });
});

test("maps by address and direction in the address space, and gives back in order", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  expect(machine.log.slice(0, 3)).toEqual([...TAKING, CDEV]);
  const { memory: linear, iommu } = transport;
  const region = linear.allocate(4096, { kind: "host" });
  linear.map(region, { iova: 0x12_0000_0000n, access: "write-only" });
  linear.attach(iommu);
  expect(machine.log).toContain(`map 5 ${region.pointer} 4096 1200000000 2`);
  linear.detach();
  expect(machine.log).toContain("unmap 5 1200000000 4096");
  expect(() => linear.map(region, { iova: 1n << 48n })).toThrow(
    /outside of what the IOMMU can map/,
  );
  await transport.close();
  expect(machine.log.slice(-3)).toEqual(["unmap BAR", "close device", "close iommufd"]);
});

test("the limit on locked memory is said as for a container", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  machine.fail("map", "ENOMEM");
  transport.memory.allocate(4096);
  expect(() => transport.memory.attach(transport.iommu)).toThrow(/see "ulimit -l"/);
  await transport.close();
});

test("a hot reset is refused by name, with what has one", async () => {
  machine.addIommufd(ADDRESS);
  const transport = await open();
  expect(() => transport.hotReset!()).toThrow(/none yet through an iommufd: .*\?iommu=vfio/);
  await transport.close();
});

test.each([
  ["?iommu=iommufd", `${CDEV} ${UUID.replaceAll("-", "")}`],
  ["?iommu=vfio", `open device ${ADDRESS} ${UUID}`],
])("a VF token goes along: %s", async (parameters, call) => {
  machine.addIommufd(ADDRESS);
  await (await open(`${parameters}&vf-token=${UUID}`)).close();
  expect(machine.log).toContain(call);
});

test("another token than the physical function's is one error, with what to do", async () => {
  machine.fail("open device", "EACCES");
  expect((await refused()).message).toMatch(/VF token .*\?vf-token=UUID/);
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
  machine.fail("open device", "EINVAL");
  const { message } = await refused(`?vf-token=${UUID}`);
  expect(message).toMatch(/a VF token is only for functions that have virtual ones/);
});
