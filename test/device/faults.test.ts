// Faults: each strikes when it should, is seen from outside, and is counted.
import { describe, expect, test } from "vitest";
import { Feature, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, type BenchOptions, iova, PAGE, Register } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** A controller with one I/O queue pair, and the faults that `text` names, added once it is enabled. */
function withFault(text: string, options: Partial<BenchOptions> = {}) {
  const bench = new Bench(options).enable();
  const pair = bench.createPair(1);
  const page = bench.buffer(PAGE);
  addFaults(bench, text);
  return { bench, pair, page };
}

function addFaults(bench: Bench, text: string): void {
  for (const { kind, match, every, times, probability, a, b, seed } of parseFaults(text, 1n)) {
    expect(
      bench.device.addFault(kind, match, every, times, probability, a, b, seed),
    ).toBeGreaterThanOrEqual(0);
  }
}

/** Runs `count` commands one by one; their codes. */
function codes({ bench, pair }: ReturnType<typeof withFault>, count: number, command = FLUSH) {
  return Array.from({ length: count }, () => bench.execute(command, pair).code);
}

describe("when", () => {
  test("every: each Nth", () => {
    const set = withFault("error-status:every=3");
    expect(codes(set, 7)).toEqual([0, 0, 6, 0, 0, 6, 0]);
    expect(set.bench.device.faultsFired(0)).toBe(2n);
  });

  test("nth: only that one", () => {
    expect(codes(withFault("error-status:nth=2"), 6)).toEqual([0, 6, 0, 0, 0, 0]);
  });

  test("times: not more often", () => {
    expect(codes(withFault("error-status:times=2"), 5)).toEqual([6, 6, 0, 0, 0]);
  });

  test("p: about as often, the same for the same seed, another for another", () => {
    const run = (seed: number) => codes(withFault(`error-status:p=0.25,seed=${seed}`), 1000);
    const struck = run(1).filter((code) => code !== 0).length;
    expect(struck).toBeGreaterThan(200);
    expect(struck).toBeLessThan(300);
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  test("op: only commands with that opcode, on that kind of queue", () => {
    const { bench, pair, page } = withFault(
      "error-status:op=write,sct=2,sc=0x80;error-status:op=identify",
    );
    const prp1 = iova(page);
    expect(bench.execute(FLUSH, pair).code).toBe(0);
    expect(bench.execute({ opcode: NvmOpcode.WRITE, nsid: 1, prp1 }, pair).code).toBe(
      Status.WRITE_FAULT,
    );
    expect(bench.execute({ opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1 }).code).toBe(6);
    expect(bench.execute({ opcode: NvmOpcode.COMPARE, nsid: 1, prp1 }, pair).code).toBe(0);
  });

  test("two faults of one seed do not strike together", () => {
    const { bench, pair } = withFault("duplicate-cqe:p=0.5;bad-sqid:p=0.5");
    const seenTogether = new Set<string>();
    for (let index = 0; index < 200; index++) {
      bench.post(pair.sq, FLUSH);
      bench.ring(pair.sq);
      bench.step(3);
      const found = bench.reap(pair.cq).map(({ sqid }) => sqid);
      seenTogether.add(found.join());
    }
    expect(seenTogether).toEqual(new Set(["1", "1,1", "65535", "65535,65535"]));
  });

  test("one more fault does not move the others' random numbers", () => {
    const alone = codes(withFault("error-status:p=0.5,seed=5"), 200);
    const both = codes(withFault("error-status:p=0.5,seed=5;delay:time=0ns,p=0.5"), 200);
    expect(both).toEqual(alone);
  });

  test("there is room for 32", () => {
    const bench = new Bench();
    for (let index = 0; index < 32; index++) {
      expect(bench.device.addFault(0, 0x100, 0, 0, 0, 6n, 0n, 1n)).toBe(index);
    }
    expect(bench.device.addFault(0, 0x100, 0, 0, 0, 6n, 0n, 1n)).toBe(-1);
    expect(bench.device.faultsFired(32)).toBe(0n);
    expect(bench.device.faultsFired(0xffffffff)).toBe(0n);
  });
});

describe("of a command", () => {
  test("error-status: with More and Do Not Retry as told, and in the error log", () => {
    const { bench, pair, page } = withFault("error-status:sct=2,sc=0x81,dnr=1,more=0,op=read");
    const read = { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) };
    bench.bytes.fill(0x55, bench.medium, bench.medium + PAGE);
    expect(bench.execute(read, pair).status).toBe(0x4281);
    expect(bench.bytes[page]).toBe(0);
  });

  test("delay: completes later, by exactly so much", () => {
    const { bench, pair } = withFault("delay:time=1.5us,nth=1");
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.step(3);
    bench.now = 1499n;
    bench.step();
    expect(bench.peek(pair.cq)).toBeUndefined();
    bench.now = 1500n;
    bench.step();
    expect(bench.reap(pair.cq)).toHaveLength(1);
  });

  test("never-complete: in flight until it is aborted", () => {
    const { bench, pair } = withFault("never-complete:nth=1");
    const cid = bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.step();
    bench.now = 2n ** 64n - 1n;
    bench.settle();
    expect(bench.peek(pair.cq)).toBeUndefined();
    bench.execute({ opcode: AdminOpcode.ABORT, cdw10: (cid << 16) | 1 });
    expect(bench.reap(pair.cq)).toMatchObject([{ cid, code: Status.ABORT_REQUESTED }]);
  });

  test("never-complete does not hold up a normal shutdown", () => {
    const { bench, pair } = withFault("never-complete");
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.step(2);
    bench.write32(Register.CC, 0x464001);
    bench.step(2);
    expect(bench.csts).toBe(0x9);
  });

  test("delayed aborts: more of them than the limit are refused", () => {
    const { bench } = withFault("delay:op=abort,time=1ms");
    for (let index = 0; index < 6; index++) {
      bench.post(bench.admin.sq, { opcode: AdminOpcode.ABORT, cdw10: 1 });
    }
    bench.ring(bench.admin.sq);
    bench.now = 5n;
    bench.settle();
    bench.now = 2_000_000n;
    bench.settle();
    expect(bench.reap(bench.admin.cq).map(({ code }) => code)).toEqual([
      0,
      0,
      0,
      0,
      Status.ABORT_LIMIT_EXCEEDED,
      Status.ABORT_LIMIT_EXCEEDED,
    ]);
  });

  test("aborting a delayed abort: both finish", () => {
    const { bench } = withFault("delay:op=abort,time=1ms,nth=1");
    const cid = bench.post(bench.admin.sq, { opcode: AdminOpcode.ABORT, cdw10: 1 });
    bench.post(bench.admin.sq, { opcode: AdminOpcode.ABORT, cdw10: (cid << 16) >>> 0 });
    bench.ring(bench.admin.sq);
    bench.settle();
    expect(bench.reap(bench.admin.cq)).toMatchObject([
      { cid, code: Status.ABORT_REQUESTED },
      { code: 0, dw0: 0 },
    ]);
  });

  test("corrupt-data: one flipped bit, a zeroed page, other blocks", () => {
    const differing = (mode: string) => {
      const { bench, pair, page } = withFault(`corrupt-data:mode=${mode}`, {
        lbaShift: 12,
        blocks: 8,
      });
      for (let index = 0; index < 8 * PAGE; index++)
        bench.bytes[bench.medium + index] = 1 + (index >> 12);
      bench.execute({ opcode: NvmOpcode.READ, nsid: 1, cdw10: 3, prp1: iova(page) }, pair);
      const data = bench.bytes.slice(page, page + PAGE);
      return { data, wrong: data.filter((byte) => byte !== 4) };
    };
    const flip = differing("flip");
    expect(flip.wrong).toHaveLength(1);
    const bits = flip.wrong[0]! ^ 4;
    expect(bits & (bits - 1)).toBe(0);
    expect(differing("zero").wrong.every((byte) => byte === 0)).toBe(true);
    expect(differing("misdirect").data.every((byte) => byte === 5)).toBe(true);
  });

  test("corrupt-data of a Read with an SGL spoils what was moved first", () => {
    const { bench, pair, page } = withFault("corrupt-data:mode=zero");
    bench.bytes.fill(0x5a, bench.medium, bench.medium + 512);
    const list = bench.buffer(48);
    [0n, 0n, iova(page + 100), 12n, iova(page + 300), 500n].forEach((qword, index) => {
      bench.view.setBigUint64(list + index * 8, qword, true);
    });
    const dptr = { prp1: iova(list), prp2: 48n | (0x30n << 56n) }; // Last Segment
    const read = { opcode: NvmOpcode.READ, nsid: 1, flags: 0x40, ...dptr };
    expect(bench.execute(read, pair).code).toBe(0);
    expect(bench.bytes[page + 111]).toBe(0);
    expect(bench.bytes[page + 300]).toBe(0x5a);
  });

  test("corrupt-data of writes spoils the medium, not the buffer", () => {
    const { bench, pair, page } = withFault("corrupt-data:op=write");
    bench.bytes.fill(9, page, page + PAGE);
    bench.execute({ opcode: NvmOpcode.WRITE, nsid: 1, cdw10: 5, prp1: iova(page) }, pair);
    const stored = bench.bytes.slice(bench.medium + 5 * 512, bench.medium + 6 * 512);
    expect(stored.filter((byte) => byte !== 9)).toHaveLength(1);
    expect(bench.bytes.slice(page, page + PAGE).every((byte) => byte === 9)).toBe(true);
  });

  test("no-data and write-lost: success, and nothing moved", () => {
    const { bench, pair, page } = withFault("no-data:nth=1;write-lost:nth=1");
    bench.bytes.fill(1, bench.medium, bench.medium + 512);
    const command = { nsid: 1, prp1: iova(page) };
    expect(bench.execute({ ...command, opcode: NvmOpcode.READ }, pair).code).toBe(0);
    expect(bench.bytes[page]).toBe(0);
    expect(bench.execute({ ...command, opcode: NvmOpcode.WRITE }, pair).code).toBe(0);
    expect(bench.bytes[bench.medium]).toBe(1);
    bench.execute({ ...command, opcode: NvmOpcode.READ }, pair);
    expect(bench.bytes[page]).toBe(1);
  });

  test("cfs: fatal at the Nth command; a reset cures it", () => {
    const { bench, pair } = withFault("cfs:nth=3");
    for (let index = 0; index < 5; index++) bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
    expect(bench.csts).toBe(3);
    expect(bench.reap(pair.cq)).toHaveLength(2);
    bench.disable();
    expect(bench.enable().csts).toBe(1);
  });

  test("cfs: what was in flight is never posted", () => {
    const { bench, pair } = withFault("delay:time=1us,nth=1;cfs:nth=2");
    bench.post(pair.sq, FLUSH);
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
    bench.now = 2000n;
    bench.settle();
    expect(bench.csts).toBe(3);
    expect(bench.peek(pair.cq)).toBeUndefined();
  });

  test("gone: all-ones from then on, and nothing is processed", () => {
    const { bench, pair } = withFault("gone:nth=1");
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
    for (const offset of [0x00, 0x08, 0x14, 0x1c, 0x100])
      expect(bench.read32(offset)).toBe(0xffffffff);
    bench.write32(Register.CC, 0);
    expect(bench.csts).toBe(0xffffffff);
    expect(bench.peek(pair.cq)).toBeUndefined();
  });

  test("surprise-reset: registers as after power on, and it can be enabled again", () => {
    const { bench, pair } = withFault("surprise-reset:nth=2");
    for (let index = 0; index < 5; index++) bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
    expect([bench.csts, bench.read32(Register.CC), bench.read32(Register.AQA)]).toEqual([0, 0, 0]);
    expect(bench.reap(pair.cq)).toHaveLength(1);
    expect(bench.enable().csts).toBe(1);
  });

  test("spurious-interrupt: one more, before there is an entry", () => {
    const { bench, pair } = withFault("spurious-interrupt:nth=1");
    bench.interrupts.length = 0;
    bench.execute(FLUSH, pair);
    expect(bench.interrupts).toEqual([1, 1]);
  });
});

describe("of a completion entry", () => {
  /** Entries that `count` commands lead to, all posted before the first is reaped. */
  function entries(text: string, count: number, times = 1) {
    const { bench, pair } = withFault(text);
    const found = [];
    const cids = [];
    for (let round = 0; round < times; round++) {
      for (let index = 0; index < count; index++) cids.push(bench.post(pair.sq, FLUSH));
      bench.ring(pair.sq);
      bench.settle();
      found.push(...bench.reap(pair.cq));
    }
    return { bench, pair, cids, found };
  }

  test("duplicate-cqe: the same entry again", () => {
    const { cids, found } = entries("duplicate-cqe:nth=2", 3);
    expect(found.map(({ cid }) => cid)).toEqual([cids[0], cids[1], cids[1], cids[2]]);
  });

  test("cqe-bits: the true entry with these bits set, of a command that was executed", () => {
    const { bench, pair, page } = withFault(
      "cqe-bits:more=1,dnr=1,crd=2,dword1=0x1234,op=read;duplicate-cqe:nth=2",
    );
    bench.bytes.fill(0x55, bench.medium, bench.medium + PAGE);
    const read = { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) };
    expect(bench.execute(read, pair)).toMatchObject({ status: 0x7000, dw1: 0x1234, code: 0 });
    expect(bench.bytes[page]).toBe(0x55);
    bench.post(pair.sq, read);
    bench.ring(pair.sq);
    bench.settle();
    const [first, second] = bench.reap(pair.cq);
    expect(second).toEqual(first);
    expect(bench.execute(FLUSH, pair)).toMatchObject({ status: 0, dw1: 0 });
  });

  test("cqe-bits: errors have them too, where they were there already they stay", () => {
    const { bench, pair } = withFault("error-status:dnr=1;cqe-bits:more=1;cqe-bits:crd=1");
    expect(bench.execute(FLUSH, pair).status).toBe(0x6806);
  });

  test.each(["range", "idle", "busy", "old"])("bad-cid %s, instead of the true one", (mode) => {
    const { cids, found } = entries(`bad-cid:nth=2,mode=${mode}`, 2, 2);
    const expected = { range: 0xffff, idle: cids[0], busy: cids[1], old: cids[1]! ^ 0x8000 }[mode];
    expect(found).toHaveLength(4);
    expect(found[1]?.cid).toBe(expected);
    expect(found[2]?.cid).toBe(cids[2]);
  });

  test("bad-cid busy: a command that is still in flight", () => {
    const { bench, pair } = withFault("bad-cid:mode=busy,nth=1");
    bench.device.setLatency(1, 1000, 0);
    const cids = [bench.post(pair.sq, FLUSH)];
    bench.ring(pair.sq);
    bench.step();
    bench.now = 500n;
    cids.push(bench.post(pair.sq, FLUSH));
    bench.ring(pair.sq);
    bench.step();
    bench.now = 1000n;
    bench.step();
    expect(bench.reap(pair.cq)).toMatchObject([{ cid: cids[1] }]);
  });

  test.each([
    ["bad-cid:nth=1,extra=1", { cid: 0xffff }],
    ["bad-sqid:nth=1,extra=1", { sqid: 0xffff }],
    ["bad-sqhd:nth=1,extra=1,value=77", { sqhd: 77 }],
  ])("%s: the true entry follows", (text, wrong) => {
    const { cids, found } = entries(text, 2);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject(wrong);
    expect(found.slice(1).map(({ cid, sqid, sqhd }) => [cid, sqid, sqhd])).toEqual([
      [cids[0], 1, 1],
      [cids[1], 1, 2],
    ]);
  });

  test("bad-sqid and bad-sqhd, instead", () => {
    expect(entries("bad-sqid:nth=1,value=0", 1).found).toMatchObject([{ sqid: 0 }]);
    expect(entries("bad-sqhd:nth=1", 1).found).toMatchObject([{ sqhd: 0xffff }]);
    const [inside] = entries("bad-sqhd:nth=1,value=inside", 1).found;
    expect(inside!.sqhd, "the other side of a queue of 64, of which one entry was read").toBe(33);
  });

  test("stuck-phase: the entry is written, its phase is not flipped, nothing follows", () => {
    const { bench, pair, cids, found } = entries("stuck-phase:nth=2", 5);
    expect(found).toHaveLength(1);
    const stuck = bench.entry(pair.cq, 1);
    expect([stuck.cid, stuck.phase]).toEqual([cids[1], 0]);
    expect(bench.entry(pair.cq, 2)).toMatchObject({ cid: 0, phase: 0 });
    expect(bench.csts).toBe(1);
  });

  test("early-phase: phase and status come a step before the rest", () => {
    const { bench, pair } = withFault("early-phase:nth=1");
    const cid = bench.post(pair.sq, { ...FLUSH, cid: 0x4321 });
    bench.ring(pair.sq);
    bench.step();
    expect(bench.peek(pair.cq)).toMatchObject({ phase: 1, cid: 0, sqid: 0 });
    bench.step();
    expect(bench.reap(pair.cq)).toMatchObject([{ phase: 1, cid, sqid: 1 }]);
    expect(bench.execute(FLUSH, pair).code).toBe(0);
  });

  test("fuzz-cqe: garbage between the true entries, all of which still come in order", () => {
    const { bench, pair } = withFault("fuzz-cqe:p=0.5");
    const seen: number[] = [];
    const cids: number[] = [];
    let garbage = 0;
    for (let round = 0; round < 200; round++) {
      for (let index = 0; index < 10; index++) cids.push(bench.post(pair.sq, FLUSH));
      bench.ring(pair.sq);
      bench.settle();
      for (const { cid, sqid, code } of bench.reap(pair.cq)) {
        if (sqid === 1 && code === 0) seen.push(cid);
        else garbage++;
      }
    }
    expect(seen).toEqual(cids);
    expect(bench.device.faultsFired(0)).toBeGreaterThan(900n);
    expect(garbage).toBeGreaterThan(350);
    expect(garbage).toBeLessThan(Number(bench.device.faultsFired(0)));
  });

  test.each(["fuzz-cqe", "duplicate-cqe", "bad-cid:extra=1"])(
    "%s never overruns a small queue",
    (text) => {
      const bench = new Bench().enable();
      const pair = bench.createPair(1, 64, 3);
      addFaults(bench, text);
      const cids = Array.from({ length: 60 }, () => bench.post(pair.sq, FLUSH));
      bench.ring(pair.sq);
      const seen = new Set<number>();
      for (let round = 0; round < 300; round++) {
        bench.settle();
        const found = bench.reap(pair.cq);
        expect(found.length).toBeLessThanOrEqual(2);
        for (const { cid, sqid } of found) if (sqid === 1) seen.add(cid);
      }
      expect(cids.every((cid) => seen.has(cid))).toBe(true);
    },
  );
});

describe("of the controller", () => {
  test("drop-interrupt: the entry is there all the same", () => {
    const { bench, pair } = withFault("drop-interrupt:nth=1");
    bench.interrupts.length = 0;
    expect(bench.execute(FLUSH, pair).code).toBe(0);
    expect(bench.interrupts).toEqual([]);
    bench.execute(FLUSH, pair);
    expect(bench.interrupts).toEqual([1]);
  });

  test("never-ready: RDY stays 0, the next time it does not", () => {
    const bench = new Bench();
    addFaults(bench, "never-ready:times=1");
    expect(bench.enable().csts).toBe(0);
    bench.disable();
    expect(bench.enable().csts).toBe(1);
  });

  test("never-unready: RDY stays 1 and nothing is processed, until a function level reset", () => {
    const { bench } = withFault("never-unready");
    bench.disable();
    bench.settle();
    expect(bench.csts).toBe(1);
    bench.functionReset();
    expect(bench.csts).toBe(0);
  });

  test("shutdown-stuck: SHST stays OCCURRING", () => {
    const { bench } = withFault("shutdown-stuck:times=1");
    bench.write32(Register.CC, 0x464001);
    bench.settle();
    expect(bench.csts).toBe(0x5);
    bench.disable();
    bench.enable();
    bench.write32(Register.CC, 0x464001);
    bench.settle();
    expect(bench.csts).toBe(0x9);
  });

  test("bad-cap: one field, and no other", () => {
    const read = (text?: string) => {
      const bench = new Bench();
      if (text) addFaults(bench, text);
      return (BigInt(bench.read32(4)) << 32n) | BigInt(bench.read32(0));
    };
    const cap = read();
    expect(read("bad-cap:field=mqes,value=0")).toBe(cap & ~0xffffn);
    expect(read("bad-cap:field=dstrd,value=15")).toBe(cap | (15n << 32n));
    expect(read("bad-cap:field=mpsmin,value=3")).toBe(cap | (3n << 48n));
  });

  test("bad-identify: one field of one structure, and no other", () => {
    const { bench, page } = withFault(
      "bad-identify:field=nsze,value=0xffffffffffffffff;bad-identify:field=lbads,value=63;bad-identify:field=nn,value=0xffffffff",
    );
    const identify = (cdw10: number, nsid: number) => {
      bench.execute({ opcode: AdminOpcode.IDENTIFY, cdw10, nsid, prp1: iova(page) });
      return new DataView(bench.memory.buffer, page, PAGE);
    };
    const namespace = identify(0, 1);
    expect(namespace.getBigUint64(0, true)).toBe(2n ** 64n - 1n);
    expect(namespace.getBigUint64(8, true)).toBe(2048n);
    expect(namespace.getUint8(130)).toBe(63);
    expect(identify(1, 0).getUint32(516, true)).toBe(0xffffffff);
  });

  test("queue-limit: fewer queues are granted", () => {
    const bench = new Bench();
    addFaults(bench, "queue-limit:n=3");
    bench.enable();
    const set = {
      opcode: AdminOpcode.SET_FEATURES,
      cdw10: Feature.NUMBER_OF_QUEUES,
      cdw11: 0x3f003f,
    };
    expect(bench.execute(set).dw0).toBe(0x20002);
    expect(bench.createCq(bench.completion(4, 16), 1).code).toBe(Status.INVALID_QUEUE_IDENTIFIER);
  });
});
