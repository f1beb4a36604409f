// The embedded controller's MSI-X table and Pending Bit Array (PCI Express Base, section 6.1.4; NVMe 1.4, 7.5.2).
import { describe, expect, test } from "vitest";
import { BUS_FUNCTION_MASK } from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { addFault } from "../../src/compiled/bindings.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { Bench, MSIX_PENDING, MSIX_TABLE } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };
const entryOf = (vector: number): number => MSIX_TABLE + vector * 16;

/** A queue pair on vector 3; what was raised before is forgotten. */
function onVector3(fault?: string) {
  const bench = new Bench({ vectors: 40 }).enable();
  const pair = bench.createPair(1, 16, 16, 3);
  for (const one of fault === undefined ? [] : parseFaults(fault, 1n)) addFault(bench.device, one);
  bench.interrupts.length = 0;
  const flush = (): void => {
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
  };
  const mask = (isMasked: boolean): void => {
    bench.write32(entryOf(3) + 12, Number(isMasked));
    bench.settle();
  };
  const maskFunction = (isMasked: boolean): void => {
    bench.maskFunction(isMasked);
    bench.settle();
  };
  const pending = (): number => bench.read32(MSIX_PENDING);
  return { bench, pair, flush, mask, maskFunction, pending };
}

describe("what a host writes", () => {
  test("Mask Bits are set after power on, and after a function level reset", () => {
    const bench = new Bench({ vectors: 3 });
    const masks = () => [0, 1, 2].map((vector) => bench.read32(entryOf(vector) + 12));
    expect(masks()).toEqual([0, 0, 0]);
    bench.functionReset();
    expect(masks()).toEqual([1, 1, 1]);
    expect(bench.read32(entryOf(1))).toBe(0);
  });

  test("message and Mask Bit are kept, reserved bits are not, and a controller reset changes nothing", () => {
    const bench = new Bench({ vectors: 3 }).enable();
    for (const at of [0, 4, 8, 12]) bench.write32(entryOf(1) + at, 0xffffffff);
    bench.disable();
    const dwords = [0, 4, 8, 12].map((at) => bench.read32(entryOf(1) + at));
    expect(dwords).toEqual([0xfffffffc, 0xffffffff, 0xffffffff, 1]);
  });

  test("behind the last vector there is nothing, and the Pending Bit Array is read only", () => {
    const bench = new Bench({ vectors: 3 });
    bench.write32(entryOf(3) + 8, 7);
    bench.write32(MSIX_PENDING, 0xffffffff);
    const read = [entryOf(3) + 8, MSIX_PENDING, MSIX_PENDING + 8].map((at) => bench.read32(at));
    expect(read).toEqual([0, 0, 0]);
  });
});

describe("a masked vector", () => {
  test("has its pending bit, and one message when it is unmasked, however many entries came", () => {
    const { bench, flush, mask, pending } = onVector3();
    mask(true);
    flush();
    flush();
    expect([bench.interrupts, pending()]).toEqual([[], 0b1000]);
    mask(false);
    expect([bench.interrupts, pending()]).toEqual([[3], 0]);
    flush();
    expect(bench.interrupts).toEqual([3, 3]);
  });

  test("holds back no other vector", () => {
    const { bench, mask, pending } = onVector3();
    const other = bench.createPair(2, 16, 16, 39);
    bench.interrupts.length = 0;
    mask(true);
    bench.execute(FLUSH, other);
    expect([bench.interrupts, pending()]).toEqual([[39], 0]);
  });

  test("loses its pending bit when the host takes all entries meanwhile, and keeps it when it leaves one", () => {
    const { bench, pair, flush, mask, pending } = onVector3();
    mask(true);
    flush();
    flush();
    bench.ringHead(pair.cq, 1);
    bench.settle();
    expect(pending()).toBe(0b1000);
    bench.ringHead(pair.cq, 2);
    bench.settle();
    expect(pending()).toBe(0);
    mask(false);
    expect(bench.interrupts).toEqual([]);
  });

  test("keeps its pending bit for another queue of the vector", () => {
    const { bench, pair, flush, mask, pending } = onVector3();
    const second = bench.createPair(2, 16, 16, 3);
    mask(true);
    flush();
    bench.post(second.sq, FLUSH);
    bench.ring(second.sq);
    bench.settle();
    bench.reap(pair.cq);
    bench.settle();
    expect(pending()).toBe(0b1000);
  });

  test("waits for Function Mask too, which masks all and keeps the vectors' own", () => {
    const { bench, flush, mask, maskFunction, pending } = onVector3();
    maskFunction(true);
    flush();
    expect([bench.interrupts, pending(), bench.read32(entryOf(3) + 12)]).toEqual([[], 0b1000, 0]);
    mask(true);
    maskFunction(false);
    expect([bench.interrupts, pending()]).toEqual([[], 0b1000]);
    mask(false);
    expect([bench.interrupts, pending()]).toEqual([[3], 0]);
  });

  test("a function level reset clears Function Mask and pending bits", () => {
    const { bench, flush, maskFunction, pending } = onVector3();
    maskFunction(true);
    flush();
    bench.functionReset();
    expect([pending(), bench.bus.getUint32(BUS_FUNCTION_MASK, true)]).toEqual([0, 0]);
    bench.maskVectors(false);
    bench.settle();
    expect(bench.interrupts).toEqual([]);
  });
});

describe("faults", () => {
  test("mask-ignored: the message comes all the same", () => {
    const { bench, flush, mask, pending } = onVector3("mask-ignored:nth=1");
    mask(true);
    flush();
    expect([bench.interrupts, pending()]).toEqual([[3], 0]);
    flush();
    expect([bench.interrupts, pending()]).toEqual([[3], 0b1000]);
  });

  test("pending-bit-lost: the message never comes", () => {
    const { bench, flush, mask, pending } = onVector3("pending-bit-lost");
    mask(true);
    flush();
    expect(pending()).toBe(0);
    mask(false);
    expect(bench.interrupts).toEqual([]);
  });

  test("unmask-silent: the pending bit goes, and nothing comes", () => {
    const { bench, flush, mask, pending } = onVector3("unmask-silent");
    mask(true);
    flush();
    expect(pending()).toBe(0b1000);
    mask(false);
    expect([bench.interrupts, pending()]).toEqual([[], 0]);
  });
});
