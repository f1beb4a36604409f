// What is looked at before and after a reset: registers, and features that go back to their defaults (NVMe 1.4, sections
// 7.3.2 and 5.13).
import { Feature } from "../../../assembly/spec/commands.ts";
import { Register } from "../../../assembly/spec/registers.ts";
import { featureName } from "../../decode/names.ts";
import type { Controller } from "../../nvme/controller.ts";
import { ADMIN_TIMEOUT_MS } from "../../nvme/controller.ts";
import type { Registers } from "../../nvme/registers.ts";
import * as sqe from "../../nvme/sqe.ts";
import type { Trouble } from "./findings.ts";

/** Registers as they were read; 64-bit ones as numbers of 64 bits. */
export interface RegisterState {
  readonly cc: number;
  readonly csts: number;
  readonly aqa: number;
  readonly asq: bigint;
  readonly acq: bigint;
}

export function registerState(registers: Registers): RegisterState {
  return {
    cc: registers.read(Register.CC),
    csts: registers.read(Register.CSTS),
    aqa: registers.read(Register.AQA),
    asq: registers.read64(Register.ASQ_LO),
    acq: registers.read64(Register.ACQ_LO),
  };
}

/** Values of features by their identifiers; those that the controller does not have are left out. */
export type FeatureState = ReadonlyMap<Feature, number>;

/** Number of Queues is left out: each bring-up sets it. */
const LOOKED_AT: readonly Feature[] = [
  Feature.ARBITRATION,
  Feature.POWER_MANAGEMENT,
  Feature.TEMPERATURE_THRESHOLD,
  Feature.ERROR_RECOVERY,
  Feature.VOLATILE_WRITE_CACHE,
  Feature.INTERRUPT_COALESCING,
  Feature.INTERRUPT_VECTOR_CONFIGURATION,
  Feature.WRITE_ATOMICITY_NORMAL,
  Feature.ASYNCHRONOUS_EVENT_CONFIGURATION,
];

/** Current values. @throws PhasebitError DEVICE when a command is not answered */
export async function featureState(controller: Controller, nsid: number): Promise<FeatureState> {
  const values = new Map<Feature, number>();
  for (const fid of LOOKED_AT) {
    const one = fid === Feature.ERROR_RECOVERY ? { fid, nsid } : { fid };
    const { status, dw0 } = await controller.admin.run(sqe.getFeatures(one), {
      timeoutMs: ADMIN_TIMEOUT_MS,
    });
    if (status === 0) values.set(fid, dw0);
  }
  return values;
}

/** Bits 15:0 of Interrupt Coalescing: time, threshold. */
const COALESCING_MASK = 0xffff;

/**
 * Changes a feature that nothing here depends on, so that a controller which does not put it back is seen. It is not saved.
 * @throws PhasebitError DEVICE when the command is not answered
 */
export async function disturbFeatures(controller: Controller, found: FeatureState): Promise<void> {
  const before = found.get(Feature.INTERRUPT_COALESCING);
  if (before === undefined) return;
  const value = (before & COALESCING_MASK) ^ 0x0101;
  await controller.admin.run(sqe.setFeatures({ fid: Feature.INTERRUPT_COALESCING, value }), {
    timeoutMs: ADMIN_TIMEOUT_MS,
  });
}

/** Features that are not as after the first reset. */
export function featureTroubles(before: FeatureState, after: FeatureState): Trouble[] {
  const changed = [...before].filter(([fid, value]) => after.get(fid) !== value);
  if (changed.length === 0) return [];
  const words = changed.map(([fid, value]) => {
    const found = after.get(fid);
    const now = found === undefined ? "is not there" : `is ${hex(found)}`;
    return `${featureName(fid)} ${now}, was ${hex(value)} after the reset before`;
  });
  return [{ name: "features-changed", text: words.join("; ") }];
}

/** AQA, ASQ and ACQ as section 7.3.2 has them: kept by a Controller Reset, 0 after any other. */
export function adminQueueTroubles(
  before: RegisterState,
  after: RegisterState,
  isKept: boolean,
): Trouble[] {
  const wrong = (["aqa", "asq", "acq"] as const).filter(
    (name) => BigInt(after[name]) !== (isKept ? BigInt(before[name]) : 0n),
  );
  if (wrong.length === 0) return [];
  const words = wrong.map(
    (name) => `${name.toUpperCase()} ${hex(after[name])}, before ${hex(before[name])}`,
  );
  const rule = isKept ? "a Controller Reset keeps them" : "they are 0 after this reset";
  const name = isKept ? "registers-lost" : "registers-kept";
  return [{ name, text: `${words.join("; ")}: ${rule} (7.3.2)` }];
}

export function hex(value: number | bigint): string {
  return `${value.toString(16)}h`;
}
