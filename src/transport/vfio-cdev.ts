// The way to a function through its own character device and an iommufd, in the order of the kernel's
// Documentation/driver-api/vfio.rst (Linux 6.6 and later).
import { accessSync, constants } from "node:fs";
import type { PciFunction } from "../pci/function.ts";
import type { SystemRoots } from "../pci/sysfs.ts";
import { refusal, type TakingStep } from "./vfio-advice.ts";
import { openFaultQueue } from "./vfio-faults.ts";
import { type HeldFunction, inTurn, isNativeError, type VfioCalls } from "./vfio-held.ts";

/** The iommufd last: what is mapped for the device lies in it. */
const closingOrder: readonly TakingStep[] = ["cdev", "iommufd"];

/** Where iommufds come from. */
export function iommufdNode({ dev }: SystemRoots): string {
  return `${dev}/iommu`;
}

/** Whether the kernel has this way, and this user may take it. */
export function canTakeByCdev(fn: PciFunction, roots: SystemRoots): boolean {
  const { vfioNode } = fn;
  return vfioNode !== null && mayOpen(vfioNode) && mayOpen(iommufdNode(roots));
}

function mayOpen(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Takes the function once: iommufd, address space, device. A step that fails gives back what was taken before it.
 * @param token the VF token, a UUID, or null
 * @throws PhasebitError ENVIRONMENT, with the kernel's error as its cause and what to do about it.
 */
export function takeByCdev(
  fn: PciFunction,
  calls: VfioCalls,
  token: string | null,
  roots: SystemRoots,
): HeldFunction {
  const { opened, close } = inTurn(closingOrder);
  let step: TakingStep = "iommufd";
  try {
    const iommufd = calls.openIommufd(iommufdNode(roots));
    opened.iommufd = iommufd;
    const ioas = iommufd.allocateIoas();

    step = "cdev";
    const node = fn.vfioNode ?? `${roots.dev}/vfio/devices`;
    const device = calls.openVfioCdev(node, fn.address, iommufd.fd, ioas, tokenBytes(token));
    opened.cdev = device;
    return {
      device,
      dma: {
        iovaRanges: () => iommufd.iovaRanges(ioas),
        mapDma: (...mapping) => iommufd.mapDma(ioas, ...mapping),
        unmapDma: (iova, bytes) => iommufd.unmapDma(ioas, iova, bytes),
      },
      openFaultQueue: () => openFaultQueue(fn.address, { iommufd, ioas, device }),
      groupFd: null,
      close,
    };
  } catch (error) {
    close();
    throw isNativeError(error) ? refusal(fn, step, error) : error;
  }
}

/** A UUID's bytes, in the order in which they are written. */
function tokenBytes(token: string | null): Uint8Array | null {
  return token === null ? null : Uint8Array.from(Buffer.from(token.replaceAll("-", ""), "hex"));
}
