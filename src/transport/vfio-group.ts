// The way to a function through its VFIO group and a container of its own, in the order of the kernel's
// Documentation/driver-api/vfio.rst.
import type { PciFunction } from "../pci/function.ts";
import { notViable, refusal, type TakingStep } from "./vfio-advice.ts";
import { type HeldFunction, inTurn, isNativeError, type VfioCalls } from "./vfio-held.ts";

/** The container last: what is mapped for the device lies in it. */
const closingOrder: readonly TakingStep[] = ["device", "group", "container"];

/**
 * Takes the function once: group, container, device. A step that fails gives back what was taken before it.
 * @throws PhasebitError ENVIRONMENT, with the kernel's error as its cause and what to do about it.
 */
export function takeByGroup(fn: PciFunction, calls: VfioCalls, token: string | null): HeldFunction {
  const { opened, close } = inTurn(closingOrder);
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
    const device = group.openDevice(fn.address, token);
    opened.device = device;
    return { device, dma: container, openFaultQueue: null, groupFd: group.fd, close };
  } catch (error) {
    close();
    throw isNativeError(error) ? refusal(fn, step, error) : error;
  }
}
