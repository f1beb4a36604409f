// What another process is said to have done, from looks at its threads.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Look, lookAt, ProcessWatch } from "../../src/ground/process.ts";

const MS = 1e6;
let nowMs = 0;
beforeEach(() => {
  nowMs = 1000;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => vi.restoreAllMocks());

/** [ms that a thread ran in all, ms that it waited in all, state], of each thread. */
type Threads = readonly (readonly [ran: number, waited: number, state: string])[];

const lookOf = (threads: Threads | null): Look =>
  threads &&
  new Map(
    threads.map(([ran, waited, state], at) => [
      `${at}`,
      { ranNs: ran * MS, waitedNs: waited * MS, turns: 1, state },
    ]),
  );

/** A watch that sees these looks, 50 ms apart. */
function watched(...looks: readonly (Threads | null)[]): ProcessWatch {
  let at = 0;
  const watch = new ProcessWatch(77, () => lookOf(looks[Math.min(at++, looks.length - 1)]!));
  for (let turn = 1; turn < looks.length; turn++) {
    nowMs += 50;
    watch.keptMs();
  }
  return watch;
}

describe("of a process that cannot be seen", () => {
  test("nothing is known", () => {
    expect(lookAt(0)).toBeNull();
    expect(watched(null, null).keptMs()).toBe(0);
    expect(watched(null, null).words()).toBe("what process 77 does is not known");
    expect(new ProcessWatch(0).words()).toMatch(/not known: it is not of this PID namespace/);
  });

  test("one that has ended leaves what was counted", () => {
    const ended = watched([[0, 0, "S"]], [[0, 30, "S"]], null);
    expect([ended.keptMs(), ended.hasEnded(), ended.words()]).toEqual([
      30,
      true,
      "process 77 has ended",
    ]);
    expect(watched([[0, 0, "S"]], [[0, 0, "Z"]], [[0, 0, "Z"]]).hasEnded()).toBe(true);
    expect(watched(null, null).hasEnded(), "it was never seen").toBe(false);
  });
});

describe("a process was kept from running", () => {
  test("while a thread waited for a CPU and had none, also as long as that lasts", () => {
    const waited = watched([[5, 5, "S"]], [[5, 45, "S"]]);
    expect([waited.keptMs(), waited.waitedMs()]).toEqual([40, 40]);
    expect(watched([[5, 5, "R"]], [[5, 5, "R"]], [[5, 5, "R"]]).keptMs()).toBe(100);
  });

  test("not while it ran or slept, and not for longer than has passed", () => {
    expect(watched([[0, 0, "R"]], [[20, 30, "R"]]).keptMs()).toBe(0);
    expect(watched([[0, 0, "R"]], [[20, 30, "R"]]).waitedMs()).toBe(30);
    expect(watched([[0, 0, "S"]], [[0, 0, "S"]]).keptMs()).toBe(0);
    expect(watched([[0, 0, "S"]], [[0, 4000, "S"]]).keptMs()).toBe(50);
  });

  test("counted are the threads together, never twice; a new one from the second look on", () => {
    const both = watched(
      [[0, 0, "S"]],
      [
        [0, 20, "S"],
        [0, 900, "S"],
      ],
    );
    expect(both.keptMs()).toBe(20);
  });

  test("whatever the looks say: it grows, and is no more than the time", () => {
    const thread = fc.tuple(fc.nat(1000), fc.nat(1000), fc.constantFrom("R", "S", "D", "T"));
    fc.assert(
      fc.property(fc.array(fc.array(thread, { maxLength: 3 }), { minLength: 2 }), (looks) => {
        const from = nowMs;
        const watch = watched(...looks);
        expect(watch.keptMs()).toBeGreaterThanOrEqual(0);
        expect(watch.keptMs()).toBeLessThanOrEqual(watch.waitedMs());
        expect(watch.waitedMs()).toBeLessThanOrEqual(nowMs - from);
      }),
    );
  });
});

test.each([
  ["T", /process 77 is stopped; kill -CONT 77/],
  ["t", /process 77 is stopped/],
  ["S", /process 77 ran for 10ms, was ready and had no CPU for 0ms, and slept otherwise$/],
  ["D", /slept otherwise, and is blocked in the kernel$/],
])("a thread in the state %s is told", (state, words) => {
  expect(watched([[0, 0, state]], [[10, 0, state]]).words()).toMatch(words);
});

test("our own process is seen with all of its threads", () => {
  const look = lookAt(process.pid);
  expect(look?.size).toBeGreaterThan(0);
  expect([...look!.values()].every(({ state }) => /^[RSDTtZXI]$/.test(state))).toBe(true);
});
