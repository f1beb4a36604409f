// The embedded controller's interrupt pin: a level (NVMe 1.4, section 7.5.1), which the kernel that the host plays masks at
// each of its interrupts.
import { describe, expect, test } from "vitest";
import {
  BUS_INTERRUPT_DISABLE,
  BUS_INTERRUPT_STATUS,
  BUS_PIN_MASKED,
} from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { addFault } from "../../src/compiled/bindings.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, Register } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** Two queue pairs, and a pin that is unmasked and not active. */
function withPin(fault?: string) {
  const bench = new Bench({ interruptKind: "PIN" }).enable();
  const first = bench.createPair(1, 16, 16, 0);
  const second = bench.createPair(2, 16, 16, 0);
  bench.settle();
  for (const one of fault === undefined ? [] : parseFaults(fault, 1n)) addFault(bench.device, one);
  bench.interrupts.length = 0;
  const word = (at: number, value: number): void => bench.bus.setUint32(at, value, true);
  word(BUS_PIN_MASKED, 0);
  bench.unmasksPin = false;
  const flush = (pair = first): void => {
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
  };
  const unmask = (): void => {
    bench.unmasksPin = true;
    bench.settle();
  };
  const take = (pair = first): void => {
    bench.reap(pair.cq);
    bench.unmasksPin = false;
    bench.settle();
  };
  const isActive = (): boolean => bench.bus.getUint32(BUS_INTERRUPT_STATUS, true) === 1;
  const disable = (on: boolean): void => {
    word(BUS_INTERRUPT_DISABLE, Number(on));
    bench.settle();
  };
  return { bench, first, second, flush, unmask, take, isActive, disable };
}

test("it is one interrupt for all that comes before the host unmasks it", () => {
  const { bench, flush, second, isActive } = withPin();
  expect(isActive()).toBe(false);
  flush();
  flush();
  flush(second);
  expect([bench.interrupts, isActive()]).toEqual([[0], true]);
});

test("unmasked while it is active it interrupts again; unmasked afterwards it does not", () => {
  const { bench, flush, unmask, take, isActive } = withPin();
  flush();
  unmask();
  expect(bench.interrupts).toEqual([0, 0]);
  take();
  expect(isActive()).toBe(false);
  unmask();
  expect(bench.interrupts).toEqual([0, 0]);
  flush();
  expect(bench.interrupts).toEqual([0, 0, 0]);
});

test("what was taken before it was unmasked is no reason to interrupt, though the device looked before both", () => {
  const { bench, first, flush, isActive } = withPin();
  flush();
  // the device has looked at its doorbells in this step, and asks for the unmasking now
  bench.onAskPin = () => {
    bench.onAskPin = () => {};
    bench.reap(first.cq);
  };
  bench.settle();
  expect([bench.interrupts, isActive()]).toEqual([[0], false]);
});

test("an unmasking from before an interrupt is none of it", () => {
  const { bench, flush } = withPin();
  bench.unmasksPin = true;
  flush();
  flush();
  expect(bench.interrupts).toEqual([0]);
});

test("it stays active for another queue's entries, until those are taken, or their queue is deleted", () => {
  const { bench, second, flush, take, isActive } = withPin();
  flush();
  flush(second);
  take();
  expect(isActive()).toBe(true);
  bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 2 });
  bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 2 });
  bench.settle();
  expect(isActive()).toBe(false);
});

test("INTMS makes it inactive, INTMC active again", () => {
  const { bench, flush, unmask, isActive } = withPin();
  flush();
  bench.write32(Register.INTMS, 1);
  expect(isActive()).toBe(false);
  unmask();
  expect(bench.interrupts).toEqual([0]);
  bench.write32(Register.INTMC, 1);
  bench.settle();
  expect([bench.interrupts, isActive()]).toEqual([[0, 0], true]);
});

test("Interrupt Disable holds it back, Interrupt Status tells it all the same", () => {
  const { bench, flush, isActive, disable } = withPin();
  disable(true);
  flush();
  expect([bench.interrupts, isActive()]).toEqual([[], true]);
  disable(false);
  expect(bench.interrupts).toEqual([0]);
});

test("a queue with IEN=0 does not make it active", () => {
  const { bench, isActive } = withPin();
  const polled = bench.createPair(3, 16, 16, -1);
  bench.settle();
  bench.interrupts.length = 0;
  bench.post(polled.sq, FLUSH);
  bench.ring(polled.sq);
  bench.settle();
  expect([bench.interrupts, isActive()]).toEqual([[], false]);
});

test.each([
  ["a controller reset", (bench: Bench) => bench.disable()],
  ["a function level reset", (bench: Bench) => bench.functionReset()],
])("%s makes it inactive", (_, reset) => {
  const { bench, flush, unmask, isActive } = withPin();
  flush();
  reset(bench);
  expect(isActive()).toBe(false);
  unmask();
  expect(bench.interrupts).toEqual([0]);
});

describe("faults", () => {
  test("pin-stuck: it interrupts though the host has taken everything", () => {
    const { bench, flush, unmask, take, isActive } = withPin("pin-stuck:nth=1");
    flush();
    take();
    expect(isActive()).toBe(true);
    unmask();
    expect(bench.interrupts).toEqual([0, 0]);
  });

  test("drop-interrupt: it does not become active, though an entry is there", () => {
    const { bench, first, flush, isActive } = withPin("drop-interrupt:nth=1");
    flush();
    expect([bench.interrupts, isActive()]).toEqual([[], false]);
    expect(bench.peek(first.cq)).toBeDefined();
  });

  test("spurious-interrupt: one for nothing, unless the pin is masked", () => {
    const { bench, flush } = withPin("spurious-interrupt:nth=1");
    flush();
    expect(bench.interrupts).toEqual([0]);
  });
});
