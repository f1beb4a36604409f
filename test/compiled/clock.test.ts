// The choice of a clock, and the arithmetic of its scale. The counter and CLOCK_MONOTONIC are made up here, and step in
// virtual time, but for the last tests.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClockReadings, chooseClock, clockUsed, momentNow } from "../../src/compiled/clock.ts";
import {
  driftPpm,
  hertz,
  type Moment,
  nsAt,
  scaleBetween,
  tightest,
  uncertaintyPpm,
} from "../../src/compiled/clock-scale.ts";
import { type ClockScale, native } from "../../src/compiled/native.ts";

const DAY_NS = 86_400_000_000_000n;
const good = { isInvariant: true, hasRdtscp: true };

/** A host in virtual time whose counter runs at `hz`, until somebody changes it. */
class FakeHost implements ClockReadings {
  hz: number;
  source: string | null = "tsc";
  cpu = good;
  /** How long a pair of readings takes. */
  readNs = 40;
  /** Ticks that fall between the second clock and the third. */
  stallNs: number[] = [];
  slept: number[] = [];
  #ns = 5_000_000_000_000;
  #ticks = 1e15;

  constructor(hz = 2_600_000_000) {
    this.hz = hz;
  }

  pass(ns: number): void {
    this.#ns += ns;
    this.#ticks += (ns * this.hz) / 1e9;
  }

  features = () => this.cpu;
  kernelSource = () => this.source;
  sleep = async (ms: number): Promise<void> => {
    this.slept.push(ms);
    this.pass(ms * 1e6);
  };
  both = () => {
    const before = BigInt(Math.round(this.#ticks));
    this.pass(this.readNs / 2);
    const monotonicNs = BigInt(Math.round(this.#ns));
    this.pass(this.readNs / 2 + (this.stallNs.shift() ?? 0));
    return { before, monotonicNs, after: BigInt(Math.round(this.#ticks)) };
  };
}

const at = (ticks: bigint, ns: bigint, width = 0n): Moment => ({ ticks, ns, width });
/** From a slow counter of an old CPU to more than any has. */
const rates = fc.bigInt({ min: 10_000_000n, max: 10_000_000_000n });

describe("misuse", () => {
  test("a counter that does not count evenly is not taken, and asked for it is refused by name", async () => {
    const host = new FakeHost();
    host.cpu = { ...good, isInvariant: false };
    expect(await chooseClock("auto", host)).toBeNull();
    expect(host.slept).toEqual([]);
    await expect(chooseClock("cpu", host)).rejects.toMatchObject({
      code: "ENVIRONMENT",
      what: "clocksource",
      message: expect.stringMatching(/^clocksource cpu: .*does not count evenly .*clock_gettime/),
    });
  });

  test("nor one that cannot be read in order", async () => {
    const host = new FakeHost();
    host.cpu = { ...good, hasRdtscp: false };
    expect(await chooseClock("auto", host)).toBeNull();
    await expect(chooseClock("cpu", host)).rejects.toThrow(/in order/);
  });

  test.each(["kvm-clock", "hpet", "hyperv_clocksource_tsc_page", null])(
    "where the kernel goes by %s it is not trusted, but who asks for it has it",
    async (source) => {
      const host = new FakeHost();
      host.source = source;
      expect(await chooseClock("auto", host)).toBeNull();
      expect(await chooseClock("cpu", host)).not.toBeNull();
    },
  );

  test("a rate that cannot be measured is that of no clock", async () => {
    const host = new FakeHost();
    host.readNs = 100_000_000;
    expect(await chooseClock("auto", host)).toBeNull();
    expect(host.slept).toEqual([25, 50, 100, 200]);
    await expect(chooseClock("cpu", host)).rejects.toThrow(/rate could not be measured/);
  });

  test("two moments at one time, or in the wrong order, make no scale", () => {
    const now = at(10n, 10n);
    expect(scaleBetween(now, now)).toBeNull();
    expect(scaleBetween(now, at(20n, 10n))).toBeNull();
    expect(scaleBetween(now, at(10n, 20n))).toBeNull();
    expect(scaleBetween(at(20n, 20n), now)).toBeNull();
    expect(uncertaintyPpm(now, now)).toBe(Number.POSITIVE_INFINITY);
  });

  test("a counter that stands still is not taken", async () => {
    expect(await chooseClock("auto", new FakeHost(0))).toBeNull();
  });

  test("the addon takes a scale or null, and nothing that is none", () => {
    const memory = new Uint8Array(
      new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer,
    );
    const clock = (scale: unknown) => () => native().clock(memory, 0, scale as ClockScale);
    expect(clock(1)).toThrow(TypeError);
    expect(clock({ ticks: 1n, ns: 1n })).toThrow(/multiplier must be a bigint/);
    expect(clock({ ticks: 1n, ns: 1n, multiplier: 0n })).toThrow(RangeError);
    expect(clock({ ticks: 1n, ns: 1n, multiplier: 1n << 63n })).toThrow(RangeError);
    expect(clock({ ticks: 1, ns: 1n, multiplier: 1n })).toThrow(TypeError);
    expect(clock(null)).not.toThrow();
  });
});

describe("a scale", () => {
  const scales = fc
    .record({
      hz: rates,
      ticks: fc.bigInt({ min: 0n, max: 1n << 62n }),
      ns: fc.bigInt({ min: 0n, max: 10_000n * DAY_NS }),
    })
    .map(({ hz, ticks, ns }) => ({
      hz,
      scale: scaleBetween(at(ticks, ns), at(ticks + hz, ns + 1_000_000_000n))!,
    }));
  const month = fc.bigInt({ min: 0n, max: 30n * DAY_NS });

  test("never runs backwards", () => {
    const later = fc.bigInt({ min: 0n, max: 1n << 40n });
    fc.assert(
      fc.property(scales, month, later, ({ hz, scale }, afterNs, further) => {
        const ticks = scale.ticks + (afterNs * hz) / 1_000_000_000n;
        expect(nsAt(scale, ticks + further)).toBeGreaterThanOrEqual(nsAt(scale, ticks));
      }),
    );
  });

  test("is off by 10 us at most after thirty days, and all of it fits in the words of the addon", () => {
    fc.assert(
      fc.property(scales, month, ({ hz, scale }, afterNs) => {
        const ticks = (afterNs * hz) / 1_000_000_000n;
        const error = nsAt(scale, scale.ticks + ticks) - scale.ns - afterNs;
        expect(Math.abs(Number(error))).toBeLessThan(10_000);
        expect(scale.multiplier).toBeLessThan(1n << 63n);
        // signed 64 by signed 64 bits are 127, and what is left of them after the shift is a time
        expect(ticks * scale.multiplier).toBeLessThan(1n << 127n);
        expect(nsAt(scale, scale.ticks + ticks)).toBeLessThan(1n << 63n);
      }),
    );
  });

  test("has both moments' own times, and the rate between them", () => {
    fc.assert(
      fc.property(rates, (hz) => {
        const scale = scaleBetween(at(7n, 100n), at(7n + hz, 1_000_000_100n))!;
        expect(nsAt(scale, 7n)).toBe(100n);
        expect(Math.abs(Number(nsAt(scale, 7n + hz) - 1_000_000_100n))).toBeLessThanOrEqual(1);
        expect(Math.abs(hertz(scale) / Number(hz) - 1)).toBeLessThan(1e-6);
      }),
    );
  });

  test("goes on below its beginning: another CPU's counter may be a little behind", () => {
    const scale = scaleBetween(at(1000n, 1000n), at(3000n, 2000n))!;
    expect(nsAt(scale, 800n)).toBe(900n);
  });

  test("is laid at the tightest of the readings", () => {
    const moment = tightest([
      { before: 0n, monotonicNs: 5n, after: 1000n },
      { before: 2000n, monotonicNs: 10n, after: 2040n },
      { before: 3000n, monotonicNs: 20n, after: 3050n },
    ]);
    expect(moment).toEqual({ ticks: 2020n, ns: 10n, width: 40n });
  });

  test("is as good as its uncertainty says, however the readings were torn", () => {
    const torn = fc.record({ hz: rates, early: fc.nat(100), late: fc.nat(100) });
    fc.assert(
      fc.property(torn, ({ hz, early, late }) => {
        // CLOCK_MONOTONIC was read anywhere between the two ticks
        const width = 100n;
        const first = at(BigInt(early) - 50n, 0n, width);
        const last = at(hz / 40n + BigInt(late) - 50n, 25_000_000n, width);
        const scale = scaleBetween(first, last)!;
        const offPpm = Math.abs(hertz(scale) / Number(hz) - 1) * 1e6;
        expect(offPpm).toBeLessThanOrEqual(uncertaintyPpm(first, last) * 1.01 + 0.2);
      }),
    );
  });
});

describe("the choice", () => {
  test("of the counter takes one short sleep, and its rate", async () => {
    const host = new FakeHost();
    const scale = await chooseClock("auto", host);
    expect(host.slept).toEqual([25]);
    expect(hertz(scale!) / 2_600_000_000).toBeCloseTo(1, 6);
  });

  test("of clock_gettime looks at nothing", async () => {
    const host = new FakeHost();
    expect(await chooseClock("clock_gettime", host)).toBeNull();
    expect(host.slept).toEqual([]);
  });

  test("outlives a host that interrupts its readings", async () => {
    const host = new FakeHost();
    host.stallNs = Array.from({ length: 60 }, (_, index) => (index % 31 === 7 ? 0 : 3_000_000));
    const scale = await chooseClock("auto", host);
    expect(hertz(scale!) / 2_600_000_000).toBeCloseTo(1, 5);
  });
});

describe("what is said of a clock afterwards", () => {
  test("a counter whose rate changes by a thousandth drifts by as much", async () => {
    const host = new FakeHost();
    const scale = await chooseClock("auto", host);
    const before = momentNow(host);
    host.hz *= 1.001;
    host.pass(10e9);
    const used = clockUsed(scale, before, momentNow(host));
    expect(used.source).toBe("tsc");
    expect(used.hz! / 2_600_000_000).toBeCloseTo(1, 6);
    expect(used.driftPpm!).toBeCloseTo(1000, 0);
  });

  test("one that goes slower drifts below 0, a steady one not at all", async () => {
    const host = new FakeHost();
    const scale = (await chooseClock("auto", host))!;
    const moments = [momentNow(host)];
    for (const share of [1, 0.9999]) {
      host.hz = 2_600_000_000 * share;
      host.pass(3_600e9);
      moments.push(momentNow(host));
    }
    const [first, second, third] = moments as [Moment, Moment, Moment];
    expect(Math.abs(driftPpm(scale, first, second))).toBeLessThan(0.1);
    expect(driftPpm(scale, second, third)).toBeCloseTo(-100, 0);
  });

  test("in a time too short to tell, nothing is said of the drift", async () => {
    const host = new FakeHost();
    const scale = await chooseClock("auto", host);
    const before = momentNow(host);
    host.pass(1e6);
    expect(clockUsed(scale, before, momentNow(host)).driftPpm).toBeNull();
  });

  test("CLOCK_MONOTONIC has neither rate nor drift", () => {
    const moment = at(1n, 1n);
    expect(clockUsed(null, moment, moment)).toEqual({
      source: "monotonic",
      hz: null,
      driftPpm: null,
    });
  });
});

describe("the addon", () => {
  const scaleOf = ({
    before,
    monotonicNs,
  }: ReturnType<ReturnType<typeof native>["readBothClocks"]>) => ({
    ticks: before,
    ns: monotonicNs,
    multiplier: 1n << 47n,
  });

  test("reads the counter before and after the other clock", () => {
    const one = native().readBothClocks();
    const two = native().readBothClocks();
    expect(one.after).toBeGreaterThanOrEqual(one.before);
    expect(two.before).toBeGreaterThanOrEqual(one.after);
    expect(two.monotonicNs).toBeGreaterThanOrEqual(one.monotonicNs);
  });

  test("works times out as nsAt does, between the counter's readings around it", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const times = new BigUint64Array(memory.buffer);
    // half a nanosecond a tick, whatever the counter's rate
    const scale = scaleOf(native().readBothClocks());
    const clock = native().clock(new Uint8Array(memory.buffer), 8, scale);
    for (let reading = 0; reading < 100; reading++) {
      const { after } = native().readBothClocks();
      clock();
      const { before } = native().readBothClocks();
      expect(times[1]!).toBeGreaterThanOrEqual(nsAt(scale, after));
      expect(times[1]!).toBeLessThanOrEqual(nsAt(scale, before));
    }
    const { after } = native().readBothClocks();
    expect(native().clockNow(scale)).toBeGreaterThanOrEqual(nsAt(scale, after));
  });

  test("aims a clock at another place and by another scale, and nothing else that is called one", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const bytes = new Uint8Array(memory.buffer);
    const times = new BigUint64Array(memory.buffer);
    const clock = native().clock(bytes, 8);
    clock();
    const first = times[1]!;
    const scale = { ticks: 0n, ns: 5n, multiplier: 1n };
    native().aimClock(clock, bytes, 16, scale);
    clock();
    expect(times[1]).toBe(first);
    // a 2^48th of a nanosecond a tick
    expect(times[2]!).toBeGreaterThanOrEqual(5n);
    expect(times[2]!).toBeLessThan(1_000_000n);
    expect(() => native().aimClock(() => {}, bytes, 16)).toThrow(/must be a clock/);
    expect(() => native().aimClock(native().sleeper(bytes, 0, 8, 16), bytes, 16)).toThrow(
      TypeError,
    );
    expect(() => native().aimClock(clock, bytes, 65_536)).toThrow(RangeError);
    clock();
    expect(times[2]!).toBeGreaterThanOrEqual(5n);
  });

  test("without a scale goes by process.hrtime's clock", () => {
    const before = process.hrtime.bigint();
    const now = native().clockNow(null);
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  test.each([
    ["slower", 1n << 46n],
    ["faster", 1n << 49n],
  ])(
    "never ends a sleep early, though its clock runs %s than the kernel's timers",
    (_, multiplier) => {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const bytes = new Uint8Array(memory.buffer);
      const times = new BigUint64Array(memory.buffer);
      const scale = { ...scaleOf(native().readBothClocks()), multiplier };
      const sleep = native().sleeper(bytes, 0, 8, 16, scale);
      const event = native().eventFd();
      const wait = native().waiter(bytes, 0, 8, 16, event.fd, -1, -1, [], scale);
      for (const until of [sleep, wait]) {
        times[1] = native().clockNow(scale) + 3_000_000n;
        until();
        expect(times[0]!).toBeGreaterThanOrEqual(times[1]!);
      }
      event.close();
    },
  );
});
