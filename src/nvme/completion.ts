// A completion queue entry, taken apart (NVMe 1.4, section 4.6).
import { STATUS_CODE_MASK, STATUS_DNR, STATUS_MORE } from "../../assembly/spec/status.ts";
import { decodeStatus, statusName } from "../decode/status.ts";
import { PhasebitError } from "../ground/errors.ts";
import { flagNames } from "../measurement/flags.ts";
import type { FlagName } from "../measurement/measurement.ts";

/** Size of a completion queue entry, as assembly/spec/entries.ts declares it; a test holds them together. */
export const CQE_BYTES = 16;

/** Dwords of a completion queue entry. */
export const CQE_DWORDS = 4;

/** A completion queue entry. */
export interface Completion {
  /** Command specific. */
  readonly dw0: number;
  readonly dw1: number;
  /** Head of the submission queue, as the controller stands. */
  readonly sqhd: number;
  readonly sqid: number;
  readonly cid: number;
  readonly phase: 0 | 1;
  /** SCT << 8 | SC; 0 is success. */
  readonly status: number;
  /** Command Retry Delay, an index of Identify Controller's CRDT. */
  readonly crd: number;
  readonly more: boolean;
  readonly dnr: boolean;
  /** The four dwords as they came. */
  readonly raw: readonly [number, number, number, number];
  /** It names no command that is outstanding on its submission queue. */
  readonly stray: boolean;
  /** When it was found, in ms on performance.now()'s scale. */
  readonly foundMs: number;
}

/** An entry's dwords, read once, taken apart. */
export function completionOf(dwords: ArrayLike<number>): Completion {
  const [dw0 = 0, dw1 = 0, dw2 = 0, dw3 = 0] = Array.from(dwords);
  const status = dw3 >>> 17;
  return {
    dw0,
    dw1,
    sqhd: dw2 & 0xffff,
    sqid: dw2 >>> 16,
    cid: dw3 & 0xffff,
    phase: (dw3 & 0x10000) === 0 ? 0 : 1,
    status: status & STATUS_CODE_MASK,
    crd: (status >>> 11) & 0x3,
    more: (status & STATUS_MORE) !== 0,
    dnr: (status & STATUS_DNR) !== 0,
    raw: [dw0, dw1, dw2, dw3],
    stray: false,
    foundMs: performance.now(),
  };
}

/** What a success has set that says something of errors only, or is reserved (4.6); of an error nothing. */
export function flagsOf({ status, more, crd, dnr, dw1 }: Completion): FlagName[] {
  if (status !== 0) return [];
  const set = { more, crd: crd !== 0, dnr, dword1: dw1 !== 0 };
  return flagNames.filter((name) => set[name]);
}

/** The failure that a completion with an error status is to a caller who asked for success. `what` names the command. */
export function completionError(what: string, completion: Completion): PhasebitError {
  const { status } = completion;
  const { meaning, remedy } = decodeStatus(status);
  const name = [statusName(status), ...statusBits(completion)].join(", ");
  const message = `${what}: ${name}: ${meaning}; ${remedy}`;
  return new PhasebitError("DEVICE", message, { what, value: status });
}

/** What the status field says beside its code: "CRD 1", "More", "DNR" (4.6.1). */
export function statusBits({ crd, more, dnr }: Pick<Completion, "crd" | "more" | "dnr">): string[] {
  return [crd > 0 && `CRD ${crd}`, more && "More", dnr && "DNR"].filter((bit) => bit !== false);
}
