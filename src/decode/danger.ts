// Whether a command can destroy what is on a drive, or change the drive beyond the next reset: what is not known may.
import {
  AdminOpcode,
  CDW0_OPC_MASK,
  DSM_AD,
  FEATURE_FID_MASK,
  FEATURE_SV,
  NvmOpcode,
} from "../../assembly/spec/commands.ts";
import { lastingEffect } from "./features.ts";
import { featureName } from "./names.ts";
import { adminCommand, ioCommand } from "./opcodes.ts";

/**
 * What a command may do that no reset undoes, in words: "Format NVM can destroy data"; null for what cannot.
 * @param sqe Command Dwords
 * @param isAdmin whether it goes to the Admin Submission Queue, where opcodes mean something else
 */
export function dangerOf(sqe: ArrayLike<number>, isAdmin: boolean): string | null {
  const opcode = sqe[0]! & CDW0_OPC_MASK;
  if (isAdmin && opcode === AdminOpcode.SET_FEATURES) {
    return featureDanger(sqe[10]! & FEATURE_FID_MASK, (sqe[10]! & FEATURE_SV) !== 0);
  }
  const { name, isNamed, destroys } = isAdmin ? adminCommand(opcode) : ioCommand(opcode);
  if (destroys === null) return null;
  if (!isNamed) {
    const hex = opcode.toString(16).toUpperCase().padStart(2, "0");
    return `opcode ${hex}h is ${name}: nobody knows what it does`;
  }
  // without Deallocate it is a hint about how blocks will be used
  const isHint = !isAdmin && opcode === NvmOpcode.DATASET_MANAGEMENT && (sqe[11]! & DSM_AD) === 0;
  if (isHint) return null;
  return destroys === "data" ? `${name} can destroy data` : `${name} changes the drive for good`;
}

/** The same of a Set Features command. @param isSaved SV */
export function featureDanger(fid: number, isSaved: boolean): string | null {
  const effect = lastingEffect(fid);
  if (effect !== null) return `setting ${featureName(fid)}: ${effect}`;
  return isSaved
    ? `${featureName(fid)} is saved: the value outlives resets and power cycles`
    : null;
}
