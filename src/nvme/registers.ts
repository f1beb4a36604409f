// The controller registers under their names, with every access traceable: what was written where, what
// came back, field by field (NVMe 1.4, section 3.1).
import * as fields from "../../assembly/spec/registers.ts";
import { Register } from "../../assembly/spec/registers.ts";
import type { Transport } from "../transport/transport.ts";

/** Receives one line for each step of the control plane. */
export type Trace = (line: string) => void;

/** CAP, resolved. */
export interface Capabilities {
  /** CAP.MQES + 1: entries a queue may have. */
  readonly maxQueueEntries: number;
  /** CAP.TO: the longest that enabling or disabling may take. */
  readonly timeoutMs: number;
  /** Bytes from one doorbell to the next. */
  readonly doorbellStride: number;
  readonly supportsNvmCommandSet: boolean;
  readonly minPageBytes: number;
}

/** Named access to a transport's registers. */
export class Registers {
  readonly #transport: Transport;
  readonly #trace: Trace | undefined;
  readonly #lastRead = new Map<Register, number>();

  constructor(transport: Transport, trace?: Trace) {
    this.#transport = transport;
    this.#trace = trace;
  }

  /** Reads four bytes. A repeated read that gives the same again is traced once. */
  read(register: Register): number {
    const value = this.#transport.read32(register) >>> 0;
    if (this.#trace !== undefined && this.#lastRead.get(register) !== value) {
      this.#trace(`read  ${describe(register, value)}`);
    }
    this.#lastRead.set(register, value);
    return value;
  }

  write(register: Register, value: number): void {
    this.#trace?.(`write ${describe(register, value >>> 0)}`);
    this.#transport.write32(register, value >>> 0);
  }

  /** Writes a 64-bit register as its two halves, low first. */
  write64(low: Register, value: bigint): void {
    this.write(low, Number(value & 0xffffffffn));
    this.write((low + 4) as Register, Number(value >> 32n));
  }

  /** One field of a register's value. */
  static field(value: number, shift: number, mask: number): number {
    return (value >>> shift) & mask;
  }

  capabilities(): Capabilities {
    const low = this.read(Register.CAP_LO);
    const high = this.read(Register.CAP_HI);
    const { field } = Registers;
    return {
      maxQueueEntries: field(low, fields.CAP_LO_MQES_SHIFT, fields.CAP_LO_MQES_MASK) + 1,
      timeoutMs: field(low, fields.CAP_LO_TO_SHIFT, fields.CAP_LO_TO_MASK) * 500,
      doorbellStride: 4 << field(high, fields.CAP_HI_DSTRD_SHIFT, fields.CAP_HI_DSTRD_MASK),
      supportsNvmCommandSet:
        (field(high, fields.CAP_HI_CSS_SHIFT, fields.CAP_HI_CSS_MASK) & 1) === 1,
      minPageBytes: pageBytes(high, fields.CAP_HI_MPSMIN_SHIFT, fields.CAP_HI_MPSMIN_MASK),
    };
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
}

function pageBytes(value: number, shift: number, mask: number): number {
  return 2 ** (12 + Registers.field(value, shift, mask));
}

/** [name, shift, mask] of the fields worth reading in a trace. */
const FIELDS: Partial<Record<Register, readonly (readonly [string, number, number])[]>> = {
  [Register.CAP_LO]: [
    ["MQES", fields.CAP_LO_MQES_SHIFT, fields.CAP_LO_MQES_MASK],
    ["CQR", fields.CAP_LO_CQR_SHIFT, fields.CAP_LO_CQR_MASK],
    ["AMS", fields.CAP_LO_AMS_SHIFT, fields.CAP_LO_AMS_MASK],
    ["TO", fields.CAP_LO_TO_SHIFT, fields.CAP_LO_TO_MASK],
  ],
  [Register.CAP_HI]: [
    ["DSTRD", fields.CAP_HI_DSTRD_SHIFT, fields.CAP_HI_DSTRD_MASK],
    ["NSSRS", fields.CAP_HI_NSSRS_SHIFT, fields.CAP_HI_NSSRS_MASK],
    ["CSS", fields.CAP_HI_CSS_SHIFT, fields.CAP_HI_CSS_MASK],
    ["MPSMIN", fields.CAP_HI_MPSMIN_SHIFT, fields.CAP_HI_MPSMIN_MASK],
    ["MPSMAX", fields.CAP_HI_MPSMAX_SHIFT, fields.CAP_HI_MPSMAX_MASK],
    ["CMBS", fields.CAP_HI_CMBS_SHIFT, fields.CAP_HI_CMBS_MASK],
  ],
  [Register.VS]: [
    ["MJR", fields.VS_MJR_SHIFT, fields.VS_MJR_MASK],
    ["MNR", fields.VS_MNR_SHIFT, fields.VS_MNR_MASK],
    ["TER", fields.VS_TER_SHIFT, fields.VS_TER_MASK],
  ],
  [Register.CC]: [
    ["EN", fields.CC_EN_SHIFT, fields.CC_EN_MASK],
    ["CSS", fields.CC_CSS_SHIFT, fields.CC_CSS_MASK],
    ["MPS", fields.CC_MPS_SHIFT, fields.CC_MPS_MASK],
    ["AMS", fields.CC_AMS_SHIFT, fields.CC_AMS_MASK],
    ["SHN", fields.CC_SHN_SHIFT, fields.CC_SHN_MASK],
    ["IOSQES", fields.CC_IOSQES_SHIFT, fields.CC_IOSQES_MASK],
    ["IOCQES", fields.CC_IOCQES_SHIFT, fields.CC_IOCQES_MASK],
  ],
  [Register.CSTS]: [
    ["RDY", fields.CSTS_RDY_SHIFT, fields.CSTS_RDY_MASK],
    ["CFS", fields.CSTS_CFS_SHIFT, fields.CSTS_CFS_MASK],
    ["SHST", fields.CSTS_SHST_SHIFT, fields.CSTS_SHST_MASK],
    ["NSSRO", fields.CSTS_NSSRO_SHIFT, fields.CSTS_NSSRO_MASK],
    ["PP", fields.CSTS_PP_SHIFT, fields.CSTS_PP_MASK],
  ],
  [Register.AQA]: [
    ["ASQS", fields.AQA_ASQS_SHIFT, fields.AQA_ASQS_MASK],
    ["ACQS", fields.AQA_ACQS_SHIFT, fields.AQA_ACQS_MASK],
  ],
};

/** "CC 00460001 EN=1 CSS=0 …" */
function describe(register: Register, value: number): string {
  const parts = (FIELDS[register] ?? []).map(
    ([name, shift, mask]) => `${name}=${Registers.field(value, shift, mask)}`,
  );
  const hex = value.toString(16).padStart(8, "0");
  return [Register[register].padEnd(6), hex, ...parts].join(" ");
}
