// A hot reset of the link behind which a function lies: it reaches every function there, so all must be this process's.
import type { NativeError, VfioDevice } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import { reset } from "./vfio-failures.ts";

/** A function of a group that this process holds, as VFIO gave it. */
export interface ResettableFunction {
  readonly address: string;
  readonly group: number;
  readonly groupFd: number;
  readonly device: Pick<VfioDevice, "hotReset" | "hotResetFunctions">;
  /** Whether its registers are there. */
  answers(): boolean;
  /** The driver that has a function, or null. */
  driverOf(address: string): string | null;
}

/**
 * @throws PhasebitError USAGE where the link has no such reset, or the bridge above it refuses, REFUSED, with their names, when it would reach functions of
 * other groups, DEVICE when it failed.
 */
export function hotReset(fn: ResettableFunction): void {
  const { address, group, groupFd, device, driverOf } = fn;
  const reached = functionsReached(address, device);
  const strangers = reached.filter((one) => one.group !== group);
  if (strangers.length > 0) {
    const names = strangers.map((one) => {
      const driver = driverOf(one.address) ?? "no driver";
      return `${one.address} (group ${one.group}, ${driver})`;
    });
    throw new PhasebitError(
      "REFUSED",
      `hot reset ${address}: it would reset ${names.join(", ")} too, which this process does not hold`,
      { what: "reset", limit: "all functions behind the link must be of the same IOMMU group" },
    );
  }
  reset(address, () => {
    try {
      device.hotReset([groupFd]);
    } catch (error) {
      throw isRefusal(error) ? notReset(fn, error) : error;
    }
  });
}

/** ENOTTY is what the kernel says of a bridge that it cannot reset by, and of functions that it waited for in vain. */
function isRefusal(error: unknown): boolean {
  return (error as NativeError).code === "ENOTTY";
}

function notReset({ address, answers }: ResettableFunction, cause: unknown): PhasebitError {
  if (answers()) {
    const limit = "the bridge above it refuses (ENOTTY), and nothing was reset";
    return new PhasebitError(
      "USAGE",
      `hot reset ${address}: ${limit}; a function level reset may do`,
      {
        ...{ what: "reset", limit, cause },
      },
    );
  }
  const folder = "/sys/bus/pci";
  return new PhasebitError(
    "DEVICE",
    `hot reset ${address}: nothing answers since: its link stays down, or it does not come back, and the kernel has given up ` +
      `waiting (ENOTTY); have it found anew as root: echo 1 > ${folder}/devices/${address}/remove; ` +
      `echo 1 > ${folder}/rescan; else switch its power off and on`,
    { what: "reset", cause },
  );
}

function functionsReached(
  address: string,
  device: ResettableFunction["device"],
): ReturnType<VfioDevice["hotResetFunctions"]> {
  try {
    return device.hotResetFunctions();
  } catch (error) {
    if ((error as NativeError).code !== "ENODEV") throw error;
    const limit = "its link has no hot reset (as on a root bus)";
    const facts = { what: "reset", limit, cause: error };
    throw new PhasebitError("USAGE", `hot reset ${address}: ${limit}`, facts);
  }
}
