// A function that this process holds, whichever way it was taken.
import type { Native, NativeError, VfioContainer, VfioDevice } from "../compiled/native.ts";
import type { PageRequestSource } from "../memory/page-requests.ts";
import type { TakingStep } from "./vfio-advice.ts";

/** The addon's calls that take a function. */
export type VfioCalls = Pick<
  Native,
  "openVfioGroup" | "openVfioContainer" | "openIommufd" | "openVfioCdev"
>;

/** What maps memory for a function: its container, or an address space of an iommufd. */
export type DmaMapper = Pick<VfioContainer, "iovaRanges" | "mapDma" | "unmapDma">;

export interface HeldFunction {
  readonly device: VfioDevice;
  readonly dma: DmaMapper;
  /** Has the function's page faults come to this process; null where there is no way to them. */
  readonly openFaultQueue: (() => PageRequestSource) | null;
  /** For a hot reset; null where functions are held without their groups. */
  readonly groupFd: number | null;
  /** Gives it back. The mappings of its BARs must be closed. Twice is once. */
  close(): void;
}

interface Closable {
  close(): void;
}

/** What was opened on the way, and how all of it is closed, in this order. */
export function inTurn(order: readonly TakingStep[]) {
  const opened: Partial<Record<TakingStep, Closable>> = {};
  const close = (): void => {
    for (const step of order) {
      opened[step]?.close();
      delete opened[step];
    }
  };
  return { opened, close };
}

export function isNativeError(error: unknown): error is NativeError {
  return error instanceof Error && "syscall" in error;
}
