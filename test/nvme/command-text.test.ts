// Entries in words: what has no name stands as it is, nothing is left out, fields have the specification's names.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AdminOpcode, NvmOpcode } from "../../assembly/spec/commands.ts";
import { commandText } from "../../src/nvme/command-text.ts";

function entry(dwords: Readonly<Record<number, number>>): Uint32Array {
  const sqe = new Uint32Array(16);
  for (const [dword, value] of Object.entries(dwords)) sqe[Number(dword)] = value;
  return sqe;
}

describe("what has no name", () => {
  test("an opcode, with all its dwords", () => {
    const sqe = entry({ 0: 0x1234_00c1, 2: 1, 10: 0xabcd, 15: 7 });
    expect(commandText(sqe, true)).toBe(
      "opcode C1h CDW2 00000001h CDW10 0000ABCDh CDW15 00000007h",
    );
  });

  test("reserved bits, FUSE and PSDT beside named ones", () => {
    const sqe = entry({ 0: 0xc102, 1: 1, 12: 0x0001_0007 });
    expect(commandText(sqe, false)).toBe("Read NSID 1 SLBA 0 NLB 7 CDW0 0000C100h CDW12 00010000h");
  });

  test.each([
    [0x0000_0000, "SGL Data Block 1_14600000h 512 bytes"],
    [0x3000_0000, "SGL Last Segment 1_14600000h 512 bytes"],
    [0x1100_0000, "SGL type 11h 1_14600000h 512 bytes"],
    [0x9000_0000, "SGL type 90h 1_14600000h 512 bytes"],
    [0x2000_0001, "SGL Segment 1_14600000h 512 bytes CDW9 00000001h"],
  ])("an SGL's descriptor of %i", (kind, text) => {
    const sqe = entry({ 0: 0x4002, 1: 1, 6: 0x1460_0000, 7: 1, 8: 512, 9: kind });
    expect(commandText(sqe, false)).toBe(`Read NSID 1 SLBA 0 NLB 0 ${text}`);
  });

  test("no bit that is set is left out", () => {
    const opcodes = [...Object.values(AdminOpcode), 0xc1].filter((one) => typeof one === "number");
    fc.assert(
      fc.property(
        ...([fc.constantFrom(...opcodes), fc.integer({ min: 1, max: 15 }), fc.nat(31)] as const),
        (opcode, dword, bit) => {
          const plain = commandText(entry({ 0: opcode }), true);
          const text = commandText(entry({ 0: opcode, [dword]: (1 << bit) >>> 0 }), true);
          expect(text).not.toBe(plain);
        },
      ),
    );
  });
});

test.each<[string, boolean, Readonly<Record<number, number>>]>([
  [
    "Read NSID 1 SLBA 4294967297 NLB 7 FUA 1 PRP1 1_14600000h PRP2 1_14601000h",
    false,
    {
      ...{ 0: 0x0001_0000 | NvmOpcode.READ, 1: 1, 6: 0x14600000, 7: 1, 8: 0x14601000, 9: 1 },
      ...{ 10: 1, 11: 1, 12: 0x4000_0007 },
    },
  ],
  [
    "Write Zeroes NSID FFFFFFFFh SLBA 5 NLB 0 DEAC 1",
    false,
    {
      0: NvmOpcode.WRITE_ZEROES,
      1: 0xffffffff,
      10: 5,
      12: 0x0200_0000,
    },
  ],
  [
    "Dataset Management NSID 1 NR 1 AD 1 IDW 0 IDR 0",
    false,
    {
      0: NvmOpcode.DATASET_MANAGEMENT,
      1: 1,
      10: 1,
      11: 4,
    },
  ],
  ["Flush NSID 1", false, { 0: NvmOpcode.FLUSH, 1: 1 }],
  [
    "Identify CNS 01h PRP1 1_14600000h",
    true,
    { 0: AdminOpcode.IDENTIFY, 6: 0x14600000, 7: 1, 10: 1 },
  ],
  [
    "Create I/O CQ QID 1 QSIZE 63 PC 1 IEN 1 IV 2",
    true,
    {
      0: AdminOpcode.CREATE_IO_CQ,
      10: 0x003f0001,
      11: 0x00020003,
    },
  ],
  [
    "Create I/O SQ QID 1 QSIZE 63 PC 1 CQID 1",
    true,
    {
      0: AdminOpcode.CREATE_IO_SQ,
      10: 0x003f0001,
      11: 0x00010001,
    },
  ],
  [
    "Set Features FID 07h CDW11 00010001h",
    true,
    { 0: AdminOpcode.SET_FEATURES, 10: 7, 11: 0x10001 },
  ],
  [
    "Get Log Page NSID FFFFFFFFh LID 02h NUMDL 127 RAE 1",
    true,
    {
      0: AdminOpcode.GET_LOG_PAGE,
      1: 0xffffffff,
      10: 0x007f8002,
    },
  ],
  ["Abort SQID 1 CID 00FFh", true, { 0: AdminOpcode.ABORT, 10: 0x00ff0001 }],
  ["Delete I/O SQ QID 1", true, { 0: AdminOpcode.DELETE_IO_SQ, 10: 1 }],
])("%s", (text, isAdmin, dwords) => {
  expect(commandText(entry(dwords), isAdmin).split(" ").sort()).toEqual(text.split(" ").sort());
});
