// BARs that are memory, through a fake of the kernel: which parts are mapped where, and what is refused by name.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DeviceBars, Transport, TransportOptions } from "../../src/transport/transport.ts";
import { openVfio } from "../../src/transport/vfio.ts";
import { FakeVfio } from "./fake-vfio.ts";

const ADDRESS = "0000:01:00.0";
const MIB = 2 ** 20;
const memory = { host: MIB, commands: 2 * MIB, completions: 2 * MIB, data: 4 * MIB };

let machine: FakeVfio;
let transport: Transport;
beforeEach(() => {
  machine = new FakeVfio();
  machine.roots.addFunction(ADDRESS);
});
afterEach(async () => {
  await transport.close();
  machine.roots.remove();
});

/** BAR 2 as the kernel tells of it. */
function bar2(bytes: number, areas: { offset: number; bytes: number }[] = [], mappable = true) {
  machine.otherBars.set(2, { ...machine.bar0, bytes, mappable, mappableAreas: areas });
}

async function bars(options: TransportOptions = {}): Promise<DeviceBars> {
  transport = await openVfio(ADDRESS, { memory, ...options }, machine);
  machine.log.length = 0;
  return transport.bars!;
}

describe("misuse", () => {
  test("a BAR that is not there, and a part that it does not have", async () => {
    bar2(MIB);
    const { map, ...rest } = await bars();
    void [map, rest];
    const all = transport.bars!;
    expect(() => all.map(2, MIB - 4096, 8192)).toThrow(
      /map BAR 2 of 0000:01:00.0: has 1048576 bytes, and not 8192 at 1044480/,
    );
    expect(() => all.map(7, 0, 4096)).toThrow(/map BAR 7 .*has 0 bytes/);
    expect(all.bytes(7)).toBe(0);
    expect(machine.log).toEqual([]);
  });

  test("one that the kernel does not map, and a hole in one that it does", async () => {
    bar2(MIB, [], false);
    const all = await bars();
    expect(() => all.map(2, 0, 4096)).toThrow(/BAR 2 .*the kernel does not map it$/);
    await transport.close();
    bar2(MIB, [
      { offset: 0, bytes: 4096 },
      { offset: 8192, bytes: 8192 },
    ]);
    const sparse = await bars();
    expect(() => sparse.map(2, 0, 12_288)).toThrow(
      /the kernel does not map it at 1000h: something else lies there/,
    );
  });

  test("the kernel's own refusal is passed on with the BAR's name", async () => {
    bar2(MIB);
    const all = await bars();
    machine.fail("map BAR", "EBUSY");
    expect(() => all.map(2, 0, 4096)).toThrow(/map BAR 2 of 0000:01:00.0: map BAR: EBUSY/);
  });

  test("more than there is address space for", async () => {
    bar2(64 * MIB);
    const all = await bars({ barBytes: MIB });
    expect(all.room).toBe(MIB);
    expect(() => all.map(2, 0, 2 * MIB)).toThrow(/the window of BARs: the window of 1048576 bytes/);
  });
});

test("a part is mapped once, into the window that is kept for BARs, and unmapped at the end", async () => {
  bar2(4 * MIB);
  const all = await bars();
  const span = all.map(2, MIB, 2 * MIB);
  const window = transport.memory.bars;
  expect(span.pointer).toBeGreaterThanOrEqual(window.pointer);
  expect(span.pointer + span.bytes).toBeLessThanOrEqual(window.pointer + window.bytes);
  expect(all.map(2, MIB, 2 * MIB)).toEqual(span);
  expect(all.map(2, 0, 4096).pointer).not.toBe(span.pointer);
  expect(machine.log).toEqual([`map BAR 2 ${MIB} ${2 * MIB}`, "map BAR 2 0 4096"]);
  await transport.close();
  expect(machine.log.filter((line) => line === "unmap BAR")).toHaveLength(3);
});

test("neighbouring areas are mapped one after the other, in their places", async () => {
  bar2(MIB, [
    { offset: 4096, bytes: 4096 },
    { offset: 8192, bytes: 65_536 },
  ]);
  const all = await bars();
  const before = machine.mapped.length;
  const span = all.map(2, 4096, 12_288);
  expect(machine.mapped.slice(before)).toEqual([
    { pointer: span.pointer, offset: 4096, bytes: 4096 },
    { pointer: span.pointer + 4096, offset: 8192, bytes: 8192 },
  ]);
});

describe("bus addresses", () => {
  const set = (bar: number, low: number, high = 0): void => {
    const view = new DataView(machine.config.buffer);
    view.setUint32(0x10 + bar * 4, low, true);
    view.setUint32(0x14 + bar * 4, high, true);
  };

  test.each([
    ["a 64-bit BAR", 0xc000_000c, 0x38, 0x38_c000_0000n],
    ["a 32-bit one, whatever the next register has", 0xfe00_0008, 0x38, 0xfe00_0000n],
    ["an I/O BAR has none", 0xe001, 0, null],
    ["one that has no address", 0x0000_000c, 0, null],
  ])("%s", async (_, low, high, address) => {
    const all = await bars();
    set(2, low, high);
    expect(all.address(2)).toBe(address);
  });
});
