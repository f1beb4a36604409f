// A client that lies, or knows nothing: each message is refused by name or ends its session, and nothing of it is left.
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { IOMMU_PLACED_COUNT, IOMMU_PLACED_STATE } from "../../assembly/layout.ts";
import { Register } from "../../assembly/spec/registers.ts";
import { native } from "../../src/compiled/native.ts";
import { openServed, type ServedFunction } from "../../src/serve/function.ts";
import { Session } from "../../src/serve/session.ts";
import { Connection, closeAll } from "../../src/vfio-user/connection.ts";
import * as errno from "../../src/vfio-user/errno.ts";
import * as protocol from "../../src/vfio-user/protocol.ts";
import { encodeVersion } from "../../src/vfio-user/version.ts";
import { SMALL } from "./both.ts";

const { Command, DmaFlag, HeaderFlag, IrqSet } = protocol;
const BOTH = DmaFlag.READ | DmaFlag.WRITE;
const PAGE = 4096n;
const FILE_BYTES = 4 * 4096;

let served: ServedFunction;
const folder = mkdtempSync(join(tmpdir(), "phasebit-hostile-"));
beforeAll(async () => {
  served = await openServed(SMALL, { stepped: true });
});
afterAll(async () => {
  await served.controller.close();
  rmSync(folder, { recursive: true });
});

const placedCount = (): number =>
  served.controller.memory.u32[IOMMU_PLACED_STATE / 4]! & IOMMU_PLACED_COUNT;
const openFds = (): number => readdirSync("/proc/self/fd").length;

/** A client's end of a session, which goes with the test. */
function client(isGreeted = true) {
  const [ours, theirs] = native().unixPair();
  const lines: string[] = [];
  const session = new Session(new Connection(theirs), served, (line) => lines.push(line));
  const connection = new Connection(ours);
  const send = (
    command: number,
    payload: Uint8Array = new Uint8Array(0),
    fds: readonly number[] = [],
    flags: number = HeaderFlag.COMMAND,
  ): string | null => {
    connection.send({ id: 9, command, flags }, payload, fds);
    return session.step();
  };
  /** The number of the error; 0 for none. */
  const ask = (command: number, payload?: Uint8Array, fds?: readonly number[]): number => {
    expect(send(command, payload, fds)).toBeNull();
    const reply = connection.receive()!;
    closeAll(reply.fds);
    expect(reply).toMatchObject({ id: 9, command });
    const isError = (reply.flags & HeaderFlag.ERROR) !== 0;
    expect(reply.error !== 0).toBe(isError);
    if (isError) expect(reply.payload).toHaveLength(0);
    return reply.error;
  };
  const end = (): void => {
    session.end();
    connection.close();
  };
  onTestFinished(end);
  if (isGreeted) expect(ask(Command.VERSION, encodeVersion())).toBe(0);
  return { ours, session, connection, lines, send, ask, end };
}

/** A file of four pages. */
function file(name: string): number {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(FILE_BYTES));
  const fd = openSync(path, "r+");
  onTestFinished(() => closeSync(fd));
  return fd;
}

const map = ({ address = 0n, size = PAGE, offset = 0n, flags = BOTH, argsz = 32 } = {}) =>
  protocol.dmaMap.encode({ argsz, flags, offset, address, size });
const unmap = ({ address = 0n, size = PAGE, flags = 0 } = {}) =>
  protocol.dmaUnmap.encode({ argsz: 24, flags, address, size });
const access = (region: number, offset: bigint, count: number, data?: Uint8Array) =>
  protocol.regionAccess.encode({ offset, region, count }, data);
const irqs = ({ flags = 0, index = 2, start = 0, count = 1, argsz = 20 } = {}) =>
  protocol.irqSet.encode({ argsz, flags, index, start, count });

describe("a session ends", () => {
  test.each([
    ["anything before VERSION", Command.DEVICE_GET_INFO, new Uint8Array(16), 0, "before VERSION"],
    ["another version", Command.VERSION, Uint8Array.of(1, 0, 0, 0), 0, "version 1.0"],
    ["VERSION without a number", Command.VERSION, Uint8Array.of(0), 0, "VERSION of 1 bytes"],
    ["a reply", Command.DMA_READ, new Uint8Array(0), HeaderFlag.REPLY, "nobody asked for"],
  ])("at %s", (_, command, payload, flags, why) => {
    expect(client(false).send(command, payload, [], flags)).toContain(why);
  });

  test("when the file of its memory is cut short, and the next one finds all as it was", () => {
    const one = client();
    const fd = file("short");
    expect(one.ask(Command.DMA_MAP, map({ size: 4n * PAGE }), [fd])).toBe(0);
    ftruncateSync(fd, 4096);
    const { bytes, peer } = served.controller.memory;
    expect(bytes[peer.pointer + 3 * 4096]).toBe(0);
    expect(one.send(Command.DEVICE_GET_INFO, new Uint8Array(16))).toContain("cut the file");
    one.end();
    const next = client();
    expect(next.ask(Command.DMA_MAP, map(), [file("next")])).toBe(0);
    expect(next.session.step()).toBeNull();
  });
});

describe("refused, and the session goes on", () => {
  test.each([
    ["DMA_MAP too short", Command.DMA_MAP, new Uint8Array(31), errno.EINVAL],
    ["a window of nothing", Command.DMA_MAP, map({ size: 0n }), errno.EINVAL],
    ["half a page", Command.DMA_MAP, map({ size: 2048n }), errno.EINVAL],
    ["a window off a page", Command.DMA_MAP, map({ address: 8n }), errno.EINVAL],
    ["an offset off a page", Command.DMA_MAP, map({ offset: 8n }), errno.EINVAL],
    [
      "a window that wraps",
      Command.DMA_MAP,
      map({ address: -PAGE, size: 2n * PAGE }),
      errno.EINVAL,
    ],
    ["no rights", Command.DMA_MAP, map({ flags: 0 }), errno.EINVAL],
    ["rights that are none", Command.DMA_MAP, map({ flags: 0x10 | BOTH }), errno.EINVAL],
    ["too small an argsz", Command.DMA_MAP, map({ argsz: 31 }), errno.EINVAL],
    ["file I/O", Command.DMA_MAP, map({ flags: DmaFlag.FILE_IO | BOTH }), errno.EOPNOTSUPP],
    ["no window", Command.DMA_UNMAP, unmap(), errno.ENOENT],
    ["dirty pages", Command.DMA_UNMAP, unmap({ flags: 1 }), errno.EOPNOTSUPP],
    ["a second VERSION", Command.VERSION, encodeVersion(), errno.EINVAL],
    ["info with too little room", Command.DEVICE_GET_INFO, new Uint8Array(16), errno.EINVAL],
    ["info of region 9", Command.DEVICE_GET_REGION_INFO, regionInfo(9), errno.EINVAL],
    ["info of IRQ 5", Command.DEVICE_GET_IRQ_INFO, irqInfo(5), errno.EINVAL],
    ["a read past the end", Command.REGION_READ, access(7, 4093n, 4), errno.EINVAL],
    ["a read that would wrap", Command.REGION_READ, access(7, 2n ** 64n - 1n, 4), errno.EINVAL],
    ["a read of nothing", Command.REGION_READ, access(7, 0n, 0), errno.EINVAL],
    ["a read of too much", Command.REGION_READ, access(7, 0n, 0xffff_ffff), errno.EINVAL],
    ["half a register", Command.REGION_READ, access(0, 0n, 2), errno.EINVAL],
    ["a register off its place", Command.REGION_READ, access(0, 2n, 4), errno.EINVAL],
    ["a region that is none", Command.REGION_READ, access(3, 0n, 4), errno.EINVAL],
    ["a region past all", Command.REGION_READ, access(0xffff_ffff, 0n, 4), errno.EINVAL],
    ["fewer data than said", Command.REGION_WRITE, access(0, 0x14n, 4), errno.EINVAL],
    ["no flags", Command.DEVICE_SET_IRQS, irqs(), errno.EINVAL],
    ["two actions", Command.DEVICE_SET_IRQS, irqs({ flags: 4 | 8 | 32 }), errno.EINVAL],
    ["an unknown flag", Command.DEVICE_SET_IRQS, irqs({ flags: 64 | 4 | 32 }), errno.EINVAL],
    [
      "vectors past the last",
      Command.DEVICE_SET_IRQS,
      irqs({ flags: 36, start: 4000 }),
      errno.EINVAL,
    ],
    ["very many", Command.DEVICE_SET_IRQS, irqs({ flags: 36, count: 0xffff_ffff }), errno.EINVAL],
    ["another IRQ", Command.DEVICE_SET_IRQS, irqs({ flags: 36, index: 3 }), errno.EINVAL],
    ["a mask of MSI", Command.DEVICE_SET_IRQS, irqs({ flags: 9, index: 1 }), errno.EOPNOTSUPP],
    ["a mask by eventfd", Command.DEVICE_SET_IRQS, irqs({ flags: 4 | 8 }), errno.EOPNOTSUPP],
    ["a mask without an eventfd", Command.DEVICE_SET_IRQS, irqs({ flags: 1 | 8 }), errno.EINVAL],
    ["masks without their bytes", Command.DEVICE_SET_IRQS, irqs({ flags: 2 | 8 }), errno.EINVAL],
    ["a trigger by message", Command.DEVICE_SET_IRQS, irqs({ flags: 1 | 32 }), errno.EOPNOTSUPP],
  ] as const)("%s", (_, command, payload, number) => {
    const { ask, lines } = client();
    const before = openFds();
    expect(ask(command, payload)).toBe(number);
    expect(lines).toEqual([expect.stringContaining(protocol.commandName(command))]);
    expect(ask(Command.REGION_READ, access(0, BigInt(Register.CAP_LO), 4))).toBe(0);
    expect(openFds()).toBe(before);
  });

  test("commands that are not offered, by their names", () => {
    const { ask, lines } = client();
    for (const command of [6, 11, 12, 14, 15, 16, 17, 18, 0, 0xffff]) {
      expect(ask(command, new Uint8Array(64))).toBe(errno.EOPNOTSUPP);
    }
    expect(lines[4]).toBe("refused REGION_WRITE_MULTI, EOPNOTSUPP: it is not offered");
    // the same again is no news
    ask(15);
    expect(lines).toHaveLength(10);
  });

  test("windows that overlap, do not fit their file, or come with what is no file", () => {
    const { ask } = client();
    const fd = file("pages");
    const event = native().eventFd();
    const before = openFds();
    expect(ask(Command.DMA_MAP, map({ address: PAGE, size: 2n * PAGE }), [fd])).toBe(0);
    for (const [address, size] of [
      [0n, 2n],
      [1n, 2n],
      [2n, 1n],
      [0n, 4n],
    ] as const) {
      const wish = map({ address: address * PAGE, size: size * PAGE });
      expect(ask(Command.DMA_MAP, wish, [fd])).toBe(errno.EEXIST);
    }
    const far = { address: 2n ** 40n };
    expect(ask(Command.DMA_MAP, map({ ...far, size: 5n * PAGE }), [fd])).toBe(errno.EINVAL);
    expect(ask(Command.DMA_MAP, map({ ...far, offset: 4n * PAGE }), [fd])).toBe(errno.EINVAL);
    expect(ask(Command.DMA_MAP, map(far), [fd, fd])).toBe(errno.EINVAL);
    expect(ask(Command.DMA_MAP, map(far), [event.fd])).toBe(errno.EINVAL);
    expect(ask(Command.DMA_MAP, map({ ...far, size: 2n ** 50n }), [fd])).toBe(errno.ENOSPC);
    expect(ask(Command.DMA_UNMAP, unmap({ address: PAGE, size: PAGE }))).toBe(errno.ENOENT);
    expect(openFds()).toBe(before);
    event.close();
  });

  test("more windows than the table has", () => {
    const { ask, session } = client();
    const fd = file("many");
    const at = (index: number) => map({ address: BigInt(index) * PAGE });
    const most = 4096;
    for (let index = 0; index < most; index++) {
      // from both ends, so that each lies between others
      const place = index % 2 === 0 ? index : 2 * most - index;
      expect(ask(Command.DMA_MAP, at(place), [fd])).toBe(0);
    }
    expect(placedCount()).toBe(most);
    expect(ask(Command.DMA_MAP, at(1), [fd])).toBe(errno.ENOSPC);
    expect(ask(Command.DMA_MAP, at(2), [fd])).toBe(errno.EEXIST);
    expect(ask(Command.DMA_UNMAP, unmap({ flags: 2, size: 0n }))).toBe(0);
    expect(placedCount()).toBe(0);
    expect(session.step()).toBeNull();
  });

  test("descriptors that are no eventfds, or too few", () => {
    const { ask } = client();
    const event = native().eventFd();
    const [pipe, other] = native().unixPair();
    const wire = irqs({ flags: IrqSet.DATA_EVENTFD | IrqSet.TRIGGER });
    const two = irqs({ flags: IrqSet.DATA_EVENTFD | IrqSet.TRIGGER, count: 2 });
    expect(ask(Command.DEVICE_SET_IRQS, wire, [pipe.fd])).toBe(errno.EINVAL);
    expect(ask(Command.DEVICE_SET_IRQS, two, [event.fd])).toBe(errno.EINVAL);
    expect(ask(Command.DEVICE_SET_IRQS, irqs({ flags: 1 | 32, count: 0 }), [event.fd])).toBe(22);
    expect(ask(Command.DEVICE_SET_IRQS, wire, [event.fd])).toBe(0);
    expect(ask(Command.DEVICE_SET_IRQS, wire)).toBe(0);
    expect(ask(Command.DEVICE_SET_IRQS, irqs({ flags: 1 | 32, count: 0 }))).toBe(0);
    for (const owned of [event, pipe, other]) owned.close();
  });
});

test("a window without a descriptor is taken, and the controller does not reach it", () => {
  const { ask, lines } = client();
  expect(ask(Command.DMA_MAP, map())).toBe(0);
  expect(placedCount()).toBe(0);
  expect(ask(Command.DMA_UNMAP, unmap())).toBe(0);
  expect(lines).toEqual(["a window came without a descriptor: the controller does not reach it"]);
});

test("who wants no answer gets none, also to what is refused", () => {
  const { send, connection, ask } = client();
  expect(send(Command.DEVICE_RESET, undefined, [], HeaderFlag.NO_REPLY)).toBeNull();
  expect(send(Command.DEVICE_FEATURE, undefined, [], HeaderFlag.NO_REPLY)).toBeNull();
  expect(connection.receive()).toBeNull();
  expect(ask(Command.DEVICE_RESET)).toBe(0);
});

test("doorbells are messages to a client that maps none", () => {
  const { ask } = client();
  const { memory } = served.controller;
  expect(ask(Command.REGION_WRITE, access(0, 0x1008n, 4, Uint8Array.of(7, 0, 0, 0)))).toBe(0);
  expect(memory.u32[(memory.doorbells.pointer + 8) / 4]).toBe(7);
});

test("any messages and any bytes leave nothing behind", () => {
  const fd = file("fuzz");
  const numbers = Object.values(Command);
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 48 }),
    fc
      .tuple(fc.constantFrom(0n, PAGE, 2n * PAGE, 2n ** 63n), fc.constantFrom(0n, PAGE, 3n * PAGE))
      .map(([address, size]) => map({ address, size })),
    fc
      .tuple(fc.nat(8), fc.nat(0x2100), fc.nat(16))
      .map(([region, at, count]) => access(region, BigInt(at), count, new Uint8Array(count))),
    fc
      .tuple(fc.nat(63), fc.nat(4), fc.nat(5))
      .map(([flags, index, count]) => irqs({ flags, index, count })),
  );
  const message = fc.record({
    command: fc.oneof(fc.constantFrom(...numbers), fc.nat(0xffff)),
    payload,
    fds: fc.nat(2),
    flags: fc.constantFrom(0, 0, 0, HeaderFlag.NO_REPLY, 0xfff2),
  });
  const before = openFds();
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), fc.uint8Array(), (messages, bytes) => {
      const { ours, session, connection, send, end } = client();
      let left: string | null = null;
      for (const { command, payload: data, fds, flags } of messages) {
        if (left !== null) break;
        left = send(command, data, new Array<number>(fds).fill(fd), flags);
        for (let reply = left === null ? connection.receive() : null; reply !== null; ) {
          closeAll(reply.fds);
          reply = connection.receive();
        }
      }
      if (left === null && bytes.length > 0) {
        ours.send(bytes, [], 0);
        session.step();
      }
      end();
      expect(placedCount()).toBe(0);
      expect(served.controller.read32(Register.CC)).toBe(0);
      expect(openFds()).toBe(before);
    }),
    { numRuns: 60 },
  );
});

function regionInfo(index: number): Uint8Array {
  const none = { flags: 0, capOffset: 0, size: 0n, offset: 0n };
  return protocol.regionInfo.encode({ argsz: 1024, index, ...none });
}

function irqInfo(index: number): Uint8Array {
  return protocol.irqInfo.encode({ argsz: 16, flags: 0, index, count: 0 });
}
