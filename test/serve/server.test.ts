// The socket that clients come to: who may listen there, who comes in, who is refused.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { native } from "../../src/compiled/native.ts";
import { openServed, type ServedFunction } from "../../src/serve/function.ts";
import { Server } from "../../src/serve/server.ts";
import { openUser } from "../../src/transport/user-open.ts";
import { Connection, closeAll, type Message } from "../../src/vfio-user/connection.ts";
import { EBUSY } from "../../src/vfio-user/errno.ts";
import {
  Command,
  HeaderFlag,
  Region,
  RegionFlag,
  regionInfo,
} from "../../src/vfio-user/protocol.ts";
import { decodeRegionInfo } from "../../src/vfio-user/region-info.ts";
import { decodeVersion, encodeVersion } from "../../src/vfio-user/version.ts";
import { folder } from "../cli/cli.ts";
import { phasebitInside } from "../cli/inside.ts";
import { SMALL } from "./both.ts";

let served: ServedFunction;
beforeAll(async () => {
  served = await openServed(SMALL, { stepped: true });
});
afterAll(() => served.controller.close());

function server(cwd = folder(), once = false) {
  const lines: string[] = [];
  const one = new Server(served, { folder: cwd, once }, { tell: (line) => lines.push(line) });
  onTestFinished(() => one.close());
  const connect = (): Connection => {
    const connection = new Connection(native().connectUnix(one.path));
    onTestFinished(() => connection.close());
    return connection;
  };
  return { one, lines, connect, path: one.path, cwd };
}

const greet = (connection: Connection): void =>
  connection.send({ id: 1, command: Command.VERSION, flags: 0 }, encodeVersion());

describe("misuse", () => {
  test("a place that has something else, or another server, is refused", () => {
    const { cwd, path } = server();
    const second = () => new Server(served, { folder: cwd, once: false }, { tell: () => {} });
    expect(second).toThrow(expect.objectContaining({ code: "REFUSED" }));
    expect(second).toThrow(`listen at ${path}: another server has it`);
    const other = folder();
    writeFileSync(join(other, "cntrl"), "mine");
    const there = () => new Server(served, { folder: other, once: false }, { tell: () => {} });
    expect(there).toThrow("it is no socket");
    expect(readFileSync(join(other, "cntrl"), "utf8")).toBe("mine");
    const long = join(folder(), "x".repeat(100));
    const far = () => new Server(served, { folder: long, once: false }, { tell: () => {} });
    expect(far).toThrow(expect.objectContaining({ code: "ENVIRONMENT" }));
  });

  test.each([
    [["serve"], "--socket"],
    [["serve", "--socket", "s", "-d", "0000:01:00.0"], "only the embedded controller is served"],
    [
      ["serve", "--socket", "s", "-d", "embedded?cmb=1m&cmb-legacy=1"],
      "cmb-legacy=1 cannot be served",
    ],
    [["serve", "--socket", "s", "-d", "embedded?sise=1m"], "sise"],
    [["info", "-d", "vfio-user:"], "the path of a server's socket"],
  ])("phasebit %j is refused", async (args, why) => {
    const { status, stderr } = await phasebitInside(args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(why)]);
  });

  test("a socket that is not there, or has no server, says what to do", async () => {
    const cwd = folder();
    const there = join(cwd, "cntrl");
    const info = () => phasebitInside(["info", "-d", `vfio-user:${there}`]);
    expect(await info()).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/ENOENT.*phasebit serve/),
    });
    native().listenUnix(there, 1).close();
    expect(await info()).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/ECONNREFUSED.*has ended/),
    });
  });
});

test("the folder and the socket are this user's alone, and a dead server's socket is taken over", () => {
  const cwd = join(folder(), "new");
  const first = server(cwd);
  expect(statSync(cwd).mode & 0o777).toBe(0o700);
  expect(statSync(first.path).mode & 0o777).toBe(0o600);
  first.one.close();
  expect(existsSync(first.path)).toBe(false);
  // what a server leaves that was killed
  native().listenUnix(first.path, 1).close();
  writeFileSync(`${first.path}.client`, "1");
  const second = server(cwd);
  expect(existsSync(`${second.path}.client`)).toBe(false);
  second.connect();
  second.one.turn(0);
  expect(second.lines).toEqual([`process ${process.pid} has the controller`]);
});

test("as QEMU's client asks: by version 0.0, and again with room for capabilities, when the file comes too", () => {
  const { one, connect } = server();
  const client = connect();
  const ask = (command: number, payload: Uint8Array): Message => {
    client.send({ id: 2, command, flags: 0 }, payload);
    one.turn(0);
    const reply = client.receive()!;
    onTestFinished(() => closeAll(reply.fds));
    return reply;
  };
  const { payload } = ask(Command.VERSION, encodeVersion({ minor: 0 }));
  expect(decodeVersion(payload).minor).toBe(0);
  const region = (argsz: number): Message => {
    const none = { flags: 0, capOffset: 0, size: 0n, offset: 0n };
    const asked = regionInfo.encode({ argsz, index: Region.BAR0, ...none });
    return ask(Command.DEVICE_GET_REGION_INFO, asked);
  };
  const first = region(regionInfo.bytes);
  const { argsz, flags, capOffset } = regionInfo.decode(first.payload);
  expect([flags & RegionFlag.CAPS, capOffset, first.fds]).toEqual([0, 0, []]);
  const second = region(argsz);
  expect(second.payload).toHaveLength(argsz);
  expect(second.fds).toHaveLength(1);
  expect(decodeRegionInfo(second.payload, Region.BAR0).areas).toHaveLength(1);
});

test("one has the controller, the next is refused, and comes in when the first has gone", () => {
  const { one, lines, connect, path } = server();
  const first = connect();
  greet(first);
  one.turn(0);
  expect(first.receive()).toMatchObject({ command: Command.VERSION, error: 0 });
  expect(readFileSync(`${path}.client`, "utf8")).toBe(`${process.pid}\n`);
  const second = connect();
  one.turn(0);
  expect(second.receive()).toBeNull();
  greet(second);
  one.turn(0);
  expect(second.receive()).toMatchObject({
    flags: HeaderFlag.REPLY | HeaderFlag.ERROR,
    error: EBUSY,
  });
  expect(() => second.receive()).toThrow("it closed the socket");
  expect(lines.at(-1)).toBe(
    `refused process ${process.pid} at VERSION: process ${process.pid} has the controller`,
  );
  first.close();
  const third = connect();
  greet(third);
  one.turn(0);
  expect(third.receive()).toMatchObject({ error: 0 });
});

test("who is refused and never asks is not waited for", () => {
  const { one, connect } = server();
  connect();
  one.turn(0);
  const silent = connect();
  let nowMs = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  one.turn(0);
  nowMs += 60_000;
  one.turn(0);
  expect(silent.receive(), "a server that stood still blames nobody").toBeNull();
  for (let turn = 0; turn < 10; turn++) {
    nowMs += 100;
    one.turn(0);
  }
  clock.mockRestore();
  expect(() => silent.receive()).toThrow("it closed the socket");
});

test("the second phasebit names the process that has the controller", async () => {
  const { one, connect, path } = server();
  greet(connect());
  one.turn(0);
  const opening = openUser(`vfio-user:${path}`, { turn: () => one.turn(0) });
  await expect(opening).rejects.toMatchObject({
    code: "REFUSED",
    message: `open vfio-user:${path}: process ${process.pid} has the device`,
  });
  writeFileSync(`${path}.client`, "\x1b[2J");
  const again = openUser(`vfio-user:${path}`, { turn: () => one.turn(0) });
  await expect(again).rejects.toThrow("another client has the device");
});

test("once is over when the first has gone, and who comes then is refused", () => {
  const { one, connect, lines } = server(folder(), true);
  const first = connect();
  one.turn(0);
  expect(one.isDone).toBe(false);
  first.close();
  one.turn(0);
  expect(one.isDone).toBe(true);
  const late = connect();
  greet(late);
  one.turn(0);
  one.turn(0);
  expect(late.receive()).toMatchObject({ error: EBUSY });
  expect(lines.at(-1)).toContain("the server ends");
});

test("a thousand that come and go, with and without a word, leave nothing, and the next is served", () => {
  const { one, lines, connect } = server();
  const openFds = (): number => readdirSync("/proc/self/fd").length;
  const before = openFds();
  for (let round = 0; round < 1000; round++) {
    const client = new Connection(native().connectUnix(one.path));
    if (round % 2 === 0) greet(client);
    one.turn(0);
    client.close();
    one.turn(0);
  }
  expect(openFds()).toBe(before);
  expect(lines).toHaveLength(2000);
  const last = connect();
  greet(last);
  one.turn(0);
  expect(last.receive()).toMatchObject({ command: Command.VERSION, error: 0 });
});

test("who comes while others wait is closed at once when too many do, and descriptors that come along are", () => {
  const { one, connect } = server();
  const first = connect();
  greet(first);
  one.turn(0);
  expect(first.receive()).toMatchObject({ error: 0 });
  const openFds = (): number => readdirSync("/proc/self/fd").length;
  const event = native().eventFd();
  const before = openFds();
  const crowd: Connection[] = [];
  for (let round = 0; round < 40; round++) {
    const client = new Connection(native().connectUnix(one.path));
    crowd.push(client);
    one.turn(0);
  }
  // ours, and as many of the server's as may wait
  expect(openFds() - before).toBe(40 + 16);
  for (const client of crowd.slice(0, 16)) {
    const fds = new Array<number>(8).fill(event.fd);
    client.send({ id: 1, command: Command.VERSION, flags: 0 }, encodeVersion(), fds);
  }
  one.turn(0);
  expect(openFds() - before).toBe(40);
  for (const client of crowd) client.close();
  event.close();
});
