// A RAM medium's blank pages: those that nobody has written to read as zeroes and are never touched. The memory
// behind them is spoilt on purpose here, which no reader may ever see.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Corruption, FaultKind, Medium } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { Bench, type BenchOptions, type Command, iova, layout, PAGE } from "./bench-host.ts";

const POISON = 0xee;
/** Pages of the longest transfer, and one for its offset. */
const MOST_PAGES = 33;

/** A controller with a RAM medium and a host buffer behind PRPs. */
class Host {
  readonly bench: Bench;
  readonly buffer: number;
  readonly #pair;
  readonly #list: number;
  readonly #block: number;

  constructor(options: Partial<BenchOptions> = {}) {
    this.bench = new Bench({ medium: "ram", ...options }).enable();
    this.#pair = this.bench.createPair(1);
    this.buffer = this.bench.buffer(MOST_PAGES * PAGE);
    this.#list = this.bench.buffer(PAGE, layout.DmaAccess.READ);
    this.#block = 1 << this.bench.options.lbaShift;
    for (let page = 1; page < MOST_PAGES; page++) {
      const entry = this.#list + (page - 1) * 8;
      this.bench.view.setBigUint64(entry, iova(this.buffer + page * PAGE), true);
    }
  }

  /** Moves `blocks` blocks from or to the host's buffer, `offset` bytes into it. */
  move(opcode: NvmOpcode, slba: number, blocks = 1, offset = 0): Status {
    const isShort = offset + blocks * this.#block <= 2 * PAGE;
    return this.#run({
      opcode,
      prp1: iova(this.buffer + offset),
      prp2: iova(isShort ? this.buffer + PAGE : this.#list),
      cdw10: slba,
      cdw12: blocks - 1,
    });
  }

  deallocate(slba: number, blocks: number): Status {
    this.bench.view.setUint32(this.buffer + 4, blocks, true);
    this.bench.view.setBigUint64(this.buffer + 8, BigInt(slba), true);
    const command = { opcode: NvmOpcode.DATASET_MANAGEMENT, prp1: iova(this.buffer) };
    return this.#run({ ...command, cdw10: 0, cdw11: 4 });
  }

  data(bytes: number, offset = 0): Uint8Array {
    const start = this.buffer + offset;
    return this.bench.bytes.subarray(start, start + bytes);
  }

  /** The medium's memory, behind the controller's back. */
  behind(offset: number, bytes: number): Uint8Array {
    const start = this.bench.medium + offset;
    return this.bench.bytes.subarray(start, start + bytes);
  }

  #run(command: Command): Status {
    return this.bench.execute({ nsid: 1, ...command }, this.#pair).code;
  }
}

function all(bytes: Uint8Array, value: number): boolean {
  return bytes.every((byte) => byte === value);
}

test("an unknown medium is refused", () => {
  const { device } = new Bench();
  expect(device.addNamespace(8n, 9, Medium.RAM + 1, 0x200000)).toBe(0);
});

describe("a blank page", () => {
  const blocks = 64;

  test.each([9, 12, 13, 16])("is zeroes whatever its memory holds: blocks of 2^%i", (lbaShift) => {
    const bytes = 128 * 1024;
    const count = bytes >> lbaShift;
    const host = new Host({ lbaShift, blocks: count });
    host.behind(0, bytes).fill(POISON);
    host.data(MOST_PAGES * PAGE).fill(0x55);
    expect(host.move(NvmOpcode.READ, 0, count)).toBe(0);
    expect(all(host.data(bytes), 0)).toBe(true);
    expect(host.data(1, bytes)[0]).toBe(0x55);
    expect(host.move(NvmOpcode.COMPARE, 0, count)).toBe(0);
    host.data(1, bytes - 1)[0] = 1;
    expect(host.move(NvmOpcode.COMPARE, 0, count)).toBe(Status.COMPARE_FAILURE);
  });

  test("stays blank through Write Zeroes and deallocation", () => {
    const host = new Host({ blocks });
    host.behind(0, 8 * PAGE).fill(POISON);
    expect(host.move(NvmOpcode.WRITE_ZEROES, 3, 50)).toBe(0);
    expect(host.deallocate(0, blocks)).toBe(0);
    expect(all(host.behind(0, 8 * PAGE), POISON)).toBe(true);
    expect(host.move(NvmOpcode.READ, 0, blocks)).toBe(0);
    expect(all(host.data(blocks * 512), 0)).toBe(true);
  });

  test("ends where a byte of it is written, and the next one does not", () => {
    const host = new Host({ blocks });
    host.behind(PAGE, 7 * PAGE).fill(POISON);
    host.data(512).fill(7);
    expect(host.move(NvmOpcode.WRITE, 7)).toBe(0);
    expect(host.move(NvmOpcode.READ, 0, 16)).toBe(0);
    expect(all(host.data(512, 7 * 512), 7)).toBe(true);
    expect(all(host.data(7 * 512), 0)).toBe(true);
    expect(all(host.data(PAGE, PAGE), 0)).toBe(true);
    expect(all(host.behind(PAGE, 7 * PAGE), POISON)).toBe(true);
  });

  test("survives a reset as any data does", () => {
    const host = new Host({ blocks });
    host.data(512).fill(7);
    host.move(NvmOpcode.WRITE, 0);
    host.bench.functionReset();
    const { bench } = host;
    bench.enable();
    const pair = bench.createPair(1);
    host.behind(PAGE, PAGE).fill(POISON);
    const read = { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(host.buffer), cdw10: 7, cdw12: 1 };
    expect(bench.execute(read, pair).code).toBe(0);
    expect(all(host.data(1024), 0)).toBe(true);
    expect(bench.execute({ ...read, cdw10: 0 }, pair).code).toBe(0);
    expect(all(host.data(512), 7)).toBe(true);
  });

  test("is none where a namespace ends inside it", () => {
    const host = new Host({ blocks: 9 });
    host.behind(0, PAGE + 512).fill(POISON);
    expect(host.move(NvmOpcode.READ, 0, 9)).toBe(0);
    expect(all(host.data(PAGE), 0)).toBe(true);
    expect(all(host.data(512, PAGE), POISON)).toBe(true);
  });
});

describe("faults", () => {
  const strike = ({ bench }: Host, kind: FaultKind, opcode: NvmOpcode, how = 0) =>
    bench.device.addFault(kind, opcode, 0, 1, 1, BigInt(how), 0n, 1n);

  test("a lost write leaves it blank", () => {
    const host = new Host();
    strike(host, FaultKind.WRITE_LOST, NvmOpcode.WRITE);
    host.behind(0, PAGE).fill(POISON);
    expect(host.move(NvmOpcode.WRITE, 0)).toBe(0);
    expect(host.move(NvmOpcode.READ, 0, 8)).toBe(0);
    expect(all(host.data(PAGE), 0)).toBe(true);
  });

  test("a read that is corrupted spoils the host's copy only", () => {
    const host = new Host();
    strike(host, FaultKind.CORRUPT_DATA, NvmOpcode.READ, Corruption.FLIP);
    expect(host.move(NvmOpcode.READ, 0, 8)).toBe(0);
    expect(all(host.data(PAGE), 0)).toBe(false);
    expect(host.move(NvmOpcode.READ, 0, 8)).toBe(0);
    expect(all(host.data(PAGE), 0)).toBe(true);
  });

  test("a write that is corrupted is read as corrupted", () => {
    const host = new Host();
    strike(host, FaultKind.CORRUPT_DATA, NvmOpcode.WRITE, Corruption.FLIP);
    host.data(PAGE).fill(0);
    expect(host.move(NvmOpcode.WRITE, 4, 8)).toBe(0);
    expect(host.move(NvmOpcode.READ, 4, 8)).toBe(0);
    expect(host.data(PAGE).filter((byte) => byte !== 0)).toHaveLength(1);
  });

  test("a write that is misdirected is read where it went", () => {
    const host = new Host();
    strike(host, FaultKind.CORRUPT_DATA, NvmOpcode.WRITE, Corruption.MISDIRECT);
    host.data(PAGE).fill(9);
    expect(host.move(NvmOpcode.WRITE, 0, 8)).toBe(0);
    expect(host.move(NvmOpcode.READ, 0, 8)).toBe(0);
    expect(all(host.data(PAGE), 0)).toBe(true);
    expect(host.move(NvmOpcode.READ, 8, 8)).toBe(0);
    expect(all(host.data(PAGE), 9)).toBe(true);
  });
});

describe("any sequence of commands equals a plain array", () => {
  const command = fc.record({
    kind: fc.constantFrom("write", "zeroes", "deallocate", "read", "compare", "wrong"),
    slba: fc.nat(),
    blocks: fc.nat(),
    /** Dwords into the host's first page. */
    offset: fc.oneof(fc.constant(0), fc.nat(PAGE / 4 - 1)),
    fill: fc.integer({ min: 0, max: 255 }),
  });

  const mediums = ["ram", "window"] as const;
  const cases = mediums.flatMap((medium) =>
    [9, 10, 12, 13, 16].map((shift) => ({ medium, shift })),
  );

  test.each(cases)("$medium, blocks of 2^$shift", ({ medium, shift }) => {
    const pages = 48;
    const total = Math.ceil((pages * PAGE - (shift < 12 ? 512 : 0)) / 2 ** shift);
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 24 }), (commands) => {
        const host = new Host({ medium, lbaShift: shift, blocks: total, memoryMiB: 4 });
        const model = new Uint8Array(total << shift);
        for (const each of commands) follow(host, model, shift, each);
      }),
      { numRuns: 60 },
    );
  });

  function follow(
    host: Host,
    model: Uint8Array,
    shift: number,
    { kind, fill, ...wish }: typeof command extends fc.Arbitrary<infer T> ? T : never,
  ): void {
    const total = model.length >> shift;
    const slba = wish.slba % total;
    const blocks = 1 + (wish.blocks % Math.min(total - slba, 2 ** (17 - shift)));
    const bytes = blocks << shift;
    const offset = wish.offset * 4;
    const expected = model.subarray(slba << shift, (slba << shift) + bytes);
    const data = host.data(bytes, offset);
    switch (kind) {
      case "write":
        for (let index = 0; index < bytes; index++) data[index] = fill ^ (index >> 9);
        expect(host.move(NvmOpcode.WRITE, slba, blocks, offset)).toBe(0);
        expected.set(data);
        break;
      case "zeroes":
        expect(host.move(NvmOpcode.WRITE_ZEROES, slba, blocks)).toBe(0);
        expected.fill(0);
        break;
      case "deallocate":
        expect(host.deallocate(slba, blocks)).toBe(0);
        expected.fill(0);
        break;
      case "read":
        data.fill(0x5a);
        expect(host.move(NvmOpcode.READ, slba, blocks, offset)).toBe(0);
        expect(Buffer.compare(data, expected)).toBe(0);
        break;
      default:
        data.set(expected);
        if (kind === "wrong") data[fill % bytes]! ^= 1;
        expect(host.move(NvmOpcode.COMPARE, slba, blocks, offset)).toBe(
          kind === "wrong" ? Status.COMPARE_FAILURE : 0,
        );
    }
  }
});
