// Client and server in one thread, over a real pair of sockets: whenever the client waits, the server goes on, and the
// controller steps in virtual time.
import { native } from "../../src/compiled/native.ts";
import { Device } from "../../src/nvme/device.ts";
import { openServed, type ServedFunction } from "../../src/serve/function.ts";
import { Session } from "../../src/serve/session.ts";
import type { UserTransport } from "../../src/transport/user.ts";
import { openUser } from "../../src/transport/user-open.ts";
import { Connection } from "../../src/vfio-user/connection.ts";

export const SMALL = "embedded?size=1m&queues=2&entries=64&seed=7";
const STEPS = 64;

/** A session with a function of its own. */
export interface Served {
  readonly served: ServedFunction;
  readonly session: Session;
  /** The client's end. */
  readonly connection: Connection;
  /** What the server has told. */
  readonly lines: string[];
  /** The server's turn. @returns why it has left the client */
  turn(): string | null;
  end(): Promise<void>;
}

export async function served(address = SMALL): Promise<Served> {
  const fn = await openServed(address, { stepped: true });
  const [ours, theirs] = native().unixPair();
  const lines: string[] = [];
  const session = new Session(new Connection(theirs), fn, (line) => lines.push(line));
  const connection = new Connection(ours);
  let left: string | null = null;
  const turn = (): string | null => {
    fn.controller.stepDevice(STEPS);
    if (left === null) {
      left = session.step();
      if (left !== null) session.end();
    }
    return left;
  };
  const end = async (): Promise<void> => {
    session.end();
    connection.close();
    await fn.controller.close();
  };
  return { served: fn, session, connection, lines, turn, end };
}

export interface Both extends Served {
  readonly transport: UserTransport;
  readonly device: Device;
}

/** A device that is open through the socket. */
export async function both(address?: string): Promise<Both> {
  const server = await served(address);
  const { connection } = server;
  const opening = { connection, turn: () => void server.turn() };
  const transport = await openUser("vfio-user:/in/this/thread", opening);
  return { ...server, transport, device: new Device(transport) };
}
