// How a vfio-user server's device is named: "vfio-user:" and the path of its socket.
import { usage } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";

const SCHEME = "vfio-user:";

/** Whether the text begins as one. */
export function isUserAddress(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** The socket's path. @throws PhasebitError USAGE when there is none */
export function socketPath(address: string): string {
  const path = address.slice(SCHEME.length);
  if (path !== "" && !path.includes("\0")) return path;
  throw usage(
    `device ${safeString(address)}: expected ${SCHEME} and the path of a server's socket`,
  );
}
