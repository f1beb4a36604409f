// What CC and CSTS together say of a controller, in words (NVMe 1.4, sections 3.1.5, 3.1.6).
import { ALL_ONES, Register, ShutdownStatus } from "../../assembly/spec/registers.ts";
import { decodeValue } from "./decode.ts";
import { registerAt } from "./registers.ts";
import type { Value } from "./structure.ts";

/** What state a controller is in. "gone" is all-ones; "waiting" is between CC.EN and CSTS.RDY, for whatever time. */
export type ControllerCondition =
  | "gone"
  | "fatal"
  | "disabled"
  | "ready"
  | "waiting"
  | "shutting-down"
  | "shut-down";

/** The condition, and a sentence about it. */
export interface ControllerWords {
  readonly condition: ControllerCondition;
  readonly text: string;
}

/** @param cc CC's value @param csts CSTS's value, read after it */
export function controllerWords(cc: number, csts: number): ControllerWords {
  if (csts === ALL_ONES) {
    return said("gone", "no device answers: its registers read all-ones");
  }
  const { EN } = valuesOf(Register.CC, cc);
  const { RDY, CFS, SHST, PP } = valuesOf(Register.CSTS, csts);
  const paused = PP === 1 ? ", processing is paused" : "";
  if (CFS === 1) return said("fatal", `the controller has failed: CSTS.CFS is 1${paused}`);
  if (SHST === ShutdownStatus.OCCURRING) return said("shutting-down", "it is shutting down");
  if (SHST === ShutdownStatus.COMPLETE) return said("shut-down", "it has shut down");
  if (EN === 1 && RDY === 1) return said("ready", `enabled and ready${paused}`);
  if (EN === 0 && RDY === 0) return said("disabled", "disabled");
  const text =
    EN === 1
      ? "enabled, but not ready: it is starting, or hangs"
      : "disabled, but still ready: it is stopping, or hangs";
  return said("waiting", text);
}

function said(condition: ControllerCondition, text: string): ControllerWords {
  return { condition, text };
}

function valuesOf(register: Register, value: number): Record<string, Value> {
  const { register: structure } = registerAt(register)!;
  return Object.fromEntries(
    decodeValue(structure, value).map(({ name, value: part }) => [name, part]),
  );
}
