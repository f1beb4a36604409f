// The Controller Memory Buffer of the embedded controller (CMB rows of the transport tests): registers, addresses, and what
// may lie in it.
import { describe, expect, test } from "vitest";
import { Cns, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES, IdentifyController } from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import {
  AdminOpcode,
  Bench,
  type Command,
  iova,
  layout,
  PAGE,
  type QueuePair,
  Register,
} from "./bench-host.ts";

const SQ = 0x01;
const CQ = 0x02;
const LISTS = 0x04;
const READS = 0x08;
const WRITES = 0x10;
const ALL = 0x1f;
const CRE = 1;
const CMSE = 2;
const UNIT = 0x10000;
const UNITS = 16;
const OFFSET = 3;
/** An address that nothing else has. */
const BASE = 0x7f_dead_b000n;
const CFS = 0x2;

interface Made {
  readonly uses?: number;
  readonly mixes?: boolean;
  readonly legacyBase?: bigint;
}

/** A controller with 1 MiB of buffer, three units of 64 KiB into its BAR; nothing is enabled. */
function made({ uses = ALL, mixes = false, legacyBase = 0n }: Made = {}) {
  const bench = new Bench({ mdts: 9 });
  const bar = bench.allocate((OFFSET + UNITS) * UNIT);
  const pointer = bar + OFFSET * UNIT;
  bench.device.setCmb(pointer, UNITS, OFFSET, 1, uses, Number(mixes), legacyBase);
  return { bench, bar, pointer };
}

/** As a host switches it on: the high half first, which takes no effect by itself. */
function switchOn(bench: Bench, base = BASE): void {
  bench.write32(Register.CMBMSC_HI, Number(base >> 32n));
  bench.write32(Register.CMBMSC_LO, Number(base & 0xffff_f000n) | CMSE | CRE);
}

function usable(options: Made = {}) {
  const cmb = made(options);
  switchOn(cmb.bench);
  cmb.bench.enable();
  return { ...cmb, at: (offset: number): bigint => BASE + BigInt(offset) };
}

function identifyTo(prp1: bigint, prp2 = 0n): Command {
  return { opcode: AdminOpcode.IDENTIFY, cdw10: Cns.CONTROLLER, prp1, prp2 };
}

/** A queue pair whose queues lie at these addresses, and where the host sees them. */
function pairAt(
  bench: Bench,
  sq: { readonly iova: bigint; readonly pointer: number },
  cq: { readonly iova: bigint; readonly pointer: number },
  entries = 16,
): { readonly codes: readonly Status[]; readonly pair: QueuePair } {
  bench.bytes.fill(0, cq.pointer, cq.pointer + entries * 16);
  const pair = {
    sq: { qid: 1, entries, pointer: sq.pointer, tail: 0 },
    cq: { qid: 1, entries, pointer: cq.pointer, head: 0, phase: 1 },
  };
  const size = (entries - 1) << 16;
  const cqCode = bench.execute({
    opcode: AdminOpcode.CREATE_IO_CQ,
    prp1: cq.iova,
    cdw10: size | 1,
    cdw11: 1,
  }).code;
  const sqCode = bench.execute({
    opcode: AdminOpcode.CREATE_IO_SQ,
    prp1: sq.iova,
    cdw10: size | 1,
    cdw11: (1 << 16) | 1,
  }).code;
  return { codes: [cqCode, sqCode], pair };
}

/** Memory of the host's own, by both its addresses. */
function hostMemory(bench: Bench, bytes: number) {
  const pointer = bench.buffer(bytes);
  return { pointer, iova: iova(pointer) };
}

describe("misuse", () => {
  test.each([
    ["completion queue", ALL & ~CQ, [Status.INVALID_USE_OF_CMB, Status.COMPLETION_QUEUE_INVALID]],
    ["submission queue", ALL & ~SQ, [0, Status.INVALID_USE_OF_CMB]],
  ])("a %s in a buffer that is not for it", (_, uses, codes) => {
    const { bench, pointer, at } = usable({ uses });
    const inBuffer = (offset: number) => ({ iova: at(offset), pointer: pointer + offset });
    expect(pairAt(bench, inBuffer(0), inBuffer(PAGE)).codes).toEqual(codes);
  });

  test("a queue that begins inside and ends outside, or the other way round", () => {
    const { bench, pointer, at } = usable();
    const last = UNITS * UNIT - PAGE;
    const end = { iova: at(last), pointer: pointer + last };
    const host = hostMemory(bench, 2 * PAGE);
    expect(pairAt(bench, end, host, 128).codes).toEqual([0, Status.INVALID_USE_OF_CMB]);
    const before = { iova: at(-PAGE), pointer: pointer - PAGE };
    const other = usable();
    expect(pairAt(other.bench, before, hostMemory(other.bench, 2 * PAGE), 128).codes).toEqual([
      0,
      Status.INVALID_USE_OF_CMB,
    ]);
  });

  test("data that go to the host need RDS, and those that come from it WDS", () => {
    const { bench, at } = usable({ uses: ALL & ~READS });
    expect(bench.execute(identifyTo(at(0))).code).toBe(Status.INVALID_USE_OF_CMB);
    const pair = bench.createPair(1);
    const block = { nsid: 1, prp1: at(0) };
    expect(bench.execute({ opcode: NvmOpcode.WRITE, ...block }, pair).code).toBe(0);
    const other = usable({ uses: ALL & ~WRITES });
    const otherPair = other.bench.createPair(1);
    const write = other.bench.execute({ opcode: NvmOpcode.WRITE, ...block }, otherPair);
    expect(write.code).toBe(Status.INVALID_USE_OF_CMB);
    expect(other.bench.execute({ opcode: NvmOpcode.READ, ...block }, otherPair).code).toBe(0);
  });

  /** A Read of three pages by a list at `list`, which is put together at `pointer`. */
  function readByList(
    bench: Bench,
    pair: QueuePair,
    list: bigint,
    pointer: number,
    pages: bigint[],
  ) {
    pages.slice(1).forEach((page, index) => {
      bench.view.setBigUint64(pointer + index * 8, page, true);
    });
    const blocks = (pages.length * PAGE) / 512;
    return bench.execute(
      { opcode: NvmOpcode.READ, nsid: 1, prp1: pages[0]!, prp2: list, cdw12: blocks - 1 },
      pair,
    ).code;
  }

  test("a list needs LISTS, and its command in the buffer, unless CDPCILS says otherwise", () => {
    for (const [options, inBuffer, code] of [
      [{ uses: ALL & ~LISTS }, true, Status.INVALID_USE_OF_CMB],
      [{}, true, 0],
      [{}, false, Status.INVALID_USE_OF_CMB],
      [{ mixes: true }, false, 0],
    ] as const) {
      const { bench, pointer, at } = usable(options);
      const own = { iova: at(PAGE), pointer: pointer + PAGE };
      const sq = inBuffer ? own : hostMemory(bench, PAGE);
      const { pair } = pairAt(bench, sq, hostMemory(bench, PAGE));
      const data = bench.buffer(3 * PAGE);
      const pages = [0, 1, 2].map((page) => iova(data + page * PAGE));
      expect(readByList(bench, pair, at(0), pointer, pages)).toBe(code);
    }
  });

  test("so does an SGL's segment; and data of an SGL that it leads to may lie there too", () => {
    for (const [options, inBuffer, code] of [
      [{ uses: ALL & ~LISTS }, true, Status.INVALID_USE_OF_CMB],
      [{ uses: ALL & ~READS }, true, Status.INVALID_USE_OF_CMB],
      [{}, true, 0],
      [{}, false, Status.INVALID_USE_OF_CMB],
    ] as const) {
      const { bench, pointer, at } = usable(options);
      const own = { iova: at(PAGE), pointer: pointer + PAGE };
      const sq = inBuffer ? own : hostMemory(bench, PAGE);
      const { pair } = pairAt(bench, sq, hostMemory(bench, PAGE));
      [at(2 * PAGE), 256n, at(3 * PAGE), 256n].forEach((qword, index) => {
        bench.view.setBigUint64(pointer + index * 8, qword, true);
      });
      const dptr = { prp1: at(0), prp2: 32n | (0x30n << 56n) }; // Last Segment
      const read = { opcode: NvmOpcode.READ, nsid: 1, flags: 0x40, ...dptr };
      expect(bench.execute(read, pair).code).toBe(code);
    }
  });

  test("data of one command on both sides, unless CDMMMS says that they may be", () => {
    for (const [mixes, code] of [
      [false, Status.INVALID_USE_OF_CMB],
      [true, 0],
    ] as const) {
      const { bench, at } = usable({ mixes });
      const pair = bench.createPair(1);
      const list = bench.buffer(PAGE, layout.DmaAccess.READ);
      const data = bench.buffer(PAGE);
      expect(readByList(bench, pair, iova(list), list, [at(0), at(PAGE), iova(data)])).toBe(code);
      expect(readByList(bench, pair, iova(list), list, [iova(data), at(0), at(PAGE)])).toBe(code);
    }
  });

  test("what is past its end is no memory of anybody's", () => {
    const { bench, at } = usable();
    expect(bench.execute(identifyTo(at(UNITS * UNIT))).code).toBe(Status.DATA_TRANSFER_ERROR);
    expect(bench.execute(identifyTo(at(-PAGE))).code).toBe(Status.DATA_TRANSFER_ERROR);
    expect(bench.execute(identifyTo(at(UNITS * UNIT - PAGE))).code).toBe(0);
  });

  test("an admin queue in a buffer that is not for it is fatal", () => {
    for (const [uses, register] of [
      [ALL & ~SQ, Register.ASQ_LO],
      [ALL & ~CQ, Register.ACQ_LO],
    ] as const) {
      const { bench } = usable({ uses });
      bench.disable();
      bench.write32(register, Number(BASE & 0xffff_f000n));
      bench.write32(register + 4, Number(BASE >> 32n));
      bench.write32(Register.CC, 0x460001);
      expect(bench.csts).toBe(CFS);
    }
  });

  test("a base past the end of all addresses is invalid, and CMBSTS.CBAI says so", () => {
    const { bench } = made();
    switchOn(bench, 0xffff_ffff_fff0_1000n);
    expect(bench.read32(Register.CMBSTS)).toBe(1);
    bench.enable();
    expect(bench.execute(identifyTo(0xffff_ffff_fff0_1000n)).code).toBe(Status.DATA_TRANSFER_ERROR);
    // the second one ends where the addresses do
    for (const base of [0xffff_ffff_ff00_0000n, 2n ** 64n - BigInt(UNITS * UNIT)]) {
      switchOn(bench, base);
      expect(bench.read32(Register.CMBSTS)).toBe(0);
      expect(bench.execute(identifyTo(base + BigInt(UNITS * UNIT - PAGE))).code).toBe(0);
    }
  });

  test("CMSE without CRE has no effect, and is no invalid base", () => {
    const { bench, at } = usable();
    for (const high of [Number(BASE >> 32n), 0xffff_ffff]) {
      bench.write32(Register.CMBMSC_HI, high);
      bench.write32(Register.CMBMSC_LO, 0xfff0_1000 | CMSE);
      expect(bench.read32(Register.CMBSTS)).toBe(0);
    }
    switchOn(bench);
    bench.write32(Register.CMBMSC_LO, Number(BASE & 0xffff_f000n) | CMSE);
    expect(bench.execute(identifyTo(at(0))).code).toBe(Status.DATA_TRANSFER_ERROR);
  });

  test("without a buffer its registers read 0, whatever is written there", () => {
    const bench = new Bench().enable();
    const registers = [0x38, 0x3c, 0x50, 0x54, 0x58, 0x5c, 0x60];
    for (const offset of registers) bench.write32(offset, 0xffff_ffff);
    expect(registers.map((offset) => bench.read32(offset))).toEqual(registers.map(() => 0));
  });
});

describe("registers", () => {
  test("CMBLOC and CMBSZ read 0 until CMBMSC.CRE is set", () => {
    const { bench } = made({ uses: SQ | READS });
    expect((bench.read32(Register.CAP_HI) >>> 25) & 1).toBe(1);
    expect([bench.read32(Register.CMBLOC), bench.read32(Register.CMBSZ)]).toEqual([0, 0]);
    bench.write32(Register.CMBMSC_LO, CRE);
    expect(bench.read32(Register.CMBLOC)).toBe((OFFSET << 12) | 2);
    expect(bench.read32(Register.CMBSZ)).toBe((UNITS << 12) | (1 << 8) | SQ | READS);
    for (const register of [Register.CMBLOC, Register.CMBSZ, Register.CMBSTS]) {
      bench.write32(register, 0xffff_ffff);
    }
    expect(bench.read32(Register.CMBSZ)).toBe((UNITS << 12) | (1 << 8) | SQ | READS);
    bench.write32(Register.CMBMSC_LO, 0);
    expect(bench.read32(Register.CMBSZ)).toBe(0);
  });

  test("CMBMSC keeps CRE, CMSE and CBA, and nothing else", () => {
    const { bench } = made();
    bench.write32(Register.CMBMSC_HI, 0x0123_4567);
    bench.write32(Register.CMBMSC_LO, 0x89ab_cfff);
    expect(bench.read32(Register.CMBMSC_HI)).toBe(0x0123_4567);
    expect(bench.read32(Register.CMBMSC_LO)).toBe(0x89ab_c003);
  });

  test("before CMSE its addresses are anybody's: they go through the IOMMU", () => {
    const { bench } = made();
    bench.enable();
    const page = bench.allocate(PAGE);
    bench.map(page, PAGE, 3, 0x7f);
    const address = (0x7fn << 32n) | BigInt(page);
    expect(bench.execute(identifyTo(address)).code).toBe(0);
    expect(bench.view.getUint16(page, true)).not.toBe(0);
    // from now on the buffer has them, though the IOMMU's entry was the one that matched last
    switchOn(bench, address & ~0xffffn);
    bench.bytes.fill(0, page, page + PAGE);
    expect(bench.execute(identifyTo(address)).code).toBe(0);
    expect(bench.view.getUint16(page, true)).toBe(0);
  });

  test("as before 1.4: no CMBMSC, both registers from the beginning, addresses of the BAR", () => {
    const legacyBase = 0x38_c000_0000n;
    const { bench, pointer } = made({ legacyBase });
    expect((bench.read32(Register.CAP_HI) >>> 25) & 1).toBe(0);
    expect(bench.read32(Register.CMBSZ)).not.toBe(0);
    switchOn(bench);
    expect([Register.CMBMSC_LO, Register.CMBMSC_HI].map((at) => bench.read32(at))).toEqual([0, 0]);
    bench.enable();
    expect(bench.execute(identifyTo(legacyBase)).code).toBe(0);
    expect(bench.view.getUint32(pointer + IdentifyController.VER, true)).toBe(0x10400);
    expect(bench.execute(identifyTo(BASE)).code).toBe(Status.DATA_TRANSFER_ERROR);
  });
});

describe("in use", () => {
  test("Identify goes straight into it, byte for byte as into host memory", () => {
    const { bench, pointer, at } = usable();
    const page = bench.buffer(PAGE);
    expect(bench.execute(identifyTo(iova(page))).code).toBe(0);
    for (const offset of [0, PAGE + 4, UNITS * UNIT - PAGE]) {
      expect(bench.execute(identifyTo(at(offset), at(2 * PAGE))).code).toBe(0);
      const first = PAGE - (offset % PAGE);
      const found = [
        ...bench.bytes.slice(pointer + offset, pointer + offset + first),
        ...bench.bytes.slice(pointer + 2 * PAGE, pointer + 2 * PAGE + IDENTIFY_BYTES - first),
      ];
      expect(found).toEqual([...bench.bytes.slice(page, page + PAGE)]);
    }
  });

  test("queues, lists and data all lie in it, lap after lap", () => {
    const { bench, pointer, at } = usable();
    const place = (offset: number) => ({ iova: at(offset), pointer: pointer + offset });
    const { codes, pair } = pairAt(bench, place(0), place(PAGE));
    expect(codes).toEqual([0, 0]);
    const data = pointer + 4 * PAGE;
    bench.view.setBigUint64(pointer + 2 * PAGE, at(5 * PAGE), true);
    bench.view.setBigUint64(pointer + 2 * PAGE + 8, at(6 * PAGE), true);
    const block = { nsid: 1, prp1: at(4 * PAGE), prp2: at(2 * PAGE), cdw12: (3 * PAGE) / 512 - 1 };
    for (let lap = 1; lap <= 50; lap++) {
      bench.bytes.fill(lap, data, data + 3 * PAGE);
      expect(bench.execute({ opcode: NvmOpcode.WRITE, ...block }, pair).code).toBe(0);
      bench.bytes.fill(0, data, data + 3 * PAGE);
      expect(bench.execute({ opcode: NvmOpcode.READ, ...block }, pair).code).toBe(0);
      expect(new Set(bench.bytes.slice(data, data + 3 * PAGE))).toEqual(new Set([lap]));
    }
  });

  test("admin queues lie in it too", () => {
    const { bench, pointer } = made();
    switchOn(bench);
    bench.write32(Register.AQA, 0x000f_000f);
    for (const [register, offset] of [
      [Register.ASQ_LO, 0],
      [Register.ACQ_LO, PAGE],
    ] as const) {
      const address = BASE + BigInt(offset);
      bench.write32(register, Number(address & 0xffff_ffffn));
      bench.write32(register + 4, Number(address >> 32n));
    }
    bench.bytes.fill(0, pointer, pointer + 2 * PAGE);
    bench.write32(Register.CC, 0x460001);
    bench.admin = {
      sq: { qid: 0, entries: 16, pointer, tail: 0 },
      cq: { qid: 0, entries: 16, pointer: pointer + PAGE, head: 0, phase: 1 },
    };
    const page = bench.buffer(PAGE);
    for (let count = 0; count < 40; count++) {
      expect(bench.execute(identifyTo(iova(page))).code).toBe(0);
    }
  });

  test("a queue whose addresses are taken away is fatal", () => {
    const { bench, pointer, at } = usable();
    const { pair } = pairAt(bench, { iova: at(0), pointer }, hostMemory(bench, PAGE));
    bench.write32(Register.CMBMSC_LO, CRE);
    bench.post(pair.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    bench.ring(pair.sq);
    bench.step(4);
    expect(bench.csts & CFS).toBe(CFS);
  });
});

describe("resets", () => {
  const control = (bench: Bench) =>
    [Register.CMBMSC_LO, Register.CMBMSC_HI].map((register) => bench.read32(register));

  test.each([
    ["a Controller Reset", (bench: Bench) => bench.disable()],
    ["a function level reset", (bench: Bench) => bench.functionReset()],
  ])("%s keeps CMBMSC, and what the buffer held is undefined", (_, reset) => {
    const { bench, pointer, at } = usable();
    bench.bytes.fill(0x5a, pointer, pointer + PAGE);
    const before = control(bench);
    reset(bench);
    expect(control(bench)).toEqual(before);
    expect(bench.bytes[pointer]).not.toBe(0x5a);
    bench.enable();
    expect(bench.execute(identifyTo(at(0))).code).toBe(0);
  });

  test.each([
    ["an NVM Subsystem Reset", (bench: Bench) => bench.write32(Register.NSSR, 0x4e564d65)],
    ["a hot reset", (bench: Bench) => bench.hotReset()],
  ])("%s clears CMBMSC, and what the buffer held is undefined", (_, reset) => {
    const { bench, pointer, at } = usable();
    bench.bytes.fill(0x5a, pointer, pointer + PAGE);
    reset(bench);
    expect(control(bench)).toEqual([0, 0]);
    expect(bench.read32(Register.CMBSZ)).toBe(0);
    expect(bench.bytes[pointer]).not.toBe(0x5a);
    bench.enable();
    expect(bench.execute(identifyTo(at(0))).code).toBe(Status.DATA_TRANSFER_ERROR);
  });

  test("when CMSE is set what the buffer holds is undefined", () => {
    const { bench, pointer } = made();
    bench.bytes.fill(0x5a, pointer, pointer + PAGE);
    switchOn(bench);
    expect(bench.bytes[pointer]).not.toBe(0x5a);
    bench.bytes.fill(0x5a, pointer, pointer + PAGE);
    switchOn(bench, BASE + 0x1000_0000n);
    expect(bench.bytes[pointer], "it was set already").toBe(0x5a);
  });
});

describe("faults", () => {
  function addFault(bench: Bench, text: string): void {
    for (const { kind, match, every, times, probability, a, b, seed } of parseFaults(text, 1n)) {
      bench.device.addFault(kind, match, every, times, probability, a, b, seed);
    }
  }

  test("cmb-lost-write: what the host wrote there is gone with the next register access", () => {
    const { bench, pointer } = usable();
    addFault(bench, "cmb-lost-write:offset=64");
    bench.bytes.fill(0x5a, pointer, pointer + PAGE);
    bench.read32(Register.CSTS);
    const found = bench.bytes.slice(pointer, pointer + PAGE);
    expect([...found.entries()].filter(([, byte]) => byte === 0).map(([at]) => at)).toEqual([
      64, 65, 66, 67,
    ]);
  });

  test("cmb-wrong-offset: commands find it elsewhere in the BAR", () => {
    const { bench, bar, pointer } = made();
    addFault(bench, "cmb-wrong-offset");
    switchOn(bench);
    bench.enable();
    bench.bytes.fill(0, bar, bar + (OFFSET + UNITS) * UNIT);
    expect(bench.execute(identifyTo(BASE)).code).toBe(0);
    expect(bench.view.getUint32(pointer + IdentifyController.VER, true)).toBe(0);
    expect(bench.view.getUint32(bar + OFFSET * PAGE + IdentifyController.VER, true)).toBe(0x10400);
  });

  test("bad-register: four bytes of the registers read something else", () => {
    const { bench } = made();
    addFault(bench, "bad-register:offset=0x3c,value=0xfffff01f");
    expect(bench.read32(Register.CMBSZ)).toBe(0xfffff01f);
    expect(bench.read32(Register.CMBLOC)).toBe(0);
  });
});
