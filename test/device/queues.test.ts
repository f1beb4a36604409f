// Wrap, phase, fullness and doorbells (QUE and DB rows of the transport tests).

import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import {
  AsynchronousEventType,
  ErrorEvent,
  LogPage,
  NvmOpcode,
} from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import { AdminOpcode, Bench, iova, PAGE, type QueuePair } from "./bench-host.ts";

const FLUSH = { opcode: NvmOpcode.FLUSH, nsid: 1 };

/** Dword 0 of the event that the device reports, once it has been asked and stepped. */
function eventAfter(bench: Bench, act: () => void): number | undefined {
  bench.post(bench.admin.sq, { opcode: AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST });
  bench.ring(bench.admin.sq);
  bench.settle();
  act();
  bench.settle();
  return bench.reap(bench.admin.cq)[0]?.dw0;
}

/** Lets more events of the type be reported. */
function readErrorLog(bench: Bench): void {
  const cdw10 = (15 << 16) | LogPage.ERROR_INFORMATION;
  const prp1 = iova(bench.buffer(PAGE));
  bench.post(bench.admin.sq, { opcode: AdminOpcode.GET_LOG_PAGE, cdw10, prp1 });
  bench.ring(bench.admin.sq);
  bench.settle();
  bench.reap(bench.admin.cq);
}

const INVALID_REGISTER =
  AsynchronousEventType.ERROR | (ErrorEvent.INVALID_DOORBELL_REGISTER << 8) | (1 << 16);
const INVALID_VALUE =
  AsynchronousEventType.ERROR | (ErrorEvent.INVALID_DOORBELL_VALUE << 8) | (1 << 16);

describe("doorbells that should not have been rung", () => {
  test.each([
    ["tail of an absent submission queue", 5, false],
    ["head of an absent completion queue", 5, true],
    ["tail of the last queue there could be", 8, false],
    ["head of the last queue there could be", 8, true],
    ["tail of the first queue there cannot be", 9, false],
    ["head of the first queue there cannot be", 9, true],
    ["tail of the last queue that doorbells reach", 1023, false],
    ["head of the last queue that doorbells reach", 1023, true],
  ] as const)("%s", (_, qid, completion) => {
    const bench = new Bench().enable();
    const ring = () => {
      bench.view.setUint32(bench.doorbell(qid, completion), 1, true);
      bench.step(200);
    };
    expect(eventAfter(bench, ring)).toBe(INVALID_REGISTER);
    expect(eventAfter(bench, () => readErrorLog(bench))).toBeUndefined();
    expect(eventAfter(bench, ring)).toBe(qid > 8 ? INVALID_REGISTER : undefined);
    expect(bench.csts).toBe(1);
  });

  test("tail of a queue that was deleted", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    bench.execute(FLUSH, pair);
    bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
    expect(eventAfter(bench, () => {})).toBeUndefined();
    bench.ring(pair.sq, 7);
    bench.settle();
    expect(bench.reap(bench.admin.cq)).toMatchObject([{ dw0: INVALID_REGISTER }]);
  });

  test("what was rung while the controller was disabled is not held against the host", () => {
    const bench = new Bench().enable();
    bench.disable();
    for (const qid of [1, 9, 500]) bench.view.setUint32(bench.doorbell(qid, false), 1, true);
    bench.enable();
    expect(eventAfter(bench, () => bench.step(200))).toBeUndefined();
  });

  test.each([64, 65, 0xffff])("a tail of %i in a queue of 64", (tail) => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1, 64);
    expect(eventAfter(bench, () => bench.ring(sq, tail))).toBe(INVALID_VALUE);
    expect(bench.peek(cq)).toBeUndefined();
  });

  test("more commands than a submission queue has free entries", () => {
    const bench = new Bench().enable();
    bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10: 1, cdw11: 0 });
    const { sq, cq } = bench.createPair(1, 8);
    const act = (tail: number) => () => {
      for (let index = 0; index < 7; index++) bench.post(sq, FLUSH);
      bench.ring(sq);
      bench.step();
      bench.ring(sq, tail);
    };
    // one of seven has been taken: one entry is free, and then none is
    expect(eventAfter(bench, act(1))).toBe(INVALID_VALUE);
    expect(bench.reap(cq)).toHaveLength(1);
  });

  test("a full submission queue is none too many", () => {
    const bench = new Bench().enable();
    bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10: 1, cdw11: 0 });
    const { sq, cq } = bench.createPair(1, 8);
    const act = () => {
      for (let index = 0; index < 7; index++) bench.post(sq, FLUSH);
      bench.ring(sq);
      bench.step();
      bench.post(sq, FLUSH);
      bench.ring(sq);
    };
    expect(eventAfter(bench, act)).toBeUndefined();
    expect(bench.reap(cq)).toHaveLength(7);
  });

  test("after an invalid tail nothing is taken from the queue, until it is made again", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1, 16);
    const other = bench.createPair(2, 16);
    for (let index = 0; index < 3; index++) bench.execute(FLUSH, pair);
    bench.ring(pair.sq, 16);
    bench.settle();
    bench.post(pair.sq, FLUSH);
    bench.ring(pair.sq);
    bench.settle();
    expect(bench.peek(pair.cq)).toBeUndefined();
    expect(bench.execute(FLUSH, other).code).toBe(0);
    expect(bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 }).code).toBe(0);
    pair.sq.tail = 0;
    expect(bench.createSq(pair.sq, 1).code).toBe(0);
    expect(bench.execute(FLUSH, pair)).toMatchObject({ code: 0, sqhd: 1 });
  });

  test("what was submitted and not yet taken before an invalid tail is not taken after it", () => {
    const bench = new Bench().enable();
    bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10: 1, cdw11: 0 });
    const { sq, cq } = bench.createPair(1, 64);
    for (let index = 0; index < 10; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.step(4);
    bench.ring(sq, 64);
    bench.settle();
    expect(bench.reap(cq)).toHaveLength(4);
  });

  test("what was taken before an invalid tail still completes, or is aborted with its queue", () => {
    for (const deleted of [false, true]) {
      const bench = new Bench().enable();
      bench.device.setLatency(LatencyModel.CONSTANT, 1000, 0);
      const { sq, cq } = bench.createPair(1);
      for (let index = 0; index < 5; index++) bench.post(sq, FLUSH);
      bench.ring(sq);
      bench.step();
      bench.ring(sq, 64);
      bench.settle();
      expect(bench.peek(cq)).toBeUndefined();
      if (deleted) bench.execute({ opcode: AdminOpcode.DELETE_IO_SQ, cdw10: 1 });
      bench.now = 2000n;
      bench.settle();
      const codes = bench.reap(cq).map(({ code }) => code);
      expect(codes).toEqual(Array(5).fill(deleted ? Status.ABORTED_SQ_DELETION : 0));
    }
  });

  test("an invalid tail of the admin queue: the event comes, and only a reset helps", () => {
    const bench = new Bench().enable();
    expect(eventAfter(bench, () => bench.ring(bench.admin.sq, 16))).toBe(INVALID_VALUE);
    bench.post(bench.admin.sq, { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    bench.ring(bench.admin.sq);
    bench.settle();
    expect(bench.peek(bench.admin.cq)).toBeUndefined();
    bench.disable();
    bench.enable();
    expect(bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 }).code).toBe(0);
  });

  test.each([64, 0xffff, 3])("a head of %i in a queue of 64 that is empty", (head) => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1, 64);
    expect(eventAfter(bench, () => bench.ringHead(cq, head))).toBe(INVALID_VALUE);
    expect(bench.execute(FLUSH, { sq, cq }).code).toBe(0);
  });

  test("an event without a request outstanding is reported once there is one", () => {
    const bench = new Bench().enable();
    bench.view.setUint32(bench.doorbell(5, false), 1, true);
    bench.settle();
    expect(eventAfter(bench, () => {})).toBe(INVALID_REGISTER);
  });

  test("bits 31:16 of a doorbell are ignored", () => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1);
    bench.post(sq, FLUSH);
    bench.ring(sq, 0xabcd0000 | sq.tail);
    bench.step(2);
    expect(bench.reap(cq, false)).toHaveLength(1);
    bench.ringHead(cq, 0x12340000 | cq.head);
    bench.settle();
    expect(bench.execute(FLUSH, { sq, cq }).code).toBe(0);
  });
});

describe("phase and wrap", () => {
  test("an empty queue has nothing to take, whatever stands in its entries", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1, 16);
    for (let index = 0; index < 16; index++) bench.post(pair.sq, FLUSH);
    bench.settle();
    expect(bench.peek(pair.cq)).toBeUndefined();
    pair.sq.tail = 0;
    bench.execute(FLUSH, pair);
    bench.settle();
    expect(bench.peek(pair.cq)).toBeUndefined();
  });

  test("dword 1 of an entry is 0, and so is dword 0 where a command returns nothing", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1, 16);
    bench.bytes.fill(0xfe, pair.cq.pointer, pair.cq.pointer + 16 * 16);
    bench.execute(FLUSH, pair);
    bench.execute({ ...FLUSH, nsid: 17 }, pair);
    for (const entry of [0, 1]) {
      expect(bench.view.getBigUint64(pair.cq.pointer + entry * 16, true)).toBe(0n);
    }
  });

  test.each([
    [2, 2],
    [16, 16],
    [7, 16],
    [16, 5],
    [64, 3],
    [1024, 1024],
  ])(
    "SQ of %i and CQ of %i entries: every lap flips the phase, SQHD follows",
    (entries, cqEntries) => {
      const bench = new Bench().enable();
      const pair = bench.createPair(1, entries, cqEntries);
      const seen: number[] = [];
      for (let index = 0; index < 4 * Math.max(entries, cqEntries); index++) {
        const { phase, sqhd, sqid } = bench.execute(FLUSH, pair);
        seen.push(phase);
        expect(sqhd).toBe((index + 1) % entries);
        expect(sqid).toBe(1);
      }
      const laps = seen.map((_, index) => Math.floor(index / cqEntries));
      expect(seen).toEqual(laps.map((lap) => (lap + 1) % 2));
    },
  );

  test("a queue filled to size-1 completes everything; the admin queue too", () => {
    const bench = new Bench().enable();
    for (const pair of [bench.admin, bench.createPair(1, 16)]) {
      const command = pair === bench.admin ? { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 } : FLUSH;
      for (let lap = 0; lap < 5; lap++) {
        const cids = Array.from({ length: 15 }, () => bench.post(pair.sq, command));
        bench.ring(pair.sq);
        bench.settle();
        expect(bench.reap(pair.cq).map(({ cid }) => cid)).toEqual(cids);
      }
    }
  });

  test("all 65,536 CIDs come back", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1, 1024);
    const seen = new Set<number>();
    for (let cid = 0; cid < 65536; cid += 512) {
      for (let index = 0; index < 512; index++) bench.post(pair.sq, { ...FLUSH, cid: cid + index });
      bench.ring(pair.sq);
      bench.settle();
      for (const completion of bench.reap(pair.cq)) seen.add(completion.cid);
    }
    expect(seen.size).toBe(65536);
  });

  test("ringing for each of N commands, or once for all, is the same", () => {
    const run = (once: boolean) => {
      const bench = new Bench().enable();
      const pair = bench.createPair(1);
      for (let index = 0; index < 20; index++) {
        bench.post(pair.sq, FLUSH);
        if (!once) bench.ring(pair.sq);
      }
      bench.ring(pair.sq);
      bench.settle();
      return bench.reap(pair.cq);
    };
    expect(run(true)).toEqual(run(false));
  });

  test.each([0, 1, 3])("DSTRD %i: the last queue's doorbells are found", (dstrd) => {
    const bench = new Bench({ dstrd, ioQueues: 64 }).enable();
    expect(bench.execute(FLUSH, bench.createPair(64)).code).toBe(0);
  });
});

describe("a full completion queue", () => {
  test("is never overrun; held completions follow as the head moves", () => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1, 64, 4);
    const cids = Array.from({ length: 40 }, () => bench.post(sq, FLUSH));
    bench.ring(sq);
    bench.settle();
    const seen: number[] = [];
    while (seen.length < 40) {
      const found = bench.reap(cq);
      expect(found).toHaveLength(Math.min(3, 40 - seen.length));
      seen.push(...found.map(({ cid }) => cid));
      bench.settle();
    }
    expect(seen).toEqual(cids);
  });

  test("one entry freed makes room for exactly one more", () => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1, 64, 8);
    for (let index = 0; index < 20; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.settle();
    expect(bench.reap(cq, false)).toHaveLength(7);
    bench.ringHead(cq, 1);
    bench.settle();
    expect(bench.reap(cq, false)).toHaveLength(1);
  });

  test("does not keep other queues from completing", () => {
    const bench = new Bench({ mqes: 65536 }).enable();
    const { sq } = bench.createPair(1, 65536, 2);
    const other = bench.createPair(2);
    for (let index = 0; index < 60_000; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.step(500);
    expect(bench.execute(FLUSH, other).code).toBe(0);
  });

  test("more commands than can be held wait in their queue", () => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1, 1024, 2);
    for (let index = 0; index < 1000; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.settle();
    let total = 0;
    for (let found = bench.reap(cq); found.length > 0; found = bench.reap(cq)) {
      total += found.length;
      bench.settle();
    }
    expect(total).toBe(1000);
  });
});

describe("several queues", () => {
  test("n submission queues share a completion queue; SQHD moves on for each", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1, 64, 256);
    const others = [2, 3, 4].map((qid) => {
      const sq = bench.submission(qid, 16);
      expect(bench.createSq(sq, 1).code).toBe(0);
      return sq;
    });
    const queues = [pair.sq, ...others];
    for (const sq of queues) for (let index = 0; index < 12; index++) bench.post(sq, FLUSH);
    for (const sq of queues) bench.ring(sq);
    bench.settle();
    const found = bench.reap(pair.cq);
    for (const sq of queues) {
      const own = found.filter(({ sqid }) => sqid === sq.qid);
      expect(own).toHaveLength(12);
      expect(own.map(({ sqhd }) => sqhd)).toEqual(
        own.map(({ sqhd }) => sqhd).sort((a, b) => a - b),
      );
    }
  });

  test("a deep queue does not starve the others", () => {
    const bench = new Bench({ mqes: 4096 }).enable();
    const deep = bench.createPair(1, 4096);
    const shallow = bench.createPair(2, 16);
    for (let index = 0; index < 4000; index++) bench.post(deep.sq, FLUSH);
    bench.post(shallow.sq, FLUSH);
    bench.ring(deep.sq);
    bench.ring(shallow.sq);
    bench.step(1);
    expect(bench.reap(shallow.cq)).toHaveLength(1);
    expect(bench.reap(deep.cq).length).toBeLessThan(4000);
  });

  test("the admin queue has its turn like any other", () => {
    const bench = new Bench({ mqes: 4096 }).enable();
    const deep = bench.createPair(1, 4096);
    for (let index = 0; index < 4000; index++) bench.post(deep.sq, FLUSH);
    for (let index = 0; index < 3; index++) {
      bench.post(bench.admin.sq, { opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    }
    bench.ring(deep.sq);
    bench.ring(bench.admin.sq);
    bench.step(3);
    expect(bench.reap(bench.admin.cq)).toHaveLength(3);
    expect(bench.reap(deep.cq).length).toBeLessThan(4000);
  });

  test("a queue that never stops has no more turns than others while all places to wait in are used", () => {
    const bench = new Bench({ mqes: 65536, memoryMiB: 32 }).enable();
    bench.device.setLatency(LatencyModel.CONSTANT, 300, 0);
    const deep = bench.createPair(1, 65536);
    const shallow = bench.createPair(2, 16);
    for (let index = 0; index < 60_000; index++) bench.post(deep.sq, FLUSH);
    bench.ring(deep.sq);
    const run = (steps: number) => {
      for (let count = 0; count < steps; count++) {
        bench.now += 1n;
        bench.step();
      }
    };
    // as many are freed in each step as the deep queue takes in its turn
    run(280);
    for (let index = 0; index < 10; index++) bench.post(shallow.sq, FLUSH);
    bench.ring(shallow.sq);
    run(400);
    expect(bench.reap(shallow.cq)).toHaveLength(10);
    expect(bench.reap(deep.cq).length).toBeLessThan(40_000);
  });

  test("Arbitration Burst is what one queue gets in a round", () => {
    const bench = new Bench().enable();
    bench.execute({ opcode: AdminOpcode.SET_FEATURES, cdw10: 1, cdw11: 2 });
    const { sq, cq } = bench.createPair(1);
    for (let index = 0; index < 20; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.step();
    expect(bench.reap(cq)).toHaveLength(4);
  });

  test("many queues at once, created in any order", () => {
    const bench = new Bench({ ioQueues: 120, vectors: 128 }).enable();
    const qids = Array.from({ length: 120 }, (_, index) => ((index * 37) % 120) + 1);
    const pairs = qids.map((qid) => bench.createPair(qid, 8));
    const submit = ({ sq }: QueuePair) => {
      bench.post(sq, FLUSH);
      bench.ring(sq);
    };
    pairs.forEach(submit);
    bench.settle();
    for (const { cq } of pairs) expect(bench.reap(cq)).toHaveLength(1);
  });
});

describe("interrupts", () => {
  test("the admin completion queue has vector 0", () => {
    const bench = new Bench().enable();
    bench.execute({ opcode: AdminOpcode.GET_FEATURES, cdw10: 6 });
    expect(bench.interrupts).toEqual([0]);
  });

  test("each queue has its own vector, and none with IEN=0", () => {
    const bench = new Bench().enable();
    const first = bench.createPair(1, 16, 16, 7);
    const second = bench.createPair(2, 16, 16, -1);
    bench.interrupts.length = 0;
    bench.execute(FLUSH, first);
    bench.execute(FLUSH, second);
    expect(bench.interrupts).toEqual([7]);
  });

  test.each([
    ["PIN", [0]],
    ["MSI", [1]],
    ["MSIX", []],
  ] as const)("%s: what a head write leaves behind interrupts %j", (interruptKind, again) => {
    const bench = new Bench({ interruptKind }).enable();
    const { sq, cq } = bench.createPair(1);
    for (let index = 0; index < 4; index++) bench.post(sq, FLUSH);
    bench.ring(sq);
    bench.settle();
    bench.interrupts.length = 0;
    bench.ringHead(cq, 2);
    bench.settle();
    expect(bench.interrupts).toEqual(again);
    bench.ringHead(cq, 4);
    bench.settle();
    expect(bench.interrupts).toEqual(again);
  });

  test("an entry has its interrupt, whether or not the host has taken those before it", () => {
    const bench = new Bench().enable();
    const { sq, cq } = bench.createPair(1);
    bench.interrupts.length = 0;
    for (let index = 0; index < 3; index++) {
      bench.post(sq, FLUSH);
      bench.ring(sq);
      bench.settle();
    }
    expect(bench.interrupts).toEqual([1, 1, 1]);
    expect(bench.reap(cq)).toHaveLength(3);
  });

  test("the entry is there when the interrupt comes", () => {
    const bench = new Bench().enable();
    const pair = bench.createPair(1);
    bench.interrupts.push = () => {
      expect(bench.peek(pair.cq) ?? bench.peek(bench.admin.cq)).toBeDefined();
      return 0;
    };
    bench.execute(FLUSH, pair);
  });
});

test("an SQE is read once: what the host writes over it later changes nothing", () => {
  const bench = new Bench().enable();
  bench.device.setLatency(1, 100, 0);
  const { sq, cq } = bench.createPair(1);
  const page = bench.buffer(PAGE);
  const cid = bench.post(sq, { opcode: NvmOpcode.READ, nsid: 1, prp1: iova(page) });
  bench.ring(sq);
  bench.step();
  bench.bytes.fill(0xff, sq.pointer, sq.pointer + 64);
  bench.now = 200n;
  bench.step();
  expect(bench.reap(cq)).toMatchObject([{ cid, code: 0 }]);
});
