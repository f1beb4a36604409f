import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BLOCK_COMPLETED,
  BLOCK_DRAINED_READS,
  BLOCK_DRAINED_WRITES,
  BLOCK_FAILED,
  BLOCK_FLAGS,
  BLOCK_NOW,
  BLOCK_REJECTED,
  BLOCK_REJECTED_RAW,
  BLOCK_REJECTIONS,
  BLOCK_STATUS_COUNTS,
  BLOCK_STATUS_FIRST,
  BLOCK_SUBMITTED,
  Flag,
  HISTOGRAM_HEADER_BYTES,
  HISTOGRAM_MAX,
  HISTOGRAM_MIN,
  HISTOGRAM_SUM,
  Rejection,
  SLOT_BYTES,
  SLOT_EXPECTED,
  SLOT_LBA_SHIFT,
  SLOT_OPCODE,
  SLOT_STATE,
  SLOT_SUBMITTED,
  STATUS_FIRST_BYTES,
} from "../../assembly/layout.ts";
import { NvmOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { cidGenerations } from "../../src/measurement/workload.ts";
import {
  at,
  cidAt,
  configureLoop,
  counter,
  type Harness,
  SQID,
  withLoop,
  writeCqe,
} from "./harness.ts";

/** Runs until everything that is there was looked at: the clock advances with each reading. */
function runUntil(host: Harness, until: bigint): void {
  let now = 0n;
  Object.defineProperty(host, "now", { configurable: true, get: () => ++now });
  host.wasm.run(until);
}

/** Marsaglia's xorshift32. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const rejections = (host: Harness, kind: Rejection): number =>
  counter(host, BLOCK_REJECTIONS + kind * 8);

const recorded = (host: Harness, pointer: number): number => {
  const first = (pointer + HISTOGRAM_HEADER_BYTES) / 8;
  return Number(host.u64.slice(first, first + 33_792).reduce((sum, count) => sum + count, 0n));
};

describe("start", () => {
  test("submits one command from every slot, announced by one ring", () => {
    const host = withLoop(3);
    host.wasm.start();
    expect(host.u32[at.sqDoorbell / 4]).toBe(3);
    expect(new Set([0, 1, 2].map((index) => cidAt(host, index) & 3)).size).toBe(3);
    expect(host.wasm.outstanding()).toBe(3);
  });
});

describe("sweep", () => {
  test("finds nothing and reads no clock when nothing is there", () => {
    const host = withLoop(2);
    host.wasm.start();
    const before = host.readings;
    expect(host.wasm.sweep()).toBe(0);
    expect(host.readings).toBe(before);
  });

  test("reaps all that is ready with one reading of the clock, and submits again", () => {
    const host = withLoop(3, 8);
    host.now = 1000n;
    host.wasm.start();
    const before = host.readings;
    for (const index of [0, 1, 2]) writeCqe(host, index, { cid: cidAt(host, index), phase: 1 });
    host.now = 3500n;
    expect(host.wasm.sweep()).toBe(3);
    expect(host.readings).toBe(before + 1);
    expect(host.u32[at.cqDoorbell / 4]).toBe(3);
    expect(host.u32[at.sqDoorbell / 4]).toBe(6);
    expect(recorded(host, at.reads)).toBe(3);
    expect(host.u64[(at.reads + HISTOGRAM_MIN) / 8]).toBe(2500n);
    expect(host.u64[(at.reads + HISTOGRAM_MAX) / 8]).toBe(2500n);
    expect(host.u64[(at.reads + HISTOGRAM_SUM) / 8]).toBe(7500n);
  });

  test("the next command of a slot has another CID", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    const first = cidAt(host, 0);
    writeCqe(host, 0, { cid: first, phase: 1 });
    host.wasm.sweep();
    expect(cidAt(host, 1)).not.toBe(first);
  });

  test.each([1, 3, 7])("a slot's CIDs come again after as many as is said (depth %d)", (depth) => {
    const host = withLoop(depth, 8);
    host.wasm.start();
    const first = cidAt(host, 0);
    let count = 0;
    for (let cid = first; count === 0 || cid !== first; count++) {
      const phase = (Math.floor(count / 8) + 1) % 2;
      writeCqe(host, count % 8, { cid, phase: phase === 1 ? 1 : 0 });
      expect(host.wasm.sweep()).toBe(1);
      cid = cidAt(host, (depth + count) % 8);
    }
    expect(count).toBe(cidGenerations(depth));
  });

  test("writes and reads are counted apart", () => {
    const host = withLoop(4, 8, 0x8000);
    host.wasm.start();
    const opcodes = [0, 1, 2, 3].map((index) => host.bytes[at.sq + index * 64]);
    for (const index of [0, 1, 2, 3]) writeCqe(host, index, { cid: cidAt(host, index), phase: 1 });
    host.wasm.sweep();
    expect(recorded(host, at.reads)).toBe(opcodes.filter((opcode) => opcode === 2).length);
    expect(recorded(host, at.writes)).toBe(opcodes.filter((opcode) => opcode === 1).length);
  });
});

describe("drain", () => {
  test("counts what it reaps by direction, apart from what completed before", () => {
    const host = withLoop(4, 8, 0x8000);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.wasm.sweep();
    const opcodes = [1, 2, 3].map((index) => host.bytes[at.sq + index * 64]);
    for (const index of [1, 2, 3]) writeCqe(host, index, { cid: cidAt(host, index), phase: 1 });
    host.now = 5000n;
    expect(host.wasm.drain(1n)).toBe(1);
    host.wasm.publish();
    expect(counter(host, BLOCK_COMPLETED)).toBe(4);
    const reads = opcodes.filter((opcode) => opcode === 2).length;
    expect(counter(host, BLOCK_DRAINED_READS)).toBe(reads);
    expect(counter(host, BLOCK_DRAINED_WRITES)).toBe(3 - reads);
  });

  test("takes what is there though its time is over", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.now = 5000n;
    expect(host.wasm.drain(1n)).toBe(0);
  });
});

describe("the ramp's end", () => {
  test("what waits for the caller is left to the histograms before, what comes later is measured", () => {
    const host = withLoop(2, 8);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.now = 9000n;
    host.wasm.countIn(at.writes, at.writes, 0);
    expect(recorded(host, at.reads)).toBe(1);
    writeCqe(host, 1, { cid: cidAt(host, 1), phase: 1 });
    writeCqe(host, 2, { cid: cidAt(host, 2), phase: 1 });
    host.now = 9500n;
    expect(host.wasm.sweep()).toBe(2);
    expect(recorded(host, at.reads)).toBe(1);
    expect(recorded(host, at.writes)).toBe(2);
    host.wasm.publish();
    expect(counter(host, BLOCK_COMPLETED)).toBe(2);
    expect(counter(host, BLOCK_SUBMITTED)).toBe(4);
  });

  test("an entry that is not believed does not end it", () => {
    const host = withLoop(2, 8);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0) ^ 4, phase: 1 });
    writeCqe(host, 1, { cid: cidAt(host, 1), phase: 1 });
    host.wasm.countIn(at.writes, at.writes, 0);
    expect(recorded(host, at.reads)).toBe(1);
    expect(rejections(host, Rejection.STALE_GENERATION)).toBe(1);
  });
});

describe("a completion that is not believed", () => {
  const cases: [string, Rejection, (cid: number) => Parameters<typeof writeCqe>[2]][] = [
    ["a slot outside the depth", Rejection.BAD_CID, (cid) => ({ cid: cid | 3, phase: 1 })],
    [
      "another generation",
      Rejection.STALE_GENERATION,
      (cid) => ({ cid: (cid + 4) & 0xffff, phase: 1 }),
    ],
    ["another queue's SQID", Rejection.BAD_SQID, (cid) => ({ cid, sqid: SQID + 1, phase: 1 })],
    ["an SQHD outside the queue", Rejection.BAD_SQHD, (cid) => ({ cid, sqhd: 4, phase: 1 })],
  ];
  for (const [what, kind, entry] of cases) {
    test(`${what} ends no command, is counted and kept`, () => {
      const host = withLoop(3, 4);
      host.wasm.start();
      writeCqe(host, 0, entry(cidAt(host, 0)));
      runUntil(host, 10n);
      expect(rejections(host, kind)).toBe(1);
      expect(counter(host, BLOCK_REJECTED)).toBe(1);
      expect(host.wasm.outstanding()).toBe(3);
      expect(recorded(host, at.reads)).toBe(0);
      const raw = at.block + BLOCK_REJECTED_RAW;
      expect(host.bytes.slice(raw, raw + 16)).toEqual(host.bytes.slice(at.cq, at.cq + 16));
    });
  }

  test("a duplicate of an ended command is an old generation", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    const cid = cidAt(host, 0);
    writeCqe(host, 0, { cid, phase: 1 });
    writeCqe(host, 1, { cid, phase: 1 });
    runUntil(host, 10n);
    expect(counter(host, BLOCK_COMPLETED)).toBe(1);
    expect(rejections(host, Rejection.STALE_GENERATION)).toBe(1);
  });

  test("an entry for an idle slot is counted as such", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    const cid = cidAt(host, 0);
    writeCqe(host, 0, { cid, phase: 1 });
    expect(host.wasm.drain(1_000n)).toBe(0);
    writeCqe(host, 1, { cid, phase: 1 });
    runUntil(host, 10n);
    expect(rejections(host, Rejection.IDLE_SLOT)).toBe(1);
  });

  test("later good entries are still taken", () => {
    const host = withLoop(2, 4);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), sqid: 77, phase: 1 });
    writeCqe(host, 1, { cid: cidAt(host, 1), phase: 1 });
    runUntil(host, 10n);
    expect(counter(host, BLOCK_COMPLETED)).toBe(1);
    expect(counter(host, BLOCK_REJECTED)).toBe(1);
  });
});

describe("an error status", () => {
  test("ends its command, is counted by code, recorded in no histogram", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    writeCqe(host, 0, {
      cid: cidAt(host, 0),
      status: Status.LBA_OUT_OF_RANGE | 0x4000,
      phase: 1,
    });
    runUntil(host, 10n);
    expect(counter(host, BLOCK_FAILED)).toBe(1);
    expect(counter(host, BLOCK_STATUS_COUNTS + Status.LBA_OUT_OF_RANGE * 8)).toBe(1);
    expect(recorded(host, at.reads)).toBe(0);
    expect(host.wasm.outstanding(), "the slot is busy with its next command").toBe(1);
    expect(counter(host, BLOCK_SUBMITTED)).toBe(2);
  });

  test("keeps the first command that ended so, and when, whatever comes later", () => {
    const host = withLoop(1, 4);
    const first = (code: number) => BLOCK_STATUS_FIRST + code * STATUS_FIRST_BYTES;
    const lba = (entry: number) => BigInt(host.u32[(at.sq + entry * 64) / 4 + 10]!);
    const opcode = (entry: number) => BigInt(host.bytes[at.sq + entry * 64]!);
    host.wasm.start();
    const commands = [0, 1].map((entry) => {
      const status = Status.LBA_OUT_OF_RANGE;
      writeCqe(host, entry, { cid: cidAt(host, entry), status, phase: 1 });
      runUntil(host, BigInt(10 + 10 * entry));
      return (lba(entry) << 8n) | opcode(entry);
    });
    expect(counter(host, BLOCK_STATUS_COUNTS + Status.LBA_OUT_OF_RANGE * 8)).toBe(2);
    const at0 = (at.block + first(Status.LBA_OUT_OF_RANGE)) / 8;
    expect(host.u64[at0 + 1]).toBe(commands[0]);
    expect(host.u64[at0]).toBeGreaterThan(0n);
    expect(host.u64[at0]).toBeLessThanOrEqual(10n);
    expect(counter(host, first(Status.INTERNAL_ERROR))).toBe(0);
  });

  test("a success with CRD, More or Do Not Retry set is one, counted by each of them", () => {
    const cases: readonly [number, readonly Flag[]][] = [
      [0x0800, [Flag.CRD]],
      [0x1000, [Flag.CRD]],
      [0x2000, [Flag.MORE]],
      [0x4000, [Flag.DNR]],
      [0x7800, [Flag.MORE, Flag.CRD, Flag.DNR]],
    ];
    for (const [bits, flags] of cases) {
      const host = withLoop(1, 4);
      host.wasm.start();
      writeCqe(host, 0, { cid: cidAt(host, 0), status: bits, phase: 1 });
      runUntil(host, 10n);
      expect(counter(host, BLOCK_FAILED)).toBe(0);
      expect(counter(host, BLOCK_COMPLETED)).toBe(1);
      expect(counter(host, BLOCK_STATUS_COUNTS)).toBe(0);
      for (const flag of [Flag.MORE, Flag.CRD, Flag.DNR]) {
        expect(counter(host, BLOCK_FLAGS + flag * 8)).toBe(Number(flags.includes(flag)));
      }
      expect(recorded(host, at.reads)).toBe(1);
      expect(host.wasm.outstanding()).toBe(1);
    }
  });
});

describe("drain", () => {
  test("gives up at the deadline and says what is left", () => {
    const host = withLoop(2, 4);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    let readings = 0n;
    const original = host.now;
    Object.defineProperty(host, "now", { get: () => original + readings++ });
    expect(host.wasm.drain(50n)).toBe(1);
    expect(counter(host, BLOCK_COMPLETED)).toBe(1);
  });

  test("finds what came before the deadline when the thread stood still until after it", () => {
    const host = withLoop(2, 4);
    host.wasm.start();
    for (const index of [0, 1]) writeCqe(host, index, { cid: cidAt(host, index), phase: 1 });
    host.now = 5000n;
    expect(host.wasm.drain(50n)).toBe(0);
    expect(counter(host, BLOCK_COMPLETED)).toBe(2);
  });
});

describe("what is in flight", () => {
  test("nothing when all is drained", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.wasm.drain(10n);
    expect([host.wasm.oldest(), host.wasm.youngest()]).toEqual([0n, 0n]);
    expect(host.wasm.oldestSlot()).toBe(0);
    expect(host.wasm.submittedBy(1_000_000n)).toBe(0);
  });

  test("the oldest and the youngest, and how many are as old as that", () => {
    const host = withLoop(3, 8);
    host.now = 1000n;
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.now = 3500n;
    host.wasm.sweep();
    expect([host.wasm.oldest(), host.wasm.youngest()]).toEqual([1000n, 3500n]);
    expect([999n, 1000n, 3500n].map((ns) => host.wasm.submittedBy(ns))).toEqual([0, 2, 3]);
  });

  test("the oldest is told by what its entry had, though others use the entry since", () => {
    const host = withLoop(2, 3);
    host.now = 1000n;
    host.wasm.start();
    const lost = { cid: cidAt(host, 1), lba: host.u64[(at.sq + 64 + 40) / 8]! };
    host.now = 2000n;
    for (let turn = 0; turn < 4; turn++) {
      const tail = host.u32[at.sqDoorbell / 4]!;
      const last = turn === 0 ? 0 : (tail + 2) % 3;
      writeCqe(host, turn % 3, { cid: cidAt(host, last), phase: turn < 3 ? 1 : 0 });
      expect(host.wasm.sweep()).toBe(1);
    }
    const slot = host.wasm.oldestSlot();
    const word = host.u64[(slot + SLOT_OPCODE) / 8]!;
    expect(host.u32[(slot + SLOT_EXPECTED) / 4]! >>> 16).toBe(lost.cid);
    expect(word >> BigInt(SLOT_LBA_SHIFT)).toBe(lost.lba);
    expect(word & 0xffn).toBe(BigInt(NvmOpcode.READ));
  });
});

describe("old commands", () => {
  const MS = 1_000_000n;
  /** Completes the command of the entry at `last` with the `n`-th completion entry of a queue of 8. */
  const complete = (host: Harness, n: number, last: number): void => {
    writeCqe(host, n % 8, { cid: cidAt(host, last), phase: 1 - ((n >> 3) & 1) });
    host.wasm.sweep();
  };

  test("none before anything is in flight, and none when all has ended", () => {
    const host = withLoop(1, 8);
    host.now = 2n ** 62n;
    expect(host.wasm.hasOldCommand(0)).toBeFalsy();
    host.wasm.start();
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    host.wasm.drain(host.now + 1n);
    host.now += 50n * MS;
    expect(host.wasm.hasOldCommand(42)).toBeFalsy();
  });

  test("one is old from so many ms on, to the nanosecond, however many they are", () => {
    const host = withLoop(1, 8);
    host.now = MS;
    host.wasm.start();
    host.now = 43n * MS - 1n;
    expect(host.wasm.hasOldCommand(42)).toBeFalsy();
    host.now = 43n * MS;
    expect(host.wasm.hasOldCommand(42)).toBeTruthy();
    expect(host.wasm.hasOldCommand(43)).toBeFalsy();
    host.now = 2n ** 63n;
    expect(host.wasm.hasOldCommand(0xffff_ffff)).toBeTruthy();
  });

  test("the oldest stays it while others end, and the next one is found when it has ended", () => {
    const host = withLoop(3, 8);
    host.wasm.start();
    // the second command stays; the first one's place is taken again and again
    for (const [n, last] of [0, 3, 4].entries()) {
      host.now += 10n * MS;
      complete(host, n, last);
      expect(host.wasm.oldest()).toBe(0n);
      expect(host.wasm.hasOldCommand(10 * (n + 1))).toBeTruthy();
    }
    host.now += 10n * MS;
    for (const [n, last] of [1, 2].entries()) complete(host, n + 3, last);
    expect(host.wasm.oldest()).toBe(30n * MS);
    expect(host.wasm.hasOldCommand(10)).toBeTruthy();
    expect(host.wasm.hasOldCommand(11)).toBeFalsy();
  });

  test("the slots are gone over only when a command may be old", () => {
    const host = withLoop(2, 8);
    host.now = 100n * MS;
    host.wasm.start();
    // behind the loop's back
    const second = at.slots + SLOT_BYTES;
    host.u64[(second + SLOT_SUBMITTED) / 8] = 0n;
    host.now = 109n * MS;
    expect(host.wasm.hasOldCommand(10)).toBeFalsy();
    host.now = 110n * MS;
    expect(host.wasm.hasOldCommand(110)).toBeFalsy();
    expect(host.wasm.hasOldCommand(10)).toBeTruthy();
    expect(host.wasm.oldest()).toBe(0n);
  });

  test("nor are they to count what is in flight", () => {
    const host = withLoop(2, 8);
    host.wasm.start();
    host.u32[(at.slots + SLOT_STATE) / 4] = 1;
    host.wasm.publish();
    expect(counter(host, BLOCK_SUBMITTED)).toBe(2);
  });

  test("loops that begin anew know nothing of the last one's", () => {
    const host = withLoop(2, 8);
    host.wasm.start();
    host.now = 50n * MS;
    expect(host.wasm.hasOldCommand(10)).toBeTruthy();
    configureLoop(host, 2, 8);
    expect([host.wasm.outstanding(), host.wasm.oldest()]).toEqual([0, 0n]);
    host.wasm.start();
    expect(host.wasm.outstanding()).toBe(2);
    expect(host.wasm.hasOldCommand(10)).toBeFalsy();
  });
});

describe("a slice", () => {
  test("runs for its length, then up to the end, and not after it", () => {
    const host = withLoop(1, 4);
    host.wasm.start();
    let now = 0n;
    Object.defineProperty(host, "now", { configurable: true, get: () => ++now });
    host.wasm.setEnd(150n);
    expect(host.wasm.runSlice(100, false)).toBeTruthy();
    expect(now).toBeGreaterThanOrEqual(100n);
    expect(now).toBeLessThan(110n);
    expect(host.wasm.runSlice(100, false)).toBeTruthy();
    expect(host.wasm.sliceStart()).toBeGreaterThanOrEqual(100n);
    expect(now).toBeLessThan(160n);
    const before = counter(host, BLOCK_COMPLETED);
    writeCqe(host, 0, { cid: cidAt(host, 0), phase: 1 });
    expect(host.wasm.runSlice(100, false)).toBeFalsy();
    expect(counter(host, BLOCK_COMPLETED)).toBe(before);
  });
});

describe("a hostile device", () => {
  test("10 million random completion entries neither crash, hang nor write elsewhere", () => {
    const depth = 32;
    // many in one go, for the looks that find nothing at its end take longer than an entry
    const entries = 1024;
    const host = withLoop(depth, entries);
    host.wasm.start();
    const inside = (offset: number): boolean =>
      (offset >= at.sqDoorbell && offset < at.cqDoorbell + 4) ||
      (offset >= at.sq && offset < at.sq + entries * 64) ||
      (offset >= at.cq && offset < at.cq + entries * 16) ||
      (offset >= at.slots && offset < at.slots + 2 * depth * SLOT_BYTES) ||
      (offset >= at.block && offset < at.lists);
    const before = host.bytes.slice();
    const random = xorshift(12345);
    let now = 0;
    // times below 2^32, without a BigInt for each of some twenty million readings
    host.readClock = () => {
      host.u32[(at.block + BLOCK_NOW) / 4] = ++now;
    };
    const seen = (): number =>
      [BLOCK_COMPLETED, BLOCK_FAILED, BLOCK_REJECTED].reduce(
        (sum, offset) => sum + counter(host, offset),
        0,
      );
    let consumed = 0;
    while (consumed < 10_000_000) {
      let taken = entries;
      for (let ahead = 0; ahead < entries; ahead++) {
        const position = consumed + ahead;
        const word = at.cq / 4 + (position % entries) * 4;
        for (let dword = 0; dword < 4; dword++) host.u32[word + dword] = random();
        // the right phase mostly, or the first wrong one would end every round early
        const isWrong = random() % 1024 === 0;
        const phase = ((Math.floor(position / entries) + 1) & 1) ^ Number(isWrong);
        host.u32[word + 3] = (host.u32[word + 3]! & ~0x10000) | (phase << 16);
        if (isWrong) taken = Math.min(taken, ahead);
      }
      now = 0;
      host.wasm.run(BigInt(taken) + 2n);
      consumed = seen();
    }
    const byKind = [0, 1, 2, 3, 4].map((kind) => rejections(host, kind));
    expect(byKind.reduce((a, b) => a + b, 0)).toBe(counter(host, BLOCK_REJECTED));
    expect(counter(host, BLOCK_REJECTED)).toBeGreaterThan(9_900_000);
    expect(counter(host, BLOCK_SUBMITTED)).toBe(
      counter(host, BLOCK_COMPLETED) + counter(host, BLOCK_FAILED) + host.wasm.outstanding(),
    );
    const changed = host.bytes.findIndex(
      (byte, offset) => byte !== before[offset] && !inside(offset),
    );
    expect(changed).toBe(-1);
  });

  test("entries near to valid ones end a command only when all of it fits", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            slot: fc.integer({ min: 0, max: 7 }),
            generation: fc.integer({ min: 0, max: 2 }),
            sqid: fc.constantFrom(SQID, SQID, SQID, 0, 0xffff),
            sqhd: fc.constantFrom(0, 1, 8, 9, 0xffff),
          }),
          { maxLength: 40 },
        ),
        (forged) => {
          const host = withLoop(5, 9);
          host.wasm.start();
          const busy = new Map([0, 1, 2, 3, 4].map((slot) => [slot, cidAt(host, slot)]));
          let expected = 0;
          for (const [index, { slot, generation, sqid, sqhd }] of forged.entries()) {
            const cid = slot | (generation << 3);
            const fits = busy.get(slot) === cid && sqid === SQID && sqhd < 9;
            if (fits) {
              expected++;
              busy.set(slot, cid + 8);
            }
            const phase = (Math.floor(index / 9) + 1) & 1;
            writeCqe(host, index % 9, { cid, sqid, sqhd, phase });
            runUntil(host, 3n);
          }
          expect(counter(host, BLOCK_COMPLETED)).toBe(expected);
          expect(counter(host, BLOCK_REJECTED)).toBe(forged.length - expected);
        },
      ),
    );
  });
});
