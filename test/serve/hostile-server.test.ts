// A server that lies: the real one, with somebody between it and the client who changes what it says. Whatever that is, the
// device is refused or lost, by name, and nothing stays open.
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
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { Register } from "../../assembly/spec/registers.ts";
import { native } from "../../src/compiled/native.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { Device } from "../../src/nvme/device.ts";
import * as sqe from "../../src/nvme/sqe.ts";
import { requireDoorbells } from "../../src/run/limits.ts";
import { openServed, type ServedFunction } from "../../src/serve/function.ts";
import { Session } from "../../src/serve/session.ts";
import { UserTransport } from "../../src/transport/user.ts";
import { openUser } from "../../src/transport/user-open.ts";
import { Connection, closeAll, type Message } from "../../src/vfio-user/connection.ts";
import * as protocol from "../../src/vfio-user/protocol.ts";
import { SMALL } from "./both.ts";

const { Command, HeaderFlag } = protocol;

let served: ServedFunction;
const folder = mkdtempSync(join(tmpdir(), "phasebit-hostile-"));
beforeAll(async () => {
  served = await openServed(SMALL, { stepped: true });
});
afterAll(async () => {
  await served.controller.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => void vi.restoreAllMocks());

const openFds = (): number => readdirSync("/proc/self/fd").length;

/** What becomes of an answer: messages in its place. */
type Tamper = (reply: Message) => readonly Message[];

/** The client's end, and what has the server and the one between them go on. */
function between(tamper: () => Tamper) {
  const [ours, front] = native().unixPair();
  const [back, theirs] = native().unixPair();
  const session = new Session(new Connection(theirs), served, () => {});
  const connection = new Connection(ours);
  const [toClient, toServer] = [new Connection(front), new Connection(back)];
  /** Answers of the client's own. */
  const answers: Message[] = [];
  const turn = (): void => {
    for (let message = toClient.receive(); message !== null; message = toClient.receive()) {
      if ((message.flags & HeaderFlag.REPLY) !== 0) {
        answers.push(message);
        continue;
      }
      toServer.send(message, message.payload, message.fds);
      closeAll(message.fds);
      session.step();
      const reply = toServer.receive();
      if (reply === null) continue;
      for (const one of tamper()(reply)) toClient.send(one, one.payload, one.fds);
      closeAll(reply.fds);
    }
  };
  const end = (): void => {
    session.end();
    for (const one of [connection, toClient, toServer]) one.close();
  };
  return { connection, turn, end, answers };
}

const honest: Tamper = (reply) => [reply];
/** Changes answers to one command; `index` is the region's or the interrupt's, in the answer's third dword. */
function tampering(
  command: number,
  change: (reply: Message) => Partial<Message> | null,
  index?: number,
): Tamper {
  return (reply) => {
    const isMeant =
      reply.command === command &&
      (index === undefined || new DataView(reply.payload.buffer).getUint32(8, true) === index);
    if (!isMeant) return [reply];
    const changed = change(reply);
    return changed === null ? [] : [{ ...reply, ...changed }];
  };
}

const withWord =
  (at: number, value: number) =>
  ({ payload }: Message): Partial<Message> => {
    const bytes = payload.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    return { payload: bytes };
  };
const version = (json: string): Partial<Message> => ({
  payload: protocol.version.encode({ major: 0, minor: 1 }, new TextEncoder().encode(`${json}\0`)),
});

/** Opens a device through `tamper`. */
async function opened(tamper: () => Tamper) {
  const middle = between(tamper);
  const { connection, turn } = middle;
  const transport = await openUser("vfio-user:/between", { connection, turn }).catch((error) => {
    middle.end();
    throw error;
  });
  return { ...middle, transport };
}

describe("opening is refused", () => {
  test.each([
    [
      "another major version",
      tampering(1, () => ({ payload: Uint8Array.of(1, 0, 0, 0) })),
      /VERSION: version 1.0/,
    ],
    [
      "no descriptors",
      tampering(1, () => version('{"capabilities":{"max_msg_fds":0}}')),
      /takes no descriptors/,
    ],
    [
      "other pages",
      tampering(1, () => version('{"capabilities":{"pgsizes":65536}}')),
      /4 KiB pages/,
    ],
    [
      "JSON that is none",
      tampering(1, () => version("{")),
      /VERSION: a VERSION whose JSON is none/,
    ],
    ["another's ID", tampering(4, ({ id }) => ({ id: id + 1 })), /ID 3, and 2 was asked/],
    [
      "another command",
      tampering(4, () => ({ command: 5 })),
      /an answer to DEVICE_GET_REGION_INFO/,
    ],
    [
      "an error",
      tampering(4, () => ({ flags: 0x21, error: 13, payload: new Uint8Array(0) })),
      /DEVICE_GET_INFO was refused: EACCES/,
    ],
    [
      "an error without a number",
      tampering(4, () => ({ flags: 0x21, error: 0, payload: new Uint8Array(0) })),
      /an error without a number/,
    ],
    [
      "too short an answer",
      tampering(4, () => ({ payload: new Uint8Array(15) })),
      /device info of 15 bytes/,
    ],
    ["no PCI function", tampering(4, withWord(4, 1)), /no PCI function/],
    ["too few regions", tampering(4, withWord(8, 7)), /7 regions/],
    ["too many interrupts", tampering(7, withWord(12, 4096), 2), /4096 vectors of IRQ 2/],
    ["another interrupt", tampering(7, withWord(8, 0), 1), /IRQ 0 instead of 1/],
    [
      "a small BAR",
      tampering(5, withWord(16, 0x1000), 0),
      /DEVICE_GET_REGION_INFO: region 0 of 4096 bytes/,
    ],
    [
      "an odd configuration space",
      tampering(5, withWord(16, 100), 7),
      /configuration space has 100 bytes/,
    ],
    ["a BAR that is not to be written", tampering(5, withWord(4, 1), 0), /to write/],
    [
      "doorbells past their file",
      tampering(5, withWord(24, 1 << 30), 0),
      /its doorbells: .* its file has/,
    ],
    ["a server that ends", tampering(5, () => null), /no answer within 5s \(answer=5s\)$/],
    [
      "data of another length",
      tampering(9, ({ payload }) => ({ payload: payload.slice(0, 17) })),
      /REGION_READ: 1 bytes instead of 2/,
    ],
    [
      "more data than were asked for",
      tampering(9, ({ payload }) => ({ payload: Buffer.concat([payload, new Uint8Array(8)]) })),
      /REGION_READ: 10 bytes instead of 2/,
    ],
    ["data of another place", tampering(9, withWord(0, 8)), /instead of 2 at 4 of region 7/],
    [
      "more descriptors than a message has",
      tampering(5, ({ fds }) => ({ fds: new Array<number>(9).fill(fds[0]!) }), 0),
      /too many descriptors in a message/,
    ],
  ] as const)("for %s", async (name, tamper, message) => {
    // time passes by itself where nobody answers
    let now = performance.now();
    if (name === "a server that ends")
      vi.spyOn(performance, "now").mockImplementation(() => (now += 3000));
    const before = openFds();
    const opening = opened(() => tamper);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toMatchObject({ code: "DEVICE" });
    expect(openFds()).toBe(before);
  });
});

/** A transport whose server lies from now on. */
async function lied(tamper: Tamper) {
  let current = honest;
  const all = await opened(() => current);
  current = tamper;
  return all;
}

async function closed({ transport, end }: { transport: UserTransport; end(): void }) {
  await transport.close();
  end();
}

describe("a device is lost", () => {
  test.each([
    ["an answer twice", (reply: Message) => [reply, { ...reply, fds: [] }]],
    ["an answer that nobody asked for", (reply: Message) => [{ ...reply, id: 77 }]],
  ])("at %s, and registers read all-ones", async (_, tamper) => {
    const all = await lied(tamper);
    all.transport.read32(Register.VS);
    expect(all.transport.read32(Register.VS)).toBe(0xffff_ffff);
    expect(all.transport.read64(Register.CAP_LO)).toBe(2n ** 64n - 1n);
    expect(all.transport.lost).toMatchObject({ code: "DEVICE" });
    expect(() => all.transport.write32(Register.CC, 0)).toThrow(all.transport.lost!.message);
    await closed(all);
  });

  test("at an answer that comes too late: it is not taken for another question's", async () => {
    let held: Message[] = [];
    const all = await lied((reply) => {
      held = [reply];
      return [];
    });
    let now = performance.now();
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 3000));
    expect(all.transport.read32(Register.VS)).toBe(0xffff_ffff);
    clock.mockRestore();
    expect(held).toMatchObject([{ command: Command.REGION_READ, error: 0 }]);
    expect(all.transport.lost?.message).toContain("REGION_READ: no answer within 5s");
    held = [];
    expect(all.transport.read32(Register.VS)).toBe(0xffff_ffff);
    expect(() => all.turn()).toThrow("it closed the socket");
    expect(held).toEqual([]);
    await closed(all);
  });

  test("when the file of its doorbells is cut short", async () => {
    const path = join(folder, "doorbells");
    writeFileSync(path, new Uint8Array(0x4000));
    const fd = openSync(path, "r+");
    const all = await opened(() =>
      tampering(Command.DEVICE_GET_REGION_INFO, () => ({ fds: [fd] }), 0),
    );
    const { pointer } = all.transport.memory.doorbells;
    ftruncateSync(fd, 0x1000);
    all.transport.memory.u32[pointer / 4] = 1;
    expect(all.transport.read32(Register.VS)).toBe(0xffff_ffff);
    expect(all.transport.lost?.message).toContain(
      "cut the file of its doorbells, or of its BARs' memory, short",
    );
    closeSync(fd);
    await closed(all);
  });
});

describe.each([
  ["says that they are not to be mapped", withWord(4, 3)],
  ["sends no descriptor for them", (): Partial<Message> => ({ fds: [] })],
])("a server that lends no doorbells: it %s", (_, change) => {
  test("is driven by messages, command by command, reset by reset, and not measured", async () => {
    const all = await opened(() => tampering(Command.DEVICE_GET_REGION_INFO, change, 0));
    const { transport, turn } = all;
    vi.spyOn(transport, "pause").mockImplementation(async function (this: UserTransport) {
      served.controller.stepDevice(64);
      await UserTransport.prototype.pause.call(transport);
      turn();
    });
    expect(transport.ringsByMessage).toBe(true);
    const device = new Device(transport);
    for (const kind of ["controller", "function", "controller"] as const) {
      const controller = await device.bringUp({ ioQueues: 1 });
      const sq = await controller.createQueuePair(1, 4);
      // the tail comes round, and is rung with each of its values
      for (let count = 0; count < 9; count++) {
        await sq.execute(sqe.flush(1), { timeoutMs: 1000, what: "Flush" });
      }
      await device.reset(kind);
    }
    expect(() => requireDoorbells(transport)).toThrow(/disable_mappable_bar0\), so each ring is a/);
    await device.close();
    all.end();
  });
});

test("descriptors that come with an answer that has none do not stay open", async () => {
  const event = native().eventFd();
  const before = openFds();
  const all = await opened(
    () => (reply) => (reply.fds.length > 0 ? [reply] : [{ ...reply, fds: [event.fd, event.fd] }]),
  );
  all.transport.memory.attach(all.transport.iommu);
  all.transport.memory.allocate(4096);
  all.transport.interrupt("msix", 0);
  all.transport.reset();
  all.transport.memory.detach();
  expect(all.transport.lost).toBeUndefined();
  await closed(all);
  expect(openFds()).toBe(before);
  event.close();
});

describe("a server's own accesses", () => {
  const asks = (command: number, address: bigint, count: bigint, data?: Uint8Array): Message => ({
    ...{ id: 500, command, flags: HeaderFlag.COMMAND, error: 0, fds: [] },
    payload: protocol.dmaAccess.encode({ address, count }, data),
  });

  test("are answered where a window allows them, and refused and told of elsewhere", async () => {
    let before: Message[] = [];
    const all = await opened(() => (reply) => [...before, reply]);
    const { transport, turn, answers } = all;
    const data = transport.memory.allocate(4096).fill(0x5a);
    const readOnly = transport.memory.allocate(4096);
    transport.memory.attach(transport.iommu);
    const { region } = transport.memory.map(readOnly, { access: "read-only" });
    const faults = transport.iommu.watchFaults();
    const next = (message: Message): Message => {
      before = [message];
      transport.read32(Register.VS);
      before = [];
      turn();
      return answers.pop()!;
    };
    const read = next(asks(Command.DMA_READ, data.iova, 8n));
    expect(read.payload.subarray(16)).toEqual(new Uint8Array(8).fill(0x5a));
    expect(next(asks(Command.DMA_WRITE, data.iova, 2n, Uint8Array.of(1, 2))).error).toBe(0);
    expect([...data.copy(3)]).toEqual([1, 2, 0x5a]);
    const refused = [
      asks(Command.DMA_WRITE, region.iova, 1n, Uint8Array.of(1)),
      asks(Command.DMA_READ, 0n, 8n),
      asks(Command.DMA_READ, data.iova, 2n ** 40n),
      asks(Command.DMA_READ, 2n ** 64n - 4n, 8n),
      asks(Command.DMA_READ, transport.memory.unmapped() - 4n, 8n),
    ];
    for (const message of refused) expect(next(message).error).toBe(14);
    expect(next(asks(Command.DMA_WRITE, data.iova, 4n, Uint8Array.of(1))).error).toBe(22);
    expect(next(asks(Command.REGION_READ, 0n, 8n)).error).toBe(95);
    expect(faults.take()).toMatchObject({ isComplete: false, faults: { length: refused.length } });
    expect(transport.lost).toBeUndefined();
    transport.memory.detach();
    await closed(all);
  });
});

describe("a server that is late", () => {
  /** Asks something that is not answered, while 50 ms pass in each turn. @returns after how many ms it is lost */
  async function lateness(keptMs: number) {
    const all = await lied(() => []);
    const from = performance.now();
    let [nowMs, delayMs] = [from, 0];
    vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 25));
    vi.spyOn(all.connection, "hostDelayMs").mockImplementation(() => (delayMs += keptMs));
    expect(all.transport.read32(Register.VS)).toBe(0xffff_ffff);
    vi.restoreAllMocks();
    await closed(all);
    return { afterMs: nowMs - from, message: all.transport.lost!.message };
  }

  test("has what the address says, or 5 s", async () => {
    const { afterMs, message } = await lateness(0);
    expect(afterMs).toBeGreaterThan(5000);
    expect(message).toMatch(/at REGION_READ: no answer within 5s \(answer=5s\)$/);
  });

  test("is not blamed for what the host kept it from, but not waited for without an end", async () => {
    const half = await lateness(40);
    expect(half.afterMs).toBeGreaterThan(9000);
    const all = await lateness(1000);
    expect(all.afterMs).toBeGreaterThan(60_000);
    expect(all.message).toMatch(/within 5s \(answer=5s\), nor in 60s on a busy host$/);
  });
});

test("any byte of any answer may be wrong: it opens, or fails by name, and nothing stays open", async () => {
  const before = openFds();
  await fc.assert(
    fc.asyncProperty(fc.nat(9), fc.nat(63), fc.nat(255), async (nth, at, byte) => {
      let seen = 0;
      const tamper: Tamper = (reply) => {
        if (seen++ !== nth || reply.payload.length === 0) return [reply];
        const payload = reply.payload.slice();
        payload[at % payload.length] = byte;
        return [{ ...reply, payload }];
      };
      try {
        const all = await opened(() => tamper);
        await closed(all);
      } catch (error) {
        expect(error).toBeInstanceOf(PhasebitError);
      }
      expect(openFds()).toBe(before);
    }),
    { numRuns: 25 },
  );
});
