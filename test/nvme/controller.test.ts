// An enabled controller: who it is, and its queues.
import { describe, expect, test } from "vitest";
import { Status } from "../../assembly/spec/status.ts";
import { Controller } from "../../src/nvme/controller.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { broughtUp, openStepped, readOf, reapAll, timeoutMs, withPair, work } from "./devices.ts";

describe("misuse", () => {
  test("its identity comes after identify", async () => {
    const device = await openStepped();
    const controller = await device.enable();
    expect(() => controller.identity).toThrow(/identify\(\) comes first/);
    expect((await controller.identify()).model).not.toBe("");
    expect(controller.identity.namespaces).toBeGreaterThan(0);
  });

  test.each([0, -1, 1.5, 65_536, Number.NaN])("%d queues cannot be asked for", async (count) => {
    const device = await openStepped();
    const controller = await device.enable();
    await expect(controller.requestQueues(count)).rejects.toMatchObject({
      code: "USAGE",
      what: "ioQueues",
      value: count,
      section: "5.21.1.7",
    });
    expect(controller.ioQueues).toBe(0);
  });

  test.each([
    [{ id: -1, entries: 8 }, "id"],
    [{ id: 65_536, entries: 8 }, "id"],
    [{ id: 1, entries: 0 }, "entries"],
    [{ id: 1, entries: 65_537 }, "entries"],
    [{ id: 1, entries: 2.5 }, "entries"],
  ])("a queue of %o is none, and takes no memory", async (options, what) => {
    const { controller, device } = await broughtUp();
    const cq = await controller.createCompletionQueue({ id: 1, entries: 8 });
    const before = device.memory.used;
    const refused = { code: "USAGE", what };
    await expect(controller.createCompletionQueue(options)).rejects.toMatchObject(refused);
    await expect(controller.createSubmissionQueue({ ...options, cq })).rejects.toMatchObject(
      refused,
    );
    expect(device.memory.used).toEqual(before);
  });

  test("what the controller refuses is an error with the status, and takes no memory", async () => {
    const { controller, device } = await broughtUp("size=16m&queues=4");
    const cq = await controller.createCompletionQueue({ id: 1, entries: 8 });
    const before = device.memory.used;
    const one = controller.createCompletionQueue({ id: 2, entries: 1 });
    await expect(one).rejects.toMatchObject({ value: Status.INVALID_QUEUE_SIZE });
    const zero = controller.createCompletionQueue({ id: 0, entries: 8 });
    await expect(zero).rejects.toMatchObject({ value: Status.INVALID_QUEUE_IDENTIFIER });
    const high = controller.createCompletionQueue({ id: 5, entries: 8 });
    await expect(high).rejects.toThrow(/Create I\/O Completion Queue 5: Invalid Queue Identifier/);
    const twice = controller.createCompletionQueue({ id: 1, entries: 8 });
    await expect(twice).rejects.toThrow(/Invalid Queue Identifier/);
    const low = controller.createSubmissionQueue({ id: 9, entries: 8, cq });
    await expect(low).rejects.toThrow(/Create I\/O Submission Queue 9: Invalid Queue Identifier/);
    expect(device.memory.used).toEqual(before);
  });

  test("a queue whose doorbell BAR0 has not is created nowhere", async () => {
    const { controller, device } = await broughtUp();
    const before = device.memory.used;
    const far = controller.createCompletionQueue({ id: 40_000, entries: 8 });
    await expect(far).rejects.toThrow(/doorbell 80001 lies outside BAR0/);
    expect(device.memory.used).toEqual(before);
  });

  test("memory that is too small for its queue is refused", async () => {
    const { controller, device } = await broughtUp();
    const memory = device.memory.allocate(4096);
    const cq = controller.createCompletionQueue({ id: 1, entries: 257, memory });
    await expect(cq).rejects.toThrow(/^memory 4096: .*needs 4112/);
  });

  test("a queue that is gone is not deleted again: its number may be another's by now", async () => {
    const { controller, sq } = await withPair();
    await controller.deleteQueuePair(sq);
    const again = await controller.createQueuePair(1, 8);
    await expect(controller.deleteSubmissionQueue(sq)).rejects.toThrow(/delete .*it was deleted/);
    await expect(controller.deleteCompletionQueue(sq.cq)).rejects.toMatchObject({ code: "USAGE" });
    expect(again.state).toBe("live");
  });

  test("another device's queues and memory are refused, and stay as they are", async () => {
    const [one, other] = [await withPair(), await withPair()];
    const cq = one.sq.cq;
    const asks = [
      () => other.controller.deleteSubmissionQueue(one.sq),
      () => other.controller.deleteCompletionQueue(cq, { expect: "any" }),
      () => other.controller.createSubmissionQueue({ id: 2, entries: 4, cq }),
      () => other.controller.createCompletionQueue({ id: 2, entries: 4, memory: one.page }),
    ];
    const used = other.device.memory.used;
    for (const ask of asks) {
      await expect(ask()).rejects.toMatchObject({ code: "USAGE" });
      await expect(ask()).rejects.toThrow(/another (controller|device)'s/);
    }
    expect(other.device.memory.used).toEqual(used);
    for (const { sq, page } of [one, other]) {
      expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
    }
  });

  test("memory between dwords is refused: entries would be written beside it", async () => {
    const { device, controller } = await broughtUp();
    const memory = device.memory.allocate(4096, { kind: "completions" }).slice(2);
    const asked = controller.createCompletionQueue({ id: 1, entries: 4, memory });
    await expect(asked).rejects.toMatchObject({ code: "USAGE", what: "memory", section: "4.3" });
  });

  test("no queue completes into one that is gone", async () => {
    const { controller, sq } = await withPair();
    await controller.deleteQueuePair(sq);
    const next = controller.createSubmissionQueue({ id: 2, entries: 8, cq: sq.cq });
    await expect(next).rejects.toThrow(/complete into completion queue 1: it was deleted/);
  });

  test("an inactive namespace, and one with metadata, are named", async () => {
    const { controller } = await broughtUp();
    const refusal = { code: "USAGE", what: "nsid" };
    for (const [nsid, section] of [
      [0, "6.1.2"],
      [9999, "6.1.2"],
      [9, "6.1.5"],
    ] as const) {
      const error = { ...refusal, value: nsid, section };
      await expect(controller.identifyNamespace(nsid)).rejects.toMatchObject(error);
    }
    const other = await broughtUp("size=16m&fault=bad-identify:field=ms,value=8");
    await expect(other.controller.identifyNamespace(1)).rejects.toThrow(/8 bytes of metadata/);
  });
});

describe("deleting queues", () => {
  test("the CQ before its SQ is refused by the controller: a value, when any is expected", async () => {
    const { controller, sq, page } = await withPair();
    const refused = await controller.deleteCompletionQueue(sq.cq, { expect: "any" });
    expect(refused.status).toBe(Status.INVALID_QUEUE_DELETION);
    expect(refused.status, "1/0Ch").toBe(0x10c);
    await expect(controller.deleteCompletionQueue(sq.cq)).rejects.toMatchObject({
      code: "DEVICE",
      value: Status.INVALID_QUEUE_DELETION,
    });
    expect([sq.state, sq.cq.state]).toEqual(["live", "live"]);
    expect((await sq.run(readOf(page), { timeoutMs })).status).toBe(0);
    expect((await controller.deleteSubmissionQueue(sq, { expect: "any" })).status).toBe(0);
    expect((await controller.deleteCompletionQueue(sq.cq, { expect: "any" })).status).toBe(0);
    expect([sq.state, sq.cq.state]).toEqual(["deleted", "deleted"]);
  });

  test("gives the memory back that was taken for them, and leaves what the caller gave", async () => {
    const { controller, device } = await broughtUp();
    const before = device.memory.used;
    const memory = device.memory.allocate(8192).fill(0xff);
    const cq = await controller.createCompletionQueue({ id: 1, entries: 64, memory });
    const sq = await controller.createSubmissionQueue({ id: 1, entries: 64, cq });
    expect(
      memory.copy(1024).every((byte) => byte === 0),
      "no old phase tags",
    ).toBe(true);
    await controller.deleteQueuePair(sq);
    expect(memory.isReleased).toBe(false);
    expect(sq.region.isReleased).toBe(true);
    memory.release();
    expect(device.memory.used).toEqual(before);
    const again = await controller.createQueuePair(1, 64);
    expect(again.region.pointer).toBe(sq.region.pointer);
  });

  test("what a deleted queue's commands completed with is no stray", async () => {
    const { controller, device, sq, page } = await withPair();
    sq.post(readOf(page), { cid: 3 });
    sq.ring();
    await work(device);
    await controller.deleteSubmissionQueue(sq);
    const found = await reapAll(sq.cq);
    expect(found.map(({ cid, status }) => [cid, status])).toEqual([[3, 0]]);
    expect(sq.cq.strays).toBe(0);
  });

  test("all of them, submission queues first", async () => {
    const { controller, sq } = await withPair();
    const second = await controller.createSubmissionQueue({ id: 2, entries: 8, cq: sq.cq });
    await controller.deleteQueues();
    expect([sq.state, second.state, sq.cq.state]).toEqual(["deleted", "deleted", "deleted"]);
  });
});

test("an admin command that is not answered ends, and its memory goes back with the next reset", async () => {
  const { controller, device } = await broughtUp("size=16m&fault=never-complete:op=create-io-cq");
  const before = device.memory.used.completions;
  controller.adminCommand = (command, what) =>
    controller.admin.execute(command, { timeoutMs: 20, what });
  const create = controller.createCompletionQueue({ id: 1, entries: 8 });
  await expect(create).rejects.toThrow(/no completion within 20 ms/);
  expect(device.memory.used.completions, "it may still be written to").toBeGreaterThan(before);
  await device.reset();
  expect(device.memory.used.completions).toBe(0);
});

test("a controller that was reset takes no memory any more, also when that came in the middle of a command", async () => {
  const faults = "never-complete:op=create-io-cq;never-complete:op=identify,nth=2";
  const { device, controller } = await broughtUp(`size=16m&fault=${faults}`);
  const before = device.memory.used;
  const inFlight = [
    controller.createCompletionQueue({ id: 1, entries: 4 }),
    controller.identify(),
  ].map((asked) => expect(asked).rejects.toThrow(/was reset since/));
  await device.reset();
  await Promise.all(inFlight);
  for (let turn = 0; turn < 3; turn++) {
    await expect(controller.createCompletionQueue({ id: 1, entries: 4 })).rejects.toThrow(/reset/);
    await expect(controller.identify()).rejects.toThrow(/reset/);
  }
  const { commands, completions, data } = device.memory.used;
  expect({ commands, completions, data }).toEqual({
    commands: 0,
    completions: 0,
    data: before.data,
  });
});

test("moves data there and back", async () => {
  const { sq, page } = await withPair();
  const pattern = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7) & 0xff);
  const range = { nsid: 1, slba: 5n, blocks: 1, data: page };
  page.write(pattern);
  await sq.execute(sqe.write(range), { timeoutMs, what: "Write" });
  page.fill(0);
  await sq.execute(sqe.read(range), { timeoutMs, what: "Read" });
  expect(page.copy()).toEqual(pattern);
});

test("grants what it can, and says so", async () => {
  const { controller } = await broughtUp("size=16m&fault=queue-limit:n=3");
  expect(controller.ioQueues).toBe(3);
});

test("an end takes all its queues with it", async () => {
  const { controller, sq } = await withPair();
  expect(controller).toBeInstanceOf(Controller);
  await controller.reset();
  expect([sq.state, sq.cq.state, controller.admin.state]).toEqual(["reset", "reset", "reset"]);
  await expect(controller.identify()).rejects.toThrow(
    /submission queue 0: the controller was reset/,
  );
});
