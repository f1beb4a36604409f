// Whole messages over a socket, with the descriptors that come with them. What is received is bounded: in bytes, in
// descriptors, and in the time from a message's first byte to its last.
import { closeSync } from "node:fs";
import type { NativeError, UnixSocket } from "../compiled/native.ts";
import { Deadline } from "../ground/deadline.ts";
import { ProcessWatch } from "../ground/process.ts";
import { ownThread, threadTimes } from "../ground/scheduler.ts";
import { PeerError } from "./peer-error.ts";
import { commandName, HeaderFlag, header, MOST_FDS, MOST_MESSAGE_BYTES } from "./protocol.ts";

export interface Message {
  readonly id: number;
  readonly command: number;
  readonly flags: number;
  readonly error: number;
  readonly payload: Uint8Array;
  /** Whoever has the message closes them (`closeAll`), or keeps them. */
  readonly fds: number[];
}

/** How long a message, or what takes one, may dawdle. */
export const MESSAGE_MS = 5000;

export const isReply = ({ flags }: Message): boolean =>
  (flags & HeaderFlag.TYPE_MASK) === HeaderFlag.REPLY;

/** Ends these descriptors; the array is empty afterwards. */
export function closeAll(fds: number[]): void {
  for (const fd of fds.splice(0)) closeSync(fd);
}

export class Connection {
  readonly #socket: UnixSocket;
  readonly #head = new Uint8Array(header.bytes);
  #body: Uint8Array | undefined;
  /** Bytes of the head, or of the body, that are there. */
  #filled = 0;
  #fds: number[] = [];
  #hasBegun = false;
  /** Of the rest of a message, once it was waited for. */
  #deadline: Deadline | undefined;
  #peer: ProcessWatch | null | undefined;

  constructor(socket: UnixSocket) {
    this.#socket = socket;
  }

  /** For `waitReadable`. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** The process at the other end, as the kernel noted it; null for our own. */
  get peer(): ProcessWatch | null {
    if (this.#peer === undefined) {
      const { pid } = this.#socket.peer();
      this.#peer = pid === process.pid ? null : new ProcessWatch(pid);
    }
    return this.#peer;
  }

  /** For how long, in ms, the host has kept the other end or this thread from running so far. */
  hostDelayMs(): number {
    const ownMs = (threadTimes(ownThread())?.waitedNs ?? 0) / 1e6;
    return ownMs + (this.peer?.keptMs() ?? 0);
  }

  /** What the other end's process did, to go on a sentence with; nothing for our own. */
  peerWords(): string {
    return this.peer === null ? "" : `: ${this.peer.words()}`;
  }

  /** @throws PeerError when the peer is gone, or does not take it in time */
  send(
    what: Pick<Message, "id" | "command" | "flags"> & Partial<Pick<Message, "error">>,
    payload: Uint8Array = new Uint8Array(0),
    fds: readonly number[] = [],
  ): void {
    const { id, command, flags, error = 0 } = what;
    const size = header.bytes + payload.length;
    const bytes = header.encode({ id, command, size, flags, error }, payload);
    try {
      this.#socket.send(bytes, fds, MESSAGE_MS);
    } catch (cause) {
      throw this.#lost(cause as NativeError);
    }
  }

  /**
   * The next message; null when it is not there yet as a whole.
   * @throws PeerError when the peer is gone, dawdles, or sends what is no message
   */
  receive(): Message | null {
    for (;;) {
      const body = this.#body;
      if (body !== undefined && this.#filled === body.length) return this.#take(body);
      const into = (body ?? this.#head).subarray(this.#filled);
      const got = this.#some(into);
      if (got === null) {
        this.#requireInTime();
        return null;
      }
      this.#filled += got;
      if (body === undefined && this.#filled === header.bytes) this.#begin();
    }
  }

  close(): void {
    closeAll(this.#fds);
    this.#socket.close();
  }

  #some(into: Uint8Array): number | null {
    let got: ReturnType<UnixSocket["receive"]>;
    try {
      got = this.#socket.receive(into, MOST_FDS - this.#fds.length);
    } catch (cause) {
      throw this.#lost(cause as NativeError);
    }
    if (got === null) return null;
    this.#fds.push(...got.fds);
    if (got.bytes === 0) {
      const where = this.#hasBegun ? " in a message" : "";
      throw new PeerError(`it closed the socket${where}${this.#endWords()}`);
    }
    this.#hasBegun = true;
    return got.bytes;
  }

  /** The head is there. */
  #begin(): void {
    const { command, size } = header.decode(this.#head);
    if (size < header.bytes || size > MOST_MESSAGE_BYTES) {
      throw new PeerError(`${commandName(command)} with a size of ${size} bytes`);
    }
    this.#body = new Uint8Array(size - header.bytes);
    this.#filled = 0;
  }

  #take(payload: Uint8Array): Message {
    const { id, command, flags, error } = header.decode(this.#head);
    const fds = this.#fds;
    this.#fds = [];
    this.#body = undefined;
    this.#filled = 0;
    this.#hasBegun = false;
    this.#deadline = undefined;
    return { id, command, flags, error, payload, fds };
  }

  #requireInTime(): void {
    if (!this.#hasBegun) return;
    this.#deadline ??= new Deadline(MESSAGE_MS, () => this.hostDelayMs());
    if (!this.#deadline.isOver()) return;
    const what = `it has sent a part of a message, and not the rest within ${MESSAGE_MS} ms`;
    throw new PeerError(`${what}${this.peerWords()}`);
  }

  #lost(cause: NativeError): PeerError {
    if (cause.code === "E2BIG")
      return new PeerError("too many descriptors in a message", { cause });
    if (cause.code === "ETIMEDOUT") {
      return new PeerError(`it takes no more messages${this.peerWords()}`, { cause });
    }
    const isClosed = cause.code === "EPIPE" || cause.code === "ECONNRESET";
    const what = isClosed ? "it closed the socket" : `the socket is lost: ${cause.code}`;
    return new PeerError(`${what}${this.#endWords()}`, { cause });
  }

  #endWords(): string {
    return this.peer?.hasEnded() ? `: process ${this.peer.pid} has ended` : "";
  }
}
