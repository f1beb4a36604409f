// Identify data of known bytes, as the specification's figures describe them.
import { expect, test } from "vitest";
import { type DecodedField, decode } from "../../src/decode/decode.ts";
import { identifyController } from "../../src/decode/identify-controller.ts";
import { identifyNamespace } from "../../src/decode/identify-namespace.ts";
import {
  decodeControllerList,
  decodeDescriptors,
  decodeNamespaceList,
  decodeUuidList,
} from "../../src/decode/lists.ts";
import { decodeSecondaryControllers } from "../../src/decode/virtualization.ts";

/** 4 KiB, with these bytes at these places. */
function page(parts: Readonly<Record<number, readonly number[] | string>>): Uint8Array {
  const bytes = new Uint8Array(4096);
  for (const [at, part] of Object.entries(parts))
    bytes.set(Buffer.from(part as string), Number(at));
  return bytes;
}

function field(fields: readonly DecodedField[], name: string): DecodedField | undefined {
  return fields.find((one) => one.name === name);
}

test("an empty page says nothing that it does not know", () => {
  const fields = decode(identifyController, new Uint8Array(4096));
  expect(field(fields, "RTD3R")).toMatchObject({ value: 0, meaning: "not reported" });
  expect(field(fields, "MDTS")).toMatchObject({ value: 0, meaning: "no limit" });
  expect(field(fields, "WCTEMP")).toMatchObject({ value: 0, meaning: "not reported" });
  expect(field(fields, "PSD0")).toMatchObject({ text: "power not reported, operational" });
  expect(field(fields, "PSD1")).toBeUndefined();
});

test("half a page has the fields that are in it, and no others", () => {
  const fields = decode(identifyController, new Uint8Array(520));
  expect(field(fields, "NN")).toMatchObject({ value: 0 });
  expect(field(fields, "ONCS")).toBeUndefined();
});

test("a controller's terminal escapes come out as text", () => {
  const fields = decode(identifyController, page({ 24: "\x1b[2Jevil\x07 " }));
  expect(field(fields, "MN")?.value).toBe("\\x1b[2Jevil\\x07");
});

test("who a controller is, its limits, and bits that nobody has named yet", () => {
  const fields = decode(
    identifyController,
    page({
      ...{ 0: [0x86, 0x80], 4: "SN 1   ", 24: "A model", 64: "1.0", 73: [0xe4, 0xd2, 0x5c] },
      ...{ 77: [5], 80: [0, 4, 1, 0], 84: [0x40, 0x42, 0x0f, 0], 103: [1] },
      ...{ 256: [0x06, 0x01], 262: [63], 263: [1], 266: [0x57, 0x01], 280: [0, 0, 0, 0x40] },
      ...{ 512: [0x66], 2048: [0xc4, 0x09], 2080: [0x2c, 0x01, 0, 0x03] },
    }),
  );
  expect(field(fields, "VID")).toMatchObject({ value: 0x8086, text: "0x8086" });
  expect(field(fields, "SN")?.value).toBe("SN 1");
  expect(field(fields, "IEEE")?.text).toBe("0x5cd2e4");
  expect(field(fields, "MDTS")?.meaning).toBe("2^5 pages of CAP.MPSMIN");
  expect(field(fields, "VER")?.meaning).toBe("1.4.0");
  expect(field(fields, "RTD3R")?.meaning).toBe("1000000 us");
  expect(field(fields, "OACS")?.children?.filter(({ value }) => value === 1)).toMatchObject([
    { name: "FNVMS" },
    { name: "FWDS" },
    { name: "DBCS" },
  ]);
  expect(field(fields, "ELPE")?.meaning).toBe("64 entries");
  expect(field(fields, "WCTEMP")?.meaning).toBe("70 °C");
  expect(field(fields, "TNVMCAP")).toMatchObject({ value: 0x40000000n, meaning: "1GiB" });
  expect(field(fields, "SQES")?.children).toMatchObject([{ meaning: "64B" }, { meaning: "64B" }]);
  expect(field(fields, "PSD0")?.text).toBe("25 W, operational");
  expect(field(fields, "PSD1")?.text).toBe("0.03 W, non-operational");
  expect(field(fields, "PSD2")).toBeUndefined();
  expect(fields.filter(({ isReserved }) => isReserved)).toMatchObject([
    { longName: "bytes 110:102" },
  ]);
});

test("a namespace's formats, of which one is in use", () => {
  const fields = decode(
    identifyNamespace,
    page({ 0: [0, 0x10], 25: [1], 26: [1], 128: [0, 0, 9, 2], 132: [8, 0, 12] }),
  );
  expect(field(fields, "NSZE")).toMatchObject({ value: 0x1000n, meaning: "4096 blocks" });
  expect(field(fields, "LBAF0")?.text).toBe("512B");
  expect(field(fields, "LBAF1")?.text).toBe("4KiB, 8 bytes of metadata, in use");
  expect(field(fields, "LBAF0")?.children?.[2]).toMatchObject({ name: "RP", meaning: "good" });
  expect(field(fields, "LBAF2")).toBeUndefined();
});

test("the format in use has six bits where there are more than sixteen formats", () => {
  const fields = decode(identifyNamespace, page({ 25: [20], 26: [0x21], 196: [0, 0, 12] }));
  expect(field(fields, "LBAF17")?.text).toBe("4KiB, in use");
  expect(field(fields, "LBAF1")?.text).toBe("not available");
});

test("lists end at their end, at the first zero, and never beyond the page", () => {
  expect(decodeNamespaceList(page({ 0: [1, 0, 0, 0, 5] }))).toEqual([1, 5]);
  expect(decodeNamespaceList(new Uint8Array(4096).fill(1))).toHaveLength(1024);
  expect(decodeControllerList(page({ 0: [2, 0, 7, 0, 8, 0] }))).toEqual([7, 8]);
  expect(decodeControllerList(new Uint8Array(4096).fill(0xff))).toHaveLength(2047);
  expect(decodeControllerList(new Uint8Array(1))).toEqual([]);
  expect(decodeSecondaryControllers(new Uint8Array(4096).fill(0xff))).toHaveLength(127);
});

test("descriptors by their type; one of the wrong length, or without an end, is told", () => {
  const uuid = Array.from({ length: 16 }, (_, index) => index);
  expect(
    decodeDescriptors(
      page({ 0: [1, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 3, 16, 0, 0, ...uuid, 4, 1, 0, 0, 2] }),
    ),
  ).toEqual([
    { nidt: 1, name: "EUI64", text: "0102030405060708" },
    { nidt: 3, name: "UUID", text: "00010203-0405-0607-0809-0a0b0c0d0e0f" },
    { nidt: 4, name: "CSI", text: "0x02", meaning: "Zoned Namespace command set" },
  ]);
  expect(decodeDescriptors(page({ 0: [1, 7, 0, 0] }))[0]?.meaning).toBe("NIDL is 7, it must be 8");
  expect(decodeDescriptors(page({ 0: [9, 2, 0, 0, 0xab, 0xcd] }))).toEqual([
    { nidt: 9, name: "type 9", text: "abcd" },
  ]);
  expect(decodeDescriptors(Uint8Array.of(2, 16, 0, 0, 1))[0]?.meaning).toBe(
    "reaches beyond the page",
  );
});

test("UUIDs have the index that commands name them by", () => {
  const uuid = new Array(16).fill(0x11);
  expect(decodeUuidList(page({ 32: [1], 48: uuid }))).toEqual([
    { index: 1, uuid: "11111111-1111-1111-1111-111111111111", association: "PCI Vendor ID" },
  ]);
});
