// Submission queue entries: the index is the Command Dword.
import { describe, expect, test } from "vitest";
import {
  AdminOpcode,
  Cns,
  Feature,
  FeatureSelect,
  LogPage,
  NvmOpcode,
} from "../../assembly/spec/commands.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import * as sqe from "../../src/nvme/sqe.ts";

const memory = new LinearMemory({ doorbellBytes: 4096, data: 1 << 20 });
const range = { nsid: 1, slba: 0n, blocks: 1 };

/** The dwords that are not zero. */
function dwords(entry: sqe.SqeDwords): Record<number, number> {
  expect(entry).toHaveLength(16);
  return Object.fromEntries(
    [...entry].map((value, at) => [at, value]).filter(([, value]) => value),
  );
}

describe("misuse", () => {
  test.each([0, -1, 65_537, 1.5, Number.NaN])(
    "%d blocks are none: NLB would say 65536",
    (blocks) => {
      for (const build of [sqe.read, sqe.write, sqe.compare, sqe.writeZeroes]) {
        expect(() => build({ ...range, blocks })).toThrow(
          expect.objectContaining({ code: "USAGE", what: "blocks", section: "6.9" }),
        );
      }
    },
  );

  test("no queues of a kind cannot be asked for: the field would say FFFFh", () => {
    expect(() => sqe.numberOfQueues(0, 1)).toThrow(/^submission 0: must be 1 to 65536/);
    expect(() => sqe.numberOfQueues(1, 65_537)).toThrow(/^completion 65537/);
  });

  test("a queue of no entries cannot be created: QSIZE would say 65536", () => {
    expect(() => sqe.createCompletionQueue({ id: 1, entries: 0, vector: null })).toThrow(/entries/);
    expect(() => sqe.createSubmissionQueue({ id: 1, entries: 0, cqid: 1 })).toThrow(/entries/);
  });

  test.each([-1, 2 ** 32, 1.5, Number.NaN])(
    "%d fits no field: the next one would change",
    (value) => {
      const builders: [string, () => sqe.SqeDwords][] = [
        ["opcode", () => sqe.command({ opcode: value })],
        ["nsid", () => sqe.flush(value)],
        ["cns", () => sqe.identify({ cns: value })],
        ["fid", () => sqe.setFeatures({ fid: value, value: 0 })],
        ["fid", () => sqe.getFeatures({ fid: value })],
        ["select", () => sqe.getFeatures({ fid: 1, select: value })],
        ["lid", () => sqe.getLogPage({ lid: value })],
        ["threshold", () => sqe.interruptCoalescing(value, 0)],
        ["time", () => sqe.interruptCoalescing(0, value)],
        ["vector", () => sqe.vectorConfiguration(value, true)],
        ["id", () => sqe.createCompletionQueue({ id: value, entries: 2, vector: null })],
        ["vector", () => sqe.createCompletionQueue({ id: 1, entries: 2, vector: value })],
        ["id", () => sqe.createSubmissionQueue({ id: value, entries: 2, cqid: 1 })],
        ["cqid", () => sqe.createSubmissionQueue({ id: 1, entries: 2, cqid: value })],
        [
          "priority",
          () => sqe.createSubmissionQueue({ id: 1, entries: 2, cqid: 1, priority: value }),
        ],
        ["id", () => sqe.deleteSubmissionQueue(value)],
        ["id", () => sqe.deleteCompletionQueue(value)],
        ["sqid", () => sqe.abort(value, 0)],
        ["cid", () => sqe.abort(0, value)],
      ];
      for (const [what, build] of builders) {
        expect(build, what).toThrow(expect.objectContaining({ code: "USAGE", what }));
      }
    },
  );

  test.each([-1n, 1n << 64n])("%d fits no 64 bits", (value) => {
    expect(() => sqe.read({ ...range, slba: value })).toThrow(/^slba/);
    expect(() => sqe.read({ ...range, prp1: value })).toThrow(/^prp1/);
  });

  test("a log page of no bytes would be one of 16 GiB; none is longer than its memory", () => {
    const data = memory.allocate(512);
    for (const bytes of [0, -4, 6, 516, 2 ** 35, Number.NaN]) {
      expect(() => sqe.getLogPage({ lid: LogPage.SMART, bytes, data })).toThrow(/^bytes/);
    }
    expect(() => sqe.identify({ cns: Cns.CONTROLLER, data })).toThrow(/^data 512/);
    expect(sqe.identify({ cns: Cns.CONTROLLER, prp1: data.iova })[7]).toBe(1);
  });

  test("data longer than two pages needs a list", () => {
    const data = memory.allocate(3 * 4096);
    expect(() => sqe.read({ ...range, blocks: 24, data })).toThrow(/PRP list/);
    const list = memory.allocate(4096, { kind: "commands" });
    expect(sqe.read({ ...range, blocks: 24, data, list })[8]).toBe(
      Number(list.iova & 0xffff_ffffn),
    );
  });
});

test("any bit may be changed, and one entry's do not show in another", () => {
  const first = sqe.flush(1);
  first[0]! |= 1 << 8;
  first[15] = 0xffff_ffff;
  expect(dwords(sqe.flush(1))).toEqual({ 1: 1 });
});

test("a region is PRP1 and PRP2; prp1 and prp2 go before it", () => {
  const data = memory.allocate(8192);
  const low = Number(data.iova & 0xffff_ffffn);
  const base = { 0: NvmOpcode.READ, 1: 1, 6: low, 7: 1, 8: low + 4096, 9: 1, 12: 15 };
  expect(dwords(sqe.read({ ...range, blocks: 16, data }))).toEqual(base);
  const bent = sqe.read({ ...range, blocks: 16, data, prp2: 0xdead_beef_0000_0004n });
  expect(dwords(bent)).toEqual({ ...base, 8: 4, 9: 0xdead_beef });
});

test("what is built says PRP, which is what its pointer is, and says it of every length of data", () => {
  const list = memory.allocate(4096);
  const entries = [512, 4096, 8192, 65_536].flatMap((bytes) => {
    const data = memory.allocate(bytes, { alignment: 4096 });
    return [sqe.read, sqe.write, sqe.compare].map((build) => build({ ...range, data, list }));
  });
  const pointer = (entry: sqe.SqeDwords) => (BigInt(entry[7]!) << 32n) | BigInt(entry[6]!);
  for (const entry of entries) {
    const psdt = (entry[0]! >>> 14) & 3;
    // an SGL descriptor has its type in the last byte of DPTR
    expect([psdt, entry[9]! >>> 24]).toEqual([0, 0]);
    expect(pointer(entry) - memory.iovaBase).toBeGreaterThan(0n);
  }
});

describe("each command fills the dwords that the specification names", () => {
  const cases: [string, sqe.SqeDwords, Record<number, number>][] = [
    [
      "Read",
      sqe.read({ nsid: 7, slba: 0x1_0000_0002n, blocks: 65_536 }),
      { 0: NvmOpcode.READ, 1: 7, 10: 2, 11: 1, 12: 0xffff },
    ],
    ["Write", sqe.write({ ...range, blocks: 2 }), { 0: NvmOpcode.WRITE, 1: 1, 12: 1 }],
    ["Compare", sqe.compare({ ...range, blocks: 2 }), { 0: NvmOpcode.COMPARE, 1: 1, 12: 1 }],
    [
      "Write Zeroes",
      sqe.writeZeroes({ ...range, blocks: 2 }),
      { 0: NvmOpcode.WRITE_ZEROES, 1: 1, 12: 1 },
    ],
    ["Identify", sqe.identify({ cns: Cns.NAMESPACE, nsid: 3 }), { 0: AdminOpcode.IDENTIFY, 1: 3 }],
    [
      "Set Features with SV",
      sqe.setFeatures({ fid: Feature.NUMBER_OF_QUEUES, value: 5, save: true }),
      { 0: AdminOpcode.SET_FEATURES, 10: 0x8000_0007, 11: 5 },
    ],
    [
      "Number of Queues",
      sqe.numberOfQueues(8, 65_536),
      { 0: AdminOpcode.SET_FEATURES, 10: 7, 11: 0xffff_0007 },
    ],
    [
      "Get Features",
      sqe.getFeatures({ fid: Feature.NUMBER_OF_QUEUES, select: FeatureSelect.DEFAULT }),
      { 0: AdminOpcode.GET_FEATURES, 10: 0x107 },
    ],
    [
      "Get Log Page",
      sqe.getLogPage({ lid: LogPage.SMART, bytes: 512, offset: 0x1_0000_0004n, retainEvent: true }),
      { 0: AdminOpcode.GET_LOG_PAGE, 1: 0xffff_ffff, 10: 0x007f_8002, 12: 4, 13: 1 },
    ],
    [
      "Create I/O Completion Queue",
      sqe.createCompletionQueue({ id: 3, entries: 65_536, vector: 9, prp1: 0x5000n }),
      { 0: AdminOpcode.CREATE_IO_CQ, 6: 0x5000, 10: 0xffff_0003, 11: 0x0009_0003 },
    ],
    [
      "… without interrupts",
      sqe.createCompletionQueue({ id: 3, entries: 2, vector: null }),
      { 0: AdminOpcode.CREATE_IO_CQ, 10: 0x0001_0003, 11: 1 },
    ],
    [
      "Create I/O Submission Queue",
      sqe.createSubmissionQueue({ id: 7, entries: 4, cqid: 3, priority: 2 }),
      { 0: AdminOpcode.CREATE_IO_SQ, 10: 0x0003_0007, 11: 0x0003_0005 },
    ],
    ["Delete I/O Submission Queue", sqe.deleteSubmissionQueue(7), { 10: 7 }],
    ["Delete I/O Completion Queue", sqe.deleteCompletionQueue(7), { 0: 4, 10: 7 }],
    ["Abort", sqe.abort(3, 0xffff), { 0: AdminOpcode.ABORT, 10: 0xffff_0003 }],
    [
      "Asynchronous Event Request",
      sqe.asynchronousEventRequest(),
      { 0: AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST },
    ],
  ];
  test.each(cases)("%s", (_name, entry, expected) => {
    expect(dwords(entry)).toEqual(expected);
  });
});
