// The VFIO transport against a fake of the kernel: order of opening and closing, refusals and their advice,
// windows. What the kernel itself does, the guest suite shows.
import { readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_ONES } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import type { Transport, TransportOptions } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { vfio } from "../../src/transport/vfio-kind.ts";
import { FakeVfio } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
beforeEach(() => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
});
afterEach(() => machine.roots.remove());

function open(options: TransportOptions = {}): Promise<Transport> {
  return openVfio(ADDRESS, { memory, ...options }, machine);
}

/** What opening ends in when it does not succeed. A transport is nothing to print: it holds a whole memory. */
async function failure(opening: Promise<Transport>): Promise<Error> {
  return opening.then(
    () => new Error("it opened"),
    (reason) => reason as Error,
  );
}

async function refused(options: TransportOptions = {}): Promise<PhasebitError> {
  const error = await failure(open(options));
  expect(error, String(error)).toBeInstanceOf(PhasebitError);
  return error as PhasebitError;
}

/** What was called since `mark`, without noise. */
function since(mark: number): string[] {
  return machine.log.slice(mark);
}

const TAKING = ["open group 7", "is viable", "open container", "set container 100", "set IOMMU"];
const GIVING_BACK = ["close device", "close group", "close container"];

describe("a function that may not be taken", () => {
  test("without an IOMMU group, bound elsewhere or in use is left alone", async () => {
    machine.roots.addFunction("0000:02:00.0", { group: null });
    machine.roots.addFunction("0000:03:00.0", { driver: "nvme" });
    machine.roots.addNamespace("0000:03:00.0", "nvme0n1");
    machine.roots.mount("nvme0n1", "/");
    const errorAt = (address: string) => failure(openVfio(address, {}, machine));
    expect((await errorAt("0000:02:00.0")).message).toContain("no IOMMU group");
    expect(await errorAt("0000:03:00.0")).toMatchObject({ code: "REFUSED" });
    expect(await errorAt("0000:04:00.0")).toMatchObject({ code: "USAGE" });
    expect(machine.log).toEqual([]);
  });

  test.each([
    ["ENOENT", /\/dev\/vfio\/7 is not there: load vfio-pci and bind the function to it/],
    ["EACCES", /no permission on \/dev\/vfio\/7: run "chown \$USER \/dev\/vfio\/7" as root/],
    ["ENODEV", /open group: ENODEV/],
  ])("group: %s is one error with advice", async (code, words) => {
    machine.fail("open group", code);
    const error = await refused();
    expect(error).toMatchObject({ code: "ENVIRONMENT", cause: { code } });
    expect(error.message).toMatch(/^open 0000:01:00\.0: /);
    expect(error.message).toMatch(words);
    expect(machine.log).toEqual(["open group 7"]);
  });

  test.each([
    ["ENOENT", /\/dev\/vfio\/vfio is not there: load vfio/],
    ["EACCES", /no permission on \/dev\/vfio\/vfio: run "chmod 666/],
    ["ENOTSUP", /load vfio_iommu_type1/],
    ["EMFILE", /open container: EMFILE/],
  ])("container: %s is one error with advice, and the group is given back", async (code, words) => {
    machine.fail("open container", code);
    expect((await refused()).message).toMatch(words);
    expect(machine.log).toEqual([...TAKING.slice(0, 3), "close group"]);
  });

  test("EPERM names the sibling that a driver of the host has", async () => {
    machine.roots.addFunction("0000:01:00.1", { driver: "ahci" });
    machine.roots.addFunction("0000:01:00.2", { driver: "pcieport" });
    machine.roots.addFunction("0000:01:00.3", { driver: null });
    machine.fail("open device", "EPERM");
    const { message } = await refused();
    expect(message).toContain("0000:01:00.1 (ahci) must be bound to vfio-pci or unbound too");
    expect(message).not.toContain("pcieport");
    expect(message).not.toContain("01:00.3");
  });

  test("EPERM without such a sibling is the kernel's own refusal, in its words", async () => {
    machine.fail("set IOMMU", "EPERM");
    expect((await refused()).message).toContain("the kernel refuses it: set IOMMU: EPERM");
    machine.fail("open group", "EPERM");
    expect((await refused()).message).toContain("the kernel refuses it: open group: EPERM");
  });

  test("a group that is not viable gets no container, and its siblings are named", async () => {
    machine.viable = false;
    expect((await refused()).message).toContain("not viable: another function in it must be");
    machine.roots.addFunction("0000:01:00.1", { driver: "xhci_hcd" });
    expect((await refused()).message).toContain("not viable: 0000:01:00.1 (xhci_hcd) must be");
    expect(machine.log).toEqual(Array(2).fill(["open group 7", "is viable", "close group"]).flat());
  });

  test.each([
    ["is viable", ["close group"]],
    ["set container", ["close group", "close container"]],
    ["set IOMMU", ["close group", "close container"]],
    ["open device", ["close group", "close container"]],
    ["write config", GIVING_BACK],
    ["map BAR", GIVING_BACK],
  ])(
    "when %s fails, what was taken before it is given back, the last first",
    async (call, closed) => {
      machine.fail(call, "EIO");
      expect((await failure(open())).message).toContain(`${call}: EIO`);
      expect(machine.log.filter((line) => line.startsWith("close"))).toEqual(closed);
      expect(machine.log.slice(-closed.length)).toEqual(closed);
    },
  );
});

describe("a function that somebody holds", () => {
  test("is taken as soon as it is free", async () => {
    machine.fail("open group", "EBUSY", { times: 3 });
    await (await open()).close();
    expect(machine.nowMs).toBe(300);
    expect(machine.log.filter((line) => line === "open group 7")).toHaveLength(4);
  });

  test("is given up at the deadline, with the command that names the holder", async () => {
    machine.fail("open group", "EBUSY");
    const { message } = await refused();
    expect(message).toContain('in use by another process; "fuser -v /dev/vfio/7" names it');
    expect(machine.nowMs).toBe(10_000);
  });

  test("the holder is named where it is to be seen, and only of this group", async () => {
    machine.roots.open("vfio/7", 99, "no\u001bde");
    machine.roots.open("vfio/8", 98, "other");
    machine.fail("open group", "EBUSY");
    const { message } = await refused();
    expect(message).toMatch(/\/dev\/vfio\/7 is in use by process 99 \(no.*de\); end it first$/);
    expect(message).not.toContain("\u001b");
  });

  test("the deadline is the caller's, and 0 tries once", async () => {
    machine.fail("open group", "EBUSY");
    await refused({ busyTimeoutMs: 250 });
    expect(machine.nowMs).toBe(300);
    machine.nowMs = 0;
    machine.log.length = 0;
    await refused({ busyTimeoutMs: 0 });
    expect([machine.nowMs, machine.log]).toEqual([0, ["open group 7"]]);
  });

  test("a device that is busy later on is waited for too, with nothing kept meanwhile", async () => {
    machine.fail("open device", "EBUSY", { times: 1 });
    await (await open()).close();
    const once = [...TAKING, `open device ${ADDRESS}`];
    expect(machine.log.slice(0, 14)).toEqual([...once, "close group", "close container", ...once]);
  });

  test("no other error is tried again", async () => {
    machine.fail("open group", "EACCES");
    await refused();
    expect(machine.nowMs).toBe(0);
  });
});

describe("opening and closing", () => {
  test("group, container, IOMMU, device, BAR; and back with the container last", async () => {
    const transport = await open();
    expect([transport.name, transport.address, transport.hasReset]).toEqual([
      "vfio",
      ADDRESS,
      true,
    ]);
    expect(transport.vectors).toEqual({ msix: 9, msi: 4, intx: 1 });
    expect(machine.log).toEqual([
      ...TAKING,
      `open device ${ADDRESS}`,
      "write config 4 2 0",
      `map BAR 0 4096 ${0x3000}`,
    ]);
    const mark = machine.log.length;
    await transport.close();
    expect(since(mark)).toEqual(["unmap BAR", ...GIVING_BACK]);
  });

  test("the controller's registers are not touched", async () => {
    machine.fail("read32", "EIO");
    machine.fail("write32", "EIO");
    await (await open()).close();
  });

  test("eventfds that are still open go after the device, which knows them", async () => {
    const transport = await open();
    transport.interrupt("intx", 0);
    transport.unmask("intx");
    const mark = machine.log.length;
    await transport.close();
    expect(since(mark).slice(-2)).toEqual(["close eventfd 200", "close eventfd 201"]);
  });

  test("twice is once", async () => {
    const transport = await open();
    transport.interrupt("msix", 0);
    await transport.close();
    const mark = machine.log.length;
    await transport.close();
    expect(since(mark)).toEqual([]);
  });

  test("a BAR that cannot be unmapped is reported, and the function is given back all the same", async () => {
    const transport = await open();
    machine.fail("unmap BAR", "ENOMEM");
    await expect(transport.close()).rejects.toThrow("unmap BAR: ENOMEM");
    expect(machine.log.slice(-3)).toEqual(GIVING_BACK);
  });
});

describe("BAR0", () => {
  const shape = (bytes: number, mappableAreas: { offset: number; bytes: number }[] = []): void => {
    machine.bar0 = { ...machine.bar0, bytes, mappableAreas };
  };

  test.each([0, 0x1000, 0x1fff])(
    "of %i bytes has no doorbells: everything goes back",
    async (n) => {
      shape(n);
      const error = await refused();
      expect(error.code).toBe("DEVICE");
      expect(error.message).toContain(`BAR0 has ${n} bytes, too few for registers and doorbells`);
      expect(machine.log.slice(-3)).toEqual(GIVING_BACK);
    },
  );

  test("of two pages is enough, and of many MiB no more than a MiB is mapped", async () => {
    shape(0x2000);
    await (await open()).close();
    shape(64 * MIB);
    await (await open()).close();
    expect(machine.mapped.map(({ offset, bytes }) => [offset, bytes])).toEqual([
      [0x1000, 0x1000],
      [0x1000, MIB],
    ]);
  });

  test("with sparse areas is mapped as far as the area with the first doorbell reaches", async () => {
    shape(0x8000, [
      { offset: 0, bytes: 0x3000 },
      { offset: 0x5000, bytes: 0x3000 },
    ]);
    const transport = await open();
    expect(machine.mapped).toEqual([
      { pointer: transport.memory.doorbells.pointer, offset: 0x1000, bytes: 0x2000 },
    ]);
    expect(transport.memory.doorbells.bytes).toBe(0x2000);
    await transport.close();
  });

  test.each([
    ["an area that ends before them", [{ offset: 0, bytes: 0x1000 }]],
    ["an area that begins behind them", [{ offset: 0x2000, bytes: 0x2000 }]],
    ["half a page", [{ offset: 0, bytes: 0x1800 }]],
  ])("whose doorbells cannot be mapped is refused: %s", async (_, areas) => {
    shape(0x4000, areas);
    const error = await refused();
    expect(error.code).toBe("DEVICE");
    expect(error.message).toContain("does not let BAR0's doorbells be mapped");
  });

  test("that cannot be mapped at all is refused", async () => {
    machine.bar0 = { ...machine.bar0, mappable: false };
    expect((await refused()).message).toContain("does not let BAR0's doorbells be mapped");
  });
});

describe("DMA memory", () => {
  test("that fits none of the IOVA ranges is refused, with the ranges, before the BAR is mapped", async () => {
    machine.ranges = [{ start: 0n, end: 0xf_ffffn }];
    const error = await refused();
    expect(error.code).toBe("ENVIRONMENT");
    expect(error.message).toContain("fit none of the IOMMU's ranges (0-fffff)");
    expect(machine.mapped).toEqual([]);
    expect(machine.log.slice(-3)).toEqual(GIVING_BACK);
  });

  test("lies where the ranges allow it", async () => {
    machine.ranges = [{ start: 0x20_0000_0000n, end: 0x3f_ffff_ffffn }];
    const transport = await open();
    expect(transport.memory.iovaBase).toBe(0x20_0000_0000n);
    await transport.close();
  });

  test("is mapped read-only for commands, and unmapped the last first", async () => {
    const transport = await open();
    const commands = transport.memory.allocate(4096, { kind: "commands" });
    const data = transport.memory.allocate(4096);
    const mark = machine.log.length;
    transport.memory.attach(transport.iommu);
    transport.memory.detach();
    const lines = since(mark).map((line) => line.split(" "));
    expect(lines.map(([verb]) => verb)).toEqual(["map", "map", "unmap", "unmap"]);
    expect(lines[0]!.slice(4)).toEqual([commands.iova.toString(16), "r"]);
    expect(lines[1]!.slice(4)).toEqual([data.iova.toString(16), "rw"]);
    expect([lines[2]![2], lines[3]![2]]).toEqual([lines[1]![4], lines[0]![4]]);
    await transport.close();
  });

  test("that may not be locked is advice on the limit, and what was mapped is unmapped", async () => {
    const transport = await open();
    transport.memory.allocate(4096, { kind: "commands" });
    const { bytes } = transport.memory.allocate(2 * MIB, { kind: "completions" });
    machine.fail("map DMA", "ENOMEM", { after: 1, times: 1 });
    const mark = machine.log.length;
    expect(() => transport.memory.attach(transport.iommu)).toThrow(
      expect.objectContaining({
        code: "ENVIRONMENT",
        message: expect.stringMatching(/"ulimit -l"/),
      }),
    );
    const [first, second, third] = since(mark).map((line) => line.split(" "));
    expect([first![0], second![0], third![0]]).toEqual(["map", "map", "unmap"]);
    expect(third![2]).toBe(first![4]);
    expect(Number(second![3])).toBeGreaterThanOrEqual(bytes);
    // all of it goes now that it may: nothing is counted twice
    transport.memory.attach(transport.iommu);
    transport.memory.detach();
    const end = machine.log.length;
    await transport.close();
    expect(since(end)).toEqual(["unmap BAR", ...GIVING_BACK]);
  });

  test("that may not be locked while the device runs is given back, and the rest stays", async () => {
    const transport = await open();
    transport.memory.allocate(4096);
    transport.memory.attach(transport.iommu);
    const before = transport.memory.committed;
    const descriptors = readdirSync("/proc/self/fd").length;
    machine.fail("map DMA", "ENOMEM", { times: 1 });
    const mark = machine.log.length;
    expect(() => transport.memory.allocate(3 * MIB)).toThrow(/"ulimit -l"/);
    expect(transport.memory.committed).toEqual(before);
    expect(readdirSync("/proc/self/fd").length).toBe(descriptors);
    expect(transport.memory.used.data).toBe(4096);
    transport.memory.allocate(3 * MIB);
    transport.memory.detach();
    const verbs = since(mark).map((line) => line.split(" ")[0]);
    expect(verbs).toEqual(["map", "map", "unmap", "unmap"]);
    await transport.close();
  });

  test("the limit that is named is what all of it needs", async () => {
    const transport = await open();
    transport.iommu.map({ pointer: 0, bytes: 3 * MIB }, 0x1_0000_0000n, "read-write");
    transport.iommu.map({ pointer: 0, bytes: MIB }, 0x2_0000_0000n, "read-write");
    transport.iommu.unmap(0x2_0000_0000n, MIB);
    machine.fail("map DMA", "ENOMEM");
    expect(() =>
      transport.iommu.map({ pointer: 0, bytes: 2 * MIB }, 0x2_0000_0000n, "read-only"),
    ).toThrow(`the locked-memory limit must allow ${5 * 1024} KiB`);
    await transport.close();
  });

  test("another failure to map is the kernel's words, without that advice", async () => {
    const transport = await open();
    machine.fail("map DMA", "EEXIST");
    const map = (): void => transport.iommu.map({ pointer: 0, bytes: MIB }, 0n, "read-write");
    expect(map).toThrow(/^map DMA: EEXIST, told to$/);
    await transport.close();
  });
});

describe("registers and the configuration space", () => {
  test("a register that the bus does not reach reads as all-ones", async () => {
    const transport = await open();
    transport.write32(0x14, 0x460001);
    expect(transport.read32(0x14)).toBe(0x460001);
    machine.fail("read32", "EIO", { times: 1 });
    expect(transport.read32(0x1c)).toBe(ALL_ONES);
    machine.fail("read32", "EBADF", { times: 1 });
    expect(() => transport.read32(0x1c)).toThrow("EBADF");
    await transport.close();
  });

  test.each([
    ["a register that is not written", "write32", "EIO", (one: Transport) => one.write32(0x14, 1)],
    ["bus master", "write config", "EIO", (one: Transport) => one.setBusMaster(true)],
    ["a reset", "reset", "EIO", (one: Transport) => one.reset()],
    ["a function that does not come back", "reset", "ENOTTY", (one: Transport) => one.reset()],
    ["one that takes too long", "reset", "ETIMEDOUT", (one: Transport) => one.reset()],
  ])("%s is the device's failure: %s %s", async (_, call, code, act) => {
    const transport = await open();
    machine.fail(call, code, { times: 1 });
    const failed = await failure(Promise.resolve().then(() => act(transport)) as never);
    expect(failed).toMatchObject({ code: "DEVICE", exitCode: 5, cause: { code } });
    expect(failed.message).toBe(`${ADDRESS}: ${call}: ${code}, told to`);
    await transport.close();
  });

  test.each(["EBADF", "EPERM"])("%s is not: it stays as the kernel says it", async (code) => {
    const transport = await open();
    for (const call of ["write32", "reset"]) machine.fail(call, code, { times: 1 });
    expect(() => transport.write32(0x14, 1)).toThrow(/^write32: /);
    expect(() => transport.reset()).toThrow(/^reset: /);
    await transport.close();
  });

  test("bus master is one bit: the others of the Command register stay", async () => {
    machine.config.set([0x40, 0x05], 4);
    const transport = await open();
    expect([...machine.config.subarray(4, 6)]).toEqual([0x42, 0x05]);
    transport.setBusMaster(true);
    expect([...machine.config.subarray(4, 6)]).toEqual([0x46, 0x05]);
    transport.setBusMaster(true);
    transport.setBusMaster(false);
    expect([...machine.config.subarray(4, 6)]).toEqual([0x42, 0x05]);
    await transport.close();
  });

  test("reset is the kernel's, and a pause is a millisecond", async () => {
    machine.hasReset = false;
    const transport = await open();
    expect(transport.hasReset).toBe(false);
    transport.reset();
    expect(machine.log.at(-1)).toBe("reset");
    await transport.pause();
    expect(machine.nowMs).toBe(1);
    await transport.close();
  });
});

describe("the kind of transport", () => {
  test("owns PCI addresses and asks this machine about them", async () => {
    expect(vfio.owns("01:00.0")).toBe(true);
    expect(vfio.owns("embedded")).toBe(false);
    expect(await failure(vfio.open("ffff:ff:1f.7", {}))).toMatchObject({ code: "USAGE" });
  });
});

describe("accesses that the IOMMU refused", () => {
  test("come out of the kernel's log, which is closed with the device", async () => {
    const transport = await open();
    const watch = transport.iommu.watchFaults();
    machine.kernelLog = [
      "DMAR: [DMA Write NO_PASID] Request device [01:00.0] fault addr 0x7000 [fault reason 0x05] PTE Write access is not set",
    ];
    expect(watch.take().faults).toMatchObject([{ iova: 0x7000n, access: "write" }]);
    await transport.close();
    expect(machine.log).toContain("close kernel log");
  });

  test("are not known where it may not be read", async () => {
    machine.fail("open kernel log", "EACCES");
    const transport = await open();
    expect(transport.iommu.watchFaults().take()).toMatchObject({ faults: null });
    await transport.close();
  });
});
