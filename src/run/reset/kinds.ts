// Kinds of reset as they are exercised: the library's, and shutdowns, after each of which CC.EN is cleared.
import type { Device } from "../../nvme/device.ts";
import { registersKeptBy } from "../../nvme/resets.ts";

/** In the order of how much they reach. */
export const resetKinds = [
  "controller",
  "shutdown",
  "abrupt",
  "subsystem",
  "function",
  "hot",
] as const;

export type ExerciseKind = (typeof resetKinds)[number];

/** Whether the kind begins with a shutdown. */
export function shutsDown(kind: ExerciseKind): boolean {
  return kind === "shutdown" || kind === "abrupt";
}

/** CC.SHN and SHST=2. @throws as `Device.shutDown` */
export function shutDown(device: Device, kind: ExerciseKind): Promise<void> {
  return device.shutDown({ abrupt: kind === "abrupt" });
}

/** Until CSTS.RDY=0. @throws as `Device.reset` */
export function reset(device: Device, kind: ExerciseKind): Promise<void> {
  return device.reset(libraryKind(kind));
}

/** Whether AQA, ASQ and ACQ stay (7.3.2). */
export function keepsAdminQueue(kind: ExerciseKind): boolean {
  return registersKeptBy(libraryKind(kind)).includes("ASQ");
}

function libraryKind(kind: ExerciseKind): "controller" | "subsystem" | "function" | "hot" {
  return kind === "shutdown" || kind === "abrupt" ? "controller" : kind;
}
