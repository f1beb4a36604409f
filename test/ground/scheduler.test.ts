// What a host is said to have kept a thread from.
import { describe, expect, test } from "vitest";
import { Deprivation, type ThreadTimes } from "../../src/ground/scheduler.ts";

const MS = 1e6;

/** A thread's account over stretches of `[ms that it ran, ms that it waited]`. @returns ms kept, after each. */
function kept(stretches: readonly (readonly [ran: number, waited: number])[]): number[] {
  const deprivation = new Deprivation();
  let times: ThreadTimes = { ranNs: 0, waitedNs: 0, turns: 0 };
  return stretches.map(([ran, waited]) => {
    const { ranNs, waitedNs, turns } = times;
    times = { ranNs: ranNs + ran * MS, waitedNs: waitedNs + waited * MS, turns: turns + 1 };
    return deprivation.until(times) / MS;
  });
}

describe("a thread was kept from running", () => {
  test("in stretches in which it waited and had no CPU", () => {
    expect(
      kept([
        [0, 20],
        [0, 20],
        [0.05, 19],
      ]),
    ).toEqual([20, 40, 59]);
  });

  test("not where it had its turn, however long it waited for the next", () => {
    expect(
      kept([
        [3, 17],
        [3, 17],
        [0, 20],
        [5, 95],
      ]),
    ).toEqual([0, 0, 20, 20]);
  });

  test("not while it slept", () => {
    expect(
      kept([
        [0, 0],
        [0, 0],
      ]),
    ).toEqual([0, 0]);
  });
});
