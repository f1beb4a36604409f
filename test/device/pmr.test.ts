// The Persistent Memory Region of the embedded controller (PMR rows of the transport tests).
import { describe, expect, test } from "vitest";
import { Cns, NvmOpcode } from "../../assembly/spec/commands.ts";
import { IdentifyController } from "../../assembly/spec/identify.ts";
import { Status } from "../../assembly/spec/status.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, type Command, iova, PAGE, Register } from "./bench-host.ts";

const BYTES = 0x100000;
const READS = 0x08;
const WRITES = 0x10;
const BASE = 0x7f_dead_b000n;
const EN = 1;
const CMSE = 2;
const NRDY = 0x100;
const CBAI = 0x1000;

function made(uses = READS | WRITES) {
  const bench = new Bench({ mdts: 9 });
  const pointer = bench.allocate(BYTES);
  bench.device.setPmr(pointer, BYTES, uses);
  return { bench, pointer };
}

function setBase(bench: Bench, base = BASE): void {
  bench.write32(Register.PMRMSCU, Number(base >> 32n));
  bench.write32(Register.PMRMSCL, Number(base & 0xffff_f000n) | CMSE);
}

function usable(uses?: number) {
  const pmr = made(uses);
  pmr.bench.write32(Register.PMRCTL, EN);
  setBase(pmr.bench);
  pmr.bench.enable();
  return pmr;
}

function identifyTo(prp1: bigint): Command {
  return { opcode: AdminOpcode.IDENTIFY, cdw10: Cns.CONTROLLER, prp1 };
}

describe("misuse", () => {
  test("queues and lists in it are invalid fields, and so are data that it does not take", () => {
    const { bench } = usable(READS);
    const queue = {
      opcode: AdminOpcode.CREATE_IO_CQ,
      prp1: BASE,
      cdw10: (15 << 16) | 1,
      cdw11: 1,
    };
    expect(bench.execute(queue).code).toBe(Status.INVALID_FIELD);
    const pair = bench.createPair(1);
    const data = bench.buffer(PAGE);
    const block = { nsid: 1, prp1: iova(data), prp2: BASE, cdw12: (3 * PAGE) / 512 - 1 };
    expect(bench.execute({ opcode: NvmOpcode.READ, ...block }, pair).code).toBe(
      Status.INVALID_FIELD,
    );
    const write = { opcode: NvmOpcode.WRITE, nsid: 1, prp1: BASE };
    expect(bench.execute(write, pair).code).toBe(Status.INVALID_FIELD);
    expect(bench.execute({ ...write, opcode: NvmOpcode.READ }, pair).code).toBe(0);
  });

  test("before EN and CMSE its addresses reach nothing", () => {
    for (const [enables, maps] of [
      [false, true],
      [true, false],
    ] as const) {
      const { bench } = made();
      if (enables) bench.write32(Register.PMRCTL, EN);
      if (maps) setBase(bench);
      bench.enable();
      expect(bench.execute(identifyTo(BASE)).code).toBe(Status.DATA_TRANSFER_ERROR);
    }
  });

  test("a base past the end of all addresses, or over the other memory, is invalid: CBAI", () => {
    const { bench } = made();
    bench.write32(Register.PMRCTL, EN);
    setBase(bench, 0xffff_ffff_fff0_1000n);
    expect(bench.read32(Register.PMRSTS)).toBe(CBAI);
    setBase(bench);
    expect(bench.read32(Register.PMRSTS)).toBe(0);
    const cmb = bench.allocate(0x10000);
    bench.device.setCmb(cmb, 16, 0, 0, 0x1f, 0, 0n);
    bench.write32(Register.CMBMSC_HI, Number(BASE >> 32n));
    bench.write32(Register.CMBMSC_LO, Number(BASE & 0xffff_f000n) | 3);
    expect(bench.read32(Register.CMBSTS)).toBe(1);
  });
});

describe("registers", () => {
  test("PMRCAP says what it takes, where it lies and how long it may take", () => {
    const { bench } = made(READS);
    expect((bench.read32(Register.CAP_HI) >>> 24) & 1).toBe(1);
    const capabilities = bench.read32(Register.PMRCAP);
    expect(capabilities & 0xff).toBe(READS | (4 << 5));
    expect((capabilities >> 16) & 0xff).toBe(1);
    expect((capabilities >> 24) & 1).toBe(1);
    bench.write32(Register.PMRCAP, 0xffff_ffff);
    expect(bench.read32(Register.PMRCAP)).toBe(capabilities);
    expect(bench.read32(Register.PMREBS) >>> 8).toBe(64);
    expect(bench.read32(Register.PMRSWTP) >>> 8).toBe(1024);
  });

  test("NRDY follows EN, both ways", () => {
    const { bench } = made();
    for (let count = 0; count < 3; count++) {
      expect([bench.read32(Register.PMRSTS), bench.read32(Register.PMRCTL)]).toEqual([NRDY, 0]);
      bench.write32(Register.PMRCTL, 0xffff_ffff);
      expect([bench.read32(Register.PMRSTS), bench.read32(Register.PMRCTL)]).toEqual([0, EN]);
      bench.write32(Register.PMRCTL, 0);
    }
  });

  test("without a region its registers read 0, whatever is written there", () => {
    const bench = new Bench().enable();
    const registers = [0xe00, 0xe04, 0xe08, 0xe0c, 0xe10, 0xe14, 0xe18];
    for (const offset of registers) bench.write32(offset, 0xffff_ffff);
    expect(registers.map((offset) => bench.read32(offset))).toEqual(registers.map(() => 0));
  });

  test("PMRMSCL keeps CMSE and CBA, and nothing else", () => {
    const { bench } = made();
    bench.write32(Register.PMRMSCU, 0x0123_4567);
    bench.write32(Register.PMRMSCL, 0x89ab_cfff);
    expect(bench.read32(Register.PMRMSCU)).toBe(0x0123_4567);
    expect(bench.read32(Register.PMRMSCL)).toBe(0x89ab_c002);
  });
});

describe("in use", () => {
  test("data go into it and come from it", () => {
    const { bench, pointer } = usable();
    expect(bench.execute(identifyTo(BASE)).code).toBe(0);
    expect(bench.view.getUint32(pointer + IdentifyController.VER, true)).toBe(0x10400);
    const pair = bench.createPair(1);
    bench.bytes.fill(0x77, pointer, pointer + PAGE);
    const block = { nsid: 1, prp1: BASE };
    expect(bench.execute({ opcode: NvmOpcode.WRITE, ...block }, pair).code).toBe(0);
    expect(bench.bytes[bench.medium]).toBe(0x77);
  });

  test("what it holds outlives every reset; a Controller Reset keeps its registers too", () => {
    const { bench, pointer } = usable();
    bench.bytes.fill(0x5a, pointer, pointer + BYTES);
    bench.disable();
    expect(bench.enable().execute(identifyTo(BASE)).code).toBe(0);
    bench.functionReset();
    expect([bench.read32(Register.PMRCTL), bench.read32(Register.PMRMSCL)]).toEqual([0, 0]);
    bench.write32(Register.NSSR, 0x4e564d65);
    expect(bench.read32(Register.PMRSTS)).toBe(NRDY);
    expect(new Set(bench.bytes.slice(pointer + PAGE, pointer + BYTES))).toEqual(new Set([0x5a]));
  });

  test("pmr-never-ready: NRDY stays 1, and no address reaches it", () => {
    const { bench } = made();
    const [fault] = parseFaults("pmr-never-ready", 1n);
    bench.device.addFault(fault!.kind, fault!.match, 0, 0, 0, 0n, 0n, 1n);
    bench.write32(Register.PMRCTL, EN);
    setBase(bench);
    expect(bench.read32(Register.PMRSTS)).toBe(NRDY);
    bench.enable();
    expect(bench.execute(identifyTo(BASE)).code).toBe(Status.DATA_TRANSFER_ERROR);
  });
});
