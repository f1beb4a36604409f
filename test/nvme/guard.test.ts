// Checksums of the Guard field: known answers, and the definition bit by bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc16, crc64 } from "../../src/nvme/guard.ts";

const check = new TextEncoder().encode("123456789");
const bytes = (length: number, of: (index: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => of(index) & 0xff);

test("the check value of each catalogue entry: CRC-64/NVME and CRC-16/T10-DIF", () => {
  expect(crc64(check)).toBe(0xae8b_1486_0a79_9888n);
  expect(crc16(check)).toBe(0xd0db);
});

test("nothing has the CRC of nothing", () => {
  expect([crc64(new Uint8Array()), crc16(new Uint8Array())]).toEqual([0n, 0]);
});

test.each([
  ["zeroes", (_: number) => 0, 0x6482_d367_eb22_b64en],
  ["ones", (_: number) => 0xff, 0xc0dd_ba73_02ec_a3acn],
  ["bytes that count up", (index: number) => index, 0x3e72_9f5f_6750_449cn],
  ["bytes that count down", (index: number) => 0xff - index, 0x9a2d_f64b_8e9e_517en],
])("the NVM Command Set's test cases, 4 KiB: %s", (_, of, expected) => {
  expect(crc64(bytes(4096, of))).toBe(expected);
});

test.each([
  ["zeroes", (_: number) => 0, 0x0000],
  ["ones", (_: number) => 0xff, 0xa293],
  ["bytes that count up", (index: number) => index, 0x0224],
  ["two of ones, then zeroes", (index: number) => (index < 2 ? 0xff : 0), 0x21b8],
  ["bytes that count down", (index: number) => 0xff - index, 0xa0b7],
])("the SCSI Block Commands' test cases, 32 bytes: %s", (_, of, expected) => {
  expect(crc16(bytes(32, of))).toBe(expected);
});

/** By the definition: highest bit first, the polynomial as the specifications print it. */
function bitwise(
  data: Uint8Array,
  width: bigint,
  polynomial: bigint,
  isReflected: boolean,
): bigint {
  const mask = (1n << width) - 1n;
  let crc = isReflected ? mask : 0n;
  for (const byte of data) {
    for (let bit = 0; bit < 8; bit++) {
      const input = BigInt((byte >> (isReflected ? bit : 7 - bit)) & 1);
      const top = (crc >> (width - 1n)) ^ input;
      crc = ((crc << 1n) & mask) ^ (top === 1n ? polynomial : 0n);
    }
  }
  if (!isReflected) return crc;
  const reversed = [...crc.toString(2).padStart(Number(width), "0")].reverse().join("");
  return BigInt(`0b${reversed}`) ^ mask;
}

test("any data, whole and in two pieces, is what the definition says", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (data, cut) => {
      const at = cut % (data.length + 1);
      const [head, tail] = [data.subarray(0, at), data.subarray(at)];
      const expected = bitwise(data, 64n, 0xad93_d235_94c9_3659n, true);
      expect([crc64(data), crc64(tail, crc64(head))]).toEqual([expected, expected]);
      const short = Number(bitwise(data, 16n, 0x8bb7n, false));
      expect([crc16(data), crc16(tail, crc16(head))]).toEqual([short, short]);
    }),
  );
});

test("each flipped bit of a block shows", () => {
  fc.assert(
    fc.property(fc.nat({ max: 4095 }), fc.nat({ max: 7 }), (at, bit) => {
      const block = bytes(4096, (index) => index * 7);
      const before = [crc64(block), crc16(block)];
      block[at]! ^= 1 << bit;
      expect(crc64(block)).not.toBe(before[0]);
      expect(crc16(block)).not.toBe(before[1]);
    }),
    { numRuns: 30 },
  );
});
