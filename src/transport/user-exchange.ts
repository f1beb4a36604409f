// Questions to a vfio-user server and its answers, one at a time; what the server asks meanwhile is answered. A server that
// breaks the protocol, is late or is gone is lost: nothing more is asked of it.
import { type NativeError, native } from "../compiled/native.ts";
import { Deadline } from "../ground/deadline.ts";
import { PhasebitError } from "../ground/errors.ts";
import { formatMs } from "../ground/units.ts";
import { Connection, closeAll, isReply, type Message } from "../vfio-user/connection.ts";
import { EINVAL, EOPNOTSUPP, errnoName } from "../vfio-user/errno.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import { Command, commandName, dmaAccess, HeaderFlag } from "../vfio-user/protocol.ts";

/** What a server may take for an answer where nobody says otherwise. */
export const ANSWER_MS = 5000;
/** What it may take in all, in which the host kept it from running, in times of its limit: nothing waits without an end. */
const MOST_TIMES = 12;
/** How long a wait lasts before the host is asked. */
const TURN_MS = 50;
/** What it may ask between two questions of ours before others have their turn. */
const MOST_AT_ONCE = 64;
const IDS = 0x10000;

/** The server's accesses to memory by message. Both throw a number of errno. */
export interface PeerMemory {
  read(address: bigint, bytes: bigint): Uint8Array;
  write(address: bigint, bytes: Uint8Array): void;
}

export interface Ask {
  /** Go with it as copies. */
  readonly fds?: readonly number[];
  /** What the server may take for it, in times of its limit. */
  readonly times?: number;
}

export interface Answer {
  readonly payload: Uint8Array;
  /** The caller's to close. */
  readonly fds: number[];
}

/** A wait for an answer: what the server has for it, and what it has where the host lets it not run. */
interface Wait {
  readonly deadline: Deadline;
  readonly last: Deadline;
}

/** The server said no. */
export class Refused extends PhasebitError {
  readonly errno: number;

  constructor(address: string, command: number, errno: number) {
    super("DEVICE", `${address}: ${commandName(command)} was refused: ${errnoName(errno)}`);
    this.errno = errno;
  }
}

export class Exchange {
  readonly #connection: Connection;
  readonly #address: string;
  readonly #memory: PeerMemory;
  readonly #turn: (() => void) | undefined;
  readonly #answerMs: number;
  #nextId = 1;
  #lost: PhasebitError | undefined;

  /**
   * @param turn has a server of this thread go on, in tests
   * @param answerMs what the server may take for an answer
   */
  constructor(
    connection: Connection,
    address: string,
    memory: PeerMemory,
    { turn, answerMs = ANSWER_MS }: { readonly turn?: () => void; readonly answerMs?: number } = {},
  ) {
    this.#connection = connection;
    // while it is there
    void connection.peer;
    this.#address = address;
    this.#memory = memory;
    this.#turn = turn;
    this.#answerMs = answerMs;
  }

  /** Why nothing more is asked of the server; undefined while all is well. */
  get lost(): PhasebitError | undefined {
    return this.#lost;
  }

  /** For how long, in ms, the host has kept the server from running so far. */
  hostDelayMs(): number {
    return this.#lost === undefined ? (this.#connection.peer?.keptMs() ?? 0) : 0;
  }

  /** The server's process; undefined where it is this one, or not known. */
  get process(): number | undefined {
    return this.#connection.peer?.pid || undefined;
  }

  /**
   * The answer to a command.
   * @throws PhasebitError DEVICE: a Refused when the server said no, another one when it is lost
   */
  ask(
    command: number,
    payload: Uint8Array = new Uint8Array(0),
    { fds, times = 1 }: Ask = {},
  ): Answer {
    if (this.#lost !== undefined) throw this.#lost;
    const id = this.#nextId;
    this.#nextId = (id + 1) % IDS;
    const reply = this.#keeping(commandName(command), () => {
      this.#connection.send({ id, command, flags: HeaderFlag.COMMAND }, payload, fds);
      return this.#replyTo(id, command, this.#answerMs * times);
    });
    if ((reply.flags & HeaderFlag.ERROR) === 0) return reply;
    closeAll(reply.fds);
    throw new Refused(this.#address, command, reply.error);
  }

  /** An answer without descriptors, and what is read out of it. @throws as `ask` and `judge` */
  answer<T>(command: number, asked: Uint8Array, read: (payload: Uint8Array) => T): T {
    const { payload, fds } = this.ask(command, asked);
    closeAll(fds);
    return this.judge(command, () => read(payload));
  }

  /** What an answer has to be. @throws PhasebitError DEVICE when `check` throws a PeerError: the server is lost then */
  judge<T>(command: number, check: () => T): T {
    return this.#keeping(commandName(command), check);
  }

  /** Answers what the server has asked by now. A lost server is none's failure yet. */
  drain(): void {
    if (this.#lost !== undefined) return;
    try {
      this.#keeping("between two commands", () => {
        for (let count = 0; count < MOST_AT_ONCE; count++) {
          const message = this.#connection.receive();
          if (message === null) return;
          this.#serve(message);
        }
      });
    } catch (error) {
      if (error !== this.#lost) throw error;
    }
  }

  close(): void {
    this.#lost ??= new PhasebitError("USAGE", `use ${this.#address}: the device was closed`);
    this.#connection.close();
  }

  #replyTo(id: number, command: number, limitMs: number): Message {
    const beganMs = performance.now();
    let wait: Wait | undefined;
    for (;;) {
      this.#turn?.();
      const message = this.#connection.receive();
      if (message !== null && isReply(message)) return this.#fitting(message, id, command);
      if (message !== null) this.#serve(message);
      else native().waitReadable([this.#connection.fd], this.#turn === undefined ? TURN_MS : 1);
      // most answers come at once, and the host is not asked for them
      if (wait === undefined && performance.now() - beganMs < TURN_MS) continue;
      wait ??= this.#waitFor(limitMs);
      const isLast = wait.last.isOver();
      if (isLast || wait.deadline.isOver()) throw this.#late(limitMs, isLast);
    }
  }

  #waitFor(limitMs: number): Wait {
    const deadline = new Deadline(limitMs, () => this.#connection.hostDelayMs());
    return { deadline, last: new Deadline(limitMs * MOST_TIMES) };
  }

  #late(limitMs: number, isLast: boolean): PeerError {
    const limit = `${formatMs(limitMs)} (answer=${formatMs(this.#answerMs)})`;
    const host = isLast ? `, nor in ${formatMs(limitMs * MOST_TIMES)} on a busy host` : "";
    return new PeerError(`no answer within ${limit}${host}${this.#connection.peerWords()}`);
  }

  #fitting(message: Message, id: number, command: number): Message {
    if (message.id === id && message.command === command) return message;
    closeAll(message.fds);
    const what = `${commandName(message.command)} with the ID ${message.id}`;
    throw new PeerError(`an answer to ${what}, and ${id} was asked`);
  }

  /** A command of the server's. */
  #serve(message: Message): void {
    const { id, command, flags } = message;
    closeAll(message.fds);
    if (isReply(message)) throw new PeerError("an answer that nobody asked for");
    const reply = (error: number, payload?: Uint8Array): void => {
      if ((flags & HeaderFlag.NO_REPLY) !== 0) return;
      const failed = error === 0 ? 0 : HeaderFlag.ERROR;
      this.#connection.send({ id, command, flags: HeaderFlag.REPLY | failed, error }, payload);
    };
    let payload: Uint8Array;
    try {
      payload = this.#access(message);
    } catch (error) {
      if (typeof error !== "number") throw error;
      reply(error);
      return;
    }
    reply(0, payload);
  }

  /** @throws a number of errno */
  #access({ command, payload }: Message): Uint8Array {
    if (command !== Command.DMA_READ && command !== Command.DMA_WRITE) throw EOPNOTSUPP;
    const { address, count } = dmaAccess.decode(payload);
    const data = payload.subarray(dmaAccess.bytes);
    if (command === Command.DMA_READ) {
      return dmaAccess.encode({ address, count }, this.#memory.read(address, count));
    }
    if (BigInt(data.length) !== count) throw EINVAL;
    this.#memory.write(address, data);
    return dmaAccess.encode({ address, count });
  }

  #keeping<T>(doing: string, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof PeerError)) throw cause;
      this.#connection.close();
      const why = `the server is lost, at ${doing}: ${cause.message}`;
      this.#lost = new PhasebitError("DEVICE", `${this.#address}: ${why}`, { cause });
      throw this.#lost;
    }
  }
}

/** Connects to the socket at `path`. @throws PhasebitError ENVIRONMENT when there is no server */
export function connectTo(path: string, address: string): Connection {
  try {
    return new Connection(native().connectUnix(path));
  } catch (cause) {
    const { code, message } = cause as NativeError;
    const advice = adviceFor(code);
    throw new PhasebitError("ENVIRONMENT", `open ${address}: ${message}${advice}`, { cause });
  }
}

function adviceFor(code: string): string {
  if (code === "ENOENT") return "; start a server first, as phasebit serve is one";
  return code === "ECONNREFUSED" ? "; the server that made the socket has ended" : "";
}
