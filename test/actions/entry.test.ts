// Entries and wishes from a command line: misuse first.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type EntryFlags, entryOf } from "../../src/actions/entry.ts";
import { type PassthroughFlags, wishOf } from "../../src/actions/passthrough-wish.ts";
import { folder } from "../cli/cli.ts";

test.each<[EntryFlags, string]>([
  [{}, "say which command with --opcode, or give all 64 bytes with --sqe"],
  [{ opcode: "256" }, "--opcode 256: must be 0 to 0xff, decimal or with 0x"],
  [{ opcode: "-1" }, "--opcode -1: must be 0 to 0xff, decimal or with 0x"],
  [{ opcode: "06h" }, "--opcode 06h: must be 0 to 0xff, decimal or with 0x"],
  [{ opcode: "" }, '--opcode "": must be 0 to 0xff, decimal or with 0x'],
  [
    { opcode: "1", cdw10: "0x100000000" },
    "--cdw10 0x100000000: must be 0 to 0xffffffff, decimal or with 0x",
  ],
  [{ opcode: "1", prp1: "1g" }, "--prp1 1g: must be 0 to 0xffffffffffffffff, decimal or with 0x"],
  [{ opcode: "1\x1b[2J" }, "--opcode 1\\x1b[2J: must be 0 to 0xff, decimal or with 0x"],
  [
    { sqe: "0102" },
    "--sqe 0102: neither 128 hexadecimal digits nor a file that can be read (ENOENT)",
  ],
])("%j is refused: %s", (flags, message) => {
  expect(() => entryOf(flags)).toThrow(expect.objectContaining({ code: "USAGE", message }));
});

test("a file that has no 64 bytes is no entry", () => {
  const path = join(folder(), "entry");
  writeFileSync(path, new Uint8Array(63));
  expect(() => entryOf({ sqe: path })).toThrow(/an entry has 64 bytes, that has 63/);
});

test("every field lands in its Command Dword", () => {
  const flags: EntryFlags = {
    ...{ opcode: "0x12", flags: "0x81", nsid: "3", cdw2: "4", cdw3: "5", mptr: "0x600000007" },
    ...{ prp1: "0x800000009", prp2: "0xa0000000b", cdw10: "12", cdw11: "13", cdw12: "14" },
    ...{ cdw13: "15", cdw14: "16", cdw15: "0xffffffff" },
  };
  expect([...entryOf(flags)]).toEqual([
    ...[0x8112, 3, 4, 5, 7, 6, 9, 8, 11, 10],
    ...[12, 13, 14, 15, 16, 0xffffffff],
  ]);
});

test("64 raw bytes come out as they went in, from digits and from a file, but for what is said beside", () => {
  const path = join(folder(), "entry");
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
      const hex = Buffer.from(bytes).toString("hex");
      writeFileSync(path, bytes);
      for (const sqe of [hex, `${hex.slice(0, 8)} ${hex.slice(8)}`, path]) {
        expect(Buffer.from(entryOf({ sqe }).buffer).equals(Buffer.from(bytes))).toBe(true);
      }
      expect(entryOf({ sqe: hex, opcode: "7" })[0]).toBe(
        ((new DataView(bytes.buffer).getUint32(0, true) & ~0xff) | 7) >>> 0,
      );
    }),
    { numRuns: 20 },
  );
});

const defaults = { device: "embedded", opcode: "2", queueEntries: "8", timeout: "60s" };
const wish = (flags: Partial<PassthroughFlags>, kind: "admin" | "io" = "io") =>
  wishOf(kind, { ...defaults, ...flags });

test.each<[Partial<PassthroughFlags>, string]>([
  [{ dataIn: "0" }, "--data-in 0: must be 1 to"],
  [{ dataIn: "1x" }, "--data-in 1x: a size is a whole number"],
  [{ dataIn: "1g" }, "--data-in 1g: must be 1 to 268435456 bytes"],
  [{ dataOut: true }, "--data-out: say which file with --input"],
  [{ input: "x" }, "--input: data go out with --data-out only"],
  [{ dataOut: true, input: "/nowhere" }, "--input /nowhere: there is no such file"],
  [{ dataOut: true, input: "/" }, "--input /: is not a regular file"],
  [{ dataOut: true, input: "/dev/zero" }, "--input /dev/zero: is not a regular file"],
  [{ dataOut: true, input: "/dev/null" }, "--input /dev/null: is not a regular file"],
  [{ dataOut: true, input: "-" }, "--input -: stdin is not read here; give the name of a file"],
  [{ output: "x" }, "--output: there are no data to write"],
  [{ dataLen: "4k" }, "--data-len: say which way with --read or --write"],
  [{ read: true }, "--read: say how many bytes with --data-in"],
  [{ dataIn: "4k", prp1: "0" }, "--prp1, --prp2: data get PRPs of their own"],
  [{ queueEntries: "1" }, "--queue-entries 1: must be 2 to 65536"],
  [{ slot: "8" }, "--slot 8: must be 0 to 7"],
  [{ sqid: "0" }, "--sqid 0: must be 1 to 65535"],
  [{ cid: "0x10000" }, "--cid 0x10000: must be 0 to 0xffff"],
  [{ timeout: "0" }, "timeout 0: "],
])("%j is refused: %s", (flags, message) => {
  expect(() => wish(flags)).toThrow(
    expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }),
  );
});

test("the admin queue has at most 4096 entries, and is queue 0", () => {
  expect(() => wish({ queueEntries: "4097" }, "admin")).toThrow(/must be 2 to 4096/);
  expect(wish({}, "admin").sqid).toBe(0);
});

test("nvme-cli's words for data mean the same", () => {
  const path = join(folder(), "input");
  writeFileSync(path, "abcd");
  expect(wish({ read: true, dataLen: "4k" })).toMatchObject({ bytes: 4096, isRead: true });
  const cut = wish({ write: true, dataLen: "2", input: path });
  expect(cut).toMatchObject({ bytes: 2, isRead: false });
  expect(Buffer.from(cut.input!).toString()).toBe("ab");
  expect(wish({ write: true, dataLen: "6", input: path }).input).toEqual(
    Uint8Array.from([0x61, 0x62, 0x63, 0x64, 0, 0]),
  );
});
