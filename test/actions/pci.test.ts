// phasebit pci, without a process: what is typed, and configuration spaces of functions that are not taken.
import { describe, expect, test } from "vitest";
import { parseConfigWrite } from "../../src/actions/config-writes.ts";
import { pci, throughSysfs } from "../../src/actions/pci.ts";
import { ConfigSpace } from "../../src/pci/config-space.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { pciReport } from "../../src/text/pci.ts";
import { openStepped } from "../nvme/devices.ts";
import { PciTree } from "../pci/tree.ts";

const plain = linesFor({ color: false, columns: 80 });

describe("what is typed wrong is refused before anything is opened", () => {
  test.each([
    ["", /^--set "": expected OFFSET=value/],
    ["4", /^--set 4: expected OFFSET=value/],
    ["4.q=1", /expected OFFSET=value/],
    ["04ff=1", /expected OFFSET=value/],
    ["4=", /expected OFFSET=value/],
    ["4=-1", /expected OFFSET=value/],
    ["4=0x100", /^--set 4=0x100: the largest value there is 0xff$/],
    ["4.w=65536", /the largest value there is 0xffff$/],
    ["5.w=1", /^--set 5\.w=1: the offset must be a multiple of 2 below 4096$/],
    ["0xffe.l=1", /must be a multiple of 4 below 4096/],
    ["4096=1", /must be a multiple of 1 below 4096/],
    ["4\x1b=1", /^--set 4\\x1b=1: /],
  ])("--set %j", (text, message) => {
    expect(() => parseConfigWrite(text)).toThrow(message);
    expect(() => parseConfigWrite(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("a write without consent, a device given twice", async () => {
    const flags = { device: "embedded", isDeviceGiven: false };
    await expect(pci({ ...flags, set: ["4.w=0"] })).rejects.toMatchObject({ code: "REFUSED" });
    await expect(pci({ ...flags, isDeviceGiven: true, address: "embedded" })).rejects.toMatchObject(
      { code: "USAGE" },
    );
  });
});

test("what is typed right", () => {
  expect(parseConfigWrite("0x3c=11")).toEqual({ offset: 0x3c, bytes: 1, value: 11 });
  expect(parseConfigWrite("4.W=0x0406")).toEqual({ offset: 4, bytes: 2, value: 0x406 });
  expect(parseConfigWrite("0x10.l=4294967295").value).toBe(0xffff_ffff);
});

describe("a function that is not taken", () => {
  const address = "0000:01:00.0";
  const header = `\x36\x1b\x10\x00\x06\x04\x10\x00${"\0".repeat(0x2c)}\x40`.padEnd(64, "\0");
  const shown = (driver: string, config: string) => {
    const roots = new PciTree();
    // the tree ends each of its files with a line's end
    roots.addFunction(address, { driver, files: { config: config.slice(0, -1) } });
    return throughSysfs("01:00.0", roots);
  };

  test("is read through sysfs", () => {
    const report = shown("nvme", `${header}\x01\x00\x03\x00${"\0".repeat(188)}`);
    expect(report).toMatchObject({ address, source: "sysfs", problems: [] });
    expect(report!.capabilities.map(({ name }) => name)).toEqual(["PMCAP"]);
    const lines = pciReport(report!, plain);
    expect(lines[0]).toBe("device  0000:01:00.0  256 bytes through sysfs");
    expect(lines.every(({ length }) => length <= 80)).toBe(true);
  });

  test("shows 64 bytes to users that are not root, and that is said", () => {
    const report = shown("nvme", `${header.slice(0, -1)}\n`);
    expect(report!.problems).toEqual(["the kernel shows 64 bytes only to users that are not root"]);
  });

  test("is taken where vfio-pci has it and sysfs shows too little", () => {
    expect(shown("vfio-pci", `${header.slice(0, -1)}\n`)).toBeNull();
    expect(throughSysfs("embedded")).toBeNull();
  });
});

describe("the embedded controller's configuration space", () => {
  test("is a function's, with what the controller has", async () => {
    const { config } = await openStepped("size=16m&vectors=9");
    expect(config.bytes).toBe(4096);
    expect(config.read16(0)).toBe(0x7062);
    expect(config.read32(8) >>> 8).toBe(0x010802);
    // Table Size is 0's based
    expect(config.read16(0x72)).toBe(8);
    expect(config.read32(0x100)).toBe(0);
  });

  test("says of its parts what the controller's registers and messages say", async () => {
    const device = await openStepped("size=16m&cmb=64k&vectors=9&msi=8");
    const { config } = device;
    const bars = [0x10, 0x14, 0x18, 0x1c, 0x20, 0x24].map((at) => config.read32(at));
    // memory of 64 bits, not prefetchable; no BAR 4 without a Persistent Memory Region
    expect(bars.map((bar) => bar & 0xf)).toEqual([4, 0, 4, 0, 0, 0]);
    expect([config.read16(0x00), config.read16(0x2c)]).toEqual([0x7062, 0x7062]);
    // INTA#
    expect(config.read8(0x3d)).toBe(1);
    // MSI: 64-bit addresses, 8 messages
    expect(config.read16(0x52)).toBe(0x80 | (3 << 1));
    // table and Pending Bit Array of MSI-X in BAR 0, behind all doorbells and apart from each other
    const [table, pending] = [config.read32(0x74), config.read32(0x78)];
    expect([table & 7, pending & 7]).toEqual([0, 0]);
    expect(pending).toBeGreaterThanOrEqual(table + 9 * 16);
    expect(table).toBeGreaterThan(0x1000 + 2 * 64 * 4);
    // Role-Based Error Reporting and Function Level Reset; Completion Timeout Disable
    expect(config.read32(0x84)).toBe(0x10008000);
    expect(config.read32(0xa4)).toBe(0x10);
  });

  test("refuses what is no access", async () => {
    const { config } = await openStepped();
    for (const wrong of [-1, 4096, 1, 1.5, Number.NaN]) {
      expect(() => config.read16(wrong)).toThrow(expect.objectContaining({ code: "USAGE" }));
    }
    expect(() => config.write8(0x3c, 256)).toThrow(/^value 256: must be 0 to 255$/);
  });

  test("follows what is switched on, and switches bus mastering", async () => {
    const device = await openStepped();
    const { config } = device;
    expect(config.read16(4)).toBe(0x2);
    await device.enable();
    expect(config.read16(4)).toBe(0x6);
    device.transport.interrupt("msix", 0);
    expect(config.read16(0x72) & 0x8000).toBe(0x8000);
    expect(config.read16(0x52) & 1).toBe(0);
    config.write16(4, 0x2);
    expect(config.read16(4)).toBe(0x2);
    // read only
    config.write16(0, 0xffff);
    expect(config.read16(0)).toBe(0x7062);
  });

  test("resets the function when it is told to", async () => {
    const device = await openStepped();
    await device.enable();
    expect(device.health()).toBe("well");
    device.config.write16(0x88, 0x8000);
    expect(device.health()).toBe("reset");
    expect(device.config.read16(0x88)).toBe(0);
    expect(device.config.read16(4)).toBe(0x2);
  });
});

test("numbers are little endian", () => {
  const bytes = Uint8Array.of(1, 2, 3, 0xff);
  const written: [number, number[]][] = [];
  const config = new ConfigSpace({
    bytes: 4,
    read: (offset, count) => bytes.slice(offset, offset + count),
    write: (offset, data) => written.push([offset, [...data]]),
  });
  expect([config.read8(3), config.read16(2), config.read32(0)]).toEqual([
    0xff, 0xff03, 0xff03_0201,
  ]);
  config.write32(0, 0xfffe_0102);
  expect(written).toEqual([[0, [0x02, 0x01, 0xfe, 0xff]]]);
});
