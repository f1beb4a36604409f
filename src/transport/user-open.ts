// How a vfio-user server's device is opened: connecting, and what both sides have settled before anything is asked of it.
import { readFileSync } from "node:fs";
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import { closeAll } from "../vfio-user/connection.ts";
import { EBUSY } from "../vfio-user/errno.ts";
import { PeerError } from "../vfio-user/peer-error.ts";
import { Command } from "../vfio-user/protocol.ts";
import { type Capabilities, decodeVersion, encodeVersion } from "../vfio-user/version.ts";
import { type UserOpening, UserTransport } from "./user.ts";
import { MOST_ANSWER_MS, parseUserAddress } from "./user-address.ts";
import { ANSWER_MS, connectTo, Exchange, Refused } from "./user-exchange.ts";
import { UserIommu } from "./user-iommu.ts";

/** Connects to the server, and takes its device. No register is touched. */
export async function openUser(address: string, opening: UserOpening = {}): Promise<UserTransport> {
  const { path, answerMs } = parseUserAddress(address);
  requireAnswerTime(opening.answerTimeoutMs);
  const connection = opening.connection ?? connectTo(path, address);
  const iommu = new UserIommu();
  const exchange = new Exchange(connection, address, iommu, {
    ...(opening.turn && { turn: opening.turn }),
    answerMs: answerMs ?? opening.answerTimeoutMs ?? ANSWER_MS,
  });
  iommu.exchange = exchange;
  try {
    const capabilities = greet(exchange, path, address);
    iommu.limit(capabilities.maxDmaMaps);
    return new UserTransport(address, { exchange, iommu, capabilities }, opening);
  } catch (error) {
    exchange.close();
    throw error;
  }
}

/** A server that has no time at all, or all of it, is no way to wait. */
function requireAnswerTime(ms: number | undefined): void {
  if (ms === undefined || (ms >= 1 && ms <= MOST_ANSWER_MS)) return;
  throw badValue("answerTimeoutMs", ms, "must be 1 to 3,600,000");
}

/** VERSION. @throws PhasebitError REFUSED when the server has a client */
function greet(exchange: Exchange, path: string, address: string): Capabilities {
  try {
    const { payload, fds } = exchange.ask(Command.VERSION, encodeVersion());
    closeAll(fds);
    return exchange.judge(Command.VERSION, () => usable(decodeVersion(payload)));
  } catch (error) {
    if (!(error instanceof Refused && error.errno === EBUSY)) throw error;
    throw new PhasebitError("REFUSED", `open ${address}: ${holderOf(path)} has the device`, {
      cause: error,
      what: "device",
      value: address,
    });
  }
}

function usable(said: Capabilities): Capabilities {
  if ((said.pgsizes & PAGE_BYTES) === 0) throw new PeerError("no memory windows of 4 KiB pages");
  if (said.maxMsgFds < 1) throw new PeerError("it takes no descriptors, and so no memory");
  return said;
}

/** phasebit's own server leaves the number of its client beside the socket. */
function holderOf(path: string): string {
  try {
    const pid = readFileSync(`${path}.client`, "latin1").trim();
    if (/^[1-9][0-9]{0,9}$/.test(pid)) return `process ${pid}`;
  } catch {
    // another server, or its client has gone meanwhile
  }
  return "another client";
}
