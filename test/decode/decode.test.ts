// Bytes by a structure's table: what is not there, what is reserved, what a device may send.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, decode, decodeValue } from "../../src/decode/decode.ts";
import { registerStructures } from "../../src/decode/registers.ts";
import {
  characters,
  flag,
  hex,
  number,
  oneOf,
  powerOfTwo,
  raw,
  times,
  zeroBased,
} from "../../src/decode/shows.ts";
import { bit, bits, bytes, type Structure } from "../../src/decode/structure.ts";

const sample: Structure = {
  name: "SAMPLE",
  longName: "A Sample",
  bytes: 48,
  section: "0",
  fields: [
    bytes(0, 2, "VID", "Vendor", hex(4)),
    bytes(2, 8, "SN", "Serial Number", characters),
    bytes(10, 6, "BIG", "Up to 48 bits", number()),
    bytes(16, 8, "WIDE", "64 bits", number()),
    bytes(24, 16, "COUNT", "128 bits", number()),
    bytes(40, 1, "FLAGS", "Flags", hex(2), {
      fields: [bit(0, "A", "First", flag()), bits(3, 2, "B", "Second", oneOf({ 1: "one" }))],
    }),
    bytes(41, 3, "ID", "Identifier", raw),
    bytes(44, 1, "SIZE", "Size", powerOfTwo(12)),
    bytes(45, 1, "TO", "Timeout", times(500, "ms"), { when: (of) => of("SIZE") !== 0 }),
  ],
};

function filled(changes: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const all = new Uint8Array(sample.bytes);
  for (const [offset, some] of Object.entries(changes)) all.set(some, Number(offset));
  return all;
}

const byName = (bytes: Uint8Array) =>
  Object.fromEntries(decode(sample, bytes).map((field) => [field.name, field]));

describe("what a device sends", () => {
  test("is nothing: no field is there, which is not 0", () => {
    expect(decode(sample, new Uint8Array(0))).toEqual([]);
  });

  test.each([1, 2, 9, 10, 23, 40])("is cut after %d bytes: whole fields only", (length) => {
    const expected = sample.fields.filter(({ bit, width }) => bit + width <= length * 8);
    const found = decode(sample, filled({}).subarray(0, length)).map(({ name }) => name);
    expect(found).toEqual(expected.filter(({ when }) => !when).map(({ name }) => name));
  });

  test("is longer than the structure: the rest is not looked at", () => {
    const long = new Uint8Array(100).fill(0xff, 48);
    expect(decode(sample, long).filter(({ isReserved }) => isReserved)).toEqual([]);
  });

  test("has terminal escapes in its strings", () => {
    const { SN } = byName(filled({ 2: [0x1b, 0x5b, 0x32, 0x4a, 0x20, 0x00] }));
    expect(SN).toMatchObject({ value: "\\x1b[2J", text: "\\x1b[2J" });
  });

  test("has reserved bits set: each stretch is told, inside of fields too", () => {
    const found = decode(sample, filled({ 40: [0xf2], 46: [0, 0x80] }));
    expect(found.at(-1)).toEqual({
      name: "reserved",
      longName: "bytes 47:46",
      value: 0x8000,
      text: "0x8000",
      meaning: "reserved, and not 0",
      isReserved: true,
    });
    const flags = found.find(({ name }) => name === "FLAGS")!;
    expect(flags.children?.slice(2).map(({ longName, text }) => [longName, text])).toEqual([
      ["bit 1", "0x1"],
      ["bits 7:4", "0xf"],
    ]);
  });

  test("is anything: each bit comes out once, and nothing fails", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...registerStructures),
        fc.bigInt(0n, 2n ** 64n - 1n),
        (structure, any) => {
          const value = BigInt.asUintN(structure.bytes * 8, any);
          let sum = 0n;
          for (const { name, longName, value: part } of decodeValue(structure, value)) {
            const field = structure.fields.find((one) => one.name === name);
            const low = field?.bit ?? Number(/(\d+)$/.exec(longName)![1]);
            sum += BigInt(part) << BigInt(low);
          }
          expect(sum).toBe(value);
        },
      ),
    );
  });
});

describe("a value", () => {
  test("has one type whatever it is: a number up to 48 bits, a bigint beyond", () => {
    const all = new Uint8Array(48).fill(0xff);
    const fields = Object.fromEntries(decode(sample, all).map(({ name, value }) => [name, value]));
    expect(fields).toMatchObject({
      VID: 0xffff,
      BIG: 2 ** 48 - 1,
      WIDE: 2n ** 64n - 1n,
      COUNT: 2n ** 128n - 1n,
    });
    expect(byName(filled({}))).toMatchObject({ WIDE: { value: 0n, text: "0" } });
  });

  test("is told in words where the number does not say", () => {
    const found = byName(filled({ 0: [0x36, 0x1b], 40: [0b0101], 41: [1, 2, 3], 44: [3, 15] }));
    expect(found).toMatchObject({
      VID: { text: "0x1b36" },
      FLAGS: { children: [{ meaning: "yes" }, { meaning: "one" }] },
      ID: { value: "010203" },
      SIZE: { text: "3", meaning: "32KiB" },
      TO: { text: "15", meaning: "7500 ms" },
    });
    expect(zeroBased("entries")).toMatchObject({ kind: "number" });
  });

  test("that others rule out is left out", () => {
    expect(byName(filled({ 45: [15] }))).not.toHaveProperty("TO");
  });
});

test("bytes of a value are little endian, and cut to their number", () => {
  expect([...bytesOf(0x1_0203_0405n, 4)]).toEqual([5, 4, 3, 2]);
  expect([...bytesOf(-1, 2)]).toEqual([0xff, 0xff]);
});
