// A controller that is driven through the socket does what it does in one process.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { sgl } from "../../src/nvme/sgl.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { failureOf, giveBack } from "../../src/run/closing.ts";
import { both } from "./both.ts";

const openFds = (): number => readdirSync("/proc/self/fd").length;

test("opening touches no register, and tells what there is", async () => {
  const { transport, device, served, end } = await both();
  expect(transport.name).toBe("vfio-user");
  expect(transport.hasReset).toBe(true);
  expect(transport.vectors).toEqual(served.controller.vectors);
  expect(transport.memory.doorbells.bytes).toBe(served.controller.memory.doorbells.bytes);
  expect(device.registers.read(Register.CC)).toBe(0);
  expect(device.config.read16(0)).toBe(0x7062);
  expect(device.config.copy()).toEqual(served.controller.config.read(0, 4096));
  expect(device.registers.read64(Register.CAP_LO, { access: "64" })).toBe(
    device.registers.read64(Register.CAP_LO),
  );
  await device.close();
  await end();
});

test("data that are written are read back, in commands of all sizes, with an interrupt for each queue", async () => {
  const { transport, device, end } = await both("embedded?size=1m&mdts=5&queues=2");
  const controller = await device.bringUp({ ioQueues: 2 });
  expect(controller.identity.model).toMatch(/phasebit/i);
  const { blockBytes } = await controller.identifyNamespace(1);
  const event = transport.interrupt("msix", 1);
  const cq = await controller.createCompletionQueue({ id: 1, entries: 16, vector: 1 });
  const sq = await controller.createSubmissionQueue({ id: 1, entries: 16, cq });
  const list = device.memory.allocate(4096, { kind: "commands" });
  const most = controller.identity.maxTransferBytes!;
  const [out, back] = [device.memory.allocate(2 * most), device.memory.allocate(2 * most)];
  const options = { timeoutMs: 1000, what: "I/O" };
  for (let bytes = blockBytes; bytes <= most; bytes *= 2) {
    const blocks = bytes / blockBytes;
    const range = { nsid: 1, slba: BigInt(blocks), blocks };
    // on a page, off it, and in two parts that lie nowhere together
    for (const offset of [0, 4, 4092]) {
      const data = Uint8Array.from({ length: bytes }, (_, at) => (at * 7 + blocks + offset) & 0xff);
      const [from, to] = [out, back].map((region) => region.slice(offset, bytes));
      from!.view.set(data);
      await sq.execute(sqe.write({ ...range, data: from!, list }), options);
      await sq.execute(sqe.read({ ...range, data: to!, list }), options);
      expect(Buffer.compare(to!.copy(), data)).toBe(0);
      back.fill(0);
      const parts = [back.slice(most + offset, 100), back.slice(offset, bytes - 100)];
      await sq.execute(sqe.read({ ...range, sgl: sgl(parts, { list }) }), options);
      expect(Buffer.concat(parts.map((part) => part.copy())).compare(data)).toBe(0);
    }
  }
  expect(event.wait(0)).toBeGreaterThan(0);
  await controller.deleteQueues();
  await device.close({ shutdown: true });
  await end();
});

test.each(["msix", "msi", "intx"] as const)("interrupts by %s come as eventfds", async (kind) => {
  const { transport, device, served, end } = await both();
  const controller = await device.bringUp({ ioQueues: 1 });
  const event = transport.interrupt(kind, 0);
  const unmask = transport.unmask(kind);
  const cq = await controller.createCompletionQueue({ id: 1, entries: 16, vector: 0 });
  const sq = await controller.createSubmissionQueue({ id: 1, entries: 16, cq });
  event.wait(0);
  for (let round = 0; round < 3; round++) {
    unmask?.signal();
    await sq.execute(sqe.flush(1), { timeoutMs: 1000, what: "Flush" });
    served.controller.stepDevice(8);
    expect(event.wait(0)).toBeGreaterThan(0);
  }
  transport.disableInterrupts();
  expect(served.controller.wires.kind).toBeUndefined();
  await device.close();
  await end();
});

test("each reset leaves what it is to leave, and the controller comes up again", async () => {
  const { device, transport, end } = await both();
  for (const kind of ["controller", "subsystem", "function"] as const) {
    await device.bringUp({ ioQueues: 1 });
    expect(transport.config.read(4, 1)[0]! & 4).toBe(4);
    await device.reset(kind);
    expect(device.registers.fields(Register.CSTS).RDY).toBe(0);
  }
  expect(device.registers.read(Register.AQA)).toBe(0);
  expect(transport.config.read(4, 1)[0]! & 4).toBe(0);
  await device.bringUp({ ioQueues: 1 });
  await device.close();
  await end();
});

test("a bad pointer is a transfer error, and memory that is mapped elsewhere is found there", async () => {
  const { device, end } = await both();
  const controller = await device.bringUp({ ioQueues: 0 });
  const bad = sqe.identify({ cns: 1, prp1: device.memory.unmapped() });
  expect((await controller.admin.run(bad, { timeoutMs: 1000 })).status).toBe(0x04);
  const page = device.memory.allocate(4096);
  const mapping = device.memory.map(page, { iova: 0x77_0000_0000n });
  const good = sqe.identify({ cns: 1, data: mapping.region });
  expect((await controller.admin.run(good, { timeoutMs: 1000 })).status).toBe(0);
  expect(page.copy().some((byte) => byte !== 0)).toBe(true);
  mapping.unmap();
  expect((await controller.admin.run(good, { timeoutMs: 1000 })).status).toBe(0x04);
  await device.close();
  await end();
});

test("a client that leaves takes its memory with it, and the function is as after power on", async () => {
  const before = openFds();
  const { device, transport, served, session, turn, end } = await both();
  await device.bringUp({ ioQueues: 1 });
  transport.interrupt("msix", 0);
  await transport.close();
  expect(turn()).toBe("it closed the socket");
  session.end();
  const { controller } = served;
  expect(controller.read32(Register.CC)).toBe(0);
  expect(controller.read32(Register.AQA)).toBe(0);
  expect(controller.config.read(4, 1)[0]! & 4).toBe(0);
  const { peer, bytes } = controller.memory;
  expect(bytes.subarray(peer.pointer, peer.pointer + 65536).every((byte) => byte === 0)).toBe(true);
  await end();
  expect(openFds()).toBe(before);
});

test("a server that is lost is a lost device, for who waits for it too, and told once", async () => {
  const { device, transport, session, end } = await both();
  const controller = await device.bringUp({ ioQueues: 1 });
  session.end();
  const waiting = controller.admin.run(sqe.identify({ cns: 1 }), { timeoutMs: 60_000 });
  await expect(waiting).rejects.toThrow(/the server is lost, at /);
  expect(device.health()).toBe("gone");
  const why = transport.lost!.message;
  expect(why).toMatch(
    /^vfio-user:\/in\/this\/thread: the server is lost, at \w+: it closed the socket$/,
  );
  expect(() => device.check()).toThrow(why);
  expect(() => device.registers.fields(Register.CSTS)).toThrow(why);
  expect(failureOf(device)).toEqual({ kind: "device-gone", why });
  expect(() => transport.write32(Register.CC, 0)).toThrow("the server is lost");
  expect(await giveBack(device, () => device.close(), [])).toEqual([{ kind: "device-gone", why }]);
  await end();
});
