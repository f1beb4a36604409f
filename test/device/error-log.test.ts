// The Error Information log names what was wrong: the field of the command, and the first block (5.14.1.1).
import { describe, expect, test } from "vitest";
import { Feature, LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { ErrorLogEntry } from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, type Command, iova, PAGE, Register } from "./bench-host.ts";

/** No field of the command is wrong. */
const NONE = 0xffff;
const BLOCK = 512;
const BLOCKS = 64;
const LAST = BLOCKS - 1;

function bit(byte: number, number: number): number {
  return byte | (number << 8);
}

function setUp() {
  const bench = new Bench({ blocks: BLOCKS, mdts: 1 }).enable();
  const pair = bench.createPair(1);
  const page = bench.buffer(4 * PAGE);
  return { bench, pair, page };
}

type SetUp = ReturnType<typeof setUp>;

/** The newest entry. */
function newest(bench: Bench) {
  const page = bench.buffer(PAGE);
  const cdw10 = (15 << 16) | LogPage.ERROR_INFORMATION;
  expect(bench.execute({ opcode: AdminOpcode.GET_LOG_PAGE, cdw10, prp1: iova(page) }).code).toBe(0);
  return {
    status: (bench.view.getUint16(page + ErrorLogEntry.STATUS, true) >> 1) & 0x7ff,
    location: bench.view.getUint16(page + ErrorLogEntry.PARAMETER_ERROR_LOCATION, true),
    lba: Number(bench.view.getBigUint64(page + ErrorLogEntry.LBA, true)),
  };
}

/** The entry of a command that fails. */
function failed(set: SetUp, command: Command, queue: "admin" | "io" = "io") {
  const pair = queue === "io" ? set.pair : set.bench.admin;
  const nsid = queue === "io" ? 1 : 0;
  expect(set.bench.execute({ nsid, prp1: iova(set.page), ...command }, pair).code).not.toBe(0);
  return newest(set.bench);
}

describe("a field of any command", () => {
  test.each<[string, Command, number]>([
    ["the opcode", { opcode: 0x7f }, 0],
    ["FUSE 01b", { opcode: NvmOpcode.READ, flags: 0x01 }, 1],
    ["FUSE 10b", { opcode: NvmOpcode.READ, flags: 0x02 }, 1],
    ["PSDT 11b", { opcode: NvmOpcode.READ, flags: 0xc0 }, 0x0601],
    ["a descriptor", { opcode: NvmOpcode.READ, flags: 0x40, prp2: 0xf0n << 56n }, 24],
    ["PSDT 10b", { opcode: NvmOpcode.READ, flags: 0x80 }, 0x0601],
    ["NSID", { opcode: NvmOpcode.READ, nsid: 17 }, 4],
    ["PRP1", { opcode: NvmOpcode.READ, prp1: 0n }, 24],
    ["PRP1 inside a dword", { opcode: NvmOpcode.READ, prp1: 1n }, 24],
  ])("%s", (_, command, location) => {
    expect(failed(setUp(), command)).toMatchObject({ location, lba: 0 });
  });

  test.each([0x40, 0x80])("PSDT %i of an admin command", (flags) => {
    const command = { opcode: AdminOpcode.IDENTIFY, cdw10: 1, flags };
    expect(failed(setUp(), command, "admin").location).toBe(0x0601);
  });
});

describe("an entry of PRPs but the first", () => {
  const twoPages = { opcode: NvmOpcode.READ, cdw12: 2 * (PAGE / BLOCK) - 1 };

  test.each([
    ["nowhere", 0n, Status.DATA_TRANSFER_ERROR],
    ["with an offset", 0x100000008n, Status.PRP_OFFSET_INVALID],
  ])("PRP2 %s", (_, prp2, status) => {
    expect(failed(setUp(), { ...twoPages, prp2 })).toEqual({ status, location: 32, lba: 0 });
  });

  test.each([
    ["a list that is nowhere", 0n, 0n],
    ["a page of the list that is nowhere", 1n, 0n],
    ["a page of the list with an offset", 1n, 8n],
  ])("%s", (_, listed, entry) => {
    const set = setUp();
    const list = set.bench.buffer(PAGE);
    const offset = { prp1: iova(set.page + BLOCK) };
    set.bench.view.setBigUint64(list, iova(set.page + PAGE), true);
    set.bench.view.setBigUint64(list + 8, entry, true);
    const prp2 = listed === 0n ? 0n : iova(list);
    expect(failed(set, { ...twoPages, ...offset, prp2 })).toMatchObject({ location: 32, lba: 0 });
  });
});

describe("the first block that is wrong", () => {
  test.each([NvmOpcode.READ, NvmOpcode.WRITE, NvmOpcode.COMPARE, NvmOpcode.WRITE_ZEROES])(
    "opcode %i: where it begins outside the namespace, or where it leaves it",
    (opcode) => {
      const set = setUp();
      const status = Status.LBA_OUT_OF_RANGE;
      const begins = { opcode, cdw10: BLOCKS + 5 };
      expect(failed(set, begins)).toEqual({ status, location: 40, lba: BLOCKS + 5 });
      const leaves = { opcode, cdw10: BLOCKS - 2, cdw12: 7 };
      expect(failed(set, leaves)).toEqual({ status, location: 48, lba: BLOCKS });
    },
  );

  test.each([0, 1, 8, 15])("Compare: block %i of sixteen differs", (block) => {
    const set = setUp();
    const prp2 = iova(set.page + PAGE);
    set.bench.bytes[set.page + block * BLOCK + 511] = 1;
    set.bench.bytes[set.page + 15 * BLOCK] = 1;
    const command = { opcode: NvmOpcode.COMPARE, cdw10: 20, cdw12: 15, prp2 };
    expect(failed(set, command)).toEqual({
      status: Status.COMPARE_FAILURE,
      location: NONE,
      lba: 20 + block,
    });
  });

  test("Dataset Management: of the first range that is outside, which is no field of the command", () => {
    const set = setUp();
    const ranges = [
      [1, 2],
      [4, LAST - 1],
      [1, BLOCKS + 9],
    ];
    for (const [index, [blocks, slba]] of ranges.entries()) {
      set.bench.view.setUint32(set.page + index * 16 + 4, blocks!, true);
      set.bench.view.setBigUint64(set.page + index * 16 + 8, BigInt(slba!), true);
    }
    const command = { opcode: NvmOpcode.DATASET_MANAGEMENT, cdw10: 2, cdw11: 4 };
    expect(failed(set, command)).toEqual({
      status: Status.LBA_OUT_OF_RANGE,
      location: NONE,
      lba: BLOCKS,
    });
  });

  test("none where no block is wrong", () => {
    const set = setUp();
    const command = { opcode: NvmOpcode.READ, cdw10: 3, cdw12: LAST };
    expect(failed(set, command)).toEqual({ status: Status.INVALID_FIELD, location: 48, lba: 0 });
    const feature = { opcode: AdminOpcode.GET_FEATURES, cdw10: 0xff, cdw11: 7 };
    expect(failed(set, feature, "admin").lba).toBe(0);
  });

  test("of an error that a fault makes: the command's first", () => {
    const set = setUp();
    for (const { kind, match, a, b } of parseFaults("error-status:sct=2,sc=0x81", 1n)) {
      set.bench.device.addFault(kind, match, 0, 0, 0, a, b, 1n);
    }
    const read = { opcode: NvmOpcode.READ, cdw10: 12 };
    expect(failed(set, read)).toMatchObject({ location: NONE, lba: 12 });
  });
});

describe("a field of an admin command", () => {
  const setFeature = (fid: number, cdw11: number, high = 0) => ({
    opcode: AdminOpcode.SET_FEATURES,
    cdw10: fid | high,
    cdw11,
  });
  const createCq = { opcode: AdminOpcode.CREATE_IO_CQ, cdw10: (15 << 16) | 2, cdw11: 1 };
  const createSq = { opcode: AdminOpcode.CREATE_IO_SQ, cdw10: (15 << 16) | 2, cdw11: 0x10001 };

  test.each<[string, Command, number]>([
    ["FID", setFeature(0xff, 0), 40],
    ["SV", setFeature(Feature.ARBITRATION, 0, 0x80000000), bit(43, 7)],
    ["SEL", { opcode: AdminOpcode.GET_FEATURES, cdw10: 0x401 }, 41],
    ["NSQR", setFeature(Feature.NUMBER_OF_QUEUES, 0xffff), 44],
    ["NCQR", setFeature(Feature.NUMBER_OF_QUEUES, 0xffff0000), 46],
    ["TMPSEL", setFeature(Feature.TEMPERATURE_THRESHOLD, 5 << 16), 46],
    ["THSEL", setFeature(Feature.TEMPERATURE_THRESHOLD, 2 << 20), bit(46, 4)],
    ["PS", setFeature(Feature.POWER_MANAGEMENT, 1), 44],
    ["QID of a queue to be made", { ...createCq, cdw10: 15 << 16 }, 40],
    ["QSIZE", { ...createCq, cdw10: 2 }, 42],
    ["PC", { ...createCq, cdw11: 0 }, 44],
    ["IV", { ...createCq, cdw11: (200 << 16) | 3 }, 46],
    ["CQID", { ...createSq, cdw11: 1 }, 46],
    ["PRP1 of a queue", { ...createSq, prp1: 0x100000800n }, 24],
    ["QID of a queue to be deleted", { opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 9 }, 40],
    ["CNS", { opcode: AdminOpcode.IDENTIFY, cdw10: 0x7f }, 40],
    ["LID", { opcode: AdminOpcode.GET_LOG_PAGE, cdw10: 0x7f }, 40],
    ["LPO", { opcode: AdminOpcode.GET_LOG_PAGE, cdw10: 1, cdw12: 2 }, 48],
    ["none: queues exist", setFeature(Feature.NUMBER_OF_QUEUES, 0), NONE],
  ])("%s", (_, command, location) => {
    expect(failed(setUp(), command, "admin")).toMatchObject({ location, lba: 0 });
  });

  test("none: CC has no entry sizes", () => {
    const set = setUp();
    set.bench.write32(Register.CC, 1);
    expect(failed(set, createCq, "admin").location).toBe(NONE);
  });

  test("none: there are as many event requests as there may be", () => {
    const set = setUp();
    const command = { opcode: AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST };
    for (let index = 0; index < 4; index++) set.bench.post(set.bench.admin.sq, command);
    set.bench.ring(set.bench.admin.sq);
    set.bench.settle();
    expect(failed(set, command, "admin").location).toBe(NONE);
  });
});

test("an error of no command has SQID, CID and location FFFFh", () => {
  const { bench } = setUp();
  bench.view.setUint32(bench.doorbell(5, false), 1, true);
  bench.settle();
  const page = bench.buffer(PAGE);
  const cdw10 = (15 << 16) | LogPage.ERROR_INFORMATION;
  bench.execute({ opcode: AdminOpcode.GET_LOG_PAGE, cdw10, prp1: iova(page) });
  for (const field of ["SQID", "CID", "PARAMETER_ERROR_LOCATION"] as const) {
    expect(bench.view.getUint16(page + ErrorLogEntry[field], true)).toBe(0xffff);
  }
});
