// Numbers and layouts against what is published: QEMU's docs/interop/vfio-user.rst (its tables of offsets and sizes),
// libvfio-user's include/vfio-user.h and <linux/vfio.h>, each written down here from there.
import { expect, test } from "vitest";
import { errnoName } from "../../src/vfio-user/errno.ts";
import * as protocol from "../../src/vfio-user/protocol.ts";
import { commandName } from "../../src/vfio-user/protocol.ts";
import type { Structure } from "../../src/vfio-user/structure.ts";

test("commands have the published numbers", () => {
  expect(Object.entries(protocol.Command)).toEqual([
    ["VERSION", 1],
    ["DMA_MAP", 2],
    ["DMA_UNMAP", 3],
    ["DEVICE_GET_INFO", 4],
    ["DEVICE_GET_REGION_INFO", 5],
    ["DEVICE_GET_REGION_IO_FDS", 6],
    ["DEVICE_GET_IRQ_INFO", 7],
    ["DEVICE_SET_IRQS", 8],
    ["REGION_READ", 9],
    ["REGION_WRITE", 10],
    ["DMA_READ", 11],
    ["DMA_WRITE", 12],
    ["DEVICE_RESET", 13],
    ["REGION_WRITE_MULTI", 15],
    ["DEVICE_FEATURE", 16],
    ["MIG_DATA_READ", 17],
    ["MIG_DATA_WRITE", 18],
  ]);
  expect([commandName(9), commandName(14)]).toEqual(["REGION_READ", "command 14"]);
});

test("flags and indexes have the published values", () => {
  expect([protocol.MAJOR, protocol.MINOR]).toEqual([0, 1]);
  expect(protocol.HeaderFlag).toEqual({
    ...{ TYPE_MASK: 0xf, COMMAND: 0x0, REPLY: 0x1, NO_REPLY: 0x10, ERROR: 0x20 },
  });
  expect(protocol.Default).toEqual({
    MAX_MSG_FDS: 1,
    MAX_DATA_XFER_SIZE: 1048576,
    MAX_DMA_MAPS: 65535,
    PGSIZES: 4096,
  });
  expect(protocol.DmaFlag).toEqual({ READ: 1 << 0, WRITE: 1 << 1, MMAP: 1 << 2, FILE_IO: 1 << 3 });
  expect(protocol.DmaUnmapFlag).toEqual({ GET_DIRTY_BITMAP: 1 << 0, ALL: 1 << 1 });
  expect(protocol.DeviceFlag).toEqual({ RESET: 1 << 0, PCI: 1 << 1 });
  expect(protocol.RegionFlag).toEqual({ READ: 1 << 0, WRITE: 1 << 1, MMAP: 1 << 2, CAPS: 1 << 3 });
  expect(protocol.CAP_SPARSE_MMAP).toBe(1);
  expect(protocol.IrqFlag).toEqual({
    EVENTFD: 1 << 0,
    MASKABLE: 1 << 1,
    AUTOMASKED: 1 << 2,
    NORESIZE: 1 << 3,
  });
  expect(protocol.IrqSet).toEqual({
    DATA_NONE: 1 << 0,
    DATA_BOOL: 1 << 1,
    DATA_EVENTFD: 1 << 2,
    DATA_MASK: 0x7,
    MASK: 1 << 3,
    UNMASK: 1 << 4,
    TRIGGER: 1 << 5,
    ACTION_MASK: 0x38,
  });
  expect(protocol.Irq).toEqual({ INTX: 0, MSI: 1, MSIX: 2, ERR: 3, REQ: 4 });
  expect(protocol.PCI_IRQS).toBe(5);
  expect(protocol.Region).toEqual({ BAR0: 0, BAR5: 5, ROM: 6, CONFIG: 7, VGA: 8 });
  expect(protocol.PCI_REGIONS).toBe(9);
});

/** Fields in the published order, each with where it begins and its bytes; then the bytes of the whole. */
type Layout = readonly [Readonly<Record<string, readonly [number, number]>>, number];

// biome-ignore lint/suspicious/noExplicitAny: structures of all kinds
const layouts: readonly (readonly [Structure<any>, ...Layout])[] = [
  [
    protocol.header,
    { id: [0, 2], command: [2, 2], size: [4, 4], flags: [8, 4], error: [12, 4] },
    16,
  ],
  [protocol.version, { major: [0, 2], minor: [2, 2] }, 4],
  [protocol.deviceInfo, { argsz: [0, 4], flags: [4, 4], regions: [8, 4], irqs: [12, 4] }, 16],
  [
    protocol.regionInfo,
    {
      ...{ argsz: [0, 4], flags: [4, 4], index: [8, 4] },
      ...{ capOffset: [12, 4], size: [16, 8], offset: [24, 8] },
    },
    32,
  ],
  [protocol.capability, { id: [0, 2], version: [2, 2], next: [4, 4] }, 8],
  [protocol.sparseMmap, { areas: [0, 4], reserved: [4, 4] }, 8],
  [protocol.sparseArea, { offset: [0, 8], size: [8, 8] }, 16],
  [protocol.irqInfo, { argsz: [0, 4], flags: [4, 4], index: [8, 4], count: [12, 4] }, 16],
  [
    protocol.irqSet,
    { argsz: [0, 4], flags: [4, 4], index: [8, 4], start: [12, 4], count: [16, 4] },
    20,
  ],
  [
    protocol.dmaMap,
    { argsz: [0, 4], flags: [4, 4], offset: [8, 8], address: [16, 8], size: [24, 8] },
    32,
  ],
  [protocol.dmaUnmap, { argsz: [0, 4], flags: [4, 4], address: [8, 8], size: [16, 8] }, 24],
  [protocol.regionAccess, { offset: [0, 8], region: [8, 4], count: [12, 4] }, 16],
  [protocol.dmaAccess, { address: [0, 8], count: [8, 8] }, 16],
];

test.each(layouts)("$name lies as it is published", (one, fields, bytes) => {
  expect(one.bytes).toBe(bytes);
  expect(() => one.decode(new Uint8Array(bytes - 1))).toThrow(one.name);
  // each byte of it is another one
  const whole = Uint8Array.from({ length: bytes }, (_, at) => at + 1);
  const told = one.decode(whole) as Record<string, number | bigint>;
  const published = Object.entries(fields).map(([name, [at, size]]) => {
    const hex = Buffer.from(whole.subarray(at, at + size).toReversed()).toString("hex");
    return [name, BigInt(`0x${hex}`)];
  });
  expect(Object.entries(told).map(([name, value]) => [name, BigInt(value)])).toEqual(published);
  expect(one.encode(told)).toEqual(whole);
  expect(one.offsets).toEqual(
    Object.fromEntries(Object.entries(fields).map(([k, [at]]) => [k, at])),
  );
});

test("there is no structure and no number whose values stand in none of these tests", () => {
  const numbers = [
    ...["MAJOR", "MINOR", "Command", "HeaderFlag", "Default", "DeviceFlag", "RegionFlag", "Region"],
    ...["CAP_SPARSE_MMAP", "PCI_REGIONS", "IrqFlag", "Irq", "PCI_IRQS", "IrqSet"],
    ...["DmaFlag", "DmaUnmapFlag"],
  ];
  const structures = layouts.map(
    ([one]) => Object.entries(protocol).find(([, value]) => value === one)?.[0],
  );
  const ours = ["commandName", "MOST_MESSAGE_BYTES", "MOST_FDS"];
  expect(Object.keys(protocol).sort()).toEqual([...numbers, ...structures, ...ours].sort());
});

test("a message is what it was before this code: bytes written by hand", () => {
  const bytes = Uint8Array.from([
    ...[0x34, 0x12, 0x0a, 0x00, 0x24, 0x00, 0x00, 0x00, 0x10, 0, 0, 0, 0, 0, 0, 0],
    ...[0x14, 0, 0, 0, 0, 0, 0, 0, 0x07, 0, 0, 0, 0x04, 0, 0, 0, 1, 2, 3, 4],
  ]);
  const access = protocol.regionAccess.encode(
    { offset: 0x14n, region: 7, count: 4 },
    Uint8Array.of(1, 2, 3, 4),
  );
  const head = { id: 0x1234, command: 10, size: 36, flags: 0x10, error: 0 };
  expect(protocol.header.encode(head, access)).toEqual(bytes);
  expect(protocol.header.decode(bytes)).toEqual(head);
});

test("errors have Linux's names", () => {
  expect([errnoName(22), errnoName(16), errnoName(0), errnoName(4711)]).toEqual([
    ...["EINVAL", "EBUSY", "an error without a number", "error 4711"],
  ]);
});
