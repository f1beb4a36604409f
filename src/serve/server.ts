// The socket that clients come to: one at a time has the function, others are refused. Everything happens in turns of one
// thread, which sleeps in the kernel between them; the controller has a thread of its own.
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type NativeError, native, type UnixSocket } from "../compiled/native.ts";
import { Deadline } from "../ground/deadline.ts";
import { PhasebitError } from "../ground/errors.ts";
import { Connection, closeAll } from "../vfio-user/connection.ts";
import { EBUSY } from "../vfio-user/errno.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import { commandName, HeaderFlag } from "../vfio-user/protocol.ts";
import type { ServedFunction } from "./function.ts";
import { Session } from "./session.ts";

/** The socket in its folder, as SPDK's target has it. */
const SOCKET = "cntrl";
const BACKLOG = 16;
/** How soon a signal, or what the controller has lost, is seen. */
const TURN_MS = 50;
/** How long a client that is refused may take to ask. */
const REFUSAL_MS = 1000;
const ROOT = 0;

/** What is told of a server, as it happens. */
export interface ServerEvents {
  /** Clients may come. */
  ready(path: string): void;
  /** A line for whoever looks. */
  tell(line: string): void;
}

export interface ServeOptions {
  /** Where the socket is made; the folder too, when there is none. */
  readonly folder: string;
  /** Ends when the first client has gone. */
  readonly once: boolean;
  readonly signal: { readonly aborted: boolean };
}

/**
 * Serves until `signal`, or as `once` says.
 * @throws PhasebitError ENVIRONMENT when there can be no socket, or the controller has lost what it needs; REFUSED while
 * another server has it
 */
export async function serve(
  served: ServedFunction,
  options: ServeOptions,
  events: ServerEvents,
): Promise<void> {
  const server = new Server(served, options, events);
  try {
    events.ready(server.path);
    while (!options.signal.aborted && !server.isDone) {
      server.turn(TURN_MS);
      if (served.controller.hostFailure !== undefined) throw served.controller.hostFailure;
      await nextTurn();
    }
  } finally {
    server.close();
  }
}

interface Client {
  readonly session: Session;
  readonly pid: number;
}

/** Somebody who came while there was a client. */
interface Waiting {
  readonly connection: Connection;
  readonly pid: number;
  readonly deadline: Deadline;
}

export class Server {
  readonly path: string;
  readonly #served: ServedFunction;
  readonly #once: boolean;
  readonly #tell: (line: string) => void;
  readonly #listening: UnixSocket;
  #client: Client | undefined;
  #waiting: Waiting[] = [];
  #isDone = false;

  constructor(
    served: ServedFunction,
    { folder, once }: Pick<ServeOptions, "folder" | "once">,
    { tell }: Pick<ServerEvents, "tell">,
  ) {
    this.#served = served;
    this.#once = once;
    this.#tell = tell;
    this.path = join(folder, SOCKET);
    this.#listening = listenAt(folder, this.path);
    // a server that was killed may have left it
    rmSync(this.#note, { force: true });
  }

  /** A file with the number of the process that has the function, for those that are refused. */
  get #note(): string {
    return `${this.path}.client`;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Waits for something to do, and does it. */
  turn(timeoutMs: number): void {
    const fds = [
      this.#listening.fd,
      ...(this.#client === undefined ? [] : [this.#client.session.fd]),
      ...this.#waiting.map(({ connection }) => connection.fd),
    ];
    native().waitReadable(fds, timeoutMs);
    this.#step();
    for (let next = this.#listening.accept(); next !== null; next = this.#listening.accept()) {
      this.#welcome(next);
    }
    this.#waiting = this.#waiting.filter((one) => !this.#refuse(one));
  }

  close(): void {
    this.#leave("the server ends");
    for (const { connection } of this.#waiting) connection.close();
    this.#listening.close();
    rmSync(this.path, { force: true });
  }

  #step(): void {
    const why = this.#client?.session.step() ?? null;
    if (why !== null) this.#leave(why);
  }

  #welcome(socket: UnixSocket): void {
    const { pid, uid } = socket.peer();
    if (uid !== process.getuid!() && uid !== ROOT) {
      this.#tell(`refused process ${pid}: it is of user ${uid}`);
      socket.close();
      return;
    }
    // one that has just gone makes room for the next
    this.#step();
    const connection = new Connection(socket);
    if (this.#client !== undefined || this.#isDone) {
      if (this.#waiting.length >= BACKLOG) connection.close();
      else this.#waiting.push({ connection, pid, deadline: deadlineFor(connection) });
      return;
    }
    const told = (line: string): void => this.#tell(`process ${pid}: ${line}`);
    this.#client = { session: new Session(connection, this.#served, told), pid };
    writeFileSync(this.#note, `${pid}\n`, { flag: "wx", mode: 0o600 });
    this.#tell(`process ${pid} has the controller`);
    this.#step();
  }

  /** Its first question is answered with EBUSY. @returns whether that is done */
  #refuse({ connection, pid, deadline }: Waiting): boolean {
    try {
      const message = connection.receive();
      if (message === null && !deadline.isOver()) return false;
      if (message !== null) {
        closeAll(message.fds);
        const { id, command } = message;
        const flags = HeaderFlag.REPLY | HeaderFlag.ERROR;
        connection.send({ id, command, flags, error: EBUSY });
        const holder = this.#client?.pid;
        const why =
          holder === undefined ? "the server ends" : `process ${holder} has the controller`;
        this.#tell(`refused process ${pid} at ${commandName(command)}: ${why}`);
      }
    } catch (error) {
      if (!(error instanceof PeerError)) throw error;
    }
    connection.close();
    return true;
  }

  #leave(why: string): void {
    if (this.#client === undefined) return;
    const { session, pid } = this.#client;
    this.#client = undefined;
    session.end();
    rmSync(this.#note, { force: true });
    this.#tell(`process ${pid} has left: ${why}`);
    if (this.#once) this.#isDone = true;
  }
}

/** Time in which the host kept this server or the one who asks from running is not the other's. */
function deadlineFor(connection: Connection): Deadline {
  return new Deadline(REFUSAL_MS, () => connection.hostDelayMs());
}

/** A socket that a dead server left is in nobody's way. */
function listenAt(folder: string, path: string): UnixSocket {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return native().listenUnix(path, BACKLOG);
  } catch (error) {
    if ((error as NativeError).code !== "EADDRINUSE" || !isAbandoned(path)) throw told(path, error);
    rmSync(path);
    return native().listenUnix(path, BACKLOG);
  }
}

function isAbandoned(path: string): boolean {
  if (!statSync(path).isSocket()) return false;
  try {
    native().connectUnix(path).close();
    return false;
  } catch (error) {
    return (error as NativeError).code === "ECONNREFUSED";
  }
}

function told(path: string, cause: unknown): PhasebitError {
  const { code, message } = cause as NativeError;
  if (code !== "EADDRINUSE") return new PhasebitError("ENVIRONMENT", message, { cause });
  const why = statSync(path).isSocket() ? "another server has it" : "it is no socket";
  return new PhasebitError("REFUSED", `listen at ${path}: ${why}`, { cause, what: "socket" });
}
