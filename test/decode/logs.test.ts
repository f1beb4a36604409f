// Log pages, features and events of known bytes.
import { expect, test } from "vitest";
import { type DecodedField, decode } from "../../src/decode/decode.ts";
import { decodeEvent } from "../../src/decode/events.ts";
import {
  decodeFeature,
  decodeFeatureData,
  featureDataBytes,
  featureIdentifiers,
  lastingEffect,
} from "../../src/decode/features.ts";
import { decodeEffects, decodeSupportedPages } from "../../src/decode/log-effects.ts";
import { decodeErrorLog } from "../../src/decode/log-error.ts";
import { firmwareLog } from "../../src/decode/log-firmware.ts";
import { smartLog } from "../../src/decode/log-smart.ts";
import { selfTestLog } from "../../src/decode/log-state.ts";
import { adminCommand, directionOf, ioCommand } from "../../src/decode/opcodes.ts";

function bytesWith(count: number, parts: Readonly<Record<number, readonly number[] | string>>) {
  const bytes = new Uint8Array(count);
  for (const [at, part] of Object.entries(parts))
    bytes.set(Buffer.from(part as string), Number(at));
  return bytes;
}

function field(fields: readonly DecodedField[], name: string): DecodedField | undefined {
  return fields.find((one) => one.name === name);
}

test("counters of 128 bits are exact, and temperatures in degrees", () => {
  const all = new Array(16).fill(0xff);
  const fields = decode(
    smartLog,
    bytesWith(512, { 0: [2, 0x3b, 0x01], 32: all, 144: [3], 202: [0x3c, 1] }),
  );
  expect(field(fields, "DUR")?.value).toBe(2n ** 128n - 1n);
  expect(field(fields, "DUR")?.text).toBe("340282366920938463463374607431768211455");
  expect(field(fields, "USD")?.value).toBe(3n);
  expect(field(fields, "CTEMP")).toMatchObject({ value: 315, meaning: "42 °C" });
  expect(field(fields, "CW")?.children?.filter(({ value }) => value === 1)).toMatchObject([
    { name: "TTC" },
  ]);
  expect(field(fields, "TSEN1")?.meaning).toBe("not there");
  expect(field(fields, "TSEN2")?.meaning).toBe("43 °C");
  expect(field(fields, "TSEN3")).toBeUndefined();
});

test("the error log leaves out empty entries, and names the field that was wrong", () => {
  const page = bytesWith(192, {
    64: [5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0x34, 0x12, 0x04, 0x40, 0x28, 0x07, 9],
    128: [4, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x04, 0, 0xff, 0xff],
  });
  const [first, second, ...others] = decodeErrorLog(page);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ count: 5n, sqid: 1, cid: 0x1234, status: 0x002 });
  expect(field(first!.fields, "STATUS")?.meaning).toBe("Invalid Field in Command (0/02)");
  expect(field(first!.fields, "PEL")?.meaning).toBe("Command Dword 10, byte 40, bit 7");
  expect(field(first!.fields, "LBA")?.value).toBe(9n);
  expect(field(second!.fields, "SQID")?.meaning).toBe("of no command");
  expect(field(second!.fields, "PEL")?.meaning).toBe("of no field");
});

test("firmware slots that are empty are left out", () => {
  const fields = decode(firmwareLog, bytesWith(512, { 0: [0x21], 8: "1.0     ", 16: "2.0\x1b" }));
  expect(field(fields, "AFI")?.children).toMatchObject([{ value: 1 }, { value: 2 }]);
  expect(field(fields, "FRS1")?.value).toBe("1.0");
  expect(field(fields, "FRS2")?.value).toBe("2.0\\x1b");
  expect(field(fields, "FRS3")).toBeUndefined();
});

test("commands and log pages that there are, by name", () => {
  const { admin, io } = decodeEffects(
    bytesWith(4096, { 24: [1], 1028: [3], 1088: [1], 1808: [0, 1] }),
  );
  expect(admin).toMatchObject([{ number: 0x06, name: "Identify" }]);
  expect(io).toMatchObject([
    { number: 0x01, name: "Write" },
    { number: 0x10, name: "reserved" },
  ]);
  expect(decodeSupportedPages(bytesWith(1024, { 8: [1] }))).toMatchObject([
    { number: 2, name: "SMART / Health Information" },
  ]);
});

test("self-test results that are unused are left out", () => {
  const page = bytesWith(564, { 4: [0x17] });
  for (let at = 32; at < 564; at += 28) page[at] = 0x0f;
  const results = decode(selfTestLog, page).filter(({ name }) => name.startsWith("RESULT"));
  expect(results).toHaveLength(1);
  expect(results[0]?.children?.[0]?.meaning).toMatch(/one or more segments failed/);
});

test("features by their names, their values and their data", () => {
  expect(featureIdentifiers["temperature-threshold"]).toBe(0x04);
  expect(featureIdentifiers["apst"]).toBe(0x0c);
  expect(decodeFeature(0x01, 0x0302010f)).toMatchObject([
    { name: "AB", meaning: "no limit" },
    { name: "LPW", meaning: "2 commands" },
    { name: "MPW", meaning: "3 commands" },
    { name: "HPW", meaning: "4 commands" },
    { name: "reserved" },
  ]);
  expect(decodeFeature(0x04, 0x10015e)).toMatchObject([
    { meaning: "77 °C" },
    { meaning: "composite temperature" },
    { meaning: "under" },
  ]);
  expect(featureDataBytes(0x06)).toBe(0);
  const table = bytesWith(256, { 0: [0x20, 0x64] });
  expect(decodeFeatureData(0x0c, 1, table)).toMatchObject([
    { name: "APST0", meaning: "to state 4 after 100 ms idle" },
  ]);
  const time = bytesWith(8, { 0: [0, 0, 0, 0, 1], 6: [2] });
  expect(decodeFeatureData(0x0e, 0, time)).toMatchObject([
    { meaning: "1970-02-19T17:02:47.296Z" },
    {},
    { meaning: "set by a host" },
  ]);
  expect(decodeFeatureData(0x03, 1, new Uint8Array(4096))).toHaveLength(2);
});

test("what lasts, and what nobody knows, is not to be set by accident", () => {
  expect(lastingEffect(0x06)).toBeNull();
  expect(lastingEffect(0x84)).toMatch(/for ever/);
  expect(lastingEffect(0xc1)).toMatch(/vendor/);
  expect(lastingEffect(0x70)).toMatch(/no specification/);
});

test("opcodes that nobody knows may destroy anything", () => {
  expect(adminCommand(0x06)).toEqual({ name: "Identify", isNamed: true, destroys: null });
  expect(adminCommand(0x80)).toEqual({ name: "Format NVM", isNamed: true, destroys: "data" });
  expect(adminCommand(0xc2)).toEqual({ name: "vendor specific", isNamed: false, destroys: "data" });
  expect(adminCommand(0x7f)).toEqual({ name: "reserved", isNamed: false, destroys: "data" });
  expect(ioCommand(0x02)).toEqual({ name: "Read", isNamed: true, destroys: null });
  expect(ioCommand(0x82)).toEqual({ name: "vendor specific", isNamed: false, destroys: "data" });
  expect([0x00, 0x01, 0x02, 0xc7].map(directionOf)).toEqual(["none", "out", "in", "both"]);
});

test.each([
  [0x020101, "SMART / Health", "Temperature Threshold", "SMART / Health Information"],
  [0x010100, "Error", "Invalid Doorbell Write Value", "Error Information"],
  [0x04_00_02, "Notice", "Namespace Attribute Changed", "Changed Namespace List"],
  [0x70f002, "Notice", "Discovery Log Page Change", "Discovery"],
  [0x01ff00, "Error", "reserved", "Error Information"],
  [0xc0aa07, "Vendor specific", "Vendor specific", "vendor specific"],
])("event %i is %s: %s", (dw0, typeName, name, logPage) => {
  expect(decodeEvent(dw0)).toMatchObject({ typeName, name, logPage });
});
