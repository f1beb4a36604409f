// Features with what they carry beside CDW11 (NVMe 1.4, sections 5.13 and 5.21).
import { FeatureSelect } from "../../assembly/spec/commands.ts";
import { featureDataBytes } from "../decode/features.ts";
import { type Carried, carry, type Place } from "./carried.ts";
import { ADMIN_TIMEOUT_MS } from "./controller.ts";
import * as sqe from "./sqe.ts";

/** Which of a feature's values is meant. */
export interface FeatureRange {
  /** Feature Identifier. */
  readonly fid: number;
  /** 0, the controller, by default. */
  readonly nsid?: number;
  readonly select?: FeatureSelect;
  /** CDW11, by which some features say which value is meant: a sensor, a vector, an NVM set. */
  readonly which?: number;
}

/** Bits of CDW11 that say which of a feature's values is meant, and stay so in Set Features (5.21.1). */
const selectors: Readonly<Record<number, number>> = {
  4: 0x003f0000,
  9: 0x0000ffff,
  18: 0x0000ffff,
  19: 0x0000ffff,
  20: 0x0000ffff,
  24: 0x0000ffff,
};

/** The part of a value by which Get Features finds it again. */
export function selectorOf(fid: number, value: number): number {
  return (value & (selectors[fid] ?? 0)) >>> 0;
}

/** Get Features; the value is dword 0 of the completion, whatever its status. @throws PhasebitError as `carry` does */
export function getFeature(place: Place, range: FeatureRange): Promise<Carried> {
  const { fid, nsid = 0, select = FeatureSelect.CURRENT, which = 0 } = range;
  const command = sqe.getFeatures({ fid, nsid, select });
  command[11] = which;
  const bytes = select === FeatureSelect.SUPPORTED_CAPABILITIES ? 0 : featureDataBytes(fid);
  return carry(place, place.controller.admin, command, { timeoutMs: ADMIN_TIMEOUT_MS, bytes });
}

/**
 * Set Features.
 * @param value CDW11
 * @param input the feature's data, where it has some
 */
export function setFeature(
  place: Place,
  { fid, nsid = 0 }: Pick<FeatureRange, "fid" | "nsid">,
  {
    value,
    save,
    input,
  }: { readonly value: number; readonly save: boolean; readonly input?: Uint8Array },
): Promise<Carried> {
  const command = sqe.setFeatures({ fid, value, nsid, save });
  const bytes = Math.max(featureDataBytes(fid), input?.length ?? 0);
  const data = { bytes, ...(input !== undefined && { input }) };
  return carry(place, place.controller.admin, command, { timeoutMs: ADMIN_TIMEOUT_MS, ...data });
}
