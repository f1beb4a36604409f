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

// biome-ignore lint/suspicious/noExplicitAny: structures of all kinds
const layouts: readonly (readonly [Structure<any>, number, readonly number[]])[] = [
  [protocol.header, 16, [0, 2, 4, 8, 12]],
  [protocol.version, 4, [0, 2]],
  [protocol.deviceInfo, 16, [0, 4, 8, 12]],
  [protocol.regionInfo, 32, [0, 4, 8, 12, 16, 24]],
  [protocol.capability, 8, [0, 2, 4]],
  [protocol.sparseMmap, 8, [0, 4]],
  [protocol.sparseArea, 16, [0, 8]],
  [protocol.irqInfo, 16, [0, 4, 8, 12]],
  [protocol.irqSet, 20, [0, 4, 8, 12, 16]],
  [protocol.dmaMap, 32, [0, 4, 8, 16, 24]],
  [protocol.dmaUnmap, 24, [0, 4, 8, 16]],
  [protocol.regionAccess, 16, [0, 8, 12]],
  [protocol.dmaAccess, 16, [0, 8]],
];

test.each(layouts)("$name lies as it is published", (one, bytes, offsets) => {
  expect(one.bytes).toBe(bytes);
  expect(Object.values(one.offsets)).toEqual(offsets);
  expect(() => one.decode(new Uint8Array(bytes - 1))).toThrow(one.name);
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
