// The values that features have (NVMe 1.4, section 5.21.1), as far as each is one plain number: whoever
// acts by a feature reads it here, and need not know the commands that set it (features.ts).
import { Feature } from "../spec/commands.ts";
import { controller, FEATURES } from "./state.ts";

const FID_COUNT: u32 = 16;

/** RAB and the default of Arbitration Burst: 2^6 commands; 7 is no limit. */
export const ARBITRATION_BURST: u32 = 6;
const AB_MASK: u32 = 0x7;
const AB_UNLIMITED: u32 = 7;
/** What "no limit" is here, so that a step stays short. */
const LONGEST_BURST: u32 = 256;

/** Sets every value to its default. */
export function resetFeatureValues(): void {
  for (let fid: u32 = 0; fid < FID_COUNT; fid++) setFeatureValue(fid, defaultValue(fid));
}

/** The current value of a feature that has one plain value. */
@inline
export function featureValue(fid: u32): u32 {
  return load<u32>(FEATURES + ((fid as usize) << 2));
}

/** `value` has only bits that mean something here. */
export function setFeatureValue(fid: u32, value: u32): void {
  store<u32>(FEATURES + ((fid as usize) << 2), value);
}

/** What every reset brings back: nothing can be saved. */
export function defaultValue(fid: u32): u32 {
  if (fid == (Feature.ARBITRATION as u32)) return ARBITRATION_BURST;
  if (fid == (Feature.VOLATILE_WRITE_CACHE as u32)) return 1;
  return 0;
}

/** The burst that the fetching of commands uses. */
export function applyArbitration(): void {
  const burst = featureValue(Feature.ARBITRATION) & AB_MASK;
  controller.burst = burst == AB_UNLIMITED ? LONGEST_BURST : 1 << burst;
}
