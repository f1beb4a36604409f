// The registers' tables: what assembly/spec says of a field, which the embedded controller keeps, they say too.
import { describe, expect, test } from "vitest";
import * as spec from "../../assembly/spec/registers.ts";
import { decodeValue } from "../../src/decode/decode.ts";
import { registerAt, registerNamed, registerStructures } from "../../src/decode/registers.ts";

const shifts = Object.entries(spec).flatMap(([name, shift]) => {
  const [, register, half, field] = /^([A-Z]+)_(LO_|HI_)?([A-Z]+)_SHIFT$/.exec(name) ?? [];
  if (register === undefined) return [];
  const mask = (spec as unknown as Record<string, number>)[name.replace(/SHIFT$/, "MASK")]!;
  return [{ register, half, field: field!, shift: shift as number, mask }];
});

test("each field that the driver or the embedded controller uses lies where the table has it", () => {
  expect(shifts.length).toBeGreaterThan(30);
  for (const { register, half, field, shift, mask } of shifts) {
    const found = registerNamed(register)?.fields.find(({ name }) => name === field);
    const bit = shift + (half === "HI_" ? 32 : 0);
    const width = 32 - Math.clz32(mask);
    expect(found, `${register}.${field}`).toMatchObject({ bit, width });
  }
});

test("each register of the enumeration is there, and no two lie over each other", () => {
  for (const [name, offset] of Object.entries(spec.Register)) {
    if (typeof offset !== "number") continue;
    const found = registerAt(offset);
    expect(found?.register.name, name).toBe(name.replace(/_(LO|HI)$/, ""));
  }
  let end = 0;
  for (const { offset, bytes } of registerStructures) {
    expect(offset).toBeGreaterThanOrEqual(end);
    end = offset + bytes;
  }
  expect(end).toBeLessThan(spec.DOORBELLS);
});

test("no two fields of a register overlap, and none leaves it", () => {
  for (const { name, bytes, fields } of registerStructures) {
    let used = 0n;
    for (const { bit, width } of fields) {
      const mask = ((1n << BigInt(width)) - 1n) << BigInt(bit);
      expect(used & mask, name).toBe(0n);
      used |= mask;
    }
    expect(used >> BigInt(bytes * 8), name).toBe(0n);
  }
});

describe("words", () => {
  const words = (register: string, value: number | bigint, field: string) =>
    decodeValue(registerNamed(register)!, value).find(({ name }) => name === field)?.meaning;

  test.each([
    ["CAP", 0x3fn, "MQES", "64 entries"],
    ["CAP", 1n << 32n, "DSTRD", "8B"],
    ["CAP", 0x41n << 37n, "CSS", "NVM, one or more I/O command sets"],
    ["CC", 0x0046_0001, "IOSQES", "64B"],
    ["CSTS", 0b10, "CFS", "the controller has failed"],
    ["CSTS", 0b1100, "SHST", "reserved"],
    ["CMBSZ", (64 << 12) | (1 << 8), "SZ", "4MiB"],
    ["CMBSZ", 0xfff, "SZU", "reserved"],
    ["PMRCAP", (3 << 16) | (1 << 8), "PMRTO", "3 minutes"],
    ["CMBEBS", (4 << 8) | 2, "CMBWBZ", "4MiB"],
    ["ASQ", 0xffff_ffff_ffff_f000n, "ASQB", "0xfffffffffffff000"],
  ])("%s %s: %s is %s", (register, value, field, meaning) => {
    expect(words(register, value, field)).toBe(meaning);
  });
});
