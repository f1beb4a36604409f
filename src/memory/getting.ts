// Pages from the system, which may have none.
import { PhasebitError } from "../ground/errors.ts";

/** @throws PhasebitError ENVIRONMENT when the system has no more memory, or no more descriptors. */
export function getting<T>(bytes: number, pages: () => T): T {
  try {
    return pages();
  } catch (cause) {
    throw noPages(cause as NodeJS.ErrnoException, bytes);
  }
}

/** Memory that both sides have is a file without a name, and counts against the limit of a file's size. */
function noPages(cause: NodeJS.ErrnoException, bytes: number): PhasebitError {
  const { message, code } = cause;
  const isLimited = code === "EFBIG";
  return new PhasebitError(
    "ENVIRONMENT",
    isLimited
      ? `${message}: raise the limit of a file's size, as with ulimit -f unlimited`
      : message,
    { what: isLimited ? "limit" : "memory", value: bytes, cause },
  );
}
