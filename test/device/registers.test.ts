// Registers, enabling, resets and shutdown of the embedded controller (REG and RST rows of the transport tests).
import { describe, expect, test } from "vitest";
import { LogPage, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, iova, layout, PAGE, Register } from "./bench-host.ts";

const RDY = 0x1;
const CFS = 0x2;
const SHST = 0xc;
const ENABLED = 0x460001;

describe("misuse", () => {
  test("AQA with a size of one entry, or none set, is fatal", () => {
    for (const aqa of [0, 15, 15 << 16]) {
      const bench = new Bench();
      bench.write32(Register.AQA, aqa);
      bench.write32(Register.CC, ENABLED);
      expect(bench.csts).toBe(CFS);
    }
  });

  test.each([
    ["MPS outside MPSMIN to MPSMAX", ENABLED | (1 << 7)],
    ["an unsupported CSS", ENABLED | (1 << 4)],
    ["an unsupported AMS", ENABLED | (1 << 11)],
  ])("%s is fatal, and a reset cures it", (_, cc) => {
    const bench = new Bench().enable(cc);
    expect(bench.csts).toBe(CFS);
    bench.disable();
    expect(bench.csts).toBe(0);
    expect(bench.enable().csts).toBe(RDY);
  });

  test.each([Register.ASQ_LO, Register.ACQ_LO])("a queue base inside a page is fatal", (offset) => {
    const bench = new Bench().enable();
    bench.disable();
    bench.write32(offset, bench.read32(offset) | 0x800);
    expect(bench.read32(offset) & 0xfff).toBe(0);
    bench.write32(Register.CC, ENABLED);
    expect(bench.csts).toBe(CFS);
  });

  test("unaligned, unknown and doorbell offsets read 0 and ignore writes", () => {
    const bench = new Bench().enable();
    const between = (first: number, end: number) =>
      Array.from({ length: (end - first) / 4 }, (_, index) => first + index * 4);
    // memory buffers, boot partitions and persistent memory, which are not there, and what is reserved
    const absent = [0x18, ...between(0x38, 0x100), ...between(0xe00, 0xe20)];
    for (const offset of [0x15, ...absent, 0x100, 0x1000, 0x1004, 0xfffffffc]) {
      bench.write32(offset, 0xffffffff);
      expect(bench.read32(offset)).toBe(0);
    }
    expect(bench.csts).toBe(RDY);
  });
});

describe("registers", () => {
  test("CAP and VS say what there is, and cannot be written", () => {
    const bench = new Bench({ mqes: 1024, dstrd: 2 });
    const read = () => [0x00, 0x04, 0x08, 0x1c].map((offset) => bench.read32(offset));
    const before = read();
    expect(before[0]! & 0xffff).toBe(1023);
    expect((before[0]! >> 16) & 1).toBe(1);
    expect(before[0]! >>> 24).toBeGreaterThan(0);
    expect(before[1]).toBe(2 | (1 << 4) | (1 << 5));
    expect(before[2]).toBe(0x10400);
    for (const offset of [0x00, 0x04, 0x08, 0x1c]) bench.write32(offset, 0xffffffff);
    expect(read()).toEqual(before);
  });

  test("RDY follows EN, both ways; nothing but NSSRO of CSTS can be written", () => {
    const bench = new Bench();
    for (let index = 0; index < 3; index++) {
      expect(bench.csts).toBe(0);
      bench.write32(Register.CSTS, 0xffffffff);
      expect(bench.enable().csts).toBe(RDY);
      bench.write32(Register.CSTS, 0xffffffff);
      expect(bench.csts).toBe(RDY);
      bench.disable();
    }
  });

  test("NSSR reads 0", () => {
    const bench = new Bench().enable();
    bench.write32(Register.NSSR, 0x12345678);
    expect(bench.read32(Register.NSSR)).toBe(0);
  });

  test.each([2, 4096])("admin queues of %i entries", (entries) => {
    const bench = new Bench().enable(ENABLED, entries);
    for (let index = 0; index < 2 * entries + 1; index++) {
      const { code, sqhd } = bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
      expect([code, sqhd]).toEqual([0, (index + 1) % entries]);
    }
  });

  test("reserved bits of CC and AQA read 0", () => {
    const bench = new Bench();
    bench.write32(Register.CC, 0xffffcffe);
    expect(bench.read32(Register.CC) & 0xff00000e).toBe(0);
    bench.write32(Register.AQA, 0xffffffff);
    expect(bench.read32(Register.AQA)).toBe(0x0fff0fff);
  });

  test("ASQ and ACQ take their halves in either order", () => {
    const bench = new Bench();
    for (const [low, high] of [
      [Register.ASQ_LO, Register.ASQ_HI],
      [Register.ACQ_LO, Register.ACQ_HI],
    ] as const) {
      bench.write32(low, 0x12345000);
      bench.write32(high, 0x9);
      expect([bench.read32(low), bench.read32(high)]).toEqual([0x12345000, 0x9]);
      bench.write32(high, 0xa);
      bench.write32(low, 0x54321000);
      expect([bench.read32(low), bench.read32(high)]).toEqual([0x54321000, 0xa]);
    }
  });

  test("INTMS sets and INTMC clears one mask, which both read back", () => {
    const bench = new Bench({ interruptKind: "PIN" });
    bench.write32(Register.INTMS, 0xf0);
    bench.write32(Register.INTMC, 0x30);
    bench.write32(Register.INTMS, 0x1);
    expect(bench.read32(Register.INTMS)).toBe(0xc1);
    expect(bench.read32(Register.INTMC)).toBe(0xc1);
  });

  test("a masked pin interrupt comes when it is unmasked", () => {
    const bench = new Bench({ interruptKind: "PIN" }).enable();
    bench.write32(Register.INTMS, 1);
    bench.post(bench.admin.sq, { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    bench.ring(bench.admin.sq);
    bench.step(4);
    expect(bench.interrupts).toEqual([]);
    bench.write32(Register.INTMC, 1);
    bench.step();
    expect(bench.interrupts).toEqual([0]);
  });

  /** Queues on vectors 1 and 2, each with an entry that was announced, and one on vector 3 without. */
  function announced(interruptKind: "MSI" | "MSIX") {
    const bench = new Bench({ interruptKind }).enable();
    for (const qid of [1, 2, 3]) {
      const { sq } = bench.createPair(qid);
      if (qid < 3) bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
      bench.ring(sq);
    }
    bench.settle();
    bench.interrupts.length = 0;
    return bench;
  }

  test("INTMC announces what is masked, has entries and was named, and nothing else", () => {
    const bench = announced("MSI");
    bench.write32(Register.INTMC, 0xffffffff);
    bench.settle();
    expect(bench.interrupts).toEqual([]);
    bench.write32(Register.INTMS, 0b1010);
    bench.write32(Register.INTMC, 0b0100);
    bench.settle();
    expect(bench.interrupts).toEqual([]);
    bench.write32(Register.INTMC, 0xffffffff);
    bench.settle();
    expect(bench.interrupts).toEqual([1]);
  });

  test("with MSI-X INTMS holds nothing back and INTMC announces nothing", () => {
    const bench = announced("MSIX");
    bench.write32(Register.INTMS, 0xffffffff);
    bench.write32(Register.INTMC, 0xffffffff);
    bench.settle();
    expect(bench.interrupts).toEqual([]);
    bench.write32(Register.INTMS, 0xffffffff);
    bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    expect(bench.interrupts).toEqual([0]);
  });

  test("while enabled, MPS, CSS and AMS do not change", () => {
    const bench = new Bench().enable();
    bench.write32(Register.CC, ENABLED | (3 << 7) | (1 << 4) | (1 << 11));
    expect(bench.read32(Register.CC)).toBe(ENABLED);
    expect(bench.csts).toBe(RDY);
  });
});

describe("subsystem reset", () => {
  test("only the signature resets; NSSRO tells of it until 1 is written", () => {
    const bench = new Bench().enable();
    bench.write32(Register.NSSR, 0x4e564d66);
    expect(bench.csts).toBe(RDY);
    bench.write32(Register.NSSR, 0x4e564d65);
    expect(bench.csts).toBe(0x10);
    expect(bench.read32(Register.AQA)).toBe(0);
    bench.write32(Register.CSTS, 0x10);
    expect(bench.csts).toBe(0);
  });
});

test.each([
  ["a controller reset", (bench: Bench) => bench.enable().disable()],
  ["a function level reset", (bench: Bench) => bench.functionReset()],
  ["a hot reset", (bench: Bench) => bench.hotReset()],
])("%s leaves NSSRO to the host", (_, reset) => {
  const bench = new Bench().enable();
  bench.write32(Register.NSSR, 0x4e564d65);
  reset(bench);
  expect(bench.csts).toBe(0x10);
  bench.write32(Register.CSTS, 0x10);
  reset(bench);
  expect(bench.csts).toBe(0);
});

describe("resets", () => {
  test("a controller reset forgets I/O queues: they can be made anew", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    bench.disable();
    expect(bench.csts).toBe(0);
    bench.enable();
    const gone = { opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 1 };
    expect(bench.execute(gone).code).toBe(Status.INVALID_QUEUE_IDENTIFIER);
    bench.forget(pair);
    expect(bench.createCq(pair.cq, 1).code).toBe(0);
    expect(bench.createSq(pair.sq, 1).code).toBe(0);
  });

  test("it keeps AQA, ASQ and ACQ; pointers, phase and SQHD start again", () => {
    const bench = new Bench().enable();
    for (let index = 0; index < 20; index++)
      bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    const registers = [Register.AQA, Register.ASQ_LO, Register.ACQ_LO];
    const before = registers.map((offset) => bench.read32(offset));
    bench.disable();
    expect(registers.map((offset) => bench.read32(offset))).toEqual(before);
    bench.forget(bench.admin);
    bench.write32(Register.CC, ENABLED);
    const first = bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    expect(first).toMatchObject({ sqhd: 1, phase: 1, code: 0 });
  });

  test.each([
    ["a controller reset", (bench: Bench) => bench.disable()],
    ["a function level reset", (bench: Bench) => bench.functionReset()],
    ["a subsystem reset", (bench: Bench) => bench.write32(Register.NSSR, 0x4e564d65)],
  ])("%s clears CC, the interrupt mask and the error log; the Error Count goes on", (_, reset) => {
    const bench = new Bench({ interruptKind: "PIN" }).enable(ENABLED);
    const page = bench.buffer(PAGE);
    const errors = () => {
      const cdw10 = (127 << 16) | LogPage.ERROR_INFORMATION;
      bench.execute({ opcode: AdminOpcode.GET_LOG_PAGE, cdw10, prp1: iova(page) });
      return [0, 64].map((entry) => bench.view.getBigUint64(page + entry, true));
    };
    bench.execute({ opcode: 0x7f });
    expect(errors()).toEqual([1n, 0n]);
    bench.write32(Register.INTMS, 0xf0);
    reset(bench);
    for (const offset of [Register.CC, Register.INTMS, Register.INTMC]) {
      expect(bench.read32(offset)).toBe(0);
    }
    expect(bench.csts & ~0x10).toBe(0);
    bench.enable();
    expect(errors()).toEqual([0n, 0n]);
    bench.execute({ opcode: 0x7f });
    expect(errors()).toEqual([2n, 0n]);
  });

  test("new admin queues elsewhere are used after it", () => {
    const bench = new Bench().enable();
    bench.disable();
    bench.admin = { sq: bench.submission(0, 64), cq: bench.completion(0, 32) };
    bench.enable();
    for (let index = 0; index < 100; index++) {
      expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
    }
  });

  test("what is in flight gets no completion, and nothing is written any more", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(1, 1000, 0);
    const { sq, cq } = bench.createPair(1);
    const page = bench.buffer(PAGE);
    for (let index = 0; index < 8; index++) {
      bench.post(sq, { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) });
    }
    bench.ring(sq);
    bench.step();
    bench.disable();
    const before = bench.bytes.slice(layout.HEAP);
    bench.now = 1_000_000n;
    bench.step(10);
    expect(Buffer.compare(bench.bytes.slice(layout.HEAP), before)).toBe(0);
    expect(bench.peek(cq)).toBeUndefined();
  });

  test("doorbells rung while it is disabled do nothing once it is enabled", () => {
    const bench = new Bench().enable();
    bench.disable();
    bench.view.setUint32(bench.doorbells, 5, true);
    bench.step(10);
    bench.enable();
    bench.step(10);
    expect(bench.csts).toBe(RDY);
    expect(bench.peek(bench.admin.cq)).toBeUndefined();
  });

  test("a hot reset makes every register as after power on", () => {
    const bench = new Bench().enable();
    bench.write32(Register.INTMS, 7);
    bench.hotReset();
    for (const offset of [0x0c, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x34]) {
      expect(bench.read32(offset)).toBe(0);
    }
    expect(bench.enable().csts).toBe(RDY);
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });

  test("a function level reset makes every register as after power on", () => {
    const bench = new Bench().enable();
    bench.write32(Register.INTMS, 7);
    bench.functionReset();
    for (const offset of [0x0c, 0x14, 0x1c, 0x24, 0x28, 0x2c, 0x30, 0x34]) {
      expect(bench.read32(offset)).toBe(0);
    }
    expect(bench.enable().csts).toBe(RDY);
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });

  test("a thousand resets in a row leave it usable", () => {
    const bench = new Bench().enable();
    for (let index = 0; index < 1000; index++) {
      bench.write32(Register.CC, 0);
      bench.write32(Register.CC, ENABLED);
      if (index % 3 === 0) bench.functionReset();
    }
    bench.functionReset();
    expect(bench.enable().csts).toBe(RDY);
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });

  test("STOP ends the device's thread", () => {
    const bench = new Bench();
    expect(bench.device.stopped()).toBe(0);
    bench.stop();
    expect(bench.device.stopped()).toBe(1);
    expect(bench.device.run(1000n)).toBe(0);
  });
});

describe("shutdown", () => {
  test.each([1, 2])("SHN %i ends in SHST COMPLETE, with RDY as it was", (shn) => {
    const bench = new Bench().enable();
    bench.write32(Register.CC, ENABLED | (shn << 14));
    bench.step();
    expect(bench.csts).toBe(RDY | 0x8);
  });

  test.each([1, 2])(
    "SHN %i of a controller that is disabled ends too, and EN=1 ends that",
    (shn) => {
      const bench = new Bench();
      bench.write32(Register.CC, shn << 14);
      bench.step();
      expect(bench.csts).toBe(0x8);
      expect(bench.enable().csts).toBe(RDY);
      expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
    },
  );

  test("a normal shutdown waits for commands in flight, an abrupt one does not", () => {
    for (const [shn, ended] of [
      [1, 1],
      [2, 0],
    ] as const) {
      const bench = new Bench().enable();
      bench.device.setLatency(1, 1000, 0);
      const { sq, cq } = bench.createPair(1);
      bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
      bench.ring(sq);
      bench.step();
      bench.write32(Register.CC, ENABLED | (shn << 14));
      bench.step();
      expect(bench.csts & SHST).toBe(shn === 1 ? 0x4 : 0x8);
      bench.now = 5000n;
      bench.step(4);
      expect(bench.csts & SHST).toBe(0x8);
      expect(bench.reap(cq)).toHaveLength(ended);
    }
  });

  test.each([0, 3])("SHN %i asks for none", (shn) => {
    const bench = new Bench().enable();
    bench.write32(Register.CC, ENABLED | (shn << 14));
    bench.step(4);
    expect(bench.csts).toBe(RDY);
  });

  test.each([
    [0, 0x4],
    [1, 0x4],
    [2, 0x8],
  ])("a normal shutdown under way, and SHN %i: only 10b makes it abrupt", (shn, shst) => {
    const bench = new Bench().enable();
    bench.device.setLatency(1, 1000, 0);
    const { sq, cq } = bench.createPair(1);
    bench.post(sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
    bench.ring(sq);
    bench.step();
    bench.write32(Register.CC, ENABLED | (1 << 14));
    bench.write32(Register.CC, ENABLED | (shn << 14));
    bench.step(4);
    expect(bench.csts & SHST).toBe(shst);
    bench.now = 5000n;
    bench.step(4);
    expect(bench.csts & SHST).toBe(0x8);
    expect(bench.reap(cq)).toHaveLength(shn === 2 ? 0 : 1);
  });

  test("afterwards commands are not processed, until CC.EN is cycled", () => {
    const bench = new Bench().enable();
    bench.write32(Register.CC, ENABLED | (1 << 14));
    bench.step(4);
    bench.post(bench.admin.sq, { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    bench.ring(bench.admin.sq);
    bench.step(10);
    expect(bench.peek(bench.admin.cq)).toBeUndefined();
    bench.disable();
    expect(bench.csts).toBe(0);
    expect(bench.enable().csts).toBe(RDY);
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });
});

describe("bus master", () => {
  test("without it doorbells wait; nothing is lost when it comes back", () => {
    const bench = new Bench().enable();
    bench.bus.setUint32(layout.BUS_MASTER, 0, true);
    const page = bench.buffer(PAGE);
    bench.post(bench.admin.sq, { opcode: AdminOpcode.IDENTIFY, prp1: iova(page), cdw10: 1 });
    bench.ring(bench.admin.sq);
    const before = bench.bytes.slice(layout.HEAP);
    bench.step(20);
    expect(Buffer.compare(bench.bytes.slice(layout.HEAP), before)).toBe(0);
    expect(bench.interrupts).toEqual([]);
    bench.bus.setUint32(layout.BUS_MASTER, 1, true);
    bench.step(4);
    expect(bench.reap(bench.admin.cq)).toHaveLength(1);
  });
});
