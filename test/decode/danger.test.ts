import { expect, test } from "vitest";
import { dangerOf } from "../../src/decode/danger.ts";

const entry = (opcode: number, cdw10 = 0, cdw11 = 0): Uint32Array => {
  const sqe = new Uint32Array(16);
  sqe.set([opcode], 0);
  sqe.set([cdw10, cdw11], 10);
  return sqe;
};

test.each([
  ["Write", entry(0x01)],
  ["Write Uncorrectable", entry(0x04)],
  ["Write Zeroes", entry(0x08)],
  ["Dataset Management with Deallocate", entry(0x09, 0, 4)],
  ["Copy", entry(0x19)],
  ["Zone Management Send", entry(0x79)],
  ["a reserved opcode", entry(0x55)],
  ["a vendor's opcode", entry(0x90)],
])("%s of an I/O queue needs consent", (_, sqe) => {
  expect(dangerOf(sqe, false)).toMatch(/\S/);
});

test.each([
  ["Format NVM", entry(0x80)],
  ["Sanitize", entry(0x84)],
  ["Firmware Commit", entry(0x10)],
  ["Firmware Image Download", entry(0x11)],
  ["Namespace Management", entry(0x0d)],
  ["Namespace Attachment", entry(0x15)],
  ["Security Send", entry(0x81)],
  ["a reserved opcode", entry(0x7f)],
  ["a vendor's opcode", entry(0xc0)],
  ["Set Features with SV", entry(0x09, 0x80000006, 1)],
  ["Set Features of what lasts", entry(0x09, 0x84, 3)],
  ["Set Features of the vendor's", entry(0x09, 0xd0)],
])("%s of the admin queue needs consent", (_, sqe) => {
  expect(dangerOf(sqe, true)).toMatch(/\S/);
});

test.each([
  ["Read", entry(0x02), false],
  ["Compare", entry(0x05), false],
  ["Flush", entry(0x00), false],
  ["hints of Dataset Management", entry(0x09, 0, 3), false],
  ["Identify", entry(0x06), true],
  ["Set Features until the next reset", entry(0x09, 0x06, 1), true],
  ["Device Self-test", entry(0x14), true],
])("%s needs none", (_, sqe, isAdmin) => {
  expect(dangerOf(sqe, isAdmin)).toBeNull();
});

test("what is said names the command and why", () => {
  expect(dangerOf(entry(0x80), true)).toBe("Format NVM can destroy data");
  expect(dangerOf(entry(0x55), false)).toBe("opcode 55h is reserved: nobody knows what it does");
  expect(dangerOf(entry(0x09, 0x80000006), true)).toMatch(/^Volatile Write Cache is saved: /);
});
