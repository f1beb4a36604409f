// One client's session: its messages in order, each answered or refused by name. A client that breaks the protocol is
// left; what it wanted of the function ends with it.
import { type Connection, closeAll, isReply, type Message } from "../vfio-user/connection.ts";
import { EINVAL, EOPNOTSUPP, errnoName } from "../vfio-user/errno.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import {
  Command,
  commandName,
  Default,
  DeviceFlag,
  DmaUnmapFlag,
  deviceInfo,
  dmaMap,
  dmaUnmap,
  HeaderFlag,
  irqInfo,
  irqSet,
  PCI_IRQS,
  PCI_REGIONS,
  regionAccess,
  regionInfo,
} from "../vfio-user/protocol.ts";
import { encodeRegionInfo, REGION_INFO_BYTES } from "../vfio-user/region-info.ts";
import { decodeVersion, encodeVersion } from "../vfio-user/version.ts";
import type { ServedFunction } from "./function.ts";
import { Refusal } from "./refusal.ts";
import { ClientWindows, MOST_WINDOWS } from "./windows.ts";

/** Messages before others have their turn. */
const MOST_AT_ONCE = 256;

interface Reply {
  readonly payload?: Uint8Array;
  /** Lent: copies of them go out. */
  readonly fds?: readonly number[];
}

type Handler = (payload: Uint8Array, fds: readonly number[]) => Reply;

export class Session {
  readonly #connection: Connection;
  readonly #function: ServedFunction;
  readonly #windows: ClientWindows;
  readonly #tell: (line: string) => void;
  /** What was refused has been told of once. */
  readonly #told = new Set<string>();
  #mostData: number = Default.MAX_DATA_XFER_SIZE;
  #isGreeted = false;
  readonly #handlers: ReadonlyMap<number, Handler>;

  /** @param tell gets lines for whoever looks at the server */
  constructor(connection: Connection, served: ServedFunction, tell: (line: string) => void) {
    this.#connection = connection;
    this.#function = served;
    this.#windows = new ClientWindows(served.controller);
    this.#tell = tell;
    this.#handlers = new Map<number, Handler>([
      [Command.VERSION, (payload) => this.#greet(payload)],
      [Command.DMA_MAP, (payload, fds) => this.#map(payload, fds)],
      [Command.DMA_UNMAP, (payload) => this.#unmap(payload)],
      [Command.DEVICE_GET_INFO, (payload) => info(payload)],
      [Command.DEVICE_GET_REGION_INFO, (payload) => this.#regionInfo(payload)],
      [Command.DEVICE_GET_IRQ_INFO, (payload) => this.#irqInfo(payload)],
      [Command.DEVICE_SET_IRQS, (payload, fds) => this.#setIrqs(payload, fds)],
      [Command.REGION_READ, (payload) => this.#read(payload)],
      [Command.REGION_WRITE, (payload) => this.#write(payload)],
      [Command.DEVICE_RESET, () => this.#reset()],
    ]);
  }

  /** For `waitReadable`. */
  get fd(): number {
    return this.#connection.fd;
  }

  /** Answers what is there. @returns why the client has gone, or was left; null while it stays */
  step(): string | null {
    try {
      if (this.#windows.isLost) throw new PeerError("it cut the file of its memory short");
      for (let count = 0; count < MOST_AT_ONCE; count++) {
        const message = this.#connection.receive();
        if (message === null) return null;
        this.#answer(message);
      }
      return null;
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
      return error.message;
    }
  }

  /** Leaves the client: the function is reset, and has nothing of the client's any more. Twice is once. */
  end(): void {
    this.#connection.close();
    this.#function.silence();
    this.#function.reset();
    this.#windows.unmapAll();
  }

  #answer(message: Message): void {
    const { id, command, flags, fds } = message;
    try {
      if (isReply(message)) throw new PeerError("an answer that nobody asked for");
      if (!this.#isGreeted && command !== Command.VERSION) {
        throw new PeerError(`${commandName(command)} before VERSION`);
      }
      const { error, reply } = this.#outcome(message);
      if ((flags & HeaderFlag.NO_REPLY) !== 0) return;
      const failed = error === 0 ? 0 : HeaderFlag.ERROR;
      const what = { id, command, flags: HeaderFlag.REPLY | failed, error };
      this.#connection.send(what, reply.payload, reply.fds);
    } finally {
      closeAll(fds);
    }
  }

  #outcome({ command, payload, fds }: Message): { error: number; reply: Reply } {
    try {
      const handler = this.#handlers.get(command);
      if (handler === undefined) throw new Refusal(EOPNOTSUPP, "it is not offered");
      return { error: 0, reply: handler(payload, fds) };
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(command, error);
      // the session's beginning has no second try
      if (error instanceof PeerError && this.#isGreeted) {
        return this.#refused(command, new Refusal(EINVAL, error.message));
      }
      throw error;
    }
  }

  #refused(command: number, { errno, message }: Refusal): { error: number; reply: Reply } {
    const line = `refused ${commandName(command)}, ${errnoName(errno)}: ${message}`;
    const kind = `${command} ${errno}`;
    if (!this.#told.has(kind)) this.#tell(line);
    this.#told.add(kind);
    return { error: errno, reply: {} };
  }

  #greet(payload: Uint8Array): Reply {
    if (this.#isGreeted) throw new Refusal(EINVAL, "a second VERSION");
    const { minor, maxDataXferSize, maxMsgFds } = decodeVersion(payload);
    if (maxMsgFds < 1) this.#tell("the client takes no descriptors: its doorbells are messages");
    this.#mostData = Math.min(this.#mostData, maxDataXferSize);
    this.#isGreeted = true;
    return { payload: encodeVersion({ maxDmaMaps: MOST_WINDOWS, minor }) };
  }

  #map(payload: Uint8Array, fds: readonly number[]): Reply {
    const { argsz, ...wish } = dmaMap.decode(payload);
    if (argsz < dmaMap.bytes || fds.length > 1) {
      throw new Refusal(EINVAL, `a window with ${fds.length} descriptors, argsz ${argsz}`);
    }
    this.#windows.map(wish, fds[0]);
    if (fds.length === 0 && !this.#told.has("window")) {
      this.#tell("a window came without a descriptor: the controller does not reach it");
      this.#told.add("window");
    }
    return {};
  }

  #unmap(payload: Uint8Array): Reply {
    const { flags, address, size } = dmaUnmap.decode(payload);
    if (flags === DmaUnmapFlag.ALL && address === 0n && size === 0n) this.#windows.unmapAll();
    else if (flags === 0) this.#windows.unmap(address, size);
    else throw new Refusal(EOPNOTSUPP, `DMA_UNMAP with the flags ${flags}`);
    return { payload: payload.slice(0, dmaUnmap.bytes) };
  }

  #regionInfo(payload: Uint8Array): Reply {
    const { argsz, index } = regionInfo.decode(payload);
    if (argsz < regionInfo.bytes || index >= PCI_REGIONS) {
      throw new Refusal(EINVAL, `info of region ${index}, argsz ${argsz}`);
    }
    const { info: told, fd } = this.#function.region(index);
    const reply = encodeRegionInfo(told, Math.min(argsz, REGION_INFO_BYTES));
    // who had no room for all of it asks again, and gets the descriptor with the second answer
    const isWhole = regionInfo.decode(reply).argsz <= argsz;
    return { payload: reply, fds: fd !== undefined && isWhole ? [fd] : [] };
  }

  #irqInfo(payload: Uint8Array): Reply {
    const { argsz, index } = irqInfo.decode(payload);
    if (argsz < irqInfo.bytes || index >= PCI_IRQS) {
      throw new Refusal(EINVAL, `info of IRQ ${index}, argsz ${argsz}`);
    }
    const told = this.#function.irq(index);
    return { payload: irqInfo.encode({ argsz: irqInfo.bytes, index, ...told }) };
  }

  #setIrqs(payload: Uint8Array, fds: readonly number[]): Reply {
    const { argsz, ...wish } = irqSet.decode(payload);
    if (argsz < irqSet.bytes) throw new Refusal(EINVAL, `SET_IRQS with argsz ${argsz}`);
    this.#function.setIrqs({ ...wish, data: payload.subarray(irqSet.bytes) }, fds);
    return {};
  }

  #read(payload: Uint8Array): Reply {
    const asked = regionAccess.decode(payload);
    this.#requireCount(asked.count);
    const data = this.#function.read(asked.region, asked.offset, asked.count);
    return { payload: regionAccess.encode(asked, data) };
  }

  #write(payload: Uint8Array): Reply {
    const asked = regionAccess.decode(payload);
    const data = payload.subarray(regionAccess.bytes);
    this.#requireCount(asked.count);
    if (data.length !== asked.count) {
      throw new Refusal(EINVAL, `${data.length} bytes of data for a write of ${asked.count}`);
    }
    this.#function.write(asked.region, asked.offset, data);
    return { payload: regionAccess.encode(asked) };
  }

  #reset(): Reply {
    this.#function.reset();
    return {};
  }

  #requireCount(count: number): void {
    if (count > 0 && count <= this.#mostData) return;
    throw new Refusal(EINVAL, `an access of ${count} bytes`);
  }
}

function info(payload: Uint8Array): Reply {
  const { argsz } = deviceInfo.decode(payload);
  if (argsz < deviceInfo.bytes) throw new Refusal(EINVAL, `GET_INFO with argsz ${argsz}`);
  const flags = DeviceFlag.PCI | DeviceFlag.RESET;
  const counts = { regions: PCI_REGIONS, irqs: PCI_IRQS };
  return { payload: deviceInfo.encode({ argsz: deviceInfo.bytes, flags, ...counts }) };
}
