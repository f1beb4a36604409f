// NVM commands: status and integrity (IO rows of the transport tests).
import { describe, expect, test } from "vitest";
import { LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import {
  AdminOpcode,
  Bench,
  type BenchOptions,
  type Command,
  iova,
  PAGE,
  type QueuePair,
} from "./bench-host.ts";

const BLOCK = 512;

/** A controller with one I/O queue pair and a page for data. */
function setUp(options: Partial<BenchOptions> = {}) {
  const bench = new Bench(options).enable();
  const pair: QueuePair = bench.createPair(1);
  const page = bench.buffer(PAGE);
  const run = (command: Command) =>
    bench.execute({ nsid: 1, prp1: iova(page), ...command }, pair).code;
  return { bench, pair, page, run };
}

/** CDW10 and CDW11 of an LBA. */
function slba(lba: bigint): Pick<Command, "cdw10" | "cdw11"> {
  return { cdw10: Number(lba & 0xffffffffn), cdw11: Number(lba >> 32n) };
}

describe("misuse", () => {
  const data = [NvmOpcode.READ, NvmOpcode.WRITE, NvmOpcode.COMPARE, NvmOpcode.WRITE_ZEROES];
  const ofOneNamespace = [...data, NvmOpcode.DATASET_MANAGEMENT];

  test.each(ofOneNamespace)("opcode %i: NSID 0, FFFFFFFFh, above NN, inactive", (opcode) => {
    const { run } = setUp();
    for (const nsid of [0, 17, 0x80000001, 0xfffffffe]) {
      expect(run({ opcode, nsid })).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    }
    // inactive, and a broadcast that none of them supports
    for (const nsid of [2, 0xffffffff]) {
      expect(run({ opcode, nsid })).toBe(Status.INVALID_FIELD);
    }
  });

  test.each(data)("opcode %i: blocks outside the namespace, wrapping or not", (opcode) => {
    const { run } = setUp({ blocks: 2048 });
    const outside = Status.LBA_OUT_OF_RANGE;
    expect(run({ opcode, ...slba(2048n) })).toBe(outside);
    expect(run({ opcode, ...slba(2047n), cdw12: 1 })).toBe(outside);
    expect(run({ opcode, ...slba(2n ** 64n - 1n) })).toBe(outside);
    expect(run({ opcode, ...slba(2n ** 64n - 1n), cdw12: 1 })).toBe(outside);
    expect(run({ opcode, ...slba(2n ** 64n - 8n), cdw12: 7 })).toBe(outside);
    expect(run({ opcode, ...slba(2n ** 55n), cdw12: 0 })).toBe(outside);
    expect(run({ opcode, ...slba(2047n) })).toBe(0);
  });

  test.each([
    [0x01, true],
    [0x02, true],
    [0x03, true],
    [0x41, true],
    [0x80, true],
    [0xc0, true],
    [0x40, false],
  ])(
    "flags %i: no fused commands, no SGL for metadata, and none at all without SGLs (%s)",
    (flags, sgls) => {
      const { run } = setUp({ sgls });
      for (const opcode of [...data, NvmOpcode.FLUSH, NvmOpcode.DATASET_MANAGEMENT]) {
        expect(run({ opcode, flags })).toBe(Status.INVALID_FIELD);
      }
    },
  );

  test.each([0x03, 0x04, 0x0c, 0x0d, 0x7f, 0x80, 0xff])("opcode %i is invalid", (opcode) => {
    expect(setUp().run({ opcode })).toBe(Status.INVALID_OPCODE);
  });

  test("nothing of the host's memory or of the medium moves for a namespace that is none", () => {
    const { bench, page, run } = setUp();
    bench.bytes.fill(0x77, bench.medium, bench.medium + 2048 * BLOCK);
    for (const opcode of ofOneNamespace) run({ opcode, nsid: 0xffffffff, cdw11: 4 });
    expect(bench.bytes.slice(page, page + PAGE).every((byte) => byte === 0)).toBe(true);
    const medium = bench.bytes.slice(bench.medium, bench.medium + 2048 * BLOCK);
    expect(medium.every((byte) => byte === 0x77)).toBe(true);
  });

  test("more than MDTS moves nothing", () => {
    const { bench, page, run } = setUp({ mdts: 1 });
    bench.bytes.fill(0x77, bench.medium, bench.medium + 65536);
    expect(run({ opcode: NvmOpcode.READ, cdw12: 16 })).toBe(Status.INVALID_FIELD);
    expect(run({ opcode: NvmOpcode.READ, cdw12: 0xffff })).toBe(Status.INVALID_FIELD);
    expect(bench.bytes[page]).toBe(0);
  });
});

describe("data", () => {
  test.each([9, 12])(
    "what was written is read, block size 2^%i, first and last block",
    (lbaShift) => {
      const block = 1 << lbaShift;
      const { bench, page, run } = setUp({ lbaShift, blocks: 64 });
      for (const lba of [0n, 1n, 31n, 63n]) {
        bench.bytes.fill(Number(lba) + 1, page, page + block);
        expect(run({ opcode: NvmOpcode.WRITE, ...slba(lba) })).toBe(0);
      }
      for (const lba of [63n, 0n, 31n, 1n]) {
        bench.bytes.fill(0, page, page + PAGE);
        expect(run({ opcode: NvmOpcode.READ, ...slba(lba) })).toBe(0);
        expect(
          bench.bytes.slice(page, page + block).every((byte) => byte === Number(lba) + 1),
        ).toBe(true);
        if (block < PAGE) expect(bench.bytes[page + block]).toBe(0);
      }
    },
  );

  test("a write on one queue is read on another once it has completed", () => {
    const { bench, page, run } = setUp();
    const other = bench.createPair(2);
    bench.bytes.fill(0x42, page, page + BLOCK);
    run({ opcode: NvmOpcode.WRITE, ...slba(9n) });
    const target = bench.buffer(PAGE);
    const command = { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(target), ...slba(9n) };
    bench.execute(command, other);
    expect(bench.bytes[target + 511]).toBe(0x42);
  });

  test("namespaces do not share blocks", () => {
    const bench = new Bench({ blocks: 64 });
    const second = bench.allocate(64 * PAGE);
    expect(bench.device.addNamespace(64n, 12, 1, second)).toBe(2);
    bench.enable();
    const pair = bench.createPair(1);
    const page = bench.buffer(PAGE);
    bench.bytes.fill(0x11, page, page + PAGE);
    const command = { opcode: NvmOpcode.WRITE, prp1: iova(page), cdw10: 3 };
    expect(bench.execute({ ...command, nsid: 2 }, pair).code).toBe(0);
    expect(bench.bytes[second + 3 * PAGE]).toBe(0x11);
    const first = bench.bytes.slice(bench.medium, bench.medium + 64 * BLOCK);
    expect(first.every((byte) => byte === 0)).toBe(true);
  });

  test("every queue reaches every namespace", () => {
    const bench = new Bench({ blocks: 64 });
    expect(bench.device.addNamespace(64n, 9, 1, bench.allocate(64 * BLOCK))).toBe(2);
    bench.enable();
    const prp1 = iova(bench.buffer(PAGE));
    for (const pair of [1, 2, 3].map((qid) => bench.createPair(qid))) {
      for (const nsid of [1, 2]) {
        expect(bench.execute({ opcode: NvmOpcode.READ, nsid, prp1 }, pair).code).toBe(0);
      }
    }
  });

  test("what a Write has completed outlives a reset", () => {
    const { bench, pair, page, run } = setUp();
    bench.bytes.fill(0x77, page, page + BLOCK);
    expect(run({ opcode: NvmOpcode.WRITE, ...slba(5n) })).toBe(0);
    for (const reset of [() => bench.disable(), () => bench.functionReset()]) {
      reset();
      bench.enable();
      Object.assign(pair, bench.createPair(1));
      bench.bytes.fill(0, page, page + BLOCK);
      expect(run({ opcode: NvmOpcode.READ, ...slba(5n) })).toBe(0);
      expect(new Set(bench.bytes.slice(page, page + BLOCK))).toEqual(new Set([0x77]));
    }
  });

  test("Flush, of one namespace and of all", () => {
    const { run } = setUp();
    expect(run({ opcode: NvmOpcode.FLUSH })).toBe(0);
    expect(run({ opcode: NvmOpcode.FLUSH, nsid: 0xffffffff })).toBe(0);
    expect(run({ opcode: NvmOpcode.FLUSH, nsid: 0 })).toBe(Status.INVALID_NAMESPACE_OR_FORMAT);
    expect(run({ opcode: NvmOpcode.FLUSH, nsid: 3 })).toBe(Status.INVALID_FIELD);
  });

  test("FUA, LR and reserved fields are accepted", () => {
    const { run } = setUp();
    for (const opcode of [NvmOpcode.READ, NvmOpcode.WRITE]) {
      expect(run({ opcode, cdw12: 0xc0000000, cdw13: 0xffffffff })).toBe(0);
      expect(run({ opcode, flags: 0x3c })).toBe(0);
    }
  });

  test("Compare finds one wrong bit, and none in equal data", () => {
    const { bench, page, run } = setUp();
    bench.bytes.fill(0x5a, page, page + PAGE);
    run({ opcode: NvmOpcode.WRITE, cdw12: 7 });
    expect(run({ opcode: NvmOpcode.COMPARE, cdw12: 7 })).toBe(0);
    bench.bytes[page + PAGE - 1]! ^= 0x80;
    expect(run({ opcode: NvmOpcode.COMPARE, cdw12: 7 })).toBe(Status.COMPARE_FAILURE);
    expect(run({ opcode: NvmOpcode.COMPARE, cdw12: 6 })).toBe(0);
  });

  test("Write Zeroes, with and without Deallocate, beyond MDTS too", () => {
    const { bench, run } = setUp({ mdts: 1 });
    bench.bytes.fill(0xff, bench.medium, bench.medium + 2048 * BLOCK);
    expect(run({ opcode: NvmOpcode.WRITE_ZEROES, ...slba(1n), cdw12: 1 })).toBe(0);
    expect(run({ opcode: NvmOpcode.WRITE_ZEROES, ...slba(100n), cdw12: 0x02000000 | 999 })).toBe(0);
    const isZero = (lba: number) => bench.bytes[bench.medium + lba * BLOCK] === 0;
    expect([0, 1, 2, 3, 99, 100, 1099, 1100].map(isZero)).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  test("the null medium moves nothing, but checks addresses", () => {
    const { bench, page, run } = setUp({ medium: "null", lbaShift: 12, blocks: 2 ** 30 });
    bench.bytes.fill(0x33, page, page + PAGE);
    for (const opcode of [NvmOpcode.READ, NvmOpcode.WRITE, NvmOpcode.COMPARE]) {
      expect(run({ opcode, ...slba(2n ** 30n - 1n) })).toBe(0);
      expect(run({ opcode, prp1: 0n })).toBe(Status.DATA_TRANSFER_ERROR);
      expect(run({ opcode, prp1: iova(page + 2) })).toBe(Status.PRP_OFFSET_INVALID);
      expect(run({ opcode, ...slba(2n ** 30n) })).toBe(Status.LBA_OUT_OF_RANGE);
    }
    expect(run({ opcode: NvmOpcode.WRITE_ZEROES })).toBe(0);
    expect(bench.bytes.slice(page, page + PAGE).every((byte) => byte === 0x33)).toBe(true);
  });
});

describe("a command that is atomic", () => {
  test.each([1, 8, 64])("a Read sees all of a Write of %i blocks, or none of it", (blocks) => {
    const bench = new Bench({ mdts: 5 }).enable();
    const [writing, reading] = [bench.createPair(1), bench.createPair(2)];
    const bytes = blocks * BLOCK;
    const [from, to, list] = [bench.buffer(bytes), bench.buffer(bytes), bench.buffer(PAGE)];
    const command = (buffer: number, place: number) => {
      for (let page = 1; page * PAGE < bytes; page++) {
        bench.view.setBigUint64(place + (page - 1) * 8, iova(buffer + page * PAGE), true);
      }
      return { nsid: 1, prp1: iova(buffer), prp2: iova(place), cdw12: blocks - 1 };
    };
    for (let round = 1; round < 64; round++) {
      bench.bytes.fill(round, from, from + bytes);
      bench.post(writing.sq, { ...command(from, list), opcode: NvmOpcode.WRITE });
      bench.post(reading.sq, { ...command(to, list + PAGE / 2), opcode: NvmOpcode.READ });
      for (const { sq } of round % 2 ? [writing, reading] : [reading, writing]) {
        bench.ring(sq);
        if (round % 3 === 0) bench.step();
      }
      bench.settle();
      for (const { cq } of [writing, reading]) {
        expect(bench.reap(cq)).toMatchObject([{ code: 0 }]);
      }
      const [first] = bench.bytes.slice(to, to + 1);
      expect([round - 1, round]).toContain(first);
      expect(bench.bytes.slice(to, to + bytes).every((byte) => byte === first)).toBe(true);
    }
  });
});

describe("a command that fails on its way", () => {
  /** A controller whose list page names two good pages and then `last`. */
  function withList(last: (page: number) => bigint) {
    const set = setUp({ mdts: 5 });
    const { bench, page } = set;
    const list = bench.buffer(PAGE);
    [iova(bench.buffer(PAGE)), iova(bench.buffer(PAGE)), last(page)].forEach((entry, index) => {
      bench.view.setBigUint64(list + index * 8, entry, true);
    });
    bench.bytes.fill(0x77, bench.medium, bench.medium + 2048 * BLOCK);
    bench.bytes.fill(0x11, page, page + PAGE);
    const untouched = () =>
      bench.bytes.slice(bench.medium, bench.medium + 2048 * BLOCK).every((byte) => byte === 0x77);
    return { ...set, list, untouched };
  }

  /** Host Read and Write Commands, Data Units Read and Written. */
  function counters(bench: Bench): bigint[] {
    const page = bench.buffer(PAGE);
    bench.execute({
      opcode: AdminOpcode.GET_LOG_PAGE,
      cdw10: (127 << 16) | LogPage.SMART,
      prp1: iova(page),
    });
    return [64, 80, 32, 48].map((offset) => bench.view.getBigUint64(page + offset, true));
  }

  test.each<[string, number, (page: number) => bigint]>([
    ["an unmapped last page", Status.DATA_TRANSFER_ERROR, () => 0x1000n],
    ["an offset in the list's last entry", Status.PRP_OFFSET_INVALID, (page) => iova(page + 8)],
  ])("Write changes nothing and is not counted: %s", (_, status, last) => {
    const { bench, run, list, untouched } = withList(last);
    const command = { opcode: NvmOpcode.WRITE, ...slba(8n), cdw12: 31, prp2: iova(list) };
    expect(run(command)).toBe(status);
    expect(untouched()).toBe(true);
    expect(counters(bench)).toEqual([0n, 0n, 0n, 0n]);
    expect(run({ ...command, cdw12: 23 })).toBe(0);
    expect(untouched()).toBe(false);
    expect(counters(bench)).toEqual([0n, 1n, 0n, 1n]);
  });

  test("so does one whose second page is not there", () => {
    const { run, untouched } = withList(() => 0n);
    const command = { opcode: NvmOpcode.WRITE, cdw12: 15, prp2: 0x5000n };
    expect(run(command)).toBe(Status.DATA_TRANSFER_ERROR);
    expect(untouched()).toBe(true);
  });

  test("Dataset Management deallocates nothing when its ranges cannot be read whole", () => {
    const { bench, page, run, untouched } = withList(() => 0n);
    bench.view.setUint32(page + PAGE - 16 + 4, 8, true);
    const command = { opcode: NvmOpcode.DATASET_MANAGEMENT, cdw10: 1, cdw11: 4 };
    expect(run({ ...command, prp1: iova(page + PAGE - 16), prp2: 0x5000n })).toBe(
      Status.DATA_TRANSFER_ERROR,
    );
    expect(untouched()).toBe(true);
  });

  test("a Read or a Compare that failed is not counted", () => {
    const { bench, run } = withList(() => 0n);
    for (const opcode of [NvmOpcode.READ, NvmOpcode.COMPARE]) {
      expect(run({ opcode, cdw12: 15, prp2: 0x5000n })).not.toBe(0);
    }
    expect(counters(bench)).toEqual([0n, 0n, 0n, 0n]);
  });
});

describe("Dataset Management", () => {
  function deallocate(ranges: readonly (readonly [blocks: number, lba: bigint])[], cdw11 = 4) {
    const { bench, page, run } = setUp();
    bench.bytes.fill(0xff, bench.medium, bench.medium + 2048 * BLOCK);
    ranges.forEach(([blocks, lba], index) => {
      bench.view.setUint32(page + index * 16 + 4, blocks, true);
      bench.view.setBigUint64(page + index * 16 + 8, lba, true);
    });
    const command = { opcode: NvmOpcode.DATASET_MANAGEMENT, cdw10: ranges.length - 1, cdw11 };
    const isZero = (lba: number) => bench.bytes[bench.medium + lba * BLOCK] === 0;
    return { code: run(command), isZero };
  }

  test("deallocated blocks read as zeroes, the others stay", () => {
    const { code, isZero } = deallocate([
      [2, 10n],
      [1, 2047n],
    ]);
    expect(code).toBe(0);
    expect([9, 10, 11, 12, 2046, 2047].map(isZero)).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  test("without the Deallocate attribute it is a hint and changes nothing", () => {
    const { code, isZero } = deallocate([[2, 10n]], 3);
    expect(code).toBe(0);
    expect(isZero(10)).toBe(false);
  });

  test.each([1, 2, 3, 0xfffffff8])("attributes %i without Deallocate are hints", (cdw11) => {
    const { code, isZero } = deallocate([[2, 10n]], cdw11 & ~4);
    expect([code, isZero(10)]).toEqual([0, false]);
  });

  test("context attributes are hints, whatever they are, and a range of no blocks is none", () => {
    const { bench, page, run } = setUp();
    bench.bytes.fill(0xff, bench.medium, bench.medium + 2048 * BLOCK);
    bench.view.setUint32(page, 0xffffffff, true);
    bench.view.setBigUint64(page + 8, 5n, true);
    expect(run({ opcode: NvmOpcode.DATASET_MANAGEMENT, cdw11: 4 })).toBe(0);
    expect(bench.bytes[bench.medium + 5 * BLOCK]).toBe(0xff);
  });

  test.each<[number, bigint]>([
    [1, 2048n],
    [2, 2047n],
    [0xffffffff, 1n],
    [2, 2n ** 64n - 1n],
  ])("a range of %i blocks at %i is outside, and then no range is deallocated", (blocks, lba) => {
    const { code, isZero } = deallocate([
      [4, 0n],
      [blocks, lba],
    ]);
    expect(code).toBe(Status.LBA_OUT_OF_RANGE);
    expect(isZero(0)).toBe(false);
  });

  test("256 ranges", () => {
    const ranges = Array.from({ length: 256 }, (_, index) => [1, BigInt(index * 2)] as const);
    const { code, isZero } = deallocate(ranges);
    expect(code).toBe(0);
    expect([0, 1, 510, 511].map(isZero)).toEqual([true, false, true, false]);
  });
});

describe("adding namespaces", () => {
  test("what makes no sense is refused", () => {
    const { device, bytes } = new Bench();
    expect(device.addNamespace(0n, 12, 0, 0)).toBe(0);
    expect(device.addNamespace(2n ** 41n, 12, 0, 0)).toBe(0);
    expect(device.addNamespace(8n, 8, 0, 0)).toBe(0);
    expect(device.addNamespace(8n, 17, 0, 0)).toBe(0);
    expect(device.addNamespace(8n, 12, 1, 0x10000)).toBe(0);
    expect(device.addNamespace(8n, 12, 1, bytes.length - PAGE)).toBe(0);
    expect(device.addNamespace(2n ** 40n, 16, 1, 0x200000)).toBe(0);
    for (let nsid = 2; nsid <= 16; nsid++) expect(device.addNamespace(8n, 9, 0, 0)).toBe(nsid);
    expect(device.addNamespace(8n, 9, 0, 0)).toBe(0);
  });
});
