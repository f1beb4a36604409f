// Messages over a socket, whole, in pieces, and wrong.
import { closeSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { native, type UnixSocket } from "../../src/compiled/native.ts";
import { Connection, closeAll, isReply, MESSAGE_MS } from "../../src/vfio-user/connection.ts";
import { PeerError } from "../../src/vfio-user/peer-error.ts";
import { Command, HeaderFlag, header, MOST_MESSAGE_BYTES } from "../../src/vfio-user/protocol.ts";

function pair(): { peer: UnixSocket; connection: Connection; end(): void } {
  const [peer, socket] = native().unixPair();
  const connection = new Connection(socket);
  const end = (): void => {
    peer.close();
    connection.close();
  };
  return { peer, connection, end };
}

const head = (size: number): Uint8Array =>
  header.encode({ id: 7, command: Command.REGION_READ, size, flags: 0, error: 0 });
const openFds = (): number => readdirSync("/proc/self/fd").length;

test.each([0, 15, MOST_MESSAGE_BYTES + 1, 0xffff_ffff])("a size of %i is refused", (size) => {
  const { peer, connection, end } = pair();
  peer.send(head(size), [], 0);
  expect(() => connection.receive()).toThrow(`REGION_READ with a size of ${size} bytes`);
  end();
});

test("a peer that ends is told, also in a message", () => {
  const first = pair();
  first.peer.close();
  expect(() => first.connection.receive()).toThrow("it closed the socket");
  expect(() => first.connection.send({ id: 1, command: 1, flags: 0 })).toThrow(PeerError);
  first.end();
  const second = pair();
  second.peer.send(head(20), [], 0);
  second.peer.close();
  expect(() => second.connection.receive()).toThrow("in a message");
  second.end();
});

test("descriptors are bounded over all parts of a message, and none stays open", () => {
  const { peer, connection, end } = pair();
  const event = native().eventFd();
  const before = openFds();
  peer.send(head(32), new Array<number>(8).fill(event.fd), 0);
  expect(connection.receive()).toBeNull();
  peer.send(new Uint8Array(16), [event.fd], 0);
  expect(() => connection.receive()).toThrow("too many descriptors");
  event.close();
  end();
  expect(openFds()).toBe(before - 3);
});

test("a message that never ends is waited for as long as one may take, while this side runs", () => {
  const { peer, connection, end } = pair();
  let nowMs = 1000;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  peer.send(head(20), [], 0);
  expect(connection.receive()).toBeNull();
  nowMs += 2 * MESSAGE_MS;
  expect(connection.receive(), "one turn, however long").toBeNull();
  for (let passed = 100; passed < MESSAGE_MS; passed += 50) {
    nowMs += 50;
    expect(connection.receive()).toBeNull();
  }
  // a busy machine really keeps this thread from running now and then, and that does not count
  const goOn = (): void => {
    for (let turn = 0; turn < 1000; turn++) {
      nowMs += 50;
      connection.receive();
    }
  };
  expect(goOn).toThrow(/a part of a message, and not the rest within 5000 ms$/);
  clock.mockRestore();
  end();
});

test("the other end's process is known, and our own is none to watch", () => {
  const { connection, end } = pair();
  expect(connection.peer).toBeNull();
  expect(connection.peerWords()).toBe("");
  end();
});

test("messages come whole and in order, however they are cut, with their descriptors", () => {
  const sizes = fc.array(fc.record({ bytes: fc.nat(64), fds: fc.nat(3) }), { maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 40 }), (messages, piece) => {
      const { peer, connection, end } = pair();
      const event = native().eventFd();
      for (const [id, { bytes, fds }] of messages.entries()) {
        const flags = id % 2 === 0 ? HeaderFlag.COMMAND : HeaderFlag.REPLY;
        const size = header.bytes + bytes;
        const whole = header.encode(
          { id, command: 9, size, flags, error: 0 },
          new Uint8Array(bytes).fill(id + 1),
        );
        for (let at = 0; at < whole.length; at += piece) {
          const sent = at === 0 ? new Array<number>(fds).fill(event.fd) : [];
          peer.send(whole.subarray(at, at + piece), sent, 0);
        }
        const message = connection.receive()!;
        expect(message).toMatchObject({ id, command: 9, flags, error: 0 });
        expect(isReply(message)).toBe(id % 2 === 1);
        expect(message.payload).toEqual(new Uint8Array(bytes).fill(id + 1));
        expect(message.fds).toHaveLength(fds);
        closeAll(message.fds);
        expect(message.fds).toEqual([]);
        expect(connection.receive()).toBeNull();
      }
      event.close();
      end();
    }),
    { numRuns: 50 },
  );
});

test("what a connection sends is what one receives", () => {
  const [one, other] = native().unixPair();
  const [from, to] = [new Connection(one), new Connection(other)];
  const event = native().eventFd();
  from.send({ id: 3, command: 8, flags: HeaderFlag.NO_REPLY }, Uint8Array.of(1, 2), [event.fd]);
  const message = to.receive()!;
  expect(message).toMatchObject({ id: 3, command: 8, flags: 0x10, payload: Uint8Array.of(1, 2) });
  expect(message.fds).toHaveLength(1);
  closeSync(message.fds[0]!);
  event.close();
  from.close();
  to.close();
});
