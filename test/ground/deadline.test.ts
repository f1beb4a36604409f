// Whose time a wait takes, in virtual time.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { Deadline } from "../../src/ground/deadline.ts";
import { readOf, withPair } from "../nvme/devices.ts";

let nowMs = 0;
let delayMs = 0;

beforeEach(() => {
  nowMs = 1000;
  delayMs = 500;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});
afterEach(() => vi.restoreAllMocks());

/** Turns of this length until it is over. @returns how long that took. */
function until(deadline: Deadline, turnMs: number, each: () => void = () => {}): number {
  const from = nowMs;
  for (let turn = 0; turn < 1e6; turn++) {
    nowMs += turnMs;
    each();
    if (deadline.isOver()) return nowMs - from;
  }
  return Number.POSITIVE_INFINITY;
}

describe("a deadline", () => {
  test("is the limit, and a turn, on a host that runs", () => {
    expect(until(new Deadline(1000), 1)).toBe(1001);
    expect(until(new Deadline(0), 1)).toBe(1);
    expect(until(new Deadline(-1), 1)).toBe(1);
  });

  test("does not count what the process stood still for", () => {
    const deadline = new Deadline(1000);
    nowMs += 60_000;
    expect(deadline.isOver(), "one turn, however long").toBe(false);
    expect(until(deadline, 1)).toBe(901);
  });

  test("does not count what the host kept the device from, but for what it did before", () => {
    const deadline = new Deadline(1000, () => delayMs);
    // the device runs in a tenth of the time
    const took = until(deadline, 10, () => {
      delayMs += 9;
    });
    expect(took).toBe(10_010);
  });

  test("counts nothing twice that the process stood still for while the device did too", () => {
    const deadline = new Deadline(1000, () => delayMs);
    let turns = 0;
    // ten turns in which all runs, then three seconds in which nothing does
    const took = until(deadline, 10, () => {
      if (++turns % 10 !== 0) return;
      nowMs += 3000;
      delayMs += 3000;
    });
    // by the delay alone it would be over never
    expect(took).toBeLessThan(45_000);
    expect(took).toBeGreaterThan(30_000);
  });

  test("asks the host seldom", () => {
    let asked = 0;
    const deadline = new Deadline(1000, () => asked++);
    expect(asked).toBe(1);
    for (let turn = 0; turn < 1000; turn++) {
      nowMs++;
      deadline.isOver();
    }
    expect(asked).toBe(51);
  });
});

test("a register and a command that come late on a host that kept the device waiting are no fault of it", async () => {
  const { device, transport, sq, page } = await withPair("size=16m&fault=delay:op=read,time=20ms");
  transport.hostDelayMs = () => delayMs;
  const pause = transport.pause.bind(transport);
  // 64 us of the device's time pass in a turn, and 90 ms of the host's, in which it did not let the device run
  transport.pause = async () => {
    nowMs += 90;
    delayMs += 90;
    await pause();
  };
  expect((await sq.run(readOf(page), { timeoutMs: 1000 })).status).toBe(0);
  expect(nowMs).toBeGreaterThan(20_000);
  let turns = 0;
  const read = transport.read32.bind(transport);
  transport.read32 = (offset) => {
    if (offset === Register.CSTS && turns++ < 300) return 0;
    return read(offset);
  };
  await device.registers.until(Register.CSTS, { RDY: 1 }, { timeoutMs: 1000 });
  expect(turns).toBe(301);
});
