// Doorbell Buffer Config, seen from both sides: the library rings through its pages, the embedded controller looks there and
// asks to be woken.
import { describe, expect, test } from "vitest";
import { AdminOpcode } from "../../assembly/spec/commands.ts";
import { Status } from "../../assembly/spec/status.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import type { SubmissionQueue } from "../../src/nvme/submission-queue.ts";
import { broughtUp, readOf, timeoutMs, withPair } from "./devices.ts";

/** What stands in a doorbell that was not rung since the controller looked. */
const NOT_RUNG = 0xffff_ffff;

async function withShadows(parameters?: string) {
  const up = await withPair(parameters);
  await up.controller.configureDoorbellBuffer();
  const { u32 } = up.device.memory;
  const at = (pointer: number): number => u32[pointer / 4]!;
  const run = (sq: SubmissionQueue = up.sq) => sq.run(readOf(up.page), { timeoutMs });
  return { ...up, at, run };
}

describe("is refused", () => {
  test("by name, by a controller that has no such command", async () => {
    const { controller } = await broughtUp("fault=bad-identify:field=oacs,value=0");
    await expect(controller.configureDoorbellBuffer()).rejects.toMatchObject({
      code: "REFUSED",
      message: expect.stringContaining("OACS bit 8 is 0"),
    });
    expect(controller.hasShadowDoorbells).toBe(false);
  });

  test("a second time", async () => {
    const { controller } = await withShadows();
    await expect(controller.configureDoorbellBuffer()).rejects.toMatchObject({ code: "USAGE" });
  });

  test("while a loop has a queue", async () => {
    const { controller, sq } = await withPair();
    sq.lendPair("a loop");
    await expect(controller.configureDoorbellBuffer()).rejects.toMatchObject({ code: "USAGE" });
    expect(sq.shadow).toBe(null);
  });

  test.each([
    ["PRP1 with an offset", 0x20n, 0n, Status.INVALID_FIELD],
    ["PRP2 with an offset", 0n, 4n, Status.INVALID_FIELD],
    ["memory that is not there", 1n << 40n, 0n, Status.DATA_TRANSFER_ERROR],
  ])("%s", async (_, one, two, status) => {
    const { controller, device } = await broughtUp();
    const [first, second] = [device.memory.allocate(4096), device.memory.allocate(4096)];
    const pointers = { prp1: first.iova + one, prp2: second.iova + two };
    const command = sqe.doorbellBufferConfig(pointers);
    expect(await controller.admin.run(command, { timeoutMs })).toMatchObject({ status });
  });

  test("with an NSID, which it does not use", async () => {
    const { controller } = await broughtUp();
    const command = sqe.command({ opcode: AdminOpcode.DOORBELL_BUFFER_CONFIG, nsid: 1 });
    const completion = await controller.admin.run(command, { timeoutMs });
    expect(completion.status).toBe(Status.INVALID_FIELD);
  });
});

test("queues that there are and that come after ring through it, the admin queue does not", async () => {
  const { controller, sq, run } = await withShadows();
  const later = await controller.createQueuePair(2, 8);
  for (let lap = 0; lap < 20; lap++) {
    expect((await run()).status).toBe(0);
    expect((await run(later)).status).toBe(0);
  }
  expect([sq.shadow, sq.cq.shadow, later.shadow]).not.toContain(null);
  expect([controller.admin.shadow, controller.admin.cq.shadow]).toEqual([null, null]);
  await controller.identify();
  await controller.deleteQueuePair(later);
});

test("the doorbell is rung when the controller waits for it, and not while it looks", async () => {
  const { sq, transport, page, at, run } = await withShadows();
  await run();
  for (let step = 0; step < 100; step++) transport.device!.step();
  const { shadow, event } = sq.shadow!;
  expect(at(event), "it asks to be woken from there on").toBe(sq.tail);
  expect(at(sq.doorbell)).toBe(NOT_RUNG);
  sq.post(readOf(page));
  sq.ring();
  expect([at(shadow), at(sq.doorbell)]).toEqual([sq.tail, sq.tail]);
  transport.device!.step();
  sq.post(readOf(page));
  sq.ring();
  expect([at(shadow), at(sq.doorbell)]).toEqual([sq.tail, NOT_RUNG]);
  for (let step = 0; step < 10; step++) transport.device!.step();
  expect([sq.cq.take(), sq.cq.take()]).not.toContain(undefined);
});

test("a doorbell that is rung with its former value wakes it all the same", async () => {
  const { sq, transport, at, run } = await withShadows();
  for (let lap = 0; lap < sq.entries * 3; lap++) {
    for (let step = 0; step < 40; step++) transport.device!.step();
    expect((await run()).status).toBe(0);
    expect(at(sq.doorbell)).toBe(NOT_RUNG);
  }
});

test("a full completion queue goes on when its head's shadow moves", async () => {
  const { controller, sq, transport, page } = await withPair();
  const cq = await controller.createCompletionQueue({ id: 3, entries: 3 });
  const deep = await controller.createSubmissionQueue({ id: 3, entries: 8, cq });
  await controller.configureDoorbellBuffer();
  for (let count = 0; count < 6; count++) deep.post(readOf(page));
  deep.ring();
  let taken = 0;
  for (let turn = 0; turn < 10; turn++) {
    for (let step = 0; step < 40; step++) transport.device!.step();
    while (cq.take() !== undefined) taken++;
    cq.free();
  }
  expect([taken, sq.outstanding]).toEqual([6, 0]);
});

test("a reset forgets it: doorbells are rung themselves again", async () => {
  const { device } = await withShadows();
  await device.reset();
  const controller = await device.bringUp({ ioQueues: 1 });
  const sq = await controller.createQueuePair(1, 8);
  const page = device.memory.allocate(4096);
  expect(sq.shadow).toBe(null);
  expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
});

test("a deleted queue's doorbell is nobody's error", async () => {
  const { controller, sq, run, transport } = await withShadows();
  await run();
  await controller.deleteQueuePair(sq);
  const completions = controller.admin.cq;
  for (let step = 0; step < 2000; step++) transport.device!.step();
  expect(completions.take()).toBeUndefined();
});

test("stale-event-index: who believes an EventIdx that does not move is not woken", async () => {
  const { sq, transport, page } = await withShadows("fault=stale-event-index");
  const run = () => sq.run(readOf(page), { timeoutMs: 50 });
  await run();
  for (let step = 0; step < 100; step++) transport.device!.step();
  await expect(run()).rejects.toMatchObject({ code: "DEVICE" });
});
