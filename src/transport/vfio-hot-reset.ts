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
  /** The driver that has a function, or null. */
  driverOf(address: string): string | null;
}

/**
 * @throws PhasebitError USAGE where the link has no such reset, REFUSED, with their names, when it would reach functions of
 * other groups, DEVICE when it failed.
 */
export function hotReset({ address, group, groupFd, device, driverOf }: ResettableFunction): void {
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
  reset(address, () => device.hotReset([groupFd]));
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
