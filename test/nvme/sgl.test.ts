// Scatter Gather Lists as the library builds them: the same bytes as by PRPs, whatever the pieces.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import { carry } from "../../src/nvme/carried.ts";
import { type SglPart, sgl, sglBytes } from "../../src/nvme/sgl.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { broughtUp, timeoutMs, withPair } from "./devices.ts";

const memory = new LinearMemory({ doorbellBytes: 4096, commands: 1 << 20, data: 1 << 20 });
const buffer = memory.allocate(65_536);
const list = memory.allocate(4096, { kind: "commands" });
const qwords = (bytes: number): bigint[] => [...new BigUint64Array(list.copy(bytes).buffer)];

describe("misuse", () => {
  const two = [buffer.slice(0, 8), buffer.slice(16, 8)];
  const usage = (what: string) => expect.objectContaining({ code: "USAGE", what, section: "4.4" });

  test("no parts, more than one without a list, segments of one", () => {
    expect(() => sgl([])).toThrow(usage("parts"));
    expect(() => sgl(two)).toThrow(usage("parts"));
    for (const perSegment of [1, 0, -1, Number.NaN]) {
      expect(() => sgl(two, { list, perSegment })).toThrow(usage("perSegment"));
    }
  });

  test("a list that is too short, or not on a qword, and nothing of it is written", () => {
    list.fill(0xee);
    expect(() => sgl(two, { list: list.slice(0, 31) })).toThrow(usage("list"));
    expect(() => sgl(two, { list: list.slice(4) })).toThrow(usage("list"));
    expect(() => sgl([...two, ...two], { list: list.slice(0, 64), perSegment: 2 })).toThrow(/96/);
    expect(list.copy().every((byte) => byte === 0xee)).toBe(true);
  });

  test("a length that no descriptor can hold, and memory that was given back", () => {
    for (const bucket of [-1, 2 ** 32, 1.5, Number.NaN]) {
      expect(() => sgl([{ bucket }])).toThrow(usage("bytes"));
    }
    const gone = memory.allocate(64);
    gone.release();
    expect(() => sgl([gone])).toThrow(/given back/);
  });

  test("PRPs and an SGL at once", () => {
    const both = { nsid: 1, slba: 0n, blocks: 1, data: two[0]!, sgl: sgl([two[0]!]) };
    expect(() => sqe.read(both)).toThrow(expect.objectContaining({ code: "USAGE", what: "data" }));
  });
});

test("one part is DPTR's own descriptor, and PSDT says so; so it does of every form", () => {
  const range = { nsid: 1, slba: 0n, blocks: 1 };
  const low = buffer.pointer + 5;
  const one = sqe.read({ ...range, sgl: sgl([buffer.slice(5, 512)]) });
  expect([...one.slice(0, 10)]).toEqual([0x4002, 1, 0, 0, 0, 0, low, 1, 512, 0]);
  const bucket = sqe.read({ ...range, sgl: sgl([{ bucket: 512 }]) });
  expect([...bucket.slice(6, 10)]).toEqual([0, 0, 512, 0x1000_0000]);
  const parts = [buffer.slice(0, 256), { bucket: 128 }, buffer.slice(1000, 128)];
  const last = sqe.write({ ...range, sgl: sgl(parts, { list }) });
  expect([...last.slice(6, 10)]).toEqual([list.pointer, 1, 48, 0x3000_0000]);
  for (const entry of [one, bucket, last]) expect((entry[0]! >>> 14) & 3).toBe(1);
});

test("segments: each but the last has a descriptor of the next at its end", () => {
  const parts = [0, 1, 2, 3].map((part) => buffer.slice(part * 64, part + 1));
  const [address, bytes] = sgl(parts, { list, perSegment: 2 });
  const [segment, last] = [2n << 60n, 3n << 60n];
  expect([address, bytes]).toEqual([list.iova, segment | 32n]);
  const data = (part: number) => [parts[part]!.iova, BigInt(part + 1)];
  expect(qwords(96)).toEqual([
    ...[...data(0), list.iova + 32n, segment | 32n],
    ...[...data(1), list.iova + 64n, last | 32n],
    ...[...data(2), ...data(3)],
  ]);
});

test("bytes of a list: none for one part, and one descriptor more for each segment but the last", () => {
  expect([0, 1, 2, 5].map((parts) => sglBytes(parts))).toEqual([0, 0, 32, 80]);
  expect([2, 3, 4, 5].map((parts) => sglBytes(parts, 3))).toEqual([32, 48, 80, 96]);
});

/** Pieces of 1 to 16 blocks of 512 bytes, in any order, each with a gap of its own before it. */
const cases = fc.record({
  blocks: fc.integer({ min: 1, max: 16 }),
  cuts: fc.array(fc.nat(), { maxLength: 30 }),
  gap: fc.nat({ max: 300 }),
  perSegment: fc.oneof(fc.integer({ min: 2, max: 8 }), fc.constant(Number.POSITIVE_INFINITY)),
  isReversed: fc.boolean(),
  seed: fc.nat({ max: 255 }),
});

test("a buffer that is scattered in any way is the same on the medium as by PRPs, and the same again", async () => {
  const { device, sq } = await withPair("size=16m&lba=512");
  const scattered = device.memory.allocate(32_768);
  const whole = device.memory.allocate(8192);
  const descriptors = device.memory.allocate(4096, { kind: "commands" });
  const range = { nsid: 1, slba: 100n };
  const execute = (entry: sqe.SqeDwords) => sq.execute(entry, { timeoutMs, what: "command" });
  await fc.assert(
    fc.asyncProperty(cases, async ({ blocks, cuts, gap, perSegment, isReversed, seed }) => {
      const bytes = blocks * 512;
      const ends = [...cuts.map((cut) => cut % (bytes + 1)), bytes].sort((a, b) => a - b);
      const pieces = ends.map((end, index) => [index === 0 ? 0 : ends[index - 1]!, end] as const);
      // in any order in memory, in the data's order in the list
      const order = isReversed ? pieces.toReversed() : pieces;
      const places = new Map<readonly [number, number], number>();
      let at = gap % 7;
      for (const piece of order) {
        places.set(piece, at);
        at += piece[1] - piece[0] + gap;
      }
      const parts: SglPart[] = pieces.map((piece) =>
        scattered.slice(places.get(piece)!, piece[1] - piece[0]),
      );
      const pointer = sgl(parts, { list: descriptors, perSegment });
      const data = Uint8Array.from({ length: bytes }, (_, index) => (index * 13 + seed) & 0xff);
      scattered.fill(0xcc);
      for (const piece of pieces) {
        scattered.write(data.subarray(...piece), places.get(piece)!);
      }
      await execute(sqe.write({ ...range, blocks, sgl: pointer }));
      await execute(sqe.read({ ...range, blocks, data: whole.slice(0, bytes) }));
      expect(Buffer.compare(whole.copy(bytes), data)).toBe(0);
      await execute(sqe.compare({ ...range, blocks, sgl: pointer }));
      const before = scattered.copy();
      for (const piece of pieces) {
        scattered.slice(places.get(piece)!, piece[1] - piece[0]).fill(0);
      }
      await execute(sqe.read({ ...range, blocks, sgl: pointer }));
      expect(Buffer.compare(scattered.copy(), before)).toBe(0);
    }),
    { numRuns: 60 },
  );
});

describe("carried", () => {
  const blocks = { nsid: 1, slba: 0n, blocks: 1 };

  async function place() {
    const up = await withPair();
    return { ...up, place: { controller: up.controller, memory: up.device.memory } };
  }

  test("parts that are not the data, and what is dropped of what is sent", async () => {
    const { place: where, sq } = await place();
    const options = { timeoutMs, bytes: 4096 };
    const sent = { ...options, input: new Uint8Array(4096) };
    for (const [more, words] of [
      [{ ...options, sgl: [4095] }, /^sgl 4095/],
      [{ ...options, sgl: [4096, { bucket: 1 }] }, /^sgl 4097/],
      [{ ...sent, sgl: [4000, { bucket: 96 }] }, /^sgl 96: .*dropped/],
    ] as const) {
      await expect(carry(where, sq, sqe.read(blocks), more)).rejects.toThrow(words);
    }
    const long = { ...options, sgl: [4096], input: new Uint8Array(4097) };
    await expect(carry(where, sq, sqe.write(blocks), long)).rejects.toThrow(RangeError);
    expect(sq.tail).toBe(0);
  });

  test("data go out in pieces and come back in others, less what is dropped; the memory goes back", async () => {
    const { place: where, sq, device } = await place();
    const before = device.memory.used;
    const input = Uint8Array.from({ length: 4096 }, (_, index) => index & 0xff);
    const options = { timeoutMs, bytes: 4096 };
    await carry(where, sq, sqe.write(blocks), { ...options, input, sgl: [1, 4000, 95] });
    const sent = { ...options, sgl: [96, { bucket: 3000 }, 1000] };
    const { data, sqe: entry, completion } = await carry(where, sq, sqe.read(blocks), sent);
    expect(completion.status).toBe(0);
    expect(entry[0]! & 0xffff).toBe(0x4000 | NvmOpcode.READ);
    expect(Buffer.compare(data!, input.fill(0, 96, 3096))).toBe(0);
    expect(device.memory.used).toEqual(before);
  });

  test("an SGL that is longer than the blocks comes back as the status that it is", async () => {
    const { place: where, sq } = await place();
    const options = { timeoutMs, bytes: 8192, sgl: [8192] };
    const { completion } = await carry(where, sq, sqe.read(blocks), options);
    expect(completion.status & 0x7ff).toBe(Status.DATA_SGL_LENGTH_INVALID);
  });
});

test("Identify says which there are, and of a reserved value that there are none", async () => {
  const sgls = async (parameters: string) =>
    (await broughtUp(`size=16m&${parameters}`)).controller.identity.sgls;
  const some = { isDwordAligned: false, hasBitBucket: true, mayBeLonger: false };
  expect(await sgls("sgls=1")).toEqual(some);
  expect(await sgls("sgls=0")).toBeNull();
  const field = "fault=bad-identify:field=sgls,value=";
  expect(await sgls(`${field}0x40002`)).toEqual({
    ...{ isDwordAligned: true, hasBitBucket: false, mayBeLonger: true },
  });
  expect(await sgls(`${field}3`)).toBeNull();
});
