// What the device's thread is told of what waits: it may neither sleep past it nor stay awake for nothing.
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, layout } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** A controller with a queue pair whose completion queue has four entries, and a fault. */
function device(fault?: string, latencyNs = 0) {
  const bench = new Bench().enable();
  bench.now = 1_000_000n;
  const pair = bench.createPair(1, 16, 4);
  if (latencyNs > 0) bench.device.setLatency(LatencyModel.CONSTANT, latencyNs, 0);
  for (const { kind, match, every, times, probability, a, b, seed } of fault
    ? parseFaults(fault, 1n)
    : []) {
    bench.device.addFault(kind, match, every, times, probability, a, b, seed);
  }
  const submit = (count: number) => {
    for (let index = 0; index < count; index++) bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
  };
  const pending = () => [bench.device.waiting(), bench.device.nextDue()] as const;
  return { bench, pair, submit, pending };
}

describe("pending", () => {
  test("nothing: neither before nor after commands that complete at once", () => {
    const { submit, pending } = device();
    expect(pending()).toEqual([0, 0n]);
    submit(3);
    expect(pending()).toEqual([0, 0n]);
  });

  test("completions that are due, and when the first of them is", () => {
    const { bench, submit, pending } = device(undefined, 20_000);
    submit(1);
    bench.now += 5000n;
    submit(1);
    expect(pending()).toEqual([2, 1_020_000n]);
    bench.now += 15_000n;
    bench.settle();
    expect(pending()).toEqual([1, 1_025_000n]);
    bench.now += 5000n;
    bench.settle();
    expect(pending()).toEqual([0, 0n]);
  });

  test("completions without room, which have no time of their own", () => {
    const { bench, pair, submit, pending } = device();
    submit(5);
    expect(pending()).toEqual([2, 0n]);
    bench.reap(pair.cq);
    bench.settle();
    expect(pending()).toEqual([0, 0n]);
  });

  test("not a command that never completes, whether a reset or a deletion ends it", () => {
    const { bench, submit, pending } = device("never-complete:nth=1", 20_000);
    submit(2);
    expect(pending()).toEqual([1, 1_020_000n]);
    bench.now += 20_000n;
    bench.settle();
    expect(pending()).toEqual([0, 0n]);
    bench.disable();
    bench.enable();
    expect(pending()).toEqual([0, 0n]);

    const other = device("never-complete:nth=1", 20_000);
    other.submit(1);
    other.bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    const again = other.bench.submission(1, 16);
    expect(other.bench.createSq(again, 1).code).toBe(0);
    other.bench.post(again, FLUSH);
    other.bench.ring(again);
    other.bench.settle();
    expect(other.pending()).toEqual([1, 1_020_000n]);
  });

  test("nor completions of a queue that is stuck", () => {
    const { submit, pending } = device("stuck-phase:nth=1");
    submit(4);
    expect(pending()).toEqual([0, 0n]);
  });

  test("nor anything while the device may not reach memory, or is fatal", () => {
    const { bench, submit, pending } = device(undefined, 20_000);
    submit(1);
    bench.bus.setUint32(layout.BUS_MASTER, 0, true);
    expect(pending()).toEqual([0, 0n]);
    bench.bus.setUint32(layout.BUS_MASTER, 1, true);
    expect(pending()).toEqual([1, 1_020_000n]);
    const fatal = device("cfs:nth=2", 20_000);
    fatal.submit(2);
    expect(fatal.pending()).toEqual([0, 0n]);
  });
});
