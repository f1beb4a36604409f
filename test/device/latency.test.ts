// The latency models, in virtual time: order, exactness and distribution.
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { AdminOpcode, Bench, iova, PAGE } from "./bench-host.ts";

const MEDIAN_NS = 80_000;
const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** Latencies of `count` commands submitted at once, to within `resolution` ns. */
function latencies(
  sigma: number,
  count: number,
  seed: bigint,
  resolution = 50n,
  longest = 1_000_000n,
): number[] {
  const bench = new Bench({ seed, mqes: 65536, memoryMiB: 32 }).enable();
  bench.device.setLatency(LatencyModel.LOGNORMAL, MEDIAN_NS, sigma);
  const { sq, cq } = bench.createPair(1, 16384);
  for (let index = 0; index < count; index++) bench.post(sq, FLUSH);
  bench.ring(sq);
  bench.settle();
  const found: number[] = [];
  while (found.length < count && bench.now < longest) {
    bench.now += resolution;
    bench.step();
    for (const _ of bench.reap(cq)) found.push(Number(bench.now));
  }
  return found;
}

describe("latency", () => {
  test("constant: not a nanosecond early", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 20_000, 0);
    const { sq, cq } = bench.createPair(1);
    for (let index = 0; index < 50; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.settle();
    bench.now = 19_999n;
    bench.settle();
    expect(bench.peek(cq)).toBeUndefined();
    bench.now = 20_000n;
    bench.step();
    expect(bench.reap(cq)).toHaveLength(50);
  });

  test("counts from when the command is read, not from the last reading of the clock before", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 20_000, 0);
    const { sq, cq } = bench.createPair(1);
    bench.post(sq, FLUSH);
    bench.ring(sq);
    // the clock has gone on since the device last looked at it
    bench.onClock = () => {
      bench.now = 7_000n;
    };
    bench.step();
    bench.onClock = () => {};
    bench.now = 26_999n;
    bench.settle();
    expect(bench.peek(cq)).toBeUndefined();
    bench.now = 27_000n;
    bench.step();
    expect(bench.reap(cq)).toHaveLength(1);
  });

  test("admin commands complete at once", () => {
    const bench = new Bench().enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 1e9, 0);
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });

  test("lognormal: quantiles lie where the model has them", () => {
    const found = [1n, 2n, 3n].flatMap((seed) => latencies(0.3, 16_000, seed));
    expect(found).toHaveLength(48_000);
    found.sort((a, b) => a - b);
    const normalQuantiles = [
      [0.01, -2.3263],
      [0.5, 0],
      [0.9, 1.2816],
      [0.99, 2.3263],
      [0.999, 3.0902],
    ] as const;
    for (const [p, z] of normalQuantiles) {
      const expected = MEDIAN_NS * Math.exp(0.3 * z);
      const actual = found[Math.floor(p * found.length)]!;
      expect(Math.abs(actual / expected - 1)).toBeLessThan(p === 0.999 ? 0.05 : 0.02);
    }
  });

  test("a seed repeats its latencies, another has others", () => {
    const draw = (seed: bigint) => latencies(1, 100, seed, 1000n, 10_000_000n);
    expect(draw(7n)).toEqual(draw(7n));
    expect(draw(7n)).not.toEqual(draw(8n));
  });

  test("completions come in the order of their due times, equal ones in order of submission", () => {
    const bench = new Bench({ mqes: 4096 }).enable();
    bench.device.setLatency(LatencyModel.LOGNORMAL, 1e6, 1);
    const { sq, cq } = bench.createPair(1, 1024);
    const cids = Array.from({ length: 1000 }, () => bench.post(sq, FLUSH));
    bench.ring(sq);
    bench.step(20);
    const seen: number[] = [];
    for (let now = 0n; seen.length < 1000; now += 10_000n) {
      bench.now = now;
      bench.step(2);
      seen.push(...bench.reap(cq).map(({ cid }) => cid));
    }
    expect(seen).not.toEqual(cids);
    expect([...seen].sort((a, b) => a - b)).toEqual(cids);

    bench.device.setLatency(LatencyModel.CONSTANT, 1e6, 0);
    const equal = Array.from({ length: 1000 }, () => bench.post(sq, FLUSH));
    bench.ring(sq);
    bench.step(20);
    bench.now += 1_000_000n;
    bench.settle();
    expect(bench.reap(cq).map(({ cid }) => cid)).toEqual(equal);
  });

  test("more commands in flight than there are places for wait in their queue", () => {
    const bench = new Bench({ mqes: 65536, memoryMiB: 32 }).enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 1000, 0);
    const { sq, cq } = bench.createPair(1, 65536);
    for (let index = 0; index < 60_000; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.settle();
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
    let total = 0;
    for (let round = 0; round < 8; round++) {
      bench.now += 1000n;
      bench.settle();
      total += bench.reap(cq).length;
    }
    expect(total).toBe(60_000);
    expect(bench.csts).toBe(1);
  });

  test("extreme models neither trap nor stall", () => {
    for (const [ns, sigma] of [
      [0, 0],
      [1e300, 10],
      [-5, 1],
      [Number.NaN, 1],
      [1, Number.POSITIVE_INFINITY],
    ] as const) {
      const bench = new Bench().enable();
      bench.device.setLatency(LatencyModel.LOGNORMAL, ns, sigma);
      const { sq, cq } = bench.createPair(1);
      for (let index = 0; index < 30; index++) bench.post(sq, FLUSH);
      bench.ring(sq);
      bench.step();
      bench.now = 3_600_000_000_001n;
      bench.settle();
      expect(bench.reap(cq)).toHaveLength(30);
    }
  });
});

test("run returns when the time has come, or at once after STOP", () => {
  const bench = new Bench().enable();
  const page = bench.buffer(PAGE);
  bench.post(bench.admin.sq, { opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1: iova(page) });
  bench.ring(bench.admin.sq);
  bench.now = 10n;
  expect(bench.device.run(5n)).toBeGreaterThan(0);
  bench.stop();
  expect(bench.device.run(2n ** 64n - 1n)).toBe(0);
});
