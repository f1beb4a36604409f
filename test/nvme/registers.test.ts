// The registers by name, and waiting for them, over a transport that the test answers for.
import { describe, expect, test } from "vitest";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { fieldsOf, Registers, registerAccesses } from "../../src/nvme/registers.ts";
import { requireSupport } from "../../src/nvme/support.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { openStepped } from "./devices.ts";

/** MQES 63, TO 1 (500 ms); DSTRD 1, NVM command set. */
const CAP_LO = (1 << 24) | 63;
const CAP_HI = (1 << 5) | 1;

function fake(values: Partial<Record<Register, number>> = {}) {
  const all: Partial<Record<Register, number>> = {
    [Register.CAP_LO]: CAP_LO,
    [Register.CAP_HI]: CAP_HI,
    ...values,
  };
  const reads: number[] = [];
  const writes: [number, number][] = [];
  const lines: string[] = [];
  let pauses = 0;
  const it = { onPause: (_pauses: number): void => {} };
  const transport = {
    address: "fake",
    read32: (offset: Register) => {
      reads.push(offset);
      return all[offset] ?? 0;
    },
    write32: (offset: number, value: number) => writes.push([offset, value]),
    pause: async () => it.onPause(++pauses),
  } as unknown as Transport;
  const registers = new Registers(transport, (line) => lines.push(line));
  return { registers, all, reads, writes, lines, it, transport };
}

describe("a device that is gone", () => {
  test("ends every wait and every look at fields at once, with one clear error", async () => {
    const { registers, it } = fake({ [Register.CSTS]: ALL_ONES, [Register.CAP_LO]: ALL_ONES });
    it.onPause = () => expect.unreachable("nothing is waited for");
    const message = /^fake: registers read all-ones: the device is gone or does not answer$/;
    await expect(registers.until(Register.CSTS, { RDY: 0 }, { timeoutMs: 9 })).rejects.toThrow(
      message,
    );
    await expect(registers.until(Register.CSTS, { RDY: 1 })).rejects.toThrow(message);
    expect(() => registers.fields(Register.CSTS)).toThrow(message);
    expect(() => registers.capabilities()).toThrow(message);
    expect(() => registers.fields(Register.CSTS)).toThrow(
      expect.objectContaining({ code: "DEVICE", section: "3.1.6" }),
    );
    expect(registers.read(Register.CSTS), "the plain read is for those who want to see it").toBe(
      ALL_ONES,
    );
  });

  test("in the middle of a wait too", async () => {
    const { registers, all, it } = fake();
    it.onPause = (pauses) => {
      if (pauses === 3) all[Register.CSTS] = ALL_ONES;
    };
    await expect(registers.until(Register.CSTS, { RDY: 1 })).rejects.toThrow(/all-ones/);
  });
});

describe("until", () => {
  test("ends at CAP.TO and 500 ms, and says what it waited for and what was there", async () => {
    const { registers } = fake({ [Register.CC]: 0x460001 });
    const start = performance.now();
    const error = await registers.until(Register.CSTS, { RDY: 1, SHST: 0 }).catch((e) => e);
    expect(performance.now() - start).toBeGreaterThanOrEqual(1000);
    expect(error).toBeInstanceOf(PhasebitError);
    expect(error).toMatchObject({
      code: "DEVICE",
      what: "CSTS.RDY=1 and CSTS.SHST=0",
      value: 0,
      limit: "1000 ms",
      section: "3.1",
    });
    expect(error.message).toMatch(/CC 00460001, CSTS 00000000/);
  });

  test("ends at a deadline of the caller's", async () => {
    const { registers } = fake();
    const wait = registers.until(Register.CSTS, { RDY: 1 }, { timeoutMs: 5 });
    await expect(wait).rejects.toThrow(/not within 5 ms/);
  });

  test("ends on CFS, unless that is waited for or the controller is being disabled", async () => {
    const { registers, all, it } = fake({ [Register.CSTS]: 0b11 });
    await expect(registers.until(Register.CSTS, { SHST: 2 })).rejects.toThrow(/CSTS\.CFS is set/);
    expect(await registers.until(Register.CSTS, { CFS: 1 })).toBe(0b11);
    it.onPause = () => {
      all[Register.CSTS] = 0b10;
    };
    expect(await registers.until(Register.CSTS, { RDY: 0 })).toBe(0b10);
  });

  test("a field that the register has not is a mistake and no wait", async () => {
    const { registers } = fake();
    const wait = registers.until(Register.CSTS, { RYD: 1 });
    await expect(wait).rejects.toMatchObject({
      code: "USAGE",
      what: "CSTS.RYD",
      limit: "it has RDY, CFS, SHST, NSSRO, PP",
    });
  });

  test("returns the value that it found", async () => {
    const { registers, all, it } = fake();
    it.onPause = (pauses) => {
      if (pauses === 5) all[Register.CSTS] = 0b1001;
    };
    expect(await registers.until(Register.CSTS, { RDY: 1, SHST: 2 })).toBe(0b1001);
  });
});

test("values have no sign, and 64-bit registers are two accesses, low first", () => {
  const { registers, writes, reads } = fake({ [Register.CC]: -1, [Register.ASQ_HI]: -2 });
  expect(registers.read(Register.CC)).toBe(0xffff_ffff);
  registers.write64(Register.ASQ_LO, 0xffff_fffe_8000_1000n);
  expect(writes).toEqual([
    [Register.ASQ_LO, 0x8000_1000],
    [Register.ASQ_HI, 0xffff_fffe],
  ]);
  reads.length = 0;
  expect(registers.read64(Register.ASQ_LO)).toBe(0xffff_fffe_0000_0000n);
  expect(reads).toEqual([Register.ASQ_LO, Register.ASQ_HI]);
});

test("64-bit registers as the caller says: either half first, or whole where the transport can", () => {
  const { registers, writes, reads, lines, transport } = fake({ [Register.ACQ_HI]: 5 });
  expect(registers.read64(Register.ACQ_LO, { access: "hi-lo" })).toBe(0x5_0000_0000n);
  expect(reads).toEqual([Register.ACQ_HI, Register.ACQ_LO]);
  registers.write64(Register.ACQ_LO, 0x1_0000_2000n, { access: "hi-lo" });
  expect(writes).toEqual([
    [Register.ACQ_HI, 1],
    [Register.ACQ_LO, 0x2000],
  ]);
  const refusal = "access ACQ_LO of fake: its transport has no access of eight bytes";
  expect(() => registers.read64(Register.ACQ_LO, { access: "64" })).toThrow(refusal);
  expect(() => registers.write64(Register.ACQ_LO, 1n, { access: "64" })).toThrow(refusal);

  const whole: [number, bigint][] = [];
  transport.read64 = () => 0x0000_0001_0000_003fn;
  transport.write64 = (offset, value) => whole.push([offset, value]);
  expect(registers.read64(Register.CAP_LO, { access: "64" })).toBe(0x1_0000_003fn);
  registers.write64(Register.ASQ_LO, 7n << 32n, { access: "64" });
  expect(whole).toEqual([[Register.ASQ_LO, 7n << 32n]]);
  expect(lines.slice(-2)).toEqual([
    "read  CAP    000000010000003f MQES=63 CQR=0 AMS=0 TO=0 DSTRD=1 NSSRS=0 CSS=0 MPSMIN=0 MPSMAX=0 CMBS=0 CRMS=0",
    "write ASQ    0000000700000000",
  ]);
  registers.end();
  expect(() => registers.read64(Register.CAP_LO, { access: "64" })).toThrow(/was closed/);
});

test("the embedded controller answers all three ways alike", async () => {
  const { registers } = await openStepped();
  for (const access of registerAccesses) {
    const base = 0x1234_5678_9abc_d000n;
    registers.write64(Register.ASQ_LO, base, { access });
    for (const way of registerAccesses) {
      expect(registers.read64(Register.ASQ_LO, { access: way })).toBe(base);
    }
    registers.write64(Register.ASQ_LO, 0n, { access });
  }
});

test("CAP is resolved once", () => {
  const { registers, reads } = fake();
  const expected = {
    maxQueueEntries: 64,
    timeoutMs: 500,
    readyTimeoutMs: [500, 500],
    doorbellStride: 8,
    supportsNvmCommandSet: true,
    minPageBytes: 4096,
  };
  expect(registers.capabilities()).toEqual(expected);
  registers.capabilities();
  expect(reads).toEqual([Register.CAP_LO, Register.CAP_HI]);
});

test("CAP of a virtual function's controller that is offline is read again", () => {
  const { registers, all } = fake({ [Register.CAP_LO]: 0, [Register.CAP_HI]: 0 });
  const refused = () => requireSupport("fake", registers.capabilities(), 8192);
  expect(refused).toThrow(/CAP is 0, as of a virtual function's controller that is offline/);
  Object.assign(all, { [Register.CAP_LO]: CAP_LO, [Register.CAP_HI]: CAP_HI });
  expect(refused).not.toThrow();
});

describe("CRTO", () => {
  const CRMS_BOTH = 0x3 << 27;

  test("is how long enabling may take, where CAP.CRMS says that it is there", () => {
    const { registers } = fake({
      [Register.CAP_HI]: CAP_HI | CRMS_BOTH,
      [Register.CRTO]: (2 << 16) | 240,
    });
    expect(registers.capabilities()).toMatchObject({
      timeoutMs: 500,
      readyTimeoutMs: [120_000, 1000],
    });
  });

  test("is reserved elsewhere", () => {
    const { registers, reads } = fake({ [Register.CRTO]: 240 });
    expect(registers.capabilities().readyTimeoutMs).toEqual([500, 500]);
    expect(reads).not.toContain(Register.CRTO);
  });

  test("does not shorten CAP.TO, which some controllers have right and it wrong", () => {
    const { registers } = fake({ [Register.CAP_HI]: CAP_HI | CRMS_BOTH, [Register.CRTO]: 0 });
    expect(registers.capabilities().readyTimeoutMs).toEqual([500, 500]);
  });
});

test("fields by the specification's names", () => {
  expect(fieldsOf(Register.CC, 0x0046_4001)).toEqual({
    EN: 1,
    CSS: 0,
    MPS: 0,
    AMS: 0,
    SHN: 1,
    IOSQES: 6,
    IOCQES: 4,
    CRIME: 0,
  });
  expect(fieldsOf(Register.BPINFO, 5)).toEqual({});
});

test("a trace has each write, and each read that gives something new", () => {
  const { registers, lines } = fake({ [Register.CSTS]: 1 });
  registers.write(Register.CC, 0x460001);
  registers.read(Register.CSTS);
  registers.read(Register.CSTS);
  expect(lines).toEqual([
    "write CC     00460001 EN=1 CSS=0 MPS=0 AMS=0 SHN=0 IOSQES=6 IOCQES=4 CRIME=0",
    "read  CSTS   00000001 RDY=1 CFS=0 SHST=0 NSSRO=0 PP=0",
  ]);
});

test("a real controller's version", async () => {
  const device = await openStepped();
  expect(device.registers.version()).toBe("1.4.0");
});
