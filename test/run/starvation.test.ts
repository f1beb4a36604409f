// Who is told to have been starved, and who starved him, from made-up accounts of the scheduler.
import { describe, expect, test } from "vitest";
import type { Share, Shares } from "../../src/run/delays.ts";
import type { HostLoad } from "../../src/run/host-load.ts";
import { type HostEvidence, interruptDoubts, starvations } from "../../src/run/starvation.ts";

const SECOND_NS = 1e9;

function share(part: Partial<Share> = {}): Share {
  return { lengthNs: SECOND_NS, ranNs: SECOND_NS, waitedNs: 0, turns: 10, ...part };
}

function second(jobs: Partial<Share>[], device: Partial<Share> | null = null): Shares {
  return { jobs: jobs.map(share), device: device && share(device) };
}

const idle: HostLoad = { cpus: new Map(), ownNs: 0, throttledNs: 0 };

function found(shares: readonly Shares[], others: Partial<HostEvidence> = {}) {
  return starvations({ shares, load: idle, cpus: [1, 0], ...others });
}

describe("a host is cleared", () => {
  test("when nothing was measured, or the kernel says nothing", () => {
    expect(found([])).toEqual([]);
    expect(found([{ jobs: [null], device: null }])).toEqual([]);
  });

  test("when its threads waited for what a quiet machine lets them wait", () => {
    // polled, with the kernel's own threads in between; and 90,000 wake-ups of 4 us
    expect(found([second([{ waitedNs: 14e6, turns: 73 }], { waitedNs: 24e6, turns: 90 })])).toEqual(
      [],
    );
    expect(found([second([{ waitedNs: 360e6, turns: 90_000 }])])).toEqual([]);
  });

  test("when one turn of another thread came into a short run or a short interval", () => {
    const short = second([{ lengthNs: 50e6, waitedNs: 4e6 }]);
    expect(found([short])).toEqual([]);
    const quiet = second([{ lengthNs: 10e6 }]);
    const hit = second([{ lengthNs: 10e6, waitedNs: 8e6 }]);
    expect(found([...Array(50).fill(quiet), hit, ...Array(250).fill(quiet)])).toEqual([]);
  });
});

describe("a thread was starved", () => {
  test("when it waited for long, however seldom or often it ran", () => {
    for (const turns of [50, 5000]) {
      const [warning, ...others] = found([second([{ waitedNs: 300e6, turns }, {}])]);
      expect(warning).toMatchObject({ kind: "job-starved", job: 0 });
      expect(others).toEqual([]);
    }
  });

  test("when one interval of many was bad", () => {
    const quiet = Array.from({ length: 60 }, () => second([{}]));
    const bad = second([{ waitedNs: 900e6, turns: 30 }]);
    expect(found([...quiet, bad])).toMatchObject([{ kind: "job-starved", worstPercent: 90 }]);
  });

  test("when it was the embedded controller's", () => {
    expect(found([second([{}], { waitedNs: 500e6 })])).toMatchObject([
      { kind: "device-starved", percent: 50 },
    ]);
  });
});

describe("who had its CPU", () => {
  const starved = [second([{ ranNs: 300e6, waitedNs: 700e6 }, { ranNs: 900e6 }], {})];
  const load = (busy: readonly number[], others: Partial<HostLoad>): HostLoad => ({
    ...idle,
    cpus: new Map(busy.map((busyNs, cpu) => [cpu, { busyNs, stolenNs: 0 }])),
    ...others,
  });
  const by = (evidence: Partial<HostEvidence>) => {
    const [warning] = found(starved, evidence);
    return warning !== undefined && "by" in warning ? warning.by : undefined;
  };

  test("other processes, when the CPU was busy with more than phasebit", () => {
    expect(by({ load: load([SECOND_NS, SECOND_NS], { ownNs: 1.2e9 }) })).toBe("others");
  });

  test("phasebit's own threads, when nothing else ran", () => {
    expect(by({ load: load([SECOND_NS, SECOND_NS], { ownNs: 2e9 }) })).toBe("own");
  });

  test("not those of another CPU", () => {
    expect(by({ load: load([SECOND_NS, 310e6], { ownNs: 0.5e9 }) })).toBe("own");
  });

  test("nobody: its control group's quota was used up", () => {
    expect(by({ load: load([0.3e9, 0.3e9], { ownNs: 0.6e9, throttledNs: 0.8e9 }) })).toBe("quota");
  });

  test("nobody says while it runs", () => {
    expect(by({ load: null })).toBe("unknown");
  });
});

test("a device is accused of its interrupts only when the host is cleared", () => {
  expect(interruptDoubts(0, 0, true)).toEqual([]);
  expect(interruptDoubts(2, 0, true)).toEqual([{ kind: "lost-interrupts", count: 2 }]);
  expect(interruptDoubts(2, 3, false)).toEqual([
    { kind: "interrupts-unclear", lost: 2, spurious: 3 },
  ]);
});
