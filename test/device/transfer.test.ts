// PRPs and the IOMMU (DPT rows of the transport tests): exactly the right bytes, and no others, ever.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, type Command, iova, layout, PAGE, Register } from "./bench-host.ts";

const BLOCK = 512;
const CANARY = 0xc5;
const ENTRIES = PAGE / 8;
const MOST_PAGES = 600;

/** One controller for all cases: making one is slower than a case. */
const bench = new Bench({ memoryMiB: 64, mdts: 10, blocks: 8192 }).enable();
const pair = bench.createPair(1);
const arena = bench.buffer((MOST_PAGES + 8) * 2 * PAGE);
const lists = bench.buffer(4 * PAGE, layout.DmaAccess.READ);
for (let index = 0; index < bench.options.blocks * BLOCK; index++) {
  bench.bytes[bench.medium + index] = (index * 7 + (index >> 8)) & 0xff;
}

/** A buffer of `bytes` whose pages are every second page of the arena, starting `offset` into the first. */
function place(bytes: number, offset: number): number[] {
  const pages = Math.ceil((offset + bytes) / PAGE);
  return Array.from({ length: pages }, (_, index) => arena + (2 * index + 1) * PAGE);
}

/** PRP1 and PRP2 for pages; a list starts at entry `slot` of its first page. */
function prps(
  pages: readonly number[],
  offset: number,
  slot: number,
): Pick<Command, "prp1" | "prp2"> {
  const prp1 = iova((pages[0] ?? 0) + offset);
  const rest = pages.slice(1);
  if (rest.length === 0) return { prp1, prp2: 0xdeadbeef12345677n };
  if (rest.length === 1) return { prp1, prp2: iova(rest[0] ?? 0) };
  let entry = lists + slot * 8;
  rest.forEach((page, index) => {
    const last = (entry & (PAGE - 1)) === PAGE - 8;
    if (last && index < rest.length - 1) {
      bench.view.setBigUint64(entry, iova(entry + 8), true);
      entry += 8;
    }
    bench.view.setBigUint64(entry, iova(page), true);
    entry += 8;
  });
  return { prp1, prp2: iova(lists + slot * 8) };
}

/** The buffer's bytes, in order. */
function gather(pages: readonly number[], offset: number, bytes: number): Buffer {
  const whole = Buffer.concat(pages.map((page) => bench.bytes.slice(page, page + PAGE)));
  return whole.subarray(offset, offset + bytes);
}

function scatter(pages: readonly number[], offset: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) {
    const position = offset + done;
    const room = PAGE - (position % PAGE);
    const page = pages[Math.floor(position / PAGE)] ?? 0;
    bench.bytes.set(data.subarray(done, done + room), page + (position % PAGE));
    done += room;
  }
}

/** How many canaries of the arena are left. */
function canaries(): number {
  const { bytes } = bench;
  const end = arena + (MOST_PAGES + 8) * 2 * PAGE;
  let count = 0;
  for (let index = arena; index < end; index++) {
    if (bytes[index] === CANARY) count++;
  }
  return count;
}

const cases = fc.record({
  blocks: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 4096 })),
  offset: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: PAGE / 4 - 1 }).map((dword) => dword * 4),
  ),
  slot: fc.oneof(
    fc.constant(0),
    fc.constant(ENTRIES - 1),
    fc.integer({ min: 0, max: ENTRIES - 1 }),
  ),
  lba: fc.integer({ min: 0, max: 4096 }),
});

describe("misuse", () => {
  const page = arena;
  const run = (command: Partial<Command>) =>
    bench.execute({ opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page), ...command }, pair).code;
  const nlb = (bytes: number) => bytes / BLOCK - 1;

  test.each([1, 2, 3])("PRP1 with bits 1:0 = %i", (bits) => {
    expect(run({ prp1: iova(page + bits) })).toBe(Status.PRP_OFFSET_INVALID);
  });

  test.each([4, 8, 512, 4092])("PRP2 as the second page, %i bytes into it", (offset) => {
    const prp2 = iova(page + PAGE + offset);
    expect(run({ prp2, cdw12: nlb(2 * PAGE) })).toBe(Status.PRP_OFFSET_INVALID);
  });

  test.each([1, 4, 7])("a list pointer %i bytes into a qword", (offset) => {
    const prp2 = iova(lists + offset);
    expect(run({ prp2, cdw12: nlb(4 * PAGE) })).toBe(Status.PRP_OFFSET_INVALID);
  });

  test("a list entry with an offset, or unmapped", () => {
    for (const [entry, status] of [
      [iova(page + PAGE + 8), Status.PRP_OFFSET_INVALID],
      [iova(page, layout.IOVA_WINDOW_NONE), Status.DATA_TRANSFER_ERROR],
      [0n, Status.DATA_TRANSFER_ERROR],
      [0xfffffffffffff000n, Status.DATA_TRANSFER_ERROR],
    ] as const) {
      bench.view.setBigUint64(lists, iova(page + PAGE), true);
      bench.view.setBigUint64(lists + 8, entry, true);
      expect(run({ prp2: iova(lists), cdw12: nlb(3 * PAGE) })).toBe(status);
    }
  });

  test("a chain that points at itself, or with an offset", () => {
    const last = lists + PAGE - 8;
    bench.view.setBigUint64(last, iova(lists), true);
    bench.view.setBigUint64(lists, iova(lists), true);
    for (let index = 1; index < ENTRIES - 1; index++) {
      bench.view.setBigUint64(lists + index * 8, iova(page), true);
    }
    expect(run({ prp2: iova(last), cdw12: nlb(1024 * PAGE) })).toBe(Status.DATA_TRANSFER_ERROR);
    bench.view.setBigUint64(last, iova(lists + 8), true);
    expect(run({ prp2: iova(last), cdw12: nlb(8 * PAGE) })).toBe(Status.PRP_OFFSET_INVALID);
  });

  test.each([
    ["nothing", 0n],
    ["the window that is never mapped", iova(arena, layout.IOVA_WINDOW_NONE)],
    ["the device's own state", iova(layout.DEVICE_STATE)],
    ["the bus", iova(layout.BUS)],
    ["the doorbells", iova(bench.doorbells)],
    ["the medium", iova(bench.medium)],
    ["the end of the address space", 0xfffffffffffff000n],
    ["the last page of a window", 0x1fffff000n],
  ])("PRP1 at %s is a transfer error, both ways", (_, prp1) => {
    for (const opcode of [NvmOpcode.READ, NvmOpcode.WRITE, NvmOpcode.COMPARE]) {
      expect(run({ opcode, prp1 })).toBe(Status.DATA_TRANSFER_ERROR);
    }
    expect(bench.execute({ opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1 }).code).toBe(
      Status.DATA_TRANSFER_ERROR,
    );
    expect(bench.csts).toBe(1);
  });

  test("reads into memory that is read only for the device leave it intact", () => {
    const before = bench.bytes.slice(lists, lists + PAGE);
    expect(run({ prp1: iova(lists) })).toBe(Status.DATA_TRANSFER_ERROR);
    expect(run({ opcode: NvmOpcode.WRITE, prp1: iova(lists) })).toBe(0);
    expect(Buffer.compare(before, bench.bytes.slice(lists, lists + PAGE))).toBe(0);
  });

  test("memory that the device may only write is no source of data, and no list", () => {
    const drop = bench.buffer(PAGE, layout.DmaAccess.WRITE);
    const data = { opcode: NvmOpcode.WRITE, prp1: iova(drop) };
    expect(run(data)).toBe(Status.DATA_TRANSFER_ERROR);
    expect(run({ opcode: NvmOpcode.COMPARE, prp1: iova(drop) })).toBe(Status.DATA_TRANSFER_ERROR);
    expect(run({ prp2: iova(drop), cdw12: nlb(3 * PAGE) })).toBe(Status.DATA_TRANSFER_ERROR);
    expect(run({ prp1: iova(drop) })).toBe(0);
    expect(bench.bytes[drop + 1]).toBe(bench.bytes[bench.medium + 1]);
  });
});

describe("what the data do not need", () => {
  const nowhere = 0xdeadbeef12345677n;

  test.each([512, PAGE])("PRP2 is not looked at for %i bytes in one page", (bytes) => {
    const command = { opcode: NvmOpcode.READ, nsid: 1, cdw12: bytes / BLOCK - 1 };
    const prps = { prp1: iova(arena + PAGE - bytes), prp2: nowhere };
    expect(bench.execute({ ...command, ...prps }, pair).code).toBe(0);
  });

  test("entries of a list after the last of the data are not looked at", () => {
    const entries = [iova(arena + PAGE), iova(arena + 2 * PAGE), nowhere];
    for (const [index, entry] of entries.entries()) {
      bench.view.setBigUint64(lists + index * 8, entry, true);
    }
    const command = { opcode: NvmOpcode.READ, nsid: 1, cdw12: (3 * PAGE) / BLOCK - 1 };
    const prps = { prp1: iova(arena), prp2: iova(lists) };
    expect(bench.execute({ ...command, ...prps }, pair).code).toBe(0);
  });
});

describe("any offset, length, list and chain", () => {
  test("Read moves exactly the right bytes", () => {
    fc.assert(
      fc.property(cases, ({ blocks, offset, slot, lba }) => {
        const bytes = blocks * BLOCK;
        const pages = place(bytes, offset);
        const before = (MOST_PAGES + 8) * 2 * PAGE;
        bench.bytes.fill(CANARY, arena, arena + before);
        const command = {
          opcode: NvmOpcode.READ,
          nsid: 1,
          cdw10: lba,
          cdw12: blocks - 1,
          ...prps(pages, offset, slot),
        };
        expect(bench.execute(command, pair).code).toBe(0);
        const start = bench.medium + lba * BLOCK;
        const data = Buffer.from(bench.bytes.slice(start, start + bytes));
        expect(gather(pages, offset, bytes).equals(data)).toBe(true);
        const inData = data.filter((byte) => byte === CANARY).length;
        expect(canaries()).toBe(before - bytes + inData);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("Write moves exactly the right bytes", () => {
    fc.assert(
      fc.property(cases, fc.integer(), ({ blocks, offset, slot, lba }, salt) => {
        const bytes = blocks * BLOCK;
        const pages = place(bytes, offset);
        const data = new Uint8Array(bytes).map((_, index) => (index * 31 + salt) & 0xff);
        scatter(pages, offset, data);
        const whole = Buffer.from(
          bench.bytes.slice(bench.medium, bench.medium + bench.options.blocks * BLOCK),
        );
        const command = {
          opcode: NvmOpcode.WRITE,
          nsid: 1,
          cdw10: lba,
          cdw12: blocks - 1,
          ...prps(pages, offset, slot),
        };
        expect(bench.execute(command, pair).code).toBe(0);
        whole.set(data, lba * BLOCK);
        const after = bench.bytes.slice(bench.medium, bench.medium + whole.length);
        expect(whole.equals(after)).toBe(true);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test("a list that fills its page exactly ends in data, not in a chain", () => {
    const pages = Array.from({ length: ENTRIES + 1 }, () => arena + PAGE);
    const commandPrps = prps(pages, 0, 0);
    expect(bench.view.getBigUint64(lists + PAGE - 8, true)).toBe(iova(arena + PAGE));
    const command = {
      opcode: NvmOpcode.READ,
      nsid: 1,
      cdw12: (ENTRIES + 1) * 8 - 1,
      ...commandPrps,
    };
    expect(bench.execute(command, pair).code).toBe(0);
  });
});

describe("the IOMMU", () => {
  test("a buffer may span neighbouring entries, not a gap between them", () => {
    const host = new Bench().enable();
    const io = host.createPair(1);
    const pages = host.allocate(3 * PAGE);
    host.map(pages, 1000);
    host.map(pages + 1000, PAGE - 1000);
    host.map(pages + PAGE + 512, PAGE - 512);
    const read = (prp1: bigint) =>
      host.execute({ opcode: NvmOpcode.READ, nsid: 1, cdw12: 0, prp1 }, io).code;
    expect(read(iova(pages + 700))).toBe(0);
    expect(read(iova(pages + PAGE + 256))).toBe(Status.DATA_TRANSFER_ERROR);
    expect(read(iova(pages + PAGE + 512))).toBe(0);
  });

  test("a buffer that begins in the entry used last may not run past its end", () => {
    const host = new Bench().enable();
    const io = host.createPair(1);
    const page = host.allocate(PAGE);
    host.map(page, 1000);
    const read = (prp1: bigint) => host.execute({ opcode: NvmOpcode.READ, nsid: 1, prp1 }, io).code;
    expect(read(iova(page))).toBe(0);
    expect(read(iova(page + 600))).toBe(Status.DATA_TRANSFER_ERROR);
    expect(read(iova(page + 488))).toBe(0);
    expect(read(iova(page + 492))).toBe(Status.DATA_TRANSFER_ERROR);
    expect(host.bytes[page + 1000]).toBe(0);
  });

  test("memory that was taken away is not touched, even if it was used just before", () => {
    const host = new Bench().enable();
    const io = host.createPair(1);
    const page = host.allocate(PAGE);
    const entry = host.map(page, PAGE);
    const command = { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) };
    expect(host.execute(command, io).code).toBe(0);
    host.unmap(entry);
    host.bytes.fill(CANARY, page, page + PAGE);
    expect(host.execute(command, io).code).toBe(Status.DATA_TRANSFER_ERROR);
    expect(host.bytes.slice(page, page + PAGE).every((byte) => byte === CANARY)).toBe(true);
  });

  test("windows are told apart: the same pointer in another one is not mapped", () => {
    const host = new Bench().enable();
    const io = host.createPair(1);
    const page = host.allocate(PAGE);
    host.map(page, PAGE, 3, layout.IOVA_WINDOW_CMB);
    const read = (window: number) =>
      host.execute({ opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page, window) }, io).code;
    expect(read(layout.IOVA_WINDOW_CMB)).toBe(0);
    expect(read(layout.IOVA_WINDOW_DMA)).toBe(Status.DATA_TRANSFER_ERROR);
  });

  test.each([
    ["submission", (sq: number, _: number) => sq],
    ["completion", (_: number, cq: number) => cq],
  ])("a %s queue that is not mapped is fatal; a reset cures it", (_, choose) => {
    const host = new Bench().enable();
    const io = host.createPair(1);
    const count = host.mapped;
    host.unmap(choose(count - 1, count - 2));
    host.post(io.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    host.ring(io.sq);
    host.step(4);
    expect(host.csts).toBe(3);
    host.post(host.admin.sq, { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    host.ring(host.admin.sq);
    host.step(10);
    expect(host.peek(host.admin.cq)).toBeUndefined();
    host.disable();
    expect(host.enable().csts).toBe(1);
  });

  test.each([0xfffffffffffff000n, iova(0xfffff000), 0n])(
    "queues at %i are fatal when they are used",
    (base) => {
      const host = new Bench().enable();
      const cq = host.completion(1, 16);
      host.createCq(cq, 1);
      host.execute({
        opcode: AdminOpcode.CREATE_IO_SQ,
        prp1: base,
        cdw10: (1023 << 16) | 1,
        cdw11: (1 << 16) | 1,
      });
      host.ring({ qid: 1, pointer: 0, entries: 1024, tail: 1 });
      host.step(4);
      expect(host.csts).toBe(3);
    },
  );

  test("admin queues nowhere: ready, then fatal at the first command", () => {
    const host = new Bench().enable();
    host.disable();
    host.write32(Register.ASQ_HI, 0xffffffff);
    host.write32(Register.CC, 0x460001);
    expect(host.csts).toBe(1);
    host.ring(host.admin.sq, 1);
    host.step(2);
    expect(host.csts).toBe(3);
  });

  test("a partly mapped queue works as far as it is mapped", () => {
    const host = new Bench().enable();
    const pointer = host.allocate(2 * PAGE);
    host.map(pointer, PAGE, layout.DmaAccess.READ);
    const sq = { qid: 1, pointer, entries: 128, tail: 0 };
    const cq = host.completion(1, 16);
    host.createCq(cq, 1);
    host.createSq(sq, 1);
    for (let index = 0; index < 64; index++) {
      host.execute({ opcode: NvmOpcode.FLUSH, nsid: 1 }, { sq, cq });
    }
    host.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    host.ring(sq);
    host.step(4);
    expect(host.csts).toBe(3);
  });
});
