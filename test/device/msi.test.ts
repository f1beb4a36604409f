// The embedded controller's messages of MSI: one when a vector begins to have something for the host (NVMe 1.4, section
// 7.5.1), and one more for what the host leaves.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUS_INTERRUPT_KIND, BusInterrupts } from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { addFault } from "../../src/compiled/bindings.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, Register } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** Two queue pairs that share vector 1, and one with vector 2. */
function withMsi(fault?: string) {
  const bench = new Bench({ interruptKind: "MSI" }).enable();
  const first = bench.createPair(1, 16, 16, 1);
  const second = bench.createPair(2, 16, 16, 1);
  const other = bench.createPair(3, 16, 16, 2);
  for (const one of fault === undefined ? [] : parseFaults(fault, 1n)) addFault(bench.device, one);
  bench.interrupts.length = 0;
  const flush = (pair = first): void => {
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
  };
  const take = (pair = first): void => {
    bench.reap(pair.cq);
    bench.settle();
  };
  return { bench, first, second, other, flush, take };
}

test("there is no message for an entry while others of its vector wait for the host", () => {
  const { bench, second, flush } = withMsi();
  flush();
  flush();
  flush(second);
  expect(bench.interrupts).toEqual([1]);
});

test("once the host has taken all of them, the next entry has a message", () => {
  const { bench, flush, take } = withMsi();
  flush();
  flush();
  take();
  expect(bench.interrupts).toEqual([1]);
  flush();
  expect(bench.interrupts).toEqual([1, 1]);
});

test("vectors have their messages apart", () => {
  const { bench, other, flush } = withMsi();
  flush();
  flush(other);
  flush(other);
  expect(bench.interrupts).toEqual([1, 2]);
});

test("a queue that the host leaves when it takes another's of the vector is announced again", () => {
  const { bench, second, flush, take } = withMsi();
  flush();
  flush(second);
  take();
  expect(bench.interrupts).toEqual([1, 1]);
  take(second);
  expect(bench.interrupts).toEqual([1, 1]);
});

test("queues that the host takes all of at the same time leave nothing to announce", () => {
  const { bench, first, second, flush } = withMsi();
  flush();
  flush(second);
  bench.reap(first.cq);
  bench.reap(second.cq);
  bench.settle();
  flush();
  expect(bench.interrupts).toEqual([1, 1]);
});

test("entries that came while their vector was masked have one message together, whatever queues they lie in", () => {
  const { bench, second, flush } = withMsi();
  bench.write32(Register.INTMS, 0b10);
  flush();
  flush(second);
  expect(bench.interrupts).toEqual([]);
  bench.write32(Register.INTMC, 0b10);
  bench.settle();
  flush();
  expect(bench.interrupts).toEqual([1]);
});

test("a mask that ends over entries which have had their message sends another", () => {
  const { bench, flush } = withMsi();
  flush();
  bench.write32(Register.INTMS, 0b10);
  flush();
  bench.write32(Register.INTMC, 0b10);
  bench.settle();
  expect(bench.interrupts).toEqual([1, 1]);
});

test("a message that a fault loses was that of all entries until the host takes some", () => {
  const { bench, flush, take } = withMsi("drop-interrupt:nth=1");
  flush();
  flush();
  expect(bench.interrupts).toEqual([]);
  take();
  flush();
  expect(bench.interrupts).toEqual([1]);
});

describe("entries that are not there any more do not hold a message back", () => {
  test("those of a queue that was deleted", () => {
    const { bench, second, flush } = withMsi();
    flush();
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 1 });
    bench.interrupts.length = 0;
    flush(second);
    expect(bench.interrupts).toEqual([1]);
  });

  test("but those of another queue of the vector do", () => {
    const { bench, second, flush } = withMsi();
    flush();
    flush(second);
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    bench.execute({ opcode: AdminOpcode.DELETE_IO_CQ, cdw10: 1 });
    bench.interrupts.length = 0;
    flush(second);
    expect(bench.interrupts).toEqual([]);
  });

  test("those of before a reset", () => {
    const { bench, flush } = withMsi();
    flush();
    bench.disable();
    bench.enable();
    const pair = bench.createPair(1, 16, 16, 1);
    bench.interrupts.length = 0;
    flush(pair);
    expect(bench.interrupts).toEqual([1]);
  });
});

test("entries that the host takes while messages are MSI-X's hold none of MSI's back", () => {
  const { bench, flush, take } = withMsi();
  const use = (kind: BusInterrupts): void => bench.bus.setUint32(BUS_INTERRUPT_KIND, kind, true);
  flush();
  use(BusInterrupts.MSIX);
  take();
  use(BusInterrupts.MSI);
  flush();
  expect(bench.interrupts).toEqual([1, 1]);
});

const act = fc.record({
  queue: fc.nat(2),
  kind: fc.constantFrom("flush", "take", "mask", "unmask"),
  /** Whether it is seen before the next one. Only a take can wait: the others are seen at once, and it with them. */
  isSeen: fc.boolean(),
});

/** Of two queues of a vector, one is seen empty at a mask of another vector, when the other one still is not. */
const seenAtAWrite = [
  { queue: 1, kind: "flush", isSeen: true },
  { queue: 0, kind: "flush", isSeen: true },
  { queue: 0, kind: "take", isSeen: false },
  { queue: 2, kind: "mask", isSeen: false },
  { queue: 1, kind: "take", isSeen: true },
];

test("whatever the host does, a vector that has something for it has sent one message since the host last took any", () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => {
      const { bench, first, second, other, flush } = withMsi();
      const queues = [first, second, other];
      const vectors = [1, 1, 2];
      const untaken = [0, 0, 0];
      const isSent = [false, false, false];
      const expected: number[] = [];
      let mask = 0;
      const left = (vector: number): boolean =>
        vectors.some((one, queue) => one === vector && untaken[queue]! > 0);
      const step = (): void => {
        bench.settle();
        for (const vector of [1, 2]) {
          if (!left(vector) || isSent[vector] || (mask & (1 << vector)) !== 0) continue;
          isSent[vector] = true;
          expected.push(vector);
        }
        expect([...bench.interrupts].sort()).toEqual([...expected].sort());
      };
      for (const { queue, kind, isSeen } of acts) {
        const vector = vectors[queue]!;
        if (kind === "flush" && untaken[queue]! < 10) {
          flush(queues[queue]);
          untaken[queue]!++;
        } else if (kind === "take" && untaken[queue]! > 0) {
          bench.reap(queues[queue]!.cq);
          untaken[queue] = 0;
          isSent[vector] = false;
        } else if (kind === "mask" || kind === "unmask") {
          bench.write32(kind === "mask" ? Register.INTMS : Register.INTMC, 1 << vector);
          if (kind === "unmask" && (mask & (1 << vector)) !== 0) isSent[vector] = false;
          mask = kind === "mask" ? mask | (1 << vector) : mask & ~(1 << vector);
        }
        if (isSeen || kind !== "take") step();
      }
    }),
    { numRuns: 100, examples: [[seenAtAWrite]] },
  );
});
