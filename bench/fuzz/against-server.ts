// Clients that send anything to a served controller: sequences that begin as sessions do, and go on with messages of which some
// are changed in their header, their payload or their descriptors.
import { closeSync } from "node:fs";
import { native, type UnixSocket } from "../../src/compiled/native.ts";
import { openServed, type ServedFunction } from "../../src/serve/function.ts";
import { Session } from "../../src/serve/session.ts";
import { Connection } from "../../src/vfio-user/connection.ts";
import * as protocol from "../../src/vfio-user/protocol.ts";
import { encodeVersion } from "../../src/vfio-user/version.ts";
import { Descriptors } from "./descriptors.ts";
import { Random } from "./random.ts";

const { Command, HeaderFlag, IrqSet } = protocol;
const commands = Object.values(Command);
/** Of one client. */
const MOST_MESSAGES = 400;
/** Their answers fit into the socket: nobody takes them meanwhile. */
const AT_ONCE = 12;
const PAGE = 4096;

export class AgainstServer {
  readonly #served: ServedFunction;
  readonly #random: Random;
  readonly #descriptors = new Descriptors();
  readonly #answers = new Uint8Array(1 << 20);
  sent = 0;
  sessions = 0;

  private constructor(served: ServedFunction, seed: number) {
    this.#served = served;
    this.#random = new Random(seed);
  }

  static async make(seed: number): Promise<AgainstServer> {
    const address = "embedded?size=1m&queues=2&entries=64&vectors=8&seed=7";
    return new AgainstServer(await openServed(address, { stepped: true }), seed);
  }

  /** One client, from its greeting to its end. @throws whatever the server did not judge */
  session(): void {
    const random = this.#random;
    const [ours, theirs] = native().unixPair();
    const session = new Session(new Connection(theirs), this.#served, () => {});
    this.sessions += 1;
    this.#descriptors.grow();
    try {
      this.#send(ours, this.#greeting(), []);
      for (let sent = 0; sent < MOST_MESSAGES; sent += AT_ONCE) {
        for (let count = 0; count < AT_ONCE; count++) this.#message(ours);
        if (random.once(40)) this.#descriptors.cut(random);
        this.#served.controller.stepDevice(2);
        if (session.step() !== null) return;
        this.#take(ours);
      }
    } finally {
      session.end();
      ours.close();
    }
  }

  async close(): Promise<void> {
    this.#descriptors.close();
    await this.#served.controller.close();
  }

  #greeting(): Uint8Array {
    const head = { id: 1, command: Command.VERSION, flags: HeaderFlag.COMMAND, error: 0 };
    const payload = this.#random.once(16) ? this.#random.spoil(encodeVersion()) : encodeVersion();
    const size = protocol.header.bytes + payload.length;
    return protocol.header.encode({ ...head, size }, payload);
  }

  #message(ours: UnixSocket): void {
    const random = this.#random;
    const command = random.once(12) ? random.pick(commands) : random.pick(FREQUENT);
    const payload = this.#payload(command);
    const changed = random.once(3) ? random.spoil(payload) : payload;
    const fds = random.once(6) ? this.#descriptors.some(random) : this.#fitting(command);
    const id = random.below(0x10000);
    const noReply = random.once(8) ? HeaderFlag.NO_REPLY : 0;
    const size = protocol.header.bytes + changed.length;
    const head = { id, command, size, flags: HeaderFlag.COMMAND | noReply, error: 0 };
    const whole = protocol.header.encode(head, changed);
    if (random.once(60)) random.spoil(whole.subarray(0, protocol.header.bytes));
    this.#send(ours, whole, fds);
  }

  /** A client whose server does not listen any more sees EPIPE, or a full socket. */
  #send(ours: UnixSocket, bytes: Uint8Array, fds: readonly number[]): void {
    this.sent += 1;
    ours.send(bytes, fds, 1000);
  }

  #fitting(command: number): readonly number[] {
    const random = this.#random;
    if (command === Command.DMA_MAP && !random.once(8)) {
      return [random.once(3) ? this.#descriptors.loose : this.#descriptors.sealed];
    }
    if (command === Command.DEVICE_SET_IRQS) {
      return new Array<number>(random.below(4)).fill(this.#descriptors.event.fd);
    }
    return [];
  }

  #payload(command: number): Uint8Array {
    const random = this.#random;
    const address = BigInt(random.below(16)) * 0x10000n;
    const size = BigInt((1 + random.below(16)) * PAGE);
    switch (command) {
      case Command.VERSION:
        return encodeVersion();
      case Command.DMA_MAP: {
        const offset = BigInt(random.below(32) * PAGE);
        return protocol.dmaMap.encode({
          argsz: 32,
          flags: 1 + random.below(3),
          offset,
          address,
          size,
        });
      }
      case Command.DMA_UNMAP:
        return random.once(10)
          ? protocol.dmaUnmap.encode({ argsz: 24, flags: 2, address: 0n, size: 0n })
          : protocol.dmaUnmap.encode({ argsz: 24, flags: 0, address, size });
      case Command.DEVICE_GET_INFO:
        return protocol.deviceInfo.encode({ argsz: 16, flags: 0, regions: 0, irqs: 0 });
      case Command.DEVICE_GET_REGION_INFO:
        return protocol.regionInfo.encode({
          ...{ argsz: 1024, flags: 0, index: random.below(10), capOffset: 0, size: 0n, offset: 0n },
        });
      case Command.DEVICE_GET_IRQ_INFO:
        return protocol.irqInfo.encode({ argsz: 16, flags: 0, index: random.below(6), count: 0 });
      case Command.DEVICE_SET_IRQS:
        return this.#irqs();
      case Command.REGION_READ:
      case Command.REGION_WRITE:
        return this.#access(command === Command.REGION_WRITE);
      default:
        return new Uint8Array(random.below(40));
    }
  }

  #irqs(): Uint8Array {
    const random = this.#random;
    const data = random.pick([IrqSet.DATA_NONE, IrqSet.DATA_BOOL, IrqSet.DATA_EVENTFD]);
    const action = random.pick([IrqSet.MASK, IrqSet.UNMASK, IrqSet.TRIGGER, IrqSet.TRIGGER]);
    const range = { start: random.below(4), count: random.below(4) };
    const index = random.below(3);
    const tail = new Uint8Array(data === IrqSet.DATA_BOOL ? range.count : 0).fill(1);
    return protocol.irqSet.encode({ argsz: 20, flags: data | action, index, ...range }, tail);
  }

  /** The registers too, which enable the controller with queues of anything. */
  #access(isWrite: boolean): Uint8Array {
    const random = this.#random;
    const region = random.once(3) ? protocol.Region.CONFIG : protocol.Region.BAR0;
    const count = random.once(6) ? random.below(300) : random.pick([4, 8, 4, 4]);
    const offset = BigInt(random.once(3) ? random.below(0x5000) : random.below(24) * 4);
    const data = new Uint8Array(isWrite ? count : 0);
    for (let at = 0; at < data.length; at++) data[at] = random.next();
    if (random.once(4)) data.set([1, 0, 0x46, 0].slice(0, data.length));
    return protocol.regionAccess.encode({ offset, region, count }, data);
  }

  #take(ours: UnixSocket): void {
    for (;;) {
      const got = ours.receive(this.#answers, 253);
      if (got === null || got.bytes === 0) return;
      for (const fd of got.fds) closeSync(fd);
    }
  }
}

const FREQUENT: readonly number[] = [
  ...[Command.DMA_MAP, Command.DMA_MAP, Command.DMA_UNMAP, Command.DEVICE_SET_IRQS],
  ...[Command.REGION_READ, Command.REGION_WRITE, Command.REGION_READ, Command.REGION_WRITE],
  ...[Command.DEVICE_GET_INFO, Command.DEVICE_GET_REGION_INFO, Command.DEVICE_GET_IRQ_INFO],
  Command.DEVICE_RESET,
];
