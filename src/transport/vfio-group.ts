// The way to a function through its VFIO group and a container of its own, in the order of the kernel's
// Documentation/driver-api/vfio.rst. Another way (iommufd) gives a HeldFunction too.
import type { Native, NativeError, VfioContainer, VfioDevice } from "../compiled/native.ts";
import type { PciFunction } from "../pci/function.ts";
import { notViable, refusal, type TakingStep } from "./vfio-advice.ts";

/** The addon's calls that take a function. */
export type VfioCalls = Pick<Native, "openVfioGroup" | "openVfioContainer">;

/** What maps memory for a function: its container, or what stands in its place. */
export type DmaMapper = Pick<VfioContainer, "iovaRanges" | "mapDma" | "unmapDma">;

/** A function that this process holds. */
export interface HeldFunction {
  readonly device: VfioDevice;
  readonly dma: DmaMapper;
  /** For a hot reset. */
  readonly groupFd: number;
  /** Gives it back. The mappings of its BARs must be closed. Twice is once. */
  close(): void;
}

/** The container last: what is mapped for the device lies in it. */
const closingOrder: readonly TakingStep[] = ["device", "group", "container"];

interface Closable {
  close(): void;
}

/**
 * Takes the function once: group, container, device. A step that fails gives back what was taken before it.
 * @throws PhasebitError ENVIRONMENT, with the kernel's error as its cause and what to do about it.
 */
export function takeFunction(fn: PciFunction, calls: VfioCalls): HeldFunction {
  const opened: Partial<Record<TakingStep, Closable>> = {};
  const close = (): void => {
    for (const step of closingOrder) {
      opened[step]?.close();
      delete opened[step];
    }
  };
  let step: TakingStep = "group";
  try {
    const group = calls.openVfioGroup(fn.iommuGroup!);
    opened.group = group;
    if (!group.isViable()) throw notViable(fn);

    step = "container";
    const container = calls.openVfioContainer();
    opened.container = container;
    group.setContainer(container.fd);
    // only now: a container learns its IOMMU from the first group in it
    container.setIommu();

    step = "device";
    const device = group.openDevice(fn.address);
    opened.device = device;
    return { device, dma: container, groupFd: group.fd, close };
  } catch (error) {
    close();
    throw isNativeError(error) ? refusal(fn, step, error) : error;
  }
}

function isNativeError(error: unknown): error is NativeError {
  return error instanceof Error && "syscall" in error;
}
