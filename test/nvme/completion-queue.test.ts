// Finding, consuming and giving back completions, with the test as the controller.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PhasebitError } from "../../src/ground/errors.ts";
import { command } from "../../src/nvme/sqe.ts";
import { bareQueues } from "./bare-queues.ts";
import { broughtUp, openStepped, readOf, reapAll, timeoutMs, withPair, work } from "./devices.ts";

const CQ_DOORBELL = 1;
const sqe = command({ opcode: 2 });

describe("an empty queue", () => {
  test("has nothing to peek at, to take or to free", async () => {
    const { cq, doorbell, setDoorbell } = bareQueues(4);
    setDoorbell(CQ_DOORBELL, 0xdead);
    expect(cq.peek()).toBeUndefined();
    expect(cq.take()).toBeUndefined();
    cq.free();
    expect(await reapAll(cq)).toEqual([]);
    expect(doorbell(CQ_DOORBELL)).toBe(0xdead);
  });

  test("does not take an entry of the wrong phase", () => {
    const { cq, complete } = bareQueues(4);
    complete(0, { cid: 7, phase: 0, status: 0x80 });
    expect(cq.peek()).toBeUndefined();
    expect(cq.take()).toBeUndefined();
  });
});

describe("what a success should not have set", () => {
  test("is counted by name, of successes that end a command", () => {
    const { cq, addQueue, complete } = bareQueues(8);
    const sq = addQueue(1, 8);
    const statuses = [0x2000, 0x4000, 0x1800, 0x7800, 0x6080, 0];
    for (const [index, status] of statuses.entries()) {
      sq.post(sqe, { cid: index });
      complete(index, { cid: index, status });
    }
    complete(statuses.length, { cid: 0, status: 0x2000 });
    while (cq.take() !== undefined);
    expect(cq.strays).toBe(1);
    expect(cq.flags).toEqual({ more: 2, crd: 2, dnr: 2, dword1: 0 });
  });

  test("Dword 1 is reserved", async () => {
    const { device, controller } = await broughtUp("fault=cqe-bits:dword1=1,op=admin,nth=2");
    await controller.requestQueues(1);
    expect(controller.admin.cq.flags).toEqual({ more: 0, crd: 0, dnr: 0, dword1: 1 });
    await device.close();
  });
});

describe("a completion that ends nothing", () => {
  test("a duplicate makes no room, and is counted", () => {
    const { cq, addQueue, complete } = bareQueues(8);
    const sq = addQueue(1, 4);
    sq.post(sqe, { cid: 1 });
    sq.post(sqe, { cid: 2 });
    for (const index of [0, 1, 2]) complete(index, { cid: 1 });
    const taken = [cq.take(), cq.take(), cq.take()];
    expect(taken.map((completion) => completion?.stray)).toEqual([false, true, true]);
    expect(cq.take()).toBeUndefined();
    expect([sq.outstanding, sq.room, cq.strays]).toEqual([1, 2, 2]);
  });

  test("another queue's SQID, an idle CID, an SQID that is nobody's: none of them makes room", () => {
    const { cq, addQueue, complete } = bareQueues(8);
    const sq = addQueue(1, 4);
    const other = addQueue(7, 4);
    sq.post(sqe, { cid: 1 });
    other.post(sqe, { cid: 2 });
    complete(0, { cid: 1, sqid: 7 });
    complete(1, { cid: 9 });
    complete(2, { cid: 1, sqid: 0xffff });
    while (cq.take() !== undefined);
    expect([sq.outstanding, other.outstanding, cq.strays]).toEqual([1, 1, 3]);
  });

  test("whatever a device writes, room never passes the queue's own, and a waiter sees its own only", () => {
    const entry = fc.record({
      cid: fc.constantFrom(0, 1, 2, 3, 0xffff),
      sqid: fc.constantFrom(0, 1, 1, 1, 7, 0xffff),
      sqhd: fc.constantFrom(0, 3, 4, 0xffff),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const { cq, addQueue, complete } = bareQueues(8);
        const sq = addQueue(1, 4);
        let seen = 0;
        cq.await(1, sq.post(sqe, { cid: 1 }).cid, ({ cid, sqid }) => {
          seen++;
          expect([sqid, cid]).toEqual([1, 1]);
        });
        for (const [index, each] of entries.entries()) {
          const phase = (Math.floor(index / 8) & 1) === 0 ? 1 : 0;
          complete(index % 8, { ...each, phase });
          cq.take();
          expect(sq.room).toBeLessThanOrEqual(3);
          expect(sq.head).toBeLessThan(4);
        }
        const genuine = entries.some(({ cid, sqid }) => cid === 1 && sqid === 1);
        expect(seen).toBe(Number(genuine));
        expect(sq.outstanding).toBe(1 - seen);
      }),
    );
  });

  test.each(["duplicate-cqe", "bad-cid:extra=1", "bad-sqid:extra=1", "bad-cid:mode=old,extra=1"])(
    "from a device with fault=%s: every waiter gets his own, and room comes back once",
    async (fault) => {
      const { sq, page } = await withPair(`size=16m&fault=${fault}`, 4);
      const statuses = await Promise.all(
        Array.from({ length: 30 }, () => sq.run(readOf(page), { timeoutMs })),
      );
      expect(statuses.every(({ status, sqid }) => status === 0 && sqid === 1)).toBe(true);
      expect([sq.outstanding, sq.room]).toEqual([0, 3]);
      sq.cq.collect();
      expect(sq.cq.strays).toBeGreaterThan(0);
      expect(sq.room).toBe(3);
    },
  );
});

describe("a queue that is gone", () => {
  const uses = (cq: ReturnType<typeof bareQueues>["cq"]) => [
    () => cq.peek(),
    () => cq.take(),
    () => cq.free(),
    () => cq.ring(1),
    () => reapAll(cq),
  ];

  test.each([
    ["deleted", /completion queue 1: it was deleted$/],
    ["reset", /completion queue 1: the controller was reset since$/],
  ] as const)("%s: refuses every use with one clear error", async (state, message) => {
    const { cq, doorbell, complete } = bareQueues(4);
    complete(0, { cid: 1 });
    cq.end(state);
    expect(cq.state).toBe(state);
    for (const use of uses(cq)) {
      const error = await (async () => use())().catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(PhasebitError);
      expect(error).toMatchObject({ code: "USAGE", what: "completion queue 1" });
      expect((error as Error).message).toMatch(message);
    }
    expect(doorbell(CQ_DOORBELL)).toBe(0);
  });

  test("while it is lent: the owner is named; once it is gone, that is what is said", () => {
    const { cq } = bareQueues(4);
    cq.lend("job 3");
    expect(() => cq.take()).toThrow(/completion queue 1: job 3 has it$/);
    expect(() => cq.lend("job 4")).toThrow(/lend to job 4 completion queue 1: job 3 has it/);
    cq.end("reset");
    expect(() => cq.take()).toThrow(/the controller was reset since$/);
  });

  test("ends a reap that is under way", async () => {
    const bare = bareQueues(4);
    bare.onPause = () => bare.cq.end("reset");
    await expect(reapAll(bare.cq, { count: 1 })).rejects.toThrow(/was reset since/);
  });
});

describe("peek, take, free", () => {
  test("peek does not consume, take consumes one, free rings once for all that was consumed", () => {
    const { cq, complete, doorbell, setDoorbell } = bareQueues(4);
    for (const index of [0, 1, 2]) complete(index, { cid: index + 10 });
    expect([cq.peek()?.cid, cq.peek()?.cid, cq.head]).toEqual([10, 10, 0]);
    expect([cq.take()?.cid, cq.head]).toEqual([10, 1]);
    cq.free();
    expect(doorbell(CQ_DOORBELL), "the entries behind it are still the controller's to keep").toBe(
      1,
    );
    expect([cq.take()?.cid, cq.take()?.cid, cq.take()]).toEqual([11, 12, undefined]);
    expect(doorbell(CQ_DOORBELL)).toBe(1);
    cq.free();
    expect(doorbell(CQ_DOORBELL)).toBe(3);
    setDoorbell(CQ_DOORBELL, 0xdead);
    cq.free();
    expect(doorbell(CQ_DOORBELL)).toBe(0xdead);
  });

  test("any head may be rung, and free rings the true one again", () => {
    const { cq, complete, doorbell } = bareQueues(4);
    complete(0, { cid: 1 });
    cq.take();
    cq.ring(99);
    expect(doorbell(CQ_DOORBELL)).toBe(99);
    cq.free();
    expect(doorbell(CQ_DOORBELL)).toBe(1);
  });

  test("the whole entry is there, taken apart and raw", () => {
    const { cq, memory } = bareQueues(4);
    const raw = [0x11111111, 0x22222222, 0x0007_0005, 0xf803_1234];
    // M, CRD 3, SCT 0, SC 1 with the phase: DNR=1 M=1 CRD=3
    raw[3] = 0xf803_1234;
    memory.u32.set(raw, cq.region.pointer / 4);
    const before = performance.now();
    const completion = cq.take()!;
    expect(completion).toMatchObject({
      dw0: 0x11111111,
      dw1: 0x22222222,
      sqhd: 5,
      sqid: 7,
      cid: 0x1234,
      phase: 1,
      status: 0x401,
      crd: 3,
      more: true,
      dnr: true,
      raw,
    });
    expect(completion.foundMs).toBeGreaterThanOrEqual(before);
  });

  test("phase flips when the head wraps, also with two entries", () => {
    const { cq, complete } = bareQueues(2);
    const laps = [1, 1, 0, 0, 1] as const;
    for (const [n, phase] of laps.entries()) {
      expect([cq.head, cq.phase]).toEqual([n % 2, phase]);
      expect(cq.take(), "the old lap's entry is not new").toBeUndefined();
      complete(n % 2, { cid: n, phase });
      expect(cq.take()?.cid).toBe(n);
      cq.free();
    }
  });

  test("every entry is taken exactly once, whatever the sizes and the batches", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 30 }),
        (entries, batches) => {
          const { cq, complete, doorbell } = bareQueues(entries);
          let written = 0;
          for (const batch of batches) {
            const count = Math.min(batch, entries - 1);
            const first = written;
            for (let n = 0; n < count; n++, written++) {
              const phase = (Math.floor(written / entries) & 1) === 0 ? 1 : 0;
              complete(written % entries, { cid: written & 0xffff, phase });
            }
            for (let n = first; n < written; n++) expect(cq.take()?.cid).toBe(n & 0xffff);
            expect(cq.take()).toBeUndefined();
            cq.free();
            expect(doorbell(CQ_DOORBELL)).toBe(written % entries);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("reap", () => {
  test("ends at the deadline with what came, which is not an error", async () => {
    const bare = bareQueues(8);
    bare.complete(0, { cid: 1 });
    const start = performance.now();
    const found = await reapAll(bare.cq, { count: 2, timeoutMs: 30 });
    expect(found.map(({ cid }) => cid)).toEqual([1]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  });

  test("asks whether the controller is well, and ends when it is not", async () => {
    const bare = bareQueues(8);
    bare.onCheck = () => {
      throw new PhasebitError("DEVICE", "CSTS.CFS is set");
    };
    await expect(reapAll(bare.cq, { count: 1 })).rejects.toThrow(/CFS/);
  });

  test("takes as many as are outstanding, also those that a run beside it came upon", async () => {
    const { sq, page } = await withPair();
    sq.post(readOf(page), { cid: 0x100 });
    sq.post(readOf(page), { cid: 0x101 });
    await sq.run(readOf(page), { timeoutMs });
    expect((await reapAll(sq.cq)).map(({ cid }) => cid)).toEqual([0x100, 0x101]);
  });

  test("ends with a clear error when the device is gone", async () => {
    const { sq, page } = await withPair("size=16m&fault=gone:op=read");
    sq.post(readOf(page));
    sq.ring();
    await expect(reapAll(sq.cq)).rejects.toMatchObject({ code: "DEVICE" });
    await expect(reapAll(sq.cq, { count: 1 })).rejects.toThrow(/all-ones: the device is gone/);
  });
});

test("several queues of unequal sizes complete into one, lap after lap", async () => {
  const { controller, device } = await broughtUp();
  const cq = await controller.createCompletionQueue({ id: 3, entries: 5 });
  const sizes = [
    [1, 2],
    [7, 3],
    [2, 4],
  ] as const;
  const queues = [];
  for (const [id, entries] of sizes) {
    queues.push(await controller.createSubmissionQueue({ id, entries, cq }));
  }
  const page = device.memory.allocate(4096);
  const counts = new Map<number, number>();
  for (let lap = 0; lap < 40; lap++) {
    // four at most: five entries hold four
    for (const sq of queues) sq.post(readOf(page), { cid: lap });
    for (const sq of queues) sq.ring();
    for await (const { sqid, cid, status } of cq.reap({ timeoutMs })) {
      expect([cid, status]).toEqual([lap, 0]);
      counts.set(sqid, (counts.get(sqid) ?? 0) + 1);
    }
    cq.free();
  }
  expect([...counts].sort()).toEqual([
    [1, 40],
    [2, 40],
    [7, 40],
  ]);
  expect(cq.strays).toBe(0);
});

test("a controller that finds it full waits until entries are given back", async () => {
  const { controller, device } = await broughtUp();
  const cq = await controller.createCompletionQueue({ id: 1, entries: 2 });
  const sq = await controller.createSubmissionQueue({ id: 1, entries: 8, cq });
  const page = device.memory.allocate(4096);
  for (let n = 0; n < 5; n++) sq.post(readOf(page), { cid: n });
  sq.ring();
  await work(device);
  const found: number[] = [];
  for (let n = 0; n < 5; n++) {
    const first = cq.take();
    if (first !== undefined) found.push(first.cid);
    await work(device);
    expect(cq.peek(), "nothing more before the entry is freed").toBeUndefined();
    cq.free();
    await work(device);
  }
  expect(found).toEqual([0, 1, 2, 3, 4]);
});

test("a device in the middle of nothing: an admin queue can be peeked at too", async () => {
  const device = await openStepped();
  const { admin } = await device.enable({ asq: 2, acq: 2 });
  expect(admin.cq.peek()).toBeUndefined();
  expect(admin.cq.id).toBe(0);
});
