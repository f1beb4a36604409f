// Sockets that carry descriptors, and memory that came through one.
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type NativeError, native } from "../../src/compiled/native.ts";

const addon = native();
const page = 4096;
const READS = 1;
const BOTH = 3;
/** <linux/fcntl.h>: F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW. */
const SEALS = 0x1 | 0x2 | 0x4;
/** In /proc/self/fdinfo. */
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const folder = mkdtempSync(join(tmpdir(), "phasebit-socket-"));
afterAll(() => rmSync(folder, { recursive: true }));

function linearMemory(pages = 16): Uint8Array {
  return new Uint8Array(
    new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer,
  );
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as NativeError).code;
  }
  throw new Error("did not throw");
}

const flagsOf = (fd: number): number =>
  Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))![1]!, 8);
const openFds = (): number => readdirSync("/proc/self/fd").length;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("sockets", () => {
  test("a closed one, and what is none, is refused", () => {
    const [one, other] = addon.unixPair();
    one.close();
    one.close();
    expect(one.fd).toBe(-1);
    expect(codeOf(() => one.send(bytes("x"), [], 0))).toBe("EBADF");
    expect(codeOf(() => one.receive(new Uint8Array(1), 0))).toBe("EBADF");
    expect(codeOf(() => one.peer())).toBe("EBADF");
    expect(codeOf(() => other.send(bytes("x"), [], 0))).toBe("EPIPE");
    expect(codeOf(() => other.accept())).toBe("EINVAL");
    expect(() => other.send(new Uint8Array(0), [], 0)).toThrow(RangeError);
    expect(() => other.send(bytes("x"), ["1"] as never, 0)).toThrow(TypeError);
    expect(() => other.receive(new Uint8Array(0), 0)).toThrow(RangeError);
    expect(() => other.receive(new Uint8Array(1), 254)).toThrow(RangeError);
    expect(() => addon.waitReadable([], 0)).toThrow(RangeError);
    other.close();
  });

  test("nothing yet is null, an end is 0 bytes", () => {
    const [one, other] = addon.unixPair();
    expect(one.receive(new Uint8Array(8), 1)).toBeNull();
    expect(addon.waitReadable([one.fd, other.fd], 0)).toEqual([]);
    other.send(bytes("abc"), [], 0);
    expect(addon.waitReadable([one.fd, other.fd], 0)).toEqual([one.fd]);
    const into = new Uint8Array(2);
    expect(one.receive(into, 0)).toEqual({ bytes: 2, fds: [] });
    expect(into).toEqual(bytes("ab"));
    other.close();
    expect(one.receive(into, 0)).toEqual({ bytes: 1, fds: [] });
    expect(one.receive(into, 0)).toEqual({ bytes: 0, fds: [] });
    expect(addon.waitReadable([one.fd], 0)).toEqual([one.fd]);
    one.close();
  });

  test("descriptors come as copies, which no child inherits", () => {
    const [one, other] = addon.unixPair();
    const event = addon.eventFd();
    one.send(bytes("x"), [event.fd, event.fd], 0);
    const got = other.receive(new Uint8Array(8), 2)!;
    expect(got.fds).toHaveLength(2);
    for (const fd of got.fds) expect(flagsOf(fd) & O_CLOEXEC).toBe(O_CLOEXEC);
    const copy = addon.eventFdFrom(got.fds[0]!);
    copy.signal();
    expect(event.wait(0)).toBe(1);
    for (const fd of got.fds) closeSync(fd);
    for (const one of [copy, event]) one.close();
    for (const socket of [one, other]) socket.close();
  });

  test.each([1, 2, 3, 8, 253])("more descriptors than are wanted are closed, of %i", (count) => {
    const [one, other] = addon.unixPair();
    const event = addon.eventFd();
    const before = openFds();
    one.send(bytes("xy"), new Array<number>(count).fill(event.fd), 0);
    expect(codeOf(() => other.receive(new Uint8Array(2), count - 1))).toBe("E2BIG");
    expect(openFds()).toBe(before);
    for (const owned of [one, other, event]) owned.close();
  });

  test("a peer that takes nothing ends a send at its deadline", () => {
    const [one, other] = addon.unixPair();
    expect(codeOf(() => one.send(new Uint8Array(1 << 22), [], 1))).toBe("ETIMEDOUT");
    for (const socket of [one, other]) socket.close();
  });

  test("a listening socket is its user's alone, and tells who connects", () => {
    const path = join(folder, "cntrl");
    expect(codeOf(() => addon.connectUnix(path))).toBe("ENOENT");
    expect(codeOf(() => addon.connectUnix("/".padEnd(108, "x")))).toBe("ENAMETOOLONG");
    const listening = addon.listenUnix(path, 1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(codeOf(() => addon.listenUnix(path, 1))).toBe("EADDRINUSE");
    expect(listening.accept()).toBeNull();
    const client = addon.connectUnix(path);
    expect(addon.waitReadable([listening.fd], 0)).toEqual([listening.fd]);
    const server = listening.accept()!;
    for (const socket of [client, server]) {
      expect(flagsOf(socket.fd) & (O_CLOEXEC | O_NONBLOCK)).toBe(O_CLOEXEC | O_NONBLOCK);
    }
    expect(server.peer()).toEqual({
      pid: process.pid,
      uid: process.getuid!(),
      gid: process.getgid!(),
    });
    listening.close();
    expect(codeOf(() => addon.connectUnix(path))).toBe("ECONNREFUSED");
    for (const socket of [client, server]) socket.close();
  });
});

describe("memory of another process", () => {
  test("a segment is one sealed file, whose pages come when they are asked for", () => {
    const memory = linearMemory();
    const segment = addon.mapSegment(memory, 0, 16 * page);
    expect(addon.sealsOf(segment.fd)).toBe(SEALS);
    expect(codeOf(() => ftruncateSync(segment.fd, page))).toBe("EPERM");
    const blocks = (): number => statSync(`/proc/self/fd/${segment.fd}`).blocks * 512;
    expect(blocks()).toBe(0);
    segment.allocate(page, 2 * page);
    expect(blocks()).toBe(2 * page);
    expect(() => segment.allocate(15 * page, 2 * page)).toThrow(RangeError);
    expect(() => segment.allocate(0, 0)).toThrow(RangeError);
    segment.close();
    expect(codeOf(() => segment.allocate(0, page))).toBe("EBADF");
  });

  test("both sides have the same pages", () => {
    const [ours, theirs] = [linearMemory(), linearMemory()];
    const segment = addon.mapSegment(ours, 0, 4 * page);
    const [one, other] = addon.unixPair();
    one.send(bytes("x"), [segment.fd], 0);
    const [fd = -1] = other.receive(new Uint8Array(1), 1)!.fds;
    const mapping = addon.mapDescriptor(theirs, 8 * page, 2 * page, fd, page, BOTH, 0);
    closeSync(fd);
    expect(mapping.fd).toBe(-1);
    ours[page + 5] = 7;
    expect(theirs[8 * page + 5]).toBe(7);
    theirs[9 * page] = 9;
    expect(ours[2 * page]).toBe(9);
    for (const owned of [mapping, segment, one, other]) owned.close();
    expect(theirs[8 * page + 5]).toBe(0);
  });

  test("what does not fit its file is refused, and changes nothing", () => {
    const memory = linearMemory();
    const segment = addon.mapSegment(memory, 0, 2 * page);
    const at = (bytes: number, fd: number, offset: number, access = BOTH): unknown =>
      addon.mapDescriptor(memory, 8 * page, bytes, fd, offset, access, 4 * page);
    memory[8 * page] = 5;
    expect(codeOf(() => at(3 * page, segment.fd, 0))).toBe("ERANGE");
    expect(codeOf(() => at(page, segment.fd, 2 * page))).toBe("ERANGE");
    expect(codeOf(() => at(page, segment.fd, 2 ** 40))).toBe("ERANGE");
    expect(codeOf(() => at(page, 1_000_000, 0))).toBe("EBADF");
    expect(() => at(page, segment.fd, 100)).toThrow(RangeError);
    expect(() => at(100, segment.fd, 0)).toThrow(RangeError);
    expect(() => at(page, segment.fd, 0, 0)).toThrow(RangeError);
    const event = addon.eventFd();
    expect(codeOf(() => at(page, event.fd, 0))).toBe("ENODEV");
    const zero = openSync("/dev/zero", "r+");
    expect(codeOf(() => at(page, zero, 0))).toBe("ENODEV");
    expect(codeOf(() => addon.sealsOf(1_000_000))).toBe("EBADF");
    expect(addon.sealsOf(zero)).toBe(0);
    expect(memory[8 * page]).toBe(5);
    closeSync(zero);
    for (const owned of [event, segment]) owned.close();
  });

  test("a file that its owner cuts short sets the word, and ends nobody", () => {
    const memory = linearMemory();
    const path = join(folder, "short");
    writeFileSync(path, new Uint8Array(2 * page).fill(3));
    const fd = openSync(path, "r+");
    expect(addon.sealsOf(fd)).toBe(0);
    const lost = 4 * page;
    const mapping = addon.mapDescriptor(memory, 8 * page, 2 * page, fd, 0, READS, lost);
    expect([memory[8 * page], memory[lost]]).toEqual([3, 0]);
    ftruncateSync(fd, page);
    expect([memory[9 * page], memory[lost]]).toEqual([0, 1]);
    closeSync(fd);
    mapping.close();
  });

  test("an eventfd that may block can be told not to", () => {
    const event = addon.eventFd();
    addon.setNonblocking(event.fd);
    expect(flagsOf(event.fd) & O_NONBLOCK).toBe(O_NONBLOCK);
    event.close();
    expect(codeOf(() => addon.setNonblocking(1_000_000))).toBe("EBADF");
  });
});
