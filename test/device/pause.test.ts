// The pause between idle steps of the embedded controller, in virtual time: a turn of its loop lasts no time there.
import { expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { pauseNs } from "../../src/embedded/idle.ts";
import { Bench } from "./bench-host.ts";

const LATENCY_NS = 80_000;
const PAUSE_NS = 300;
const TURNS = 7;

function device() {
  const bench = new Bench().enable();
  bench.now = 1_000_000n;
  const pair = bench.createPair(1, 16, 4);
  bench.device.setLatency(LatencyModel.CONSTANT, LATENCY_NS, 0);
  /** Turns that one step by the clock takes. */
  const turnsOfStep = (): number => {
    const before = bench.device.turn(0);
    bench.device.run(bench.now);
    return Number(bench.device.turn(0) - before);
  };
  return { bench, pair, turnsOfStep };
}

test("unless it is told to, the controller does not pause", () => {
  expect(device().turnsOfStep()).toBe(0);
});

test("it pauses after an idle step, and not after one that did something", () => {
  const { bench, pair, turnsOfStep } = device();
  bench.device.setPause(PAUSE_NS, TURNS);
  expect(turnsOfStep()).toBe(TURNS);
  bench.post(pair.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
  bench.ring(pair.sq);
  expect(turnsOfStep()).toBe(0);
  expect(turnsOfStep()).toBe(TURNS);
});

test("never past what is due", () => {
  const { bench, pair, turnsOfStep } = device();
  bench.device.setPause(PAUSE_NS, TURNS);
  bench.post(pair.sq, { opcode: NvmOpcode.FLUSH, nsid: 1 });
  bench.ring(pair.sq);
  turnsOfStep();
  bench.now += BigInt(LATENCY_NS - PAUSE_NS - 1);
  expect(turnsOfStep()).toBe(TURNS);
  bench.now += 1n;
  expect(turnsOfStep()).toBe(0);
});

test("how long: a small part of the latency, and never more than a microsecond", () => {
  expect(pauseNs(0)).toBe(0);
  expect(pauseNs(80_000)).toBe(312);
  expect(pauseNs(20_000)).toBe(78);
  expect(pauseNs(5_000_000)).toBe(1000);
});
