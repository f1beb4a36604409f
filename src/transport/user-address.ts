// How a vfio-user server's device is named: by the path of its socket, and how long it may take.
//
//   vfio-user:/tmp/nvme/cntrl
//   vfio-user:/tmp/nvme/cntrl?answer=30s         for an answer; a reset may take six times as long
import { badValue, usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import { parseTimeMs } from "../ground/units.ts";

const SCHEME = "vfio-user:";
/** Behind a path: what has no "=" belongs to the path. */
const PARAMETERS = /\?([a-z-]+=[^?/]*)$/;
export const MOST_ANSWER_MS = 3_600_000;

/** An address as it was given. */
export interface UserAddress {
  readonly path: string;
  /** What the server may take for an answer. */
  readonly answerMs?: number;
}

/** Whether the text begins as one. */
export function isUserAddress(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** @throws PhasebitError USAGE when there is no path, and for a parameter that is none */
export function parseUserAddress(address: string): UserAddress {
  const whole = address.slice(SCHEME.length);
  const query = PARAMETERS.exec(whole);
  const path = query === null ? whole : whole.slice(0, query.index);
  if (path === "" || path.includes("\0")) {
    throw usage(
      `device ${safeString(address)}: expected ${SCHEME} and the path of a server's socket`,
    );
  }
  return query === null ? { path } : { path, answerMs: answerOf(address, query[1]!) };
}

function answerOf(address: string, query: string): number {
  const [name, ...values] = query.split("=");
  if (name !== "answer") throw badValue("device", address, `"${name}" is no parameter: answer is`);
  const parsed = parseTimeMs(values.join("="));
  if (!parsed.ok) throw badValue("device", address, `answer: ${parsed.why}`);
  if (parsed.value >= 1 && parsed.value <= MOST_ANSWER_MS) return parsed.value;
  throw badValue("device", address, "answer must be 1ms to 1h");
}
