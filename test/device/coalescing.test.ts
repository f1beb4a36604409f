// Interrupt coalescing, in virtual time: what delays an interrupt, what ends the delay, and what never has one.
import { describe, expect, test } from "vitest";
import { Feature, NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import {
  AdminOpcode,
  Bench,
  type BenchOptions,
  layout,
  type QueuePair,
  Register,
} from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };
const NO_SUCH_COMMAND = { opcode: 0x7f, nsid: 1 };
const UNIT_NS = 100_000n;
const START_NS = 5_000_000n;

/** A controller that coalesces, with one I/O queue pair on vector 1. `thr` is 0's based. */
function coalescing(thr: number, time: number, options: Partial<BenchOptions> = {}) {
  const bench = new Bench(options).enable();
  bench.now = START_NS;
  const pair = bench.createPair(1);
  coalesce(bench, thr, time);
  bench.interrupts.length = 0;
  return { bench, pair };
}

function setFeature(bench: Bench, fid: Feature, value: number): void {
  const command = { opcode: AdminOpcode.SET_FEATURES, cdw10: fid, cdw11: value };
  expect(bench.execute(command).code).toBe(0);
}

const coalesce = (bench: Bench, thr: number, time: number) =>
  setFeature(bench, Feature.INTERRUPT_COALESCING, (time << 8) | thr);

/** Completes `count` commands, one in each step. */
function complete(bench: Bench, pair: QueuePair, count: number, command = FLUSH): void {
  for (let index = 0; index < count; index++) {
    bench.post(pair.sq, command);
    bench.ring(pair.sq);
    bench.step();
  }
}

/** Interrupts of I/O vectors since the last call. */
const taken = (bench: Bench) => bench.interrupts.splice(0).filter((vector) => vector !== 0);

/** Moves the clock on and lets the device see it. */
function pass(bench: Bench, ns: bigint): void {
  bench.now += ns;
  bench.step();
}

describe("off", () => {
  test.each([
    [0, 0],
    [0, 255],
    [255, 0],
  ])("THR %i and TIME %i: either field 0 is no coalescing (5.21.1.8)", (thr, time) => {
    const { bench, pair } = coalescing(thr, time);
    complete(bench, pair, 3);
    expect(taken(bench)).toEqual([1, 1, 1]);
  });
});

describe("threshold", () => {
  test.each([1, 7, 31])("THR %i: at one more than that, and not before", (thr) => {
    const { bench, pair } = coalescing(thr, 255);
    complete(bench, pair, thr);
    expect(taken(bench)).toEqual([]);
    complete(bench, pair, 1);
    expect(taken(bench)).toEqual([1]);
    bench.reap(pair.cq);
    complete(bench, pair, thr);
    expect(taken(bench), "counted anew").toEqual([]);
  });

  test("one step that posts more raises one interrupt", () => {
    const { bench, pair } = coalescing(3, 255);
    for (let index = 0; index < 20; index++) bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.step();
    expect(taken(bench)).toEqual([1]);
    pass(bench, 255n * UNIT_NS);
    expect(taken(bench)).toEqual([]);
  });

  test("two completion queues on one vector count together", () => {
    const { bench, pair } = coalescing(3, 255);
    const other = bench.createPair(2, 64, 64, 1);
    complete(bench, pair, 2);
    complete(bench, other, 1);
    expect(taken(bench)).toEqual([]);
    complete(bench, other, 1);
    expect(taken(bench)).toEqual([1]);
    expect(bench.device.waiting()).toBe(0);
  });

  test("two vectors count apart", () => {
    const { bench, pair } = coalescing(3, 255);
    const other = bench.createPair(2);
    complete(bench, pair, 3);
    complete(bench, other, 3);
    expect(taken(bench)).toEqual([]);
    complete(bench, other, 1);
    expect(taken(bench)).toEqual([2]);
  });
});

describe("time", () => {
  test("runs from the first entry without its interrupt, to the nanosecond", () => {
    const { bench, pair } = coalescing(100, 2);
    complete(bench, pair, 1);
    pass(bench, UNIT_NS);
    complete(bench, pair, 1);
    pass(bench, UNIT_NS - 1n);
    expect(taken(bench)).toEqual([]);
    pass(bench, 1n);
    expect(taken(bench)).toEqual([1]);
    pass(bench, 100n * UNIT_NS);
    expect(taken(bench)).toEqual([]);
  });

  test("starts anew after an interrupt", () => {
    const { bench, pair } = coalescing(1, 2);
    complete(bench, pair, 2);
    expect(taken(bench)).toEqual([1]);
    pass(bench, UNIT_NS);
    complete(bench, pair, 1);
    pass(bench, 2n * UNIT_NS - 1n);
    expect(taken(bench)).toEqual([]);
    pass(bench, 1n);
    expect(taken(bench)).toEqual([1]);
  });

  test("two completion queues on one vector get one interrupt", () => {
    const { bench, pair } = coalescing(100, 1);
    const other = bench.createPair(2, 64, 64, 1);
    complete(bench, pair, 1);
    complete(bench, other, 1);
    pass(bench, UNIT_NS);
    expect(taken(bench)).toEqual([1]);
  });

  test("entries that the host has taken by then need no interrupt", () => {
    const { bench, pair } = coalescing(100, 1);
    complete(bench, pair, 5);
    bench.reap(pair.cq);
    pass(bench, UNIT_NS);
    expect(taken(bench)).toEqual([]);
    expect(bench.device.waiting()).toBe(0);
  });

  test.each([
    ["MSIX", []],
    ["MSI", [1]],
  ] as const)(
    "%s: entries that the host left behind are announced %j, after TIME",
    (interruptKind, again) => {
      const { bench, pair } = coalescing(1, 1, { interruptKind });
      complete(bench, pair, 2);
      expect(taken(bench)).toEqual([1]);
      bench.ringHead(pair.cq, 1);
      bench.step();
      pass(bench, UNIT_NS);
      expect(taken(bench)).toEqual(again);
    },
  );

  test("the device's thread hears of it: nothing may sleep past the end of a delay", () => {
    const { bench, pair } = coalescing(100, 3);
    expect([bench.device.waiting(), bench.device.nextDue()]).toEqual([0, 0n]);
    complete(bench, pair, 1);
    expect([bench.device.waiting(), bench.device.nextDue()]).toEqual([1, START_NS + 3n * UNIT_NS]);
    pass(bench, 3n * UNIT_NS);
    expect([bench.device.waiting(), bench.device.nextDue()]).toEqual([0, 0n]);
  });

  test("while bus mastering is off nothing is raised, and then nothing is lost", () => {
    const { bench, pair } = coalescing(100, 1);
    complete(bench, pair, 1);
    bench.bus.setUint32(layout.BUS_MASTER, 0, true);
    pass(bench, UNIT_NS);
    expect(taken(bench)).toEqual([]);
    bench.bus.setUint32(layout.BUS_MASTER, 1, true);
    bench.step();
    expect(taken(bench)).toEqual([1]);
  });
});

describe("never delayed", () => {
  test("the admin queue", () => {
    const { bench } = coalescing(255, 255);
    bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: Feature.NUMBER_OF_QUEUES });
    expect(bench.interrupts).toEqual([0]);
  });

  test("an I/O queue on the admin queue's vector", () => {
    const { bench } = coalescing(255, 255);
    const pair = bench.createPair(2, 64, 64, 0);
    bench.interrupts.length = 0;
    complete(bench, pair, 2);
    expect(bench.interrupts).toEqual([0, 0]);
  });

  test("a vector with Coalescing Disable (5.21.1.9), and it alone", () => {
    const { bench, pair } = coalescing(255, 255);
    const other = bench.createPair(2);
    setFeature(bench, Feature.INTERRUPT_VECTOR_CONFIGURATION, (1 << 16) | 2);
    taken(bench);
    complete(bench, pair, 2);
    complete(bench, other, 2);
    expect(taken(bench)).toEqual([2, 2]);
  });

  test("an error (recommended by 5.21.1.8), together with what waited before it", () => {
    const { bench, pair } = coalescing(255, 255);
    complete(bench, pair, 2);
    complete(bench, pair, 1, NO_SUCH_COMMAND);
    expect(taken(bench)).toEqual([1]);
    expect(bench.reap(pair.cq).map(({ code }) => code)).toEqual([0, 0, Status.INVALID_OPCODE]);
    complete(bench, pair, 1);
    expect(taken(bench), "the next success waits again").toEqual([]);
  });
});

describe("changes while an interrupt waits", () => {
  test("coalescing switched off: it comes at once", () => {
    const { bench, pair } = coalescing(255, 255);
    complete(bench, pair, 2);
    coalesce(bench, 0, 0);
    expect(taken(bench)).toEqual([1]);
    complete(bench, pair, 2);
    expect(taken(bench)).toEqual([1, 1]);
  });

  test("at time 0 too", () => {
    const { bench, pair } = coalescing(255, 255);
    bench.now = 0n;
    complete(bench, pair, 2);
    coalesce(bench, 0, 0);
    expect(taken(bench)).toEqual([1]);
  });

  test("Coalescing Disable: it comes at once", () => {
    const { bench, pair } = coalescing(255, 255);
    complete(bench, pair, 2);
    setFeature(bench, Feature.INTERRUPT_VECTOR_CONFIGURATION, (1 << 16) | 1);
    expect(taken(bench)).toEqual([1]);
  });

  test("its queue deleted: it does not come, nor count for the vector's next queue", () => {
    const { bench, pair } = coalescing(3, 1);
    complete(bench, pair, 3);
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 1 });
    expect(bench.device.waiting()).toBe(0);
    const again = bench.createPair(1);
    complete(bench, again, 3);
    expect(taken(bench)).toEqual([]);
    pass(bench, UNIT_NS);
    expect(taken(bench)).toEqual([1]);
  });

  test("one of the vector's two queues deleted: the other's still comes", () => {
    const { bench, pair } = coalescing(100, 1);
    bench.createPair(2, 64, 64, 1);
    complete(bench, pair, 1);
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 2 });
    bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 2 });
    pass(bench, UNIT_NS);
    expect(taken(bench)).toEqual([1]);
  });

  test.each([
    ["a controller reset", (bench: Bench) => bench.disable()],
    ["a function level reset", (bench: Bench) => bench.functionReset()],
  ])("%s: it does not come, and coalescing is off", (_, reset) => {
    const { bench, pair } = coalescing(100, 1);
    complete(bench, pair, 5);
    reset(bench);
    pass(bench, 2n * UNIT_NS);
    expect(taken(bench)).toEqual([]);
    expect(bench.device.waiting()).toBe(0);
    const other = bench.enable().createPair(1, 64, 64, 2);
    bench.maskVectors(false);
    expect(bench.device.waiting()).toBe(0);
    complete(bench, other, 2);
    expect(taken(bench)).toEqual([2, 2]);
  });

  test("a masked interrupt comes once it is unmasked", () => {
    const bench = new Bench({ interruptKind: "MSI" }).enable();
    const pair = bench.createPair(1);
    coalesce(bench, 1, 1);
    bench.write32(Register.INTMS, 1 << 1);
    complete(bench, pair, 2);
    expect(taken(bench)).toEqual([]);
    bench.write32(Register.INTMC, 1 << 1);
    bench.step();
    expect(taken(bench)).toEqual([1]);
  });
});

test("a dropped interrupt takes all its entries with it; the next ones get theirs", () => {
  const { bench, pair } = coalescing(1, 1);
  for (const { kind, match, every, times, probability, a, b, seed } of parseFaults(
    "drop-interrupt:nth=2",
    1n,
  )) {
    bench.device.addFault(kind, match, every, times, probability, a, b, seed);
  }
  const rounds = Array.from({ length: 3 }, () => {
    complete(bench, pair, 2);
    pass(bench, 5n * UNIT_NS);
    return taken(bench);
  });
  expect(rounds).toEqual([[1], [], [1]]);
});
