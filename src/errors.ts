// Every failure that a user can meet, with the exit code it ends in. Programmer errors are assertions.

/** Kinds of failure and the exit code of each. */
export const exitCodes = {
  INTERNAL: 1,
  /** A flag, an address, an option value. */
  USAGE: 2,
  /** No IOMMU, no permission, not bound, no addon. */
  ENVIRONMENT: 3,
  /** A guard refused: writes without consent, a namespace in use. */
  REFUSED: 4,
  /** The device misbehaved, or I/O failed. */
  DEVICE: 5,
  /** Results could not be written whole. */
  RESULTS: 7,
  /** A condition of `phasebit diff --fail-if` is met. */
  THRESHOLD: 99,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** A failure that is not a bug of phasebit. The message says what was tried, on what, and what to do. */
export class PhasebitError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PhasebitError";
    this.code = code;
  }

  /** The process exit code this failure ends in. */
  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** The exit code that any failure ends in: ours by its code, the system's as the environment, else a bug. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof PhasebitError) return error.exitCode;
  return isSystemError(error) ? exitCodes.ENVIRONMENT : exitCodes.INTERNAL;
}

/** The system refused something: what and why stand in the message. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/** A USAGE error: bad input. */
export function usage(message: string): PhasebitError {
  return new PhasebitError("USAGE", message);
}
