// Scatter Gather Lists (4.4): exactly the right bytes, and what no list may be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cns, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IdentifyController } from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, type Command, iova, layout, PAGE } from "./bench-host.ts";

const BLOCK = 512;
const SGL = 0x40; // PSDT 01b
const [DATA, BUCKET, SEGMENT, LAST] = [0x00, 0x10, 0x20, 0x30];
const ARENA = 64 * PAGE;
const CANARY = 0xc5;

/** A descriptor: address, length, type and sub-type. */
type Descriptor = readonly [address: bigint, length: number, kind: number];

/** One controller for all cases: making one is slower than a case. */
const bench = new Bench({ memoryMiB: 64, mdts: 8, blocks: 2048 }).enable();
const pair = bench.createPair(1);
const arena = bench.buffer(ARENA);
const lists = bench.buffer(17 * PAGE, layout.DmaAccess.READ);
for (let index = 0; index < bench.options.blocks * BLOCK; index++) {
  bench.bytes[bench.medium + index] = (index * 7 + (index >> 8)) & 0xff;
}

/** DPTR as a descriptor. */
function pointer([address, length, kind]: Descriptor): Pick<Command, "prp1" | "prp2"> {
  return { prp1: address, prp2: BigInt(length) | (BigInt(kind) << 56n) };
}

/** Writes a segment, and gives back the descriptor that leads to it. */
function segment(descriptors: readonly Descriptor[], at = lists, kind = LAST): Descriptor {
  descriptors.forEach((descriptor, index) => {
    const { prp1, prp2 } = pointer(descriptor);
    bench.view.setBigUint64(at + index * 16, prp1!, true);
    bench.view.setBigUint64(at + index * 16 + 8, prp2!, true);
  });
  return [iova(at), descriptors.length * 16, kind];
}

function run(descriptor: Descriptor, command: Partial<Command> = {}): Status {
  const read = { opcode: NvmOpcode.READ, nsid: 1, flags: SGL };
  return bench.execute({ ...read, ...pointer(descriptor), ...command }, pair).code;
}

const data = (length = BLOCK, at = arena): Descriptor => [iova(at), length, DATA];

describe("misuse", () => {
  const { SGL_DESCRIPTOR_TYPE_INVALID, DATA_SGL_LENGTH_INVALID } = Status;
  const { INVALID_SGL_SEGMENT_DESCRIPTOR, INVALID_NUMBER_OF_SGL_DESCRIPTORS } = Status;

  test.each([0x40, 0x50, 0x60, 0xf0])(
    "descriptor type %i is invalid, in DPTR and in a segment",
    (kind) => {
      const wrong: Descriptor = [iova(arena), BLOCK, kind];
      expect(run(wrong)).toBe(SGL_DESCRIPTOR_TYPE_INVALID);
      expect(run(segment([wrong]))).toBe(SGL_DESCRIPTOR_TYPE_INVALID);
    },
  );

  test.each([DATA, BUCKET, SEGMENT, LAST])(
    "sub-type 1 of type %i is invalid: there are no offsets",
    (kind) => {
      expect(run([iova(lists), BLOCK, kind | 1])).toBe(SGL_DESCRIPTOR_TYPE_INVALID);
    },
  );

  test.each([0, 1, 15, 17, 24])("a segment of %i bytes", (length) => {
    segment([data()]);
    for (const kind of [SEGMENT, LAST]) {
      expect(run([iova(lists), length, kind])).toBe(INVALID_SGL_SEGMENT_DESCRIPTOR);
    }
  });

  test.each([1, 4, 7])("a segment that begins %i bytes into a qword", (offset) => {
    expect(run([iova(lists + offset), 16, LAST])).toBe(INVALID_SGL_SEGMENT_DESCRIPTOR);
  });

  test("a last segment that leads on", () => {
    for (const kind of [SEGMENT, LAST]) {
      const next = segment([data()], lists + PAGE, kind);
      expect(run(segment([next]))).toBe(INVALID_SGL_SEGMENT_DESCRIPTOR);
    }
  });

  test("a segment that is not the last one and leads nowhere", () => {
    expect(run(segment([data()], lists, SEGMENT))).toBe(INVALID_SGL_SEGMENT_DESCRIPTOR);
  });

  test("a segment descriptor that is not the last of its segment", () => {
    const next = segment([data()], lists + PAGE);
    expect(run(segment([next, data()], lists, SEGMENT))).toBe(INVALID_NUMBER_OF_SGL_DESCRIPTORS);
  });

  test("segments that lead to themselves, and zeroes without an end, come to one", () => {
    segment([[iova(lists), 16, SEGMENT]]);
    expect(run([iova(lists), 16, SEGMENT])).toBe(INVALID_NUMBER_OF_SGL_DESCRIPTORS);
    const nothing = Array.from({ length: 4096 }, () => data(0));
    expect(run(segment([...nothing, data()]))).toBe(0);
    expect(run(segment([...nothing, data(0), data()]))).toBe(INVALID_NUMBER_OF_SGL_DESCRIPTORS);
  });

  test("less than the data, and more", () => {
    expect(run(data(BLOCK - 1))).toBe(DATA_SGL_LENGTH_INVALID);
    expect(run(data(BLOCK + 1))).toBe(DATA_SGL_LENGTH_INVALID);
    expect(run(data(0))).toBe(DATA_SGL_LENGTH_INVALID);
    expect(run(data(2 ** 32 - 1))).toBe(DATA_SGL_LENGTH_INVALID);
    expect(run(segment([data(256), data(255)]))).toBe(DATA_SGL_LENGTH_INVALID);
    expect(run(segment([data(), data(1)]))).toBe(DATA_SGL_LENGTH_INVALID);
  });

  test("a bucket is none for what a Write sends, and then the data are too short", () => {
    for (const opcode of [NvmOpcode.WRITE, NvmOpcode.COMPARE]) {
      expect(run([0n, BLOCK, BUCKET], { opcode })).toBe(DATA_SGL_LENGTH_INVALID);
    }
  });

  test.each([
    ["data that are nowhere", () => data(BLOCK, 0)],
    ["data that end nowhere", () => [0x1fffff000n + 0xe01n, BLOCK, DATA] as const],
    ["a segment that is nowhere", () => [iova(lists, layout.IOVA_WINDOW_NONE), 16, LAST] as const],
    ["the last data of all addresses", () => [0xfffffffffffffe00n, BLOCK, DATA] as const],
    ["the device's own state", () => [iova(layout.DEVICE_STATE), BLOCK, DATA] as const],
  ])("%s", (_, make) => {
    expect(run(make())).toBe(Status.DATA_TRANSFER_ERROR);
    expect(bench.csts).toBe(1);
  });

  test("a descriptor that goes past the end of all addresses has too long a length", () => {
    for (const kind of [DATA, SEGMENT, LAST]) {
      const wrong: Descriptor = [2n ** 64n - 16n, 32, kind];
      expect(run(wrong)).toBe(DATA_SGL_LENGTH_INVALID);
      const parent = kind === DATA ? LAST : SEGMENT;
      expect(run(segment([data(0), wrong], lists, parent))).toBe(DATA_SGL_LENGTH_INVALID);
    }
    expect(run(segment([[2n ** 64n - 1n, BLOCK, BUCKET]])), "a bucket has no address").toBe(0);
  });

  test("a Read whose list is too short writes nowhere else", () => {
    bench.bytes.fill(CANARY, arena, arena + PAGE);
    expect(run(segment([data(100, arena + 8), data(200, arena + 512)]))).toBe(
      DATA_SGL_LENGTH_INVALID,
    );
    const kept = [...bench.bytes.slice(arena, arena + PAGE).entries()].filter(
      ([at]) => (at < 8 || at >= 108) && (at < 512 || at >= 712),
    );
    expect(kept.every(([, byte]) => byte === CANARY)).toBe(true);
  });

  test("what a Write sends comes whole or not at all", () => {
    const before = bench.bytes.slice(bench.medium, bench.medium + PAGE);
    bench.bytes.fill(0x11, arena, arena + PAGE);
    for (const last of [data(255), data(256, 0), [0n, 256, 0x70] as const]) {
      expect(run(segment([data(256), last]), { opcode: NvmOpcode.WRITE })).not.toBe(0);
    }
    const after = bench.bytes.slice(bench.medium, bench.medium + PAGE);
    expect(Buffer.compare(before, after)).toBe(0);
  });

  test("admin commands take none", () => {
    const identify = { opcode: AdminOpcode.IDENTIFY, cdw10: Cns.CONTROLLER, flags: SGL };
    expect(bench.execute({ ...identify, ...pointer(data(PAGE)) }).code).toBe(Status.INVALID_FIELD);
  });
});

test("SGLS says so: any alignment, buckets, nothing longer than the data; 0 without SGLs", () => {
  const said = (host: Bench): number => {
    const page = host.buffer(PAGE);
    host.execute({ opcode: AdminOpcode.IDENTIFY, cdw10: Cns.CONTROLLER, prp1: iova(page) });
    return host.view.getUint32(page + IdentifyController.SGLS, true);
  };
  expect(said(bench)).toBe(0x10001);
  expect(said(new Bench({ sgls: false }).enable())).toBe(0);
});

test("commands without data do not look at it", () => {
  for (const opcode of [NvmOpcode.FLUSH, NvmOpcode.WRITE_ZEROES]) {
    expect(run([0n, 1, 0xff], { opcode, cdw10: 2000 })).toBe(0);
  }
});

test("a descriptor without a length is passed over, wherever it leads", () => {
  expect(run(segment([[0n, 0, DATA], data(), [1n, 0, BUCKET]]))).toBe(0);
});

/** Pieces of `bytes`: each in a place of its own of the arena, or dropped; and how many descriptors a segment has. */
const cases = fc
  .record({
    blocks: fc.integer({ min: 1, max: 40 }),
    lba: fc.integer({ min: 0, max: 1000 }),
    cuts: fc.array(fc.nat(), { maxLength: 40 }),
    gaps: fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 20 }),
    buckets: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    perSegment: fc.integer({ min: 2, max: 9 }),
  })
  .map(({ blocks, cuts, gaps, buckets, ...others }) => {
    const bytes = blocks * BLOCK;
    const ends = [...cuts.map((cut) => cut % (bytes + 1)), bytes].sort((a, b) => a - b);
    let from = 0;
    let place = arena;
    const pieces = ends.map((end, index) => {
      const piece = { from, bytes: end - from, place, isDropped: buckets[index % buckets.length]! };
      from = end;
      place += piece.bytes + gaps[index % gaps.length]!;
      return piece;
    });
    return { bytes, blocks, pieces, ...others };
  });

/** A list of segments with at most `perSegment` descriptors each; the first one's descriptor. */
function listOf(descriptors: readonly Descriptor[], perSegment: number, at = lists): Descriptor {
  if (descriptors.length <= perSegment) return segment(descriptors, at);
  const here = descriptors.slice(0, perSegment - 1);
  const next = listOf(descriptors.slice(perSegment - 1), perSegment, at + perSegment * 16 + 8);
  return segment([...here, next], at, SEGMENT);
}

describe("any cuts, places and segments", () => {
  test("Read moves exactly the right bytes, and drops what a bucket is for", () => {
    fc.assert(
      fc.property(cases, ({ bytes, blocks, lba, pieces, perSegment }) => {
        bench.bytes.fill(CANARY, arena, arena + ARENA);
        const expected = Buffer.alloc(ARENA, CANARY);
        const start = bench.medium + lba * BLOCK;
        for (const piece of pieces.filter(({ isDropped }) => !isDropped)) {
          const from = start + piece.from;
          expected.set(bench.bytes.subarray(from, from + piece.bytes), piece.place - arena);
        }
        const descriptors = pieces.map(
          ({ place, bytes: length, isDropped }): Descriptor =>
            isDropped ? [0n, length, BUCKET] : [iova(place), length, DATA],
        );
        const list = listOf(descriptors, perSegment);
        expect(run(list, { cdw10: lba, cdw12: blocks - 1 })).toBe(0);
        expect(bytes).toBe(pieces.reduce((sum, piece) => sum + piece.bytes, 0));
        expect(expected.equals(bench.bytes.slice(arena, arena + ARENA))).toBe(true);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test("Write moves exactly the right bytes, and Compare finds them; buckets hold nothing", () => {
    fc.assert(
      fc.property(cases, fc.integer(), ({ bytes, blocks, lba, pieces, perSegment }, salt) => {
        const sent = Buffer.from({ length: bytes }).map((_, index) => (index * 31 + salt) & 0xff);
        const whole = Buffer.from(
          bench.bytes.slice(bench.medium, bench.medium + bench.options.blocks * BLOCK),
        );
        for (const { from, bytes: length, place } of pieces) {
          bench.bytes.set(sent.subarray(from, from + length), place);
        }
        const descriptors = pieces.flatMap(({ place, bytes: length, isDropped }): Descriptor[] => {
          const block: Descriptor = [iova(place), length, DATA];
          return isDropped ? [[0n, 77, BUCKET], block] : [block];
        });
        const list = listOf(descriptors, perSegment);
        const range = { cdw10: lba, cdw12: blocks - 1 };
        expect(run(list, { opcode: NvmOpcode.WRITE, ...range })).toBe(0);
        whole.set(sent, lba * BLOCK);
        const after = bench.bytes.slice(bench.medium, bench.medium + whole.length);
        expect(whole.equals(after)).toBe(true);
        expect(run(list, { opcode: NvmOpcode.COMPARE, ...range })).toBe(0);
        bench.bytes[bench.medium + lba * BLOCK + bytes - 1]! ^= 1;
        expect(run(list, { opcode: NvmOpcode.COMPARE, ...range })).toBe(Status.COMPARE_FAILURE);
      }),
      { numRuns: 100, seed: 2 },
    );
  });
});
