// The scheduler's accounts, as the kernel writes them and as stretches of a block.
import { describe, expect, test } from "vitest";
import { parseThreadTimes, type ThreadTimes } from "../../src/ground/scheduler.ts";
import { allShares, DelayMeter, longShares } from "../../src/run/delays.ts";
import { loadBetween, parseCpus, parseThrottled } from "../../src/run/host-load.ts";

describe("what the kernel writes", () => {
  test("a thread's account", () => {
    expect(parseThreadTimes("")).toBeNull();
    expect(parseThreadTimes("1 2\n")).toBeNull();
    const account = { ranNs: 1016532, waitedNs: 55352, turns: 12 };
    expect(parseThreadTimes("1016532 55352 12\n")).toEqual(account);
  });

  test("the CPUs' times, each by itself", () => {
    const stat =
      "cpu  30 0 12 64 8 0 3 4 0 0\ncpu0 10 1 5 60 7 1 2 3 0 0\ncpu11 20 0 7 4\nintr 5\n";
    const cpus = parseCpus(stat);
    expect([...cpus.keys()]).toEqual([0, 11]);
    expect(cpus.get(0)).toEqual({ busyNs: 19e7, stolenNs: 3e7 });
    expect(cpus.get(11)).toEqual({ busyNs: 27e7, stolenNs: 0 });
    expect(parseCpus("").size).toBe(0);
  });

  test("how long a quota stopped a control group, in either version's words", () => {
    expect(parseThrottled("")).toBe(0);
    expect(parseThrottled("nr_periods 1\nthrottled_time 1274341607\n")).toBe(1274341607);
    expect(parseThrottled("usage_usec 9\nthrottled_usec 1500\n")).toBe(1_500_000);
  });

  test("loads are subtracted; a CPU that came later counts from nothing", () => {
    const before = { cpus: parseCpus("cpu0 10 0 0 0\n"), ownNs: 5, throttledNs: 1 };
    const after = { cpus: parseCpus("cpu0 25 0 0 0\ncpu1 2 0 0 0\n"), ownNs: 9, throttledNs: 4 };
    const { cpus, ...others } = loadBetween(before, after);
    expect([...cpus.values()].map(({ busyNs }) => busyNs)).toEqual([15e7, 2e7]);
    expect(others).toEqual({ ownNs: 4, throttledNs: 3 });
  });
});

describe("stretches", () => {
  const times = (ns: number): ThreadTimes => ({ ranNs: ns, waitedNs: ns / 10, turns: ns / 100 });

  test("count from where the one before ended; a thread that nobody knows has none", () => {
    let ns = 1000;
    const read = (tid: number) => (tid === 0 ? null : times(ns * tid));
    const meter = new DelayMeter(() => ({ jobs: [1, 2, 0], device: 0, deviceProcess: 0 }), read);
    meter.begin(0n);
    ns = 3000;
    expect(meter.end(2000n)).toEqual({
      jobs: [{ lengthNs: 2000, ...times(2000) }, { lengthNs: 2000, ...times(4000) }, null],
      device: null,
    });
    ns = 4000;
    expect(meter.end(5000n).jobs[0]).toEqual({ lengthNs: 3000, ...times(1000) });
  });

  test("of another process that plays the device have all that it ran, and its longest wait", () => {
    const threads: Record<string, ThreadTimes>[] = [
      { 7: times(1000), 8: times(5000) },
      { 7: { ranNs: 1500, waitedNs: 900, turns: 12 }, 8: times(6000), 9: times(70_000) },
      {},
    ];
    const looks = threads.map((look) => new Map(Object.entries(look)));
    const asked: number[] = [];
    const readProcess = (pid: number) => {
      asked.push(pid);
      return looks.shift() ?? null;
    };
    const ids = { jobs: [], device: 0, deviceProcess: 4711 };
    const meter = new DelayMeter(
      () => ids,
      () => null,
      readProcess,
    );
    meter.begin(0n);
    // what began meanwhile has no beginning to count from
    const device = { lengthNs: 1000, ranNs: 1500, waitedNs: 800, turns: 2 };
    expect(meter.end(1000n).device).toEqual(device);
    expect(meter.end(2000n).device).toBeNull();
    expect(meter.end(3000n).device).toBeNull();
    expect(asked).toEqual([4711, 4711, 4711, 4711]);
  });

  test("are one when they follow each other, and joined where they are short", () => {
    const stretch = { jobs: [{ lengthNs: 100, ...times(1000) }], device: null };
    const five = Array.from({ length: 5 }, () => stretch);
    expect(allShares(five).jobs).toEqual([{ lengthNs: 500, ...times(5000) }]);
    expect(allShares([]).jobs).toEqual([]);
    const lengths = longShares(five, 200).map(({ jobs }) => jobs[0]?.lengthNs);
    expect(lengths).toEqual([200, 200, 100]);
  });
});
