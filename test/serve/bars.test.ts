// Memory of the controller's own (CMB, PMR) through the socket: mapped by descriptor, and by messages.
import { closeSync, ftruncateSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { native } from "../../src/compiled/native.ts";
import { Device } from "../../src/nvme/device.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { openUser } from "../../src/transport/user-open.ts";
import type { Message } from "../../src/vfio-user/connection.ts";
import { EINVAL } from "../../src/vfio-user/errno.ts";
import { Command, regionAccess, regionInfo } from "../../src/vfio-user/protocol.ts";
import { decodeRegionInfo } from "../../src/vfio-user/region-info.ts";
import { encodeVersion } from "../../src/vfio-user/version.ts";
import { folder } from "../cli/cli.ts";
import { type Both, both, SMALL, served } from "./both.ts";

const PAGE = 4096;
const MIB = 2 ** 20;
const MEMORY = `${SMALL}&cmb=192k&cmb-offset=64k&pmr=1m`;
const CMB_BAR = 2;
const PMR_BAR = 4;
const timeoutMs = 1000;

const openFds = (): number => readdirSync("/proc/self/fd").length;

async function opened(address = MEMORY): Promise<Both> {
  const all = await both(address);
  onTestFinished(async () => {
    await all.device.close().catch(() => {});
    await all.end();
  });
  return all;
}

/** A client of bare messages. */
async function bare() {
  const server = await served(MEMORY);
  onTestFinished(server.end);
  const { connection } = server;
  const ask = (command: number, payload: Uint8Array): Message => {
    connection.send({ id: 1, command, flags: 0 }, payload);
    server.turn();
    const reply = connection.receive()!;
    onTestFinished(() => {
      for (const fd of reply.fds) closeSync(fd);
    });
    return reply;
  };
  ask(Command.VERSION, encodeVersion());
  const region = (index: number) => {
    const none = { flags: 0, capOffset: 0, size: 0n, offset: 0n };
    const asked = regionInfo.encode({ argsz: 1024, index, ...none });
    const { payload, fds } = ask(Command.DEVICE_GET_REGION_INFO, asked);
    return { info: decodeRegionInfo(payload, index), fds };
  };
  const access = (command: number, index: number, offset: number, data: Uint8Array | number) => {
    const count = typeof data === "number" ? data : data.length;
    const head = { offset: BigInt(offset), region: index, count };
    const sent = typeof data === "number" ? undefined : data;
    const { payload, error } = ask(command, regionAccess.encode(head, sent));
    return { error, data: [...payload.subarray(regionAccess.bytes)] };
  };
  return { ...server, region, access };
}

describe("what the server offers", () => {
  test("past a region's end, and regions that there are not, are refused", async () => {
    const { access } = await bare();
    const refused = { error: EINVAL, data: [] };
    expect(access(Command.REGION_READ, CMB_BAR, 256 * 1024 - 1, 2)).toEqual(refused);
    expect(access(Command.REGION_WRITE, PMR_BAR, MIB, Uint8Array.of(1))).toEqual(refused);
    expect(access(Command.REGION_READ, 1, 0, 1)).toEqual(refused);
    expect(access(Command.REGION_READ, 3, 0, 1)).toEqual(refused);
  });

  test("each region is a power of two, of which what there is may be mapped, of one file", async () => {
    const { region } = await bare();
    const [cmb, pmr] = [region(CMB_BAR), region(PMR_BAR)];
    const flags = 7;
    expect(cmb.info).toEqual({
      ...{ index: CMB_BAR, flags: flags | 8, bytes: 256 * 1024, fdOffset: 0 },
      areas: [{ offset: 0, bytes: 256 * 1024 }],
    });
    expect(pmr.info).toEqual({
      ...{ index: PMR_BAR, flags: flags | 8, bytes: MIB, fdOffset: 256 * 1024 },
      areas: [{ offset: 0, bytes: MIB }],
    });
    const F_SEAL_SHRINK = 2;
    for (const { fds } of [cmb, pmr]) {
      expect(fds).toHaveLength(1);
      expect(native().sealsOf(fds[0]!) & F_SEAL_SHRINK).toBe(F_SEAL_SHRINK);
      expect(() => ftruncateSync(fds[0]!, 0)).toThrow("EPERM");
    }
    for (const index of [1, 3, 5])
      expect(region(index)).toMatchObject({ info: { bytes: 0 }, fds: [] });
  });

  test("messages of any width and place reach the same bytes", async () => {
    const { served: fn, access } = await bare();
    expect(access(Command.REGION_WRITE, PMR_BAR, 4093, Uint8Array.of(1, 2, 3, 4, 5))).toMatchObject(
      {
        error: 0,
      },
    );
    expect(access(Command.REGION_READ, PMR_BAR, 4092, 7).data).toEqual([0, 1, 2, 3, 4, 5, 0]);
    const { pointer } = fn.controller.bars.map(PMR_BAR, 4093, 5);
    expect([...fn.controller.memory.bytes.subarray(pointer, pointer + 5)]).toEqual([1, 2, 3, 4, 5]);
  });

  test("behind what there is of a region messages find nothing, and leave nothing", async () => {
    const server = await served(`${SMALL}&cmb=12k&pmr=4k`);
    onTestFinished(server.end);
    const { served: fn } = server;
    fn.write(PMR_BAR, 0n, Uint8Array.of(9, 9));
    fn.write(CMB_BAR, 12n * 1024n - 1n, Uint8Array.of(1, 2, 3));
    expect([...fn.read(CMB_BAR, 12n * 1024n - 1n, 3)]).toEqual([1, 0, 0]);
    fn.write(CMB_BAR, 15n * 1024n, Uint8Array.of(4));
    expect([...fn.read(CMB_BAR, 15n * 1024n, 2)]).toEqual([0, 0]);
    expect([...fn.read(PMR_BAR, 0n, 2)]).toEqual([9, 9]);
  });
});

test("queues, lists and data lie in the buffer, which the client maps", async () => {
  const { device, served: fn } = await opened();
  const controller = await device.bringUp({ ioQueues: 1 });
  const cmb = device.own.enableCmb();
  expect(device.own.cmbFacts()).toMatchObject({ bar: CMB_BAR, bytes: 192 * 1024 });
  const entries = { id: 1, entries: 4 };
  const cq = await controller.createCompletionQueue({ ...entries, memory: cmb });
  const sq = await controller.createSubmissionQueue({ ...entries, cq, memory: cmb });
  const [out, back] = [cmb.allocate(PAGE), cmb.allocate(PAGE)];
  out.view.fill(0xa5);
  const range = { nsid: 1, slba: 8n, blocks: 1 };
  await sq.execute(sqe.write({ ...range, data: out }), { timeoutMs, what: "Write" });
  await sq.execute(sqe.read({ ...range, data: back }), { timeoutMs, what: "Read" });
  expect(back.copy(512).every((byte) => byte === 0xa5)).toBe(true);
  // the same pages on both sides
  const there = fn.controller.bars.map(CMB_BAR, 64 * 1024, 192 * 1024);
  const { bytes } = fn.controller.memory;
  const found = Buffer.from(bytes.subarray(there.pointer, there.pointer + there.bytes));
  expect(found.includes(Buffer.alloc(512, 0xa5))).toBe(true);
  await controller.deleteQueues();
});

test("what the persistent region holds outlives its client, and every reset", async () => {
  const all = await opened();
  const controller = await all.device.bringUp({ ioQueues: 1 });
  const pmr = await all.device.own.enablePmr();
  const region = pmr.allocate(PAGE);
  await controller.admin.run(sqe.identify({ cns: 1, data: region }), { timeoutMs });
  expect(region.copy(2)).toEqual(Uint8Array.of(0x62, 0x70));
  await all.device.reset("function");
  all.session.end();
  expect([...all.served.read(PMR_BAR, 0n, 2)]).toEqual([0x62, 0x70]);
});

/** A server whose answers about one region are others. */
async function lying(change: (message: Message) => Partial<Message> | undefined, bar: number) {
  const all = await served(MEMORY);
  onTestFinished(all.end);
  const { connection } = all;
  const receive = connection.receive.bind(connection);
  connection.receive = () => {
    const message = receive();
    const isMeant =
      message?.command === Command.DEVICE_GET_REGION_INFO &&
      regionInfo.decode(message.payload).index === bar;
    return isMeant ? { ...message, ...change(message) } : message;
  };
  const transport = await openUser("vfio-user:/in/this/thread", {
    ...{ connection, turn: () => void all.turn() },
  });
  return { ...all, transport, device: new Device(transport) };
}

const withLong = (at: number, value: bigint) => (message: Message) => {
  const payload = message.payload.slice();
  new DataView(payload.buffer).setBigUint64(at, value, true);
  return { payload };
};

describe("a server that lies", () => {
  test.each([
    ["of more bytes than areas allow", withLong(16, 4096n), /may be mapped at 0/],
    ["of bytes that no BAR has", withLong(16, 1n << 60n), /region 2 of \d+ bytes/],
  ])("%s is refused when it is opened", async (_, change, message) => {
    const before = openFds();
    const opening = lying(change, CMB_BAR);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({ code: "DEVICE" });
    expect(openFds() - before, "the server's own are still open").toBeLessThan(8);
  });

  test.each([
    ["past the file's end", withLong(24, 1n << 40n), /its file has/],
    ["at no page of the file", withLong(24, 1n), /map BAR 2/],
    [
      "without a file",
      ({ fds }: Message) => {
        for (const fd of fds) closeSync(fd);
        return { fds: [] };
      },
      /the server does not map it/,
    ],
  ])("the buffer lies %s: refused when it is enabled", async (_, change, message) => {
    const { device } = await lying(change, CMB_BAR);
    await device.bringUp({ ioQueues: 1 });
    expect(() => device.own.enableCmb()).toThrow(message);
    expect(() => device.own.enableCmb()).toThrow(expect.objectContaining({ code: "DEVICE" }));
    await device.close();
  });

  test("and shortens the file: it is lost, and this process lives", async () => {
    const path = join(folder(), "bar");
    writeFileSync(path, new Uint8Array(2 * MIB));
    const fd = openSync(path, "r+");
    const { device, transport } = await lying(({ fds }) => {
      for (const one of fds) closeSync(one);
      return { fds: [openSync(path, "r+")] };
    }, CMB_BAR);
    const { pointer } = transport.bars.map(CMB_BAR, 0, PAGE);
    ftruncateSync(fd, 0);
    transport.memory.bytes[pointer] = 1;
    expect(transport.read32(Register.VS)).toBe(0xffff_ffff);
    expect(transport.lost?.message).toContain("its BARs' memory, short");
    closeSync(fd);
    await device.close().catch(() => {});
  });

  test("of a BAR and an offset that there are not, as any controller may", async () => {
    for (const value of ["6", "0x100002"]) {
      const { device } = await opened(`${MEMORY}&fault=bad-register:offset=0x38,value=${value}`);
      await device.bringUp({ ioQueues: 1 });
      expect(() => device.own.enableCmb()).toThrow(expect.objectContaining({ code: "DEVICE" }));
    }
  });
});

test("every descriptor is given back", async () => {
  const before = openFds();
  const { device, end } = await both(MEMORY);
  await device.bringUp({ ioQueues: 1 });
  device.own.enableCmb();
  await device.close();
  await end();
  expect(openFds()).toBe(before);
});
