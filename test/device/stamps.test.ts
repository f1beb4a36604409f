// Stamps: when the device read a command and when it posted the completion, where the host wants them.
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, layout, PAGE, type QueuePair } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };
const SLOTS = 8;

/** A controller whose clock moves by 10 ns at each reading, and a queue pair that may be stamped. */
function stamped(pointer?: number, mask = SLOTS - 1) {
  let readings = 0;
  const bench = new Bench().enable();
  bench.onClock = () => {
    readings++;
    bench.now += 10n;
  };
  bench.now = 1000n;
  const pair = bench.createPair(1);
  const stamps = pointer ?? bench.allocate(SLOTS * layout.STAMP_BYTES);
  setStamps(bench, 1, stamps, mask);
  return { bench, pair, stamps, readings: () => readings };
}

function setStamps(bench: Bench, qid: number, pointer: number, mask: number): void {
  bench.bus.setUint32(layout.BUS_STAMPS + (qid - 1) * 8, pointer, true);
  bench.bus.setUint32(layout.BUS_STAMPS + (qid - 1) * 8 + 4, mask, true);
}

function stampsOf(bench: Bench, stamps: number, slot: number): readonly [bigint, bigint] {
  const place = stamps + slot * layout.STAMP_BYTES;
  return [
    bench.view.getBigUint64(place + layout.STAGE_FETCHED, true),
    bench.view.getBigUint64(place + layout.STAGE_POSTED, true),
  ];
}

function submit(bench: Bench, { sq }: QueuePair, cids: readonly number[]): void {
  for (const cid of cids) bench.post(sq, { ...FLUSH, cid });
  bench.ring(sq);
  bench.step();
}

describe("a stamped queue", () => {
  test("each command has the two times of its own, by readings of the clock at that moment", () => {
    const { bench, pair, stamps } = stamped();
    submit(bench, pair, [0, 1, 2]);
    expect([0, 1, 2].map((slot) => stampsOf(bench, stamps, slot))).toEqual([
      [1010n, 1020n],
      [1030n, 1040n],
      [1050n, 1060n],
    ]);
  });

  test("the mask leaves the generation out of the CID", () => {
    const { bench, pair, stamps } = stamped();
    submit(bench, pair, [0xabc3]);
    expect(stampsOf(bench, stamps, 3)).toEqual([1010n, 1020n]);
    expect(stampsOf(bench, stamps, 2)).toEqual([0n, 0n]);
  });

  test("a completion that waits is stamped when it is posted, and not before", () => {
    const { bench, pair, stamps } = stamped();
    bench.device.setLatency(LatencyModel.CONSTANT, 5000, 0);
    submit(bench, pair, [4]);
    // the first reading is the one from which the latency counts
    expect(stampsOf(bench, stamps, 4)).toEqual([1020n, 0n]);
    bench.now = 9000n;
    bench.step();
    expect(bench.reap(pair.cq)).toHaveLength(1);
    expect(stampsOf(bench, stamps, 4)).toEqual([1020n, 9010n]);
  });

  test("an error is stamped like a success", () => {
    const { bench, pair, stamps } = stamped();
    for (const { kind, match, every, times, probability, a, b, seed } of parseFaults(
      "error-status:every=1",
      1n,
    )) {
      bench.device.addFault(kind, match, every, times, probability, a, b, seed);
    }
    submit(bench, pair, [1]);
    expect(stampsOf(bench, stamps, 1)).toEqual([1020n, 1030n]);
  });

  test("the time is there before the entry's phase tag is", () => {
    const { bench, pair, stamps } = stamped();
    const seen: boolean[] = [];
    bench.onClock = () => {
      bench.now += 10n;
      seen.push(bench.peek(pair.cq) !== undefined);
    };
    submit(bench, pair, [0]);
    expect(seen, "clock read for both stamps, the entry not yet there").toEqual([false, false]);
    expect(stampsOf(bench, stamps, 0)).toEqual([1010n, 1020n]);
    expect(bench.peek(pair.cq)).toBeDefined();
  });

  test("other queues are not", () => {
    const { bench, stamps, readings } = stamped();
    const other = bench.createPair(2);
    const before = readings();
    submit(bench, other, [0]);
    expect(stampsOf(bench, stamps, 0)).toEqual([0n, 0n]);
    expect(readings()).toBe(before);
  });
});

describe("the table", () => {
  test("is read again when a queue is created anew: its stamps may be gone", () => {
    const { bench, pair, stamps } = stamped();
    submit(bench, pair, [0]);
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 1 });
    setStamps(bench, 1, 0, 0);
    const again = bench.createPair(1);
    submit(bench, again, [5]);
    expect(stampsOf(bench, stamps, 5)).toEqual([0n, 0n]);
  });

  test("is read again with a register access, in the middle of a queue's life", () => {
    const { bench, pair, stamps } = stamped();
    submit(bench, pair, [0]);
    setStamps(bench, 1, 0, 0);
    void bench.csts;
    submit(bench, pair, [5]);
    expect(stampsOf(bench, stamps, 5)).toEqual([0n, 0n]);
    setStamps(bench, 1, stamps, SLOTS - 1);
    void bench.csts;
    submit(bench, pair, [6]);
    expect(stampsOf(bench, stamps, 6)[0]).toBeGreaterThan(0n);
  });

  test("survives a reset: the queue created after it is stamped", () => {
    const { bench, pair, stamps } = stamped();
    submit(bench, pair, [0]);
    bench.disable();
    bench.enable();
    submit(bench, bench.createPair(1), [6]);
    expect(stampsOf(bench, stamps, 6)[1]).toBeGreaterThan(0n);
  });

  const end = 32 << 20;
  test.each([
    ["below everything a host may place", layout.HEAP - 16, 0],
    ["in the controller's own state", layout.DEVICE_STATE + PAGE, 7],
    ["on the bus", layout.BUS, 7],
    ["at the end of the memory", end, 0],
    ["past the end of the memory", 0xfffffff0, 0],
    ["with its last slot past the end", end - 7 * 16, 7],
    ["with 65536 slots where fewer fit", end - PAGE, 0xffffffff],
  ])("a pointer %s is ignored", (_, pointer, mask) => {
    const { bench, pair, readings } = stamped(pointer, mask);
    submit(bench, pair, [7]);
    expect(bench.reap(pair.cq)).toHaveLength(1);
    expect(readings()).toBe(0);
    expect(bench.execute(FLUSH, pair).code).toBe(0);
  });

  test("the last slots that fit are stamped", () => {
    const pointer = end - 8 * 16;
    const { bench, pair } = stamped(pointer, 7);
    submit(bench, pair, [7]);
    expect(stampsOf(bench, pointer, 7)).toEqual([1010n, 1020n]);
  });
});
