// Posting, ringing and running commands.
import { describe, expect, test } from "vitest";
import { LatencyModel } from "../../assembly/device/options.ts";
import { BUS_NOW } from "../../assembly/layout.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { Status } from "../../assembly/spec/status.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import type { SubmissionQueue } from "../../src/nvme/submission-queue.ts";
import { bareQueues } from "./bare-queues.ts";
import { broughtUp, readOf, reapAll, timeoutMs, withPair, work } from "./devices.ts";

const TAIL_DOORBELL = 2;
const command = sqe.command({ opcode: 2 });

function entryAt(sq: SubmissionQueue, index: number): Uint32Array {
  return new Uint32Array(sq.region.slice(index * 64, 64).copy().buffer);
}

describe("SQHD", () => {
  test.each([
    ["outside of the queue", "bad-sqhd:op=read,nth=2", 1],
    ["in the queue where it cannot be", "bad-sqhd:op=read,nth=2,value=inside", 1],
    ["of an admin command", "bad-sqhd:op=identify,nth=2,value=inside", 1],
    ["as it should be", "delay:op=read,nth=2", 0],
  ])("%s is counted by queue and device, and its command has ended", async (_, fault, wrong) => {
    const { device, controller, sq, page } = await withPair(`size=16m&fault=${fault}`, 32);
    for (let n = 0; n < 70; n++) {
      expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
    }
    await controller.identifyNamespace(1);
    await controller.identify();
    expect(device.wrongHeads).toBe(wrong);
    expect(sq.wrongHeads + controller.admin.wrongHeads).toBe(wrong);
    expect(sq.cq.strays).toBe(0);
  });

  test("is held against the furthest tail that was rung, whatever was rung", () => {
    const bare = bareQueues(8);
    const sq = bare.addQueue(1, 8);
    for (const cid of [1, 2, 3]) sq.post(new Uint32Array(16), { cid });
    sq.ring(3);
    sq.ring(1);
    sq.ring(99);
    for (const [index, [cid, sqhd]] of [
      [1, 3],
      [2, 3],
      [3, 2],
    ].entries()) {
      bare.complete(index, { cid: cid!, sqhd: sqhd! });
      bare.cq.collect();
    }
    expect(sq.wrongHeads, "the last goes backwards").toBe(1);
    expect(sq.head).toBe(2);
  });
});

describe("misuse", () => {
  test("an entry that has not sixteen dwords is written nowhere", () => {
    const { addQueue } = bareQueues(4);
    const sq = addQueue(1, 2);
    for (const length of [0, 15, 17, 64]) {
      expect(() => sq.post(new Uint32Array(length).fill(-1))).toThrow(/^sqe .*has 16/);
    }
    expect(sq.region.copy().every((byte) => byte === 0)).toBe(true);
    expect(sq.outstanding).toBe(0);
  });

  test.each([-1, 4, 1.5, Number.NaN])("there is no entry %d", (slot) => {
    const sq = bareQueues(4).addQueue(1, 4);
    expect(() => sq.post(command, { slot })).toThrow(/submission queue 1: it has no entry/);
  });

  test.each([-1, 0x10000, 1.5])("%d is no CID", (cid) => {
    const sq = bareQueues(4).addQueue(1, 4);
    expect(() => sq.post(command, { cid })).toThrow(
      expect.objectContaining({ code: "USAGE", what: "cid", section: "4.2" }),
    );
  });

  test("a full queue takes no more; a chosen slot is written all the same", () => {
    const sq = bareQueues(4).addQueue(1, 3);
    sq.post(command);
    sq.post(command);
    expect(sq.room).toBe(0);
    expect(() => sq.post(command)).toThrow(/submission queue 1: it is full/);
    expect(sq.post(command, { slot: 0, cid: 9 })).toEqual({ slot: 0, cid: 9 });
    expect(sq.tail).toBe(2);
    expect(sq.room).toBe(0);
  });

  test("what is written where the caller chose takes no room, however often", () => {
    const sq = bareQueues(4).addQueue(1, 3);
    for (let again = 0; again < 5; again++) sq.post(command, { slot: 1, cid: 7 });
    expect([sq.tail, sq.room, sq.outstanding]).toEqual([0, 2, 5]);
    sq.post(command);
    sq.post(command);
    expect(() => sq.post(command)).toThrow(/it is full/);
  });

  test("nobody takes back what nobody was lent", () => {
    const sq = bareQueues(4).addQueue(1, 4);
    const place = { sqTail: 3, cqHead: 2, cqPhase: 0 as const };
    expect(() => sq.takeBack(place)).toThrow(/take back submission queue 1: nobody has it/);
    expect([sq.tail, sq.cq.head, sq.cq.phase]).toEqual([0, 0, 1]);
  });
});

describe("a queue that is gone", () => {
  const uses = (sq: SubmissionQueue) => [
    () => sq.post(command),
    () => sq.post(command, { slot: 0 }),
    () => sq.ring(),
    () => sq.ring(1),
    () => sq.run(command, { timeoutMs }),
    () => sq.execute(command, { timeoutMs, what: "Read" }),
    () => sq.lendPair("job 0"),
  ];
  const refusals = async (sq: SubmissionQueue): Promise<string[]> => {
    const errors = await Promise.all(
      uses(sq).map((use) => (async () => use())().catch((caught: unknown) => caught)),
    );
    expect(errors.every((error) => error instanceof PhasebitError)).toBe(true);
    for (const error of errors) expect(error).toMatchObject({ code: "USAGE" });
    return errors.map((error) => (error as Error).message.replace(/^.*: /, ""));
  };

  test.each([
    ["deleted", "it was deleted"],
    ["reset", "the controller was reset since"],
  ] as const)("%s: refuses every use with one clear error", async (state, why) => {
    const { addQueue, doorbell } = bareQueues(4);
    const sq = addQueue(1, 4);
    sq.end(state);
    expect(new Set(await refusals(sq))).toEqual(new Set([why]));
    expect(doorbell(TAIL_DOORBELL)).toBe(0);
    expect(sq.region.copy().every((byte) => byte === 0)).toBe(true);
  });

  test("while it is lent too", async () => {
    const { addQueue } = bareQueues(4);
    const sq = addQueue(1, 4);
    sq.lendPair("job 3");
    expect(new Set(await refusals(sq))).toEqual(new Set(["job 3 has it"]));
    sq.end("reset");
    expect(new Set(await refusals(sq))).toEqual(new Set(["the controller was reset since"]));
  });

  test("a loop that has it keeps its memory until it gives it back", async () => {
    const { device, controller } = await broughtUp();
    const sq = await controller.createQueuePair(1, 4);
    const place = sq.lendPair("a loop");
    const before = device.memory.used;
    await device.reset();
    expect(device.memory.used.commands).toBeGreaterThan(0);
    expect(device.memory.used.commands).toBeLessThan(before.commands);
    sq.takeBack(place);
    expect(device.memory.used).toMatchObject({ commands: 0, completions: 0 });
    expect(() => sq.ring(0)).toThrow(/was reset since/);
  });

  test("what waits on it when it goes is told so", async () => {
    const { sq, page, device } = await withPair("size=16m&fault=never-complete:op=read");
    const run = sq.run(readOf(page), { timeoutMs });
    const ended = expect(run).rejects.toThrow(/submission queue 1: the controller was reset since/);
    await device.reset();
    await ended;
    expect(sq.state).toBe("reset");
  });
});

describe("a queue seen twice", () => {
  test("a second owner is refused, and the owner's place is the only one", async () => {
    const { sq, page } = await withPair();
    await sq.run(readOf(page), { timeoutMs });
    const place = sq.lendPair("job 0");
    expect(place).toMatchObject({ sqid: 1, sqTail: 1, cqHead: 1, cqPhase: 1, sqEntries: 8 });
    expect(() => sq.lendPair("job 1")).toThrow(/lend to job 1 submission queue 1: job 0 has it/);
    await expect(sq.run(readOf(page), { timeoutMs })).rejects.toThrow(/job 0 has it/);
    sq.takeBack(place);
    expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
  });

  test("there is one ring state: what one wrote, the other reads", async () => {
    const { sq, page, controller } = await withPair();
    const write = sqe.write({ nsid: 1, slba: 0n, blocks: 1, data: page });
    page.fill(0xab);
    expect((await sq.run(write, { timeoutMs })).status).toBe(0);
    // the controller has this queue once; another creation of it is refused by the device
    await expect(controller.createQueuePair(1, 8)).rejects.toThrow(/Invalid Queue Identifier/);
    page.fill(0);
    expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
    expect(page.copy().every((byte) => byte === 0xab)).toBe(true);
  });

  test("is not lent with commands outstanding, with completions untaken, or when its CQ is shared", async () => {
    const { sq, page, controller } = await withPair();
    sq.post(readOf(page));
    expect(() => sq.lendPair("job 0")).toThrow(/it has commands outstanding/);
    sq.ring();
    const [done] = await reapAll(sq.cq);
    expect(done?.status).toBe(0);
    const other = await controller.createSubmissionQueue({ id: 2, entries: 4, cq: sq.cq });
    expect(() => sq.lendPair("job 0")).toThrow(/other queues complete into completion queue 1 too/);
    await controller.deleteSubmissionQueue(other);
    expect(sq.owner).toBeUndefined();
    const place = sq.lendPair("job 0");
    const late = controller.createSubmissionQueue({ id: 3, entries: 4, cq: sq.cq });
    await expect(late).rejects.toThrow(/completion queue 1: job 0 has it/);
    sq.takeBack(place);
  });
});

describe("post and ring", () => {
  test("post writes 64 bytes and tells the controller nothing", () => {
    const { addQueue, doorbell, setDoorbell } = bareQueues(4);
    const sq = addQueue(1, 4);
    setDoorbell(TAIL_DOORBELL, 0xdead);
    const entry = Uint32Array.from({ length: 16 }, (_, index) => 0x0101_0101 * (index + 1));
    expect(sq.post(entry)).toEqual({ slot: 0, cid: 0x0101 });
    expect(entryAt(sq, 0)).toEqual(entry);
    expect(entryAt(sq, 1).every((dword) => dword === 0)).toBe(true);
    expect(doorbell(TAIL_DOORBELL)).toBe(0xdead);
  });

  test("ring announces all that was posted since, once", () => {
    const { addQueue, doorbell, setDoorbell } = bareQueues(4);
    const sq = addQueue(1, 4);
    sq.post(command);
    sq.post(command);
    sq.ring();
    expect(doorbell(TAIL_DOORBELL)).toBe(2);
    setDoorbell(TAIL_DOORBELL, 0xdead);
    sq.ring();
    expect(doorbell(TAIL_DOORBELL), "an unmoved tail is not rung again").toBe(0xdead);
  });

  test("any tail may be rung: fewer than were posted, and values that are none", () => {
    const { addQueue, doorbell } = bareQueues(4);
    const sq = addQueue(1, 4);
    for (let n = 0; n < 3; n++) sq.post(command, { cid: n });
    for (const tail of [1, 99, 0xffff_ffff]) {
      sq.ring(tail);
      expect(doorbell(TAIL_DOORBELL)).toBe(tail);
    }
    sq.ring();
    expect(doorbell(TAIL_DOORBELL), "what is left to announce is announced").toBe(3);
  });

  test("the tail wraps after the last entry", () => {
    const { cq, addQueue, complete, doorbell } = bareQueues(8);
    const sq = addQueue(1, 3);
    const slots = [0, 1, 2, 3, 4].map((n) => {
      const { slot, cid } = sq.post(command, { cid: n });
      complete(n, { cid });
      cq.take();
      return slot;
    });
    expect(slots).toEqual([0, 1, 2, 0, 1]);
    sq.ring();
    expect(doorbell(TAIL_DOORBELL)).toBe(2);
  });

  test("the entry's own CID stays when none is given", () => {
    const sq = bareQueues(4).addQueue(1, 4);
    const own = Uint32Array.from(command);
    own[0]! |= 0xbeef << 16;
    expect(sq.post(own).cid).toBe(0xbeef);
    expect(own[0]! >>> 16, "the caller's entry is not changed").toBe(0xbeef);
  });

  test("a duplicate CID is posted, and each of the two completes once", async () => {
    const { sq, page } = await withPair();
    sq.post(readOf(page), { cid: 5 });
    sq.post(readOf(page), { cid: 5 });
    sq.ring();
    const found = await reapAll(sq.cq);
    expect(found.map(({ cid }) => cid)).toEqual([5, 5]);
    expect(sq.outstanding).toBe(0);
    expect(sq.cq.strays).toBe(0);
  });

  test("a controller fetches what lies in the slot, wherever it was written from", async () => {
    const { sq, page } = await withPair();
    page.fill(0xff);
    expect(sq.post(readOf(page), { slot: 0, cid: 0x77 })).toEqual({ slot: 0, cid: 0x77 });
    expect(sq.tail, "the tail stays").toBe(0);
    sq.ring(1);
    const [completion] = await reapAll(sq.cq);
    expect(completion).toMatchObject({ cid: 0x77, status: 0, sqhd: 1 });
    expect(page.copy().every((byte) => byte === 0)).toBe(true);
  });

  test("an invalid tail ends no command, and the controller reports it", async () => {
    const { sq, page, controller } = await withPair();
    controller.admin.post(sqe.asynchronousEventRequest(), { cid: 0x3ff });
    controller.admin.ring();
    sq.post(readOf(page));
    sq.ring(99);
    const [event] = await reapAll(controller.admin.cq, { count: 1 });
    expect(event).toMatchObject({ cid: 0x3ff, status: 0 });
    expect(event!.dw0 & 7, "Error status").toBe(0);
    expect(sq.outstanding).toBe(1);
  });
});

describe("run", () => {
  test("does not wait for NaN ms: that would never end", async () => {
    const time = Number.NaN;
    const { sq, device } = await withPair();
    await expect(sq.run(command, { timeoutMs: time })).rejects.toThrow(/^timeoutMs/);
    await expect(sq.cq.reap({ timeoutMs: time, count: 1 }).next()).rejects.toThrow(/^timeoutMs/);
    const wait = device.registers.until(Register.CSTS, { RDY: 0 }, { timeoutMs: time });
    await expect(wait).rejects.toMatchObject({ code: "USAGE", what: "timeoutMs" });
    expect(sq.outstanding).toBe(0);
  });

  test("is refused when entries in chosen slots have every CID", async () => {
    const { sq, page } = await withPair();
    for (let cid = 0; cid < 0xffff; cid++) sq.post(readOf(page), { slot: 3, cid });
    await expect(sq.run(readOf(page), { timeoutMs })).rejects.toThrow(/each Command Identifier/);
  });

  test("returns an error status as a value; execute throws it by name", async () => {
    const { sq, page } = await withPair();
    const past = readOf(page, 1n << 40n);
    const completion = await sq.run(past, { timeoutMs });
    expect(completion.status).toBe(Status.LBA_OUT_OF_RANGE);
    const execution = sq.execute(past, { timeoutMs, what: "Read" });
    await expect(execution).rejects.toThrow(/^Read: LBA Out of Range/);
    await expect(execution).rejects.toMatchObject({
      code: "DEVICE",
      what: "Read",
      value: Status.LBA_OUT_OF_RANGE,
    });
  });

  test("ends at its deadline; the late completion ends its command and nobody else's", async () => {
    const { sq, page, transport, device } = await withPair();
    // virtual time: two seconds of the device's are far more than 20 ms of ours
    transport.device!.setLatency(LatencyModel.CONSTANT, 2e9, 0);
    const lost = sq.run(readOf(page), { timeoutMs: 20 });
    await expect(lost).rejects.toThrow(/opcode 02h on queue 1: no completion within 20 ms/);
    await expect(lost).rejects.toMatchObject({ code: "DEVICE", limit: "20 ms" });
    expect(sq.outstanding, "the controller may still complete it").toBe(1);
    transport.device!.setLatency(LatencyModel.NONE, 0, 0);
    const second = await sq.run(readOf(page), { timeoutMs });
    expect(second.status).toBe(0);
    expect(second.cid, "the lost command's CID is not used again").not.toBe(0);
    transport.memory.u64[BUS_NOW / 8]! += 3_000_000_000n;
    await work(device);
    sq.cq.collect();
    expect([sq.outstanding, sq.cq.strays]).toEqual([0, 0]);
    expect(sq.cq.take()).toBeUndefined();
    sq.takeBack(sq.lendPair("job 0"));
  });

  test("waits for room in a full queue, and ends at its deadline there too", async () => {
    const { sq, page } = await withPair("size=16m&fault=never-complete:op=read", 2);
    const first = sq.run(readOf(page), { timeoutMs: 40 });
    const second = sq.run(readOf(page), { timeoutMs: 20 });
    await expect(second).rejects.toThrow(/room in submission queue 1: no completion within 20 ms/);
    await expect(first).rejects.toThrow(/no completion within 40 ms/);
  });

  test("takes more commands at once than there are entries", async () => {
    const { sq, page } = await withPair(undefined, 4);
    const all = await Promise.all(
      Array.from({ length: 50 }, () => sq.run(readOf(page), { timeoutMs: 5000 })),
    );
    expect(all.every(({ status }) => status === 0)).toBe(true);
    expect(sq.cq.strays).toBe(0);
  });

  test("works on a queue of two entries, lap after lap", async () => {
    const { sq, page } = await withPair(undefined, 2);
    for (let n = 0; n < 9; n++) expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
    expect([sq.tail, sq.cq.head, sq.cq.phase]).toEqual([1, 1, 1]);
  });

  test("ends with a clear error when the device is gone, or fails", async () => {
    for (const [fault, message] of [
      ["gone", /all-ones: the device is gone or does not answer/],
      ["cfs", /CSTS.CFS is set, the controller has failed/],
      ["surprise-reset", /CSTS.RDY is 0 .*something reset the controller/],
    ] as const) {
      const { sq, page } = await withPair(`size=16m&fault=${fault}:op=read`);
      await expect(sq.run(readOf(page), { timeoutMs })).rejects.toThrow(message);
    }
  });
});

test("a queue of any identifier works: 3 and 7 on 5", async () => {
  const { controller, device } = await broughtUp();
  const cq = await controller.createCompletionQueue({ id: 5, entries: 16 });
  const page = device.memory.allocate(4096);
  for (const id of [3, 7]) {
    const sq = await controller.createSubmissionQueue({ id, entries: 4, cq });
    expect(await sq.run(readOf(page), { timeoutMs })).toMatchObject({ sqid: id, status: 0 });
  }
});
