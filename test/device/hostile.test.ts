// The controller as a device for hostile hosts: whatever is written to queues, doorbells and registers, it never
// traps and never writes where it must not. And whatever happens, the same seed makes it happen again.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { parseFaults } from "../../src/embedded/faults.ts";
import { AdminOpcode, Bench, iova, layout, PAGE, type QueuePair, Register } from "./bench-host.ts";

/** Random numbers from a seed (mulberry32). */
function random(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => next() % limit;
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  return { next, below, pick };
}

type Random = ReturnType<typeof random>;

const interesting = [
  0, 1, 2, 3, 7, 0x1000, 0x1fff, 0xffff, 0x10000, 0x7fffffff, 0xfffffffe, 0xffffffff,
];
const numbers = (values: Readonly<Record<string, string | number>>) =>
  Object.values(values).filter((value) => typeof value === "number");
const adminOpcodes = numbers(AdminOpcode);
const ioOpcodes = numbers(NvmOpcode);

/** A host that does anything to the device, most of it nearly right. */
class Hostile {
  readonly bench: Bench;
  readonly arena: number;
  readonly lists: number;
  private readonly random: Random;
  /** Pages for queues that the host creates on its way. */
  private readonly queues: number[];
  /** Queue pairs that exist after every recovery. */
  private readonly pairs: readonly QueuePair[];

  constructor(seed: number) {
    this.random = random(seed);
    const interruptKind = (["PIN", "MSI", "MSIX"] as const)[seed % 3]!;
    this.bench = new Bench({
      interruptKind,
      memoryMiB: 3,
      blocks: 256,
      ioQueues: 4,
      mqes: 64,
      mdts: 3,
    });
    this.arena = this.bench.buffer(32 * PAGE);
    this.lists = this.bench.buffer(8 * PAGE, layout.DmaAccess.READ);
    this.queues = Array.from({ length: 8 }, (_, index) => this.arena + index * 4 * PAGE);
    this.pairs = [1, 2].map((qid) => ({
      sq: { qid, pointer: this.bench.buffer(PAGE, layout.DmaAccess.READ), entries: 64, tail: 0 },
      cq: { qid, pointer: this.bench.buffer(PAGE), entries: 32, head: 0, phase: 1 },
    }));
    this.recover();
  }

  /** One act of hostility. */
  act(): void {
    const { below } = this.random;
    const kind = below(100);
    if (kind < 45) this.scribble();
    else if (kind < 65) this.ring();
    else if (kind < 75) this.reap();
    else if (kind < 77) this.register();
    else if (kind < 78 || this.broken()) this.recover();
    else if (kind < 80) this.garbage();
    else if (kind < 88) this.bench.now += BigInt(below(5000));
    else this.bench.step(1 + below(4));
  }

  private word(): number {
    const { next, pick, below } = this.random;
    return below(2) === 0 ? pick(interesting) : next();
  }

  private iova(): bigint {
    const { pick, below } = this.random;
    const page = pick([this.arena, this.lists]) + below(32) * PAGE;
    const choices = [
      iova(page),
      iova(page),
      iova(page + below(PAGE)),
      iova(page + below(ENTRIES) * 8),
      iova(this.bench.medium),
      iova(layout.DEVICE_STATE + below(0x1000)),
      iova(layout.IOMMU),
      (BigInt(this.word()) << 32n) | BigInt(this.word()),
    ];
    return pick(choices);
  }

  /** A nearly sensible command into some queue, mostly at its tail. */
  private scribble(): void {
    const { pick, below } = this.random;
    const { view, admin } = this.bench;
    const io = below(3) !== 0;
    const { sq } = io ? pick(this.pairs) : admin;
    const entry = sq.pointer + sq.tail * 64;
    sq.tail = (sq.tail + 1) % sq.entries;
    for (let dword = 0; dword < 16; dword++) {
      view.setUint32(entry + dword * 4, below(6) === 0 ? this.word() : below(4), true);
    }
    view.setUint8(entry, below(8) === 0 ? this.word() & 0xff : pick(io ? ioOpcodes : adminOpcodes));
    view.setUint8(entry + 1, below(8) === 0 ? this.word() & 0xff : 0);
    view.setUint32(entry + 4, below(4) === 0 ? this.word() : 1, true);
    view.setBigUint64(entry + 24, this.iova(), true);
    view.setBigUint64(entry + 32, this.iova(), true);
    if (below(2) === 0) view.setUint32(entry + 48, below(40), true);
    if (!io && below(2) === 0) this.queueCommand(entry);
    if (below(4) !== 0) this.bench.ring(sq);
  }

  /** Create I/O queues often enough that there are some. */
  private queueCommand(entry: number): void {
    const { pick, below } = this.random;
    const { view } = this.bench;
    view.setUint8(entry, pick([0, 1, 1, 4, 5, 5]));
    view.setBigUint64(entry + 24, iova(pick(this.queues)), true);
    view.setUint32(entry + 40, (below(70) << 16) | below(6), true);
    view.setUint32(entry + 44, (below(6) << 16) | pick([1, 1, 1, 3, 3, 0]), true);
  }

  private ring(): void {
    const { below } = this.random;
    const place = this.bench.doorbells + below(12) * 4;
    this.bench.view.setUint32(place, below(6) === 0 ? this.word() : below(20), true);
  }

  private register(): void {
    const { below, pick } = this.random;
    const offsets = numbers(Register);
    const offset = below(6) === 0 ? this.word() : pick(offsets);
    if (below(2) === 0) this.bench.read32(offset);
    else this.bench.write32(offset, this.word());
  }

  private reap(): void {
    const { below } = this.random;
    for (const { cq } of [this.bench.admin, ...this.pairs]) if (below(8) !== 0) this.bench.reap(cq);
  }

  /** Nothing more can happen. */
  private broken(): boolean {
    return this.bench.csts !== 1 && this.random.below(4) === 0;
  }

  /** Back to a state in which much can go wrong. */
  private recover(): void {
    if (this.random.below(3) === 0) this.bench.disable();
    else this.bench.functionReset();
    this.bench.bus.setUint32(layout.BUS_MASTER, 1, true);
    this.bench.enable();
    for (const pair of this.pairs) {
      this.bench.forget(pair);
      this.bench.createCq(pair.cq, pair.cq.qid);
      this.bench.createSq(pair.sq, pair.cq.qid);
    }
  }

  /** PRP lists of anything. */
  private garbage(): void {
    for (let index = 0; index < 64; index++) {
      const place = this.lists + this.random.below((8 * PAGE) / 8) * 8;
      this.bench.view.setBigUint64(place, this.iova(), true);
    }
  }

  /** Everything that the device must never write, as it is now: all but what follows. */
  forbidden(): Forbidden {
    const { bench } = this;
    const allowed = [
      [layout.BUS, PAGE],
      [layout.IOMMU_FAULTS, PAGE],
      [layout.DEVICE_STATE, layout.DEVICE_STATE_BYTES],
      [bench.doorbells, 2 * PAGE],
      [bench.medium, 256 * 512],
      [this.arena, 32 * PAGE],
      // their whole pages are the device's to write, so a PRP entry may point beyond the last entry
      ...this.pairs.map(({ cq }) => [cq.pointer, PAGE]),
      [bench.admin.cq.pointer, bench.admin.cq.entries * 16],
    ] as [number, number][];
    let end = 0;
    const gaps = allowed.map(([pointer, bytes]) => {
      const gap = bench.bytes.subarray(end, pointer);
      end = pointer + bytes;
      return gap;
    });
    return new Forbidden([...gaps, bench.bytes.subarray(end, bench.link.end)]);
  }
}

/** Parts of a memory, and what stood there. */
class Forbidden {
  private readonly parts: readonly { readonly now: Uint8Array; readonly before: Uint8Array }[];

  constructor(parts: readonly Uint8Array[]) {
    this.parts = parts.map((now) => ({ now, before: now.slice() }));
  }

  isUntouched(): boolean {
    return this.parts.every(({ now, before }) => Buffer.compare(now, before) === 0);
  }
}

const ENTRIES = PAGE / 8;

describe("a hostile host", () => {
  test.each(Array.from({ length: 24 }, (_, seed) => seed))("seed %i", (seed) => {
    const host = new Hostile(seed);
    const models = [LatencyModel.NONE, LatencyModel.CONSTANT, LatencyModel.LOGNORMAL];
    host.bench.device.setLatency(models[seed % 3]!, 1000, 1);
    for (let round = 0; round < 100; round++) {
      for (let index = 0; index < 40; index++) host.act();
      const before = host.forbidden();
      host.bench.step(3);
      expect(before.isUntouched()).toBe(true);
    }
    host.bench.functionReset();
    expect(host.bench.enable().csts).toBe(1);
    const page = host.bench.buffer(PAGE);
    const identify = { opcode: AdminOpcode.IDENTIFY, cdw10: 1, prp1: iova(page) };
    expect(host.bench.execute(identify).code).toBe(0);
  });

  test("most of it reaches I/O commands, or the test would be worth nothing", () => {
    const host = new Hostile(3);
    for (let index = 0; index < 40_000; index++) host.act();
    host.bench.functionReset();
    host.bench.enable();
    const page = host.bench.buffer(PAGE);
    host.bench.execute({
      opcode: AdminOpcode.GET_LOG_PAGE,
      cdw10: (127 << 16) | 2,
      prp1: iova(page),
    });
    const counter = (offset: number) => Number(host.bench.view.getBigUint64(page + offset, true));
    expect(counter(64)).toBeGreaterThan(50);
    expect(counter(80)).toBeGreaterThan(50);
    expect(counter(176)).toBeGreaterThan(1000);
  });

  test("an IOMMU table of nonsense gives faults, not traps", () => {
    const host = new Hostile(4);
    const { bus: view } = host.bench;
    const sound = view.getUint32(layout.IOMMU_COUNT, true);
    view.setUint32(layout.IOMMU_COUNT, 0xffffffff, true);
    for (let index = sound; index < layout.IOMMU_MAX_ENTRIES; index++) {
      const entry = layout.IOMMU_ENTRIES + index * layout.IOMMU_ENTRY_BYTES;
      view.setUint32(entry + layout.IOMMU_ENTRY_POINTER, index * PAGE, true);
      view.setUint32(entry + layout.IOMMU_ENTRY_LENGTH, index % 3 ? PAGE : 0xffffffff, true);
      view.setUint32(entry + layout.IOMMU_ENTRY_WINDOW, layout.IOVA_WINDOW_DMA, true);
      view.setUint32(entry + layout.IOMMU_ENTRY_ACCESS, 3, true);
    }
    view.setUint32(layout.IOMMU_PLACED_STATE, 0xffffffff, true);
    for (let index = 0; index < 2 * layout.IOMMU_MAX_PLACED; index++) {
      const entry = layout.IOMMU_PLACED + index * layout.IOMMU_PLACED_BYTES;
      view.setBigUint64(
        entry,
        iova(host.bench.admin.cq.pointer) + BigInt(index - 32) * 4096n,
        true,
      );
      view.setUint32(entry + layout.IOMMU_PLACED_POINTER, index * 4 * PAGE, true);
      view.setUint32(entry + layout.IOMMU_PLACED_LENGTH, index % 3 ? PAGE : 0xffffffff, true);
      view.setUint32(entry + layout.IOMMU_PLACED_ACCESS, 3, true);
    }
    Atomics.add(new Int32Array(view.buffer), layout.IOMMU_GENERATION >> 2, 1);
    const before = new Forbidden([host.bench.bytes.subarray(0, layout.BUS)]);
    for (let index = 0; index < 4000; index++) host.act();
    expect(before.isUntouched()).toBe(true);
  });
});

describe("determinism", () => {
  /** The hash of all memory after a long run with latencies and faults. */
  function run(seed: bigint): string {
    const bench = new Bench({ seed, memoryMiB: 8 }).enable();
    bench.device.setLatency(LatencyModel.LOGNORMAL, 10_000, 0.5);
    const text = "fuzz-cqe:p=0.1;error-status:p=0.05;corrupt-data:p=0.1;delay:p=0.1,time=30us";
    for (const { kind, match, every, times, probability, a, b } of parseFaults(text, seed)) {
      bench.device.addFault(kind, match, every, times, probability, a, b, seed);
    }
    const { sq, cq } = bench.createPair(1, 64);
    const page = bench.buffer(PAGE);
    for (let round = 0; round < 300; round++) {
      for (let index = 0; index < 10; index++) {
        bench.post(sq, { opcode: 1 + (index & 1), nsid: 1, cdw10: index, prp1: iova(page) });
      }
      bench.ring(sq);
      bench.step(2);
      bench.now += 200_000n;
      bench.step(2);
      bench.reap(cq);
    }
    return createHash("sha256").update(bench.bytes.slice()).digest("hex");
  }

  test("the same seed ends in the same memory, another in another", () => {
    expect(run(1n)).toBe(run(1n));
    expect(run(1n)).not.toBe(run(2n));
  });
});
