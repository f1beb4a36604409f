import fc from "fast-check";
import { expect, test } from "vitest";
import { hexDump } from "../../src/text/hex-dump.ts";

test("no bytes are no lines, and a short row lines up with its text", () => {
  expect(hexDump(new Uint8Array(0))).toEqual([]);
  expect(hexDump(Buffer.from("ab\x1b[2J\n"))).toEqual([
    "00000000  61 62 1b 5b 32 4a 0a                              |ab.[2J.|",
  ]);
});

test("rows that repeat are an asterisk, and the last one shows where the end is", () => {
  expect(hexDump(new Uint8Array(64), 0x100)).toEqual([
    "00000100  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
    "*",
    "00000130  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|",
  ]);
});

test("of any bytes only printable ASCII comes out, in 80 columns", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const line of hexDump(bytes)) expect(line).toMatch(/^[\x20-\x7e]{1,80}$/);
    }),
  );
});
