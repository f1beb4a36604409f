// Servers that send anything to phasebit's client: it asks what it asks of every server, and the answers are right, changed,
// doubled, of something else, or not there; the server asks things of its own in between.
import { native, type UnixSocket } from "../../src/compiled/native.ts";
import { PhasebitError } from "../../src/ground/errors.ts";
import { LinearMemory } from "../../src/memory/linear-memory.ts";
import { Exchange } from "../../src/transport/user-exchange.ts";
import { askRegion, inquire } from "../../src/transport/user-inquiry.ts";
import { UserIommu } from "../../src/transport/user-iommu.ts";
import { openUser } from "../../src/transport/user-open.ts";
import { UserRegions } from "../../src/transport/user-regions.ts";
import { Connection, closeAll, type Message } from "../../src/vfio-user/connection.ts";
import * as protocol from "../../src/vfio-user/protocol.ts";
import { encodeRegionInfo } from "../../src/vfio-user/region-info.ts";
import { encodeVersion } from "../../src/vfio-user/version.ts";
import { Descriptors, FILE_BYTES } from "./descriptors.ts";
import { Random } from "./random.ts";

const { Command, HeaderFlag, Region } = protocol;
const ADDRESS = "vfio-user:/made/up";
/** Questions of one client. */
const MOST_QUESTIONS = 200;
/** One client in so many opens the device as a whole, which takes a linear memory of its own. */
const WHOLE = 50;
const both = protocol.RegionFlag.READ | protocol.RegionFlag.WRITE;

export class AgainstClient {
  readonly #random: Random;
  readonly #descriptors = new Descriptors();
  readonly #memory = new LinearMemory({
    ...{ host: 4096, commands: 0, completions: 0, data: FILE_BYTES, doorbellBytes: 4096 },
    segments: true,
  });
  /** Of what the servers are told of. */
  readonly #pointer: number;
  sent = 0;
  sessions = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#pointer = this.#memory.allocate(FILE_BYTES).pointer;
  }

  /** One client, from its greeting to its end. @throws whatever the client did not judge */
  async session(): Promise<void> {
    const [ours, theirs] = native().unixPair();
    const connection = new Connection(ours);
    const server = new Connection(theirs);
    const turn = (): void => this.#turn(server, theirs, ours);
    this.sessions += 1;
    this.#descriptors.grow();
    try {
      if (this.sessions % WHOLE === 0) await this.#whole(connection, turn);
      else this.#questions(connection, turn, theirs);
    } catch (error) {
      if (!(error instanceof PhasebitError)) throw error;
    } finally {
      connection.close();
      server.close();
    }
  }

  close(): void {
    this.#descriptors.close();
    this.#memory.close();
  }

  async #whole(connection: Connection, turn: () => void): Promise<void> {
    const memory = { host: 4096, commands: 1 << 20, completions: 1 << 20, data: 1 << 20 };
    const transport = await openUser(ADDRESS, { connection, turn, memory });
    try {
      transport.memory.attach(transport.iommu);
      transport.memory.allocate(4096);
      for (let count = 0; count < 40; count++) {
        transport.memory.u32[transport.memory.doorbells.pointer / 4] = count;
        transport.read32(0x1c);
        transport.interrupt(this.#random.pick(["msix", "msi", "intx"] as const), 0);
        if (this.#random.once(10)) transport.reset();
        await transport.pause();
      }
    } finally {
      await transport.close();
    }
  }

  #questions(connection: Connection, turn: () => void, socket: UnixSocket): void {
    const random = this.#random;
    const iommu = new UserIommu();
    const exchange = new Exchange(connection, ADDRESS, iommu, { turn });
    iommu.exchange = exchange;
    iommu.memory = this.#memory;
    const regions = new UserRegions(exchange, 1 << 20);
    let mapped = 0;
    for (let count = 0; count < MOST_QUESTIONS && exchange.lost === undefined; count++) {
      try {
        switch (random.below(8)) {
          case 0:
            inquire(exchange);
            break;
          case 1:
            closeAll(askRegion(exchange, random.below(9)).fds);
            break;
          case 2:
            if (mapped > 8) break;
            iommu.map(this.#span(mapped), BigInt(mapped) * 0x10000n, "read-write");
            mapped += 1;
            break;
          case 3:
            regions.configuration(ADDRESS).read(0, 64);
            break;
          case 4:
            for (let left = socket.fd < 0 ? 0 : random.below(16); left > 0; left--)
              this.#ask(socket);
            exchange.drain();
            break;
          case 5:
            regions.write(Region.BAR0, random.below(64) * 4, new Uint8Array(4));
            break;
          default:
            regions.read(Region.BAR0, random.below(64) * 4, random.pick([4, 8]));
        }
      } catch (error) {
        if (!(error instanceof PhasebitError)) throw error;
      }
    }
  }

  #span(index: number): { pointer: number; bytes: number } {
    return { pointer: this.#pointer + index * 4096, bytes: 4096 };
  }

  /** The server's: whatever it does, it sends something or ends, so that nobody waits for it. */
  #turn(server: Connection, socket: UnixSocket, client: UnixSocket): void {
    const random = this.#random;
    let hasSent = false;
    try {
      for (let asked = server.receive(); asked !== null; asked = server.receive()) {
        closeAll(asked.fds);
        if ((asked.flags & HeaderFlag.TYPE_MASK) === HeaderFlag.REPLY) continue;
        if (random.once(4)) this.#ask(socket);
        if (!random.once(500)) this.#answer(socket, asked);
        if (random.once(500)) this.#answer(socket, asked);
        hasSent = true;
      }
      if (hasSent || native().waitReadable([client.fd], 0).length > 0) return;
      // it waits for what it has not got
      if (random.once(2)) this.#ask(socket);
      else server.close();
    } catch {
      server.close();
    }
  }

  #ask(socket: UnixSocket): void {
    const random = this.#random;
    const command = random.once(6)
      ? random.pick(Object.values(Command))
      : random.pick([Command.DMA_READ, Command.DMA_WRITE]);
    const count = random.once(4) ? random.edge() : random.below(64);
    const address =
      BigInt(random.below(10)) * 0x10000n + BigInt(random.once(4) ? random.edge() : 0);
    const isWrite = command === Command.DMA_WRITE;
    const data = new Uint8Array(isWrite ? Math.min(count, 4096) : 0);
    const payload = protocol.dmaAccess.encode({ address, count: BigInt(count) }, data);
    const flags = HeaderFlag.COMMAND | (random.once(3) ? HeaderFlag.NO_REPLY : 0);
    this.#send(socket, { id: random.below(0x10000), command, flags, error: 0 }, payload, []);
  }

  #answer(socket: UnixSocket, asked: Message): void {
    const random = this.#random;
    const { id, command } = asked;
    if (random.once(20)) {
      const flags = HeaderFlag.REPLY | HeaderFlag.ERROR;
      this.#send(socket, { id, command, flags, error: random.below(130) }, new Uint8Array(0), []);
      return;
    }
    const { payload, fds } = this.#right(asked);
    const changed = random.once(40) ? random.spoil(payload) : payload;
    const sent = random.once(20) ? this.#descriptors.some(random) : fds;
    this.#send(socket, { id, command, flags: HeaderFlag.REPLY, error: 0 }, changed, sent);
  }

  #right({ command, payload }: Message): { payload: Uint8Array; fds: readonly number[] } {
    const word = (at: number): number =>
      new DataView(payload.buffer, payload.byteOffset).getUint32(at, true);
    const fds: number[] = [];
    switch (command) {
      case Command.VERSION:
        return { payload: encodeVersion({ maxDmaMaps: 64 }), fds };
      case Command.DEVICE_GET_INFO:
        return {
          payload: protocol.deviceInfo.encode({ argsz: 16, flags: 3, regions: 9, irqs: 5 }),
          fds,
        };
      case Command.DEVICE_GET_REGION_INFO:
        return this.#region(word(8));
      case Command.DEVICE_GET_IRQ_INFO: {
        const told = { argsz: 16, flags: 1, index: word(8), count: 2 };
        return { payload: protocol.irqInfo.encode(told), fds };
      }
      case Command.REGION_READ: {
        const count = Math.min(word(12), 1 << 16);
        const answer = new Uint8Array(16 + count);
        answer.set(payload.subarray(0, 16));
        return { payload: answer, fds };
      }
      case Command.REGION_WRITE:
        return { payload: payload.slice(0, 16), fds };
      case Command.DMA_UNMAP:
        return { payload: payload.slice(0, 24), fds };
      default:
        return { payload: new Uint8Array(0), fds };
    }
  }

  #region(index: number): { payload: Uint8Array; fds: readonly number[] } {
    if (index === Region.CONFIG) {
      const info = { index, flags: both, bytes: 256, fdOffset: 0, areas: [] };
      return { payload: encodeRegionInfo(info, 1024), fds: [] };
    }
    const isBar = index === Region.BAR0;
    const flags = isBar ? both | protocol.RegionFlag.MMAP : 0;
    const areas = isBar ? [{ offset: 0x1000, bytes: 0x1000 }] : [];
    const info = { index, flags, bytes: isBar ? 0x4000 : 0, fdOffset: 0, areas };
    const fd = this.#random.once(3) ? this.#descriptors.loose : this.#descriptors.sealed;
    return { payload: encodeRegionInfo(info, 1024), fds: isBar ? [fd] : [] };
  }

  #send(
    socket: UnixSocket,
    head: { id: number; command: number; flags: number; error: number },
    payload: Uint8Array,
    fds: readonly number[],
  ): void {
    const random = this.#random;
    const size = protocol.header.bytes + payload.length;
    const whole = protocol.header.encode({ ...head, size }, payload);
    if (random.once(300)) random.spoil(whole.subarray(0, protocol.header.bytes));
    this.sent += 1;
    socket.send(whole, fds, 1000);
    if (random.once(100)) this.#descriptors.cut(random);
  }
}
