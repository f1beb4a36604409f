// The chains of capabilities: what a device may have written into them, and what comes out.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linkSpeeds } from "../../src/decode/pci-express.ts";
import { configurationSpace, isAbsent } from "../../src/decode/pci-walk.ts";

/** A space with a header whose capabilities begin at `first`. */
function space(bytes: number, first: number, parts: Readonly<Record<number, readonly number[]>>) {
  const all = new Uint8Array(bytes);
  all.set([0x36, 0x1b, 0x10, 0x00], 0);
  all[6] = 0x10;
  all[0x34] = first;
  for (const [offset, some] of Object.entries(parts)) all.set(some, Number(offset));
  return all;
}

/** Header of an extended capability. */
const ext = (id: number, version: number, next: number): number[] => [
  ...[id & 0xff, id >> 8, version | ((next & 0xf) << 4), next >> 4],
];

const offsets = (bytes: Uint8Array) =>
  configurationSpace(bytes).capabilities.map(({ offset, isExtended }) =>
    isExtended ? -offset : offset,
  );

describe("what a device may have written", () => {
  test("nothing at all, or all-ones: no capability is made of it", () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(3), new Uint8Array(4096).fill(0xff)]) {
      expect(isAbsent(bytes)).toBe(true);
      expect(configurationSpace(bytes)).toMatchObject({ capabilities: [], problems: [] });
    }
  });

  test("a loop", () => {
    const bytes = space(256, 0x40, { 64: [1, 0x50], 80: [9, 0x40] });
    expect(offsets(bytes)).toEqual([0x40, 0x50]);
    expect(configurationSpace(bytes).problems).toEqual([
      "the capability at 50h points to 40h: that is a loop",
    ]);
  });

  test("a capability that points to itself", () => {
    const bytes = space(4096, 0, { 256: ext(1, 2, 0x100) });
    expect(offsets(bytes)).toEqual([-0x100]);
    expect(configurationSpace(bytes).problems).toEqual([
      "the extended capability at 100h points to 100h: that is a loop",
    ]);
  });

  test.each([
    [0x10, "no capability can lie there"],
    [0x3c, "no capability can lie there"],
  ])("a pointer to %d, into the header", (first, why) => {
    const { capabilities, problems } = configurationSpace(space(256, first, {}));
    expect(capabilities).toEqual([]);
    expect(problems).toEqual([`the header points to ${first.toString(16)}h: ${why}`]);
  });

  test("pointers behind the end, of a space that was read in part", () => {
    const bytes = space(4096, 0x40, { 64: [1, 0x80], 256: ext(1, 1, 0x200) });
    expect(configurationSpace(bytes.subarray(0, 0x60)).problems).toEqual([
      "the capability at 40h points to 80h: the configuration space that was read ends at 60h",
    ]);
    expect(configurationSpace(bytes.subarray(0, 0x180)).problems.at(-1)).toMatch(
      /^the extended capability at 100h points to 200h: .* ends at 180h$/,
    );
    // what the kernel shows to everybody: no chain can be followed, which is no fault of the device
    expect(configurationSpace(bytes.subarray(0, 64))).toMatchObject({
      capabilities: [],
      problems: [],
    });
  });

  test("pointers with their low bits set, which are reserved", () => {
    expect(offsets(space(256, 0x43, { 64: [1, 0x52], 80: [9, 0] }))).toEqual([0x40, 0x50]);
  });

  test("a structure at the very end: fields that are not there are left out", () => {
    const bytes = space(256, 0xfc, { 252: [0x10, 0, 2, 0] });
    const [express] = configurationSpace(bytes).capabilities;
    expect(express!.fields.map(({ name }) => name)).toEqual(["PXCAP"]);
    expect(express!.raw).toBe("10000200");
  });

  test("anything: it ends, and reads nothing outside", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096, size: "max" }), (bytes) => {
        const found = configurationSpace(bytes);
        expect(found.capabilities.length).toBeLessThanOrEqual(48 + 960);
        for (const { offset, raw } of found.capabilities) {
          expect(offset + raw.length / 2).toBeLessThanOrEqual(bytes.length);
        }
      }),
    );
  });
});

describe("capabilities", () => {
  test("without a table have a name where there is one, and their bytes", () => {
    const bytes = space(4096, 0x40, {
      64: [0x09, 0x48, 8, 1, 2, 3, 4, 5],
      72: [0x77, 0],
      256: ext(0x1e, 1, 0x110),
      272: ext(0x7777, 3, 0),
    });
    expect(configurationSpace(bytes).capabilities).toMatchObject([
      { id: 9, name: null, longName: "Vendor Specific", raw: "0948080102030405" },
      { id: 0x77, longName: "unknown" },
      { id: 0x1e, longName: "L1 PM Substates", version: 1 },
      { id: 0x7777, longName: "unknown", version: 3 },
    ]);
  });

  test("MSI has its fields where its Message Control says", () => {
    const narrow = space(256, 0x40, { 64: [5, 0, 0x00, 0, 1, 0, 0, 0, 0x34, 0x12] });
    const wide = space(256, 0x40, {
      64: [5, 0, 0x80, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0x34, 0x12, 0, 0, 7, 0, 0, 0, 9],
    });
    const values = (bytes: Uint8Array) =>
      configurationSpace(bytes).capabilities[0]!.fields.map(({ name, value }) => [name, value]);
    expect(values(narrow).slice(1)).toEqual([
      ["MA", 1],
      ["MD", 0x1234],
    ]);
    expect(values(wide).slice(1)).toEqual([
      ["MA", 1],
      ["MUA", 2],
      ["MD", 0x1234],
      ["MMASK", 7],
      ["MPEND", 9],
    ]);
  });

  test("of the link, errors, virtual functions and latencies", () => {
    const bytes = space(4096, 0x40, {
      64: [0x10, 0, 0x02, 0, ...new Array(8).fill(0), 0x44, 0x0c, 0, 0, 0x42, 0, 0x21, 0],
      256: ext(1, 2, 0x140),
      260: [0, 0, 0x10, 0],
      320: ext(0x10, 1, 0x180),
      334: [8, 0, 3, 0],
      384: ext(0x18, 1, 0),
      388: [0x03, 0x10],
    });
    const { capabilities } = configurationSpace(bytes);
    const field = (capability: number, name: string, inner?: string) => {
      const outer = capabilities[capability]!.fields.find((one) => one.name === name)!;
      return inner === undefined ? outer : outer.children!.find((one) => one.name === inner)!;
    };
    expect(field(0, "PXLCAP", "MLW")).toMatchObject({ value: 4, meaning: "x4" });
    expect(field(0, "PXLCAP", "SLS").meaning).toBe(linkSpeeds[4]);
    expect(field(0, "PXLC", "ASPMC").meaning).toBe("L1");
    expect(field(0, "PXLS", "NLW").meaning).toBe("x2");
    expect(field(1, "AERUCES", "URE").meaning).toBe("occurred");
    expect(field(2, "TOTALVFS").value).toBe(8);
    expect(field(2, "NUMVFS").value).toBe(3);
    expect(field(3, "MAXSNOOP").meaning).toBe("3145728 ns");
  });

  test("BARs of 64 bits take two", () => {
    const bytes = space(256, 0, { 16: [4, 0, 0, 0xfe, 1, 0, 0, 0, 0x0c], 36: [1, 0xe0] });
    const words = configurationSpace(bytes).header.flatMap(({ name, meaning }) =>
      name.startsWith("BAR") ? [meaning] : [],
    );
    expect(words).toEqual([
      "64-bit memory",
      "upper half of BAR0",
      "64-bit memory, prefetchable",
      "upper half of BAR2",
      "not there, or 32-bit memory without an address",
      "I/O ports",
    ]);
  });
});
