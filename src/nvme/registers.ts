// The controller registers under their names, with every access traceable: what was written where, what
// came back, field by field (NVMe 1.4, section 3.1).
import * as fields from "../../assembly/spec/registers.ts";
import { ALL_ONES, Register } from "../../assembly/spec/registers.ts";
import { Deadline } from "../ground/deadline.ts";
import { PhasebitError, requireTimeout } from "../ground/errors.ts";
import type { Transport } from "../transport/transport.ts";
import {
  describe,
  describe64,
  type Fields,
  fieldsOf,
  hex,
  requireFields,
} from "./register-fields.ts";

export { type Fields, fieldsOf } from "./register-fields.ts";

/** What other hosts allow beyond CAP.TO and CRTO. */
export const GRACE_MS = 500;
/** Of CAP.TO and CRTO. */
const TIMEOUT_UNIT_MS = 500;

/** Receives one line for each step of the control plane. */
export type Trace = (line: string) => void;

/** CAP, resolved. */
export interface Capabilities {
  /** CAP.MQES + 1: entries a queue may have. */
  readonly maxQueueEntries: number;
  /** CAP.TO: the longest that disabling may take, and enabling where there is no CRTO. */
  readonly timeoutMs: number;
  /**
   * The longest that enabling may take, with CC.CRIME 0 and 1: CRTO (2.0) where CAP.CRMS says that it is there. Never less
   * than CAP.TO, which some controllers have larger.
   */
  readonly readyTimeoutMs: readonly [withMedia: number, independentOfMedia: number];
  /** Bytes from one doorbell to the next. */
  readonly doorbellStride: number;
  readonly supportsNvmCommandSet: boolean;
  readonly minPageBytes: number;
}

/** Whether CAP was 0, which is no controller's that is in use: MQES is 1 at least (3.1.1). */
export function isOffline({ maxQueueEntries, supportsNvmCommandSet }: Capabilities): boolean {
  return maxQueueEntries === 1 && !supportsNvmCommandSet;
}

/** What registers are reached through: a transport, or less of one. */
export type RegisterSource = Pick<
  Transport,
  "address" | "read32" | "write32" | "read64" | "write64" | "hostDelayMs" | "lost" | "pause"
>;

/** How `until` waits. */
export interface UntilOptions {
  /** CAP.TO and 500 ms by default, as other hosts allow. */
  readonly timeoutMs?: number;
  /** All-ones do not end the wait before its time: the device may be away for a while. Called at each such look. */
  readonly whileGone?: () => void;
}

/**
 * How a register of eight bytes is reached (NVMe 1.4, 3.1): in one access, or in two of four bytes with either half first.
 */
export const registerAccesses = ["64", "lo-hi", "hi-lo"] as const;
export type RegisterAccess = (typeof registerAccesses)[number];

/** How `read64` and `write64` go about it. */
export interface AccessOptions {
  /** "lo-hi" by default. */
  readonly access?: RegisterAccess;
}

/** Named access to a transport's registers. Values are 32-bit, without a sign. */
export class Registers {
  readonly #transport: RegisterSource;
  readonly #trace: Trace | undefined;
  readonly #lastRead = new Map<Register, number>();
  #isEnded = false;
  readonly #pause: () => Promise<void>;
  #capabilities: Capabilities | undefined;

  /** @param pause what waits do between two looks; the transport's own by default */
  constructor(transport: RegisterSource, trace?: Trace, pause = () => transport.pause()) {
    this.#transport = transport;
    this.#trace = trace;
    this.#pause = pause;
  }

  /**
   * Reads four bytes. A repeated read that gives the same again is traced once.
   * @throws PhasebitError USAGE when the device was closed.
   */
  read(register: Register): number {
    this.#requireOpen("read", register);
    const value = this.#transport.read32(register) >>> 0;
    if (this.#trace !== undefined && this.#lastRead.get(register) !== value) {
      this.#trace(`read  ${describe(register, value)}`);
    }
    this.#lastRead.set(register, value);
    return value;
  }

  /** Writes four bytes. @throws PhasebitError USAGE when the device was closed. */
  write(register: Register, value: number): void {
    this.#requireOpen("write", register);
    this.#trace?.(`write ${describe(register, value >>> 0)}`);
    this.#transport.write32(register, value >>> 0);
  }

  /**
   * Writes a 64-bit register, as its two halves, low first, unless told otherwise.
   * @param low the offset of its low half
   * @throws PhasebitError USAGE when the device was closed, and for one access of eight bytes where the transport has none.
   */
  write64(low: Register, value: bigint, { access = "lo-hi" }: AccessOptions = {}): void {
    if (access === "64") {
      this.#writeWhole(low, value);
      return;
    }
    for (const [half, part] of halves(low, access)) {
      this.write(half, Number((value >> part) & 0xffffffffn));
    }
  }

  /**
   * Reads a 64-bit register, as its two halves, low first, unless told otherwise.
   * @param low the offset of its low half
   * @throws PhasebitError USAGE when the device was closed, and for one access of eight bytes where the transport has none.
   */
  read64(low: Register, { access = "lo-hi" }: AccessOptions = {}): bigint {
    if (access === "64") return this.#readWhole(low);
    return halves(low, access).reduce(
      (value, [half, part]) => value | (BigInt(this.read(half)) << part),
      0n,
    );
  }

  #readWhole(low: Register): bigint {
    this.#requireOpen("read", low);
    this.#requireWhole(low);
    const value = BigInt.asUintN(64, this.#transport.read64!(low));
    this.#trace?.(`read  ${describe64(low, value)}`);
    return value;
  }

  #writeWhole(low: Register, value: bigint): void {
    this.#requireOpen("write", low);
    this.#requireWhole(low);
    this.#trace?.(`write ${describe64(low, value)}`);
    this.#transport.write64!(low, value);
  }

  #requireWhole(low: Register): void {
    const { address, read64, write64 } = this.#transport;
    if (read64 !== undefined && write64 !== undefined) return;
    throw new PhasebitError(
      "USAGE",
      `access ${Register[low]} of ${address}: its transport has no access of eight bytes`,
      { what: "access", value: "64" },
    );
  }

  /**
   * The fields of a register, read once.
   * @throws PhasebitError DEVICE when the register reads all-ones: the device is gone or does not answer.
   */
  fields(register: Register): Fields {
    return fieldsOf(register, this.#present(register));
  }

  /**
   * Waits until a register's fields have these values.
   * @returns the register's value.
   * @throws PhasebitError USAGE for a field that the register does not have or a time that is none; DEVICE at the deadline, when the register
   * reads all-ones, or when CSTS.CFS is set and is not
   * what is waited for.
   */
  async until(register: Register, wanted: Fields, options: UntilOptions = {}): Promise<number> {
    const timeoutMs = options.timeoutMs ?? this.capabilities().timeoutMs + GRACE_MS;
    requireTimeout(timeoutMs);
    const names = Object.keys(wanted);
    requireFields(register, names);
    const deadline = new Deadline(timeoutMs, () => this.#transport.hostDelayMs?.() ?? 0);
    for (;;) {
      const value = options.whileGone ? this.read(register) : this.#present(register);
      const isGone = value === ALL_ONES;
      const found = fieldsOf(register, value);
      if (isGone) options.whileGone?.();
      if (!isGone && names.every((name) => found[name] === wanted[name])) return value;
      if (register === Register.CSTS && found.CFS === 1 && endsOnFailure(wanted)) {
        throw this.#failure("CSTS.CFS is set, the controller has failed");
      }
      if (deadline.isOver() && isGone) this.#present(register);
      if (deadline.isOver()) throw this.#late(register, wanted, value, timeoutMs);
      await this.#pause();
    }
  }

  /** One field of a register's value. */
  static field(value: number, shift: number, mask: number): number {
    return (value >>> shift) & mask;
  }

  /**
   * CAP, read once: it never changes. Only while it has no queue entries it is read again: a virtual function's controller
   * answers with zeroes until it is online (8.5). @throws PhasebitError DEVICE when no device answers.
   */
  capabilities(): Capabilities {
    if (this.#capabilities === undefined || isOffline(this.#capabilities)) {
      this.#capabilities = this.#readCapabilities();
    }
    return this.#capabilities;
  }

  /** The device is given back: nobody answers any more, and whoever still waits is told so. */
  end(): void {
    this.#isEnded = true;
  }

  #requireOpen(doing: string, register: Register): void {
    if (!this.#isEnded) return;
    const what = `${doing} ${Register[register]}`;
    throw new PhasebitError(
      "USAGE",
      `${what} of ${this.#transport.address}: the device was closed`,
    );
  }

  #readCapabilities(): Capabilities {
    const low = this.#present(Register.CAP_LO);
    const high = this.#present(Register.CAP_HI);
    const { field } = Registers;
    const timeoutMs = field(low, fields.CAP_LO_TO_SHIFT, fields.CAP_LO_TO_MASK) * TIMEOUT_UNIT_MS;
    return {
      maxQueueEntries: field(low, fields.CAP_LO_MQES_SHIFT, fields.CAP_LO_MQES_MASK) + 1,
      timeoutMs,
      readyTimeoutMs: this.#readyTimeouts(high, timeoutMs),
      doorbellStride: 4 << field(high, fields.CAP_HI_DSTRD_SHIFT, fields.CAP_HI_DSTRD_MASK),
      supportsNvmCommandSet:
        (field(high, fields.CAP_HI_CSS_SHIFT, fields.CAP_HI_CSS_MASK) & 1) === 1,
      minPageBytes: pageBytes(high, fields.CAP_HI_MPSMIN_SHIFT, fields.CAP_HI_MPSMIN_MASK),
    };
  }

  /** Where CAP.CRMS is 0, CRTO is reserved. */
  #readyTimeouts(capHigh: number, timeoutMs: number): [number, number] {
    const { field } = Registers;
    if (field(capHigh, fields.CAP_HI_CRMS_SHIFT, fields.CAP_HI_CRMS_MASK) === 0) {
      return [timeoutMs, timeoutMs];
    }
    const crto = this.#present(Register.CRTO);
    const withMedia = field(crto, fields.CRTO_CRWMT_SHIFT, fields.CRTO_CRWMT_MASK);
    const independent = field(crto, fields.CRTO_CRIMT_SHIFT, fields.CRTO_CRIMT_MASK);
    const milliseconds = (units: number): number => Math.max(timeoutMs, units * TIMEOUT_UNIT_MS);
    return [milliseconds(withMedia), milliseconds(independent)];
  }

  /** VS as "major.minor.tertiary". */
  version(): string {
    const vs = this.read(Register.VS);
    const { field } = Registers;
    return [
      field(vs, fields.VS_MJR_SHIFT, fields.VS_MJR_MASK),
      field(vs, fields.VS_MNR_SHIFT, fields.VS_MNR_MASK),
      field(vs, fields.VS_TER_SHIFT, fields.VS_TER_MASK),
    ].join(".");
  }

  #present(register: Register): number {
    const value = this.read(register);
    if (value !== ALL_ONES) return value;
    throw (
      this.#transport.lost ??
      this.#failure("registers read all-ones: the device is gone or does not answer")
    );
  }

  #late(register: Register, wanted: Fields, value: number, timeoutMs: number): PhasebitError {
    const name = Register[register]!;
    const conditions = Object.entries(wanted).map(
      ([field, number]) => `${name}.${field}=${number}`,
    );
    const what = conditions.join(" and ");
    return new PhasebitError(
      "DEVICE",
      `${this.#transport.address}: wait for ${what}: not within ${timeoutMs} ms, ` +
        `CC ${hex(this.read(Register.CC))}, ${name} ${hex(value)}`,
      { what, value, limit: `${timeoutMs} ms`, section: "3.1" },
    );
  }

  #failure(why: string): PhasebitError {
    return new PhasebitError("DEVICE", `${this.#transport.address}: ${why}`, { section: "3.1.6" });
  }
}

/** CFS says nothing against a controller that is being disabled. */
function endsOnFailure(wanted: Fields): boolean {
  return wanted.RDY !== 0 && wanted.CFS === undefined;
}

function pageBytes(value: number, shift: number, mask: number): number {
  return 2 ** (12 + Registers.field(value, shift, mask));
}

/** The halves' offsets and lowest bits, in their order. */
function halves(low: Register, access: "lo-hi" | "hi-lo"): (readonly [Register, bigint])[] {
  const both = [
    [low, 0n],
    [(low + 4) as Register, 32n],
  ] as const;
  return access === "lo-hi" ? [...both] : [...both].reverse();
}
