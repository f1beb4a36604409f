// What to do when a function cannot be taken: the kernel's errno beside what sysfs shows.

import type { NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { PciFunction } from "../pci/function.ts";
import { HostFacts } from "../pci/host-facts.ts";
import type { SystemRoots } from "../pci/sysfs.ts";
import { companyOf, processWords } from "../pci/uses.ts";

const CONTAINER = "/dev/vfio/vfio";
const IOMMUFD = "/dev/iommu";
const VIABLE = "every function of its IOMMU group must be bound to vfio-pci or unbound";
/** The physical function's driver has set one, or it is vfio-pci itself. */
const TOKEN =
  "it wants the VF token that the physical function was opened with: ADDRESS?vf-token=UUID (docs/sriov.md)";

/** A step on the way to a function. */
export type TakingStep = "group" | "container" | "device" | "iommufd" | "cdev";

/** The kernel refused a step. */
export function refusal(fn: PciFunction, step: TakingStep, cause: NativeError): PhasebitError {
  const advice = adviceOf(fn, step, cause)[cause.code];
  return notOpened(fn, advice ?? cause.message, { cause });
}

function adviceOf(fn: PciFunction, step: TakingStep, cause: NativeError): Record<string, string> {
  if (step === "container") return containerAdvice(cause);
  if (step === "iommufd") return iommufdAdvice();
  return step === "cdev"
    ? cdevAdvice(fn, cause)
    : { ...groupAdvice(fn, cause), ...tokenAdvice(step, cause) };
}

/** For a function whose group was given already. */
function tokenAdvice(step: TakingStep, { message }: NativeError): Record<string, string> {
  if (step !== "device") return {};
  const others = "a VF token is only for functions that have virtual ones, and for those";
  return { EACCES: TOKEN, EINVAL: `${message}; ${others}` };
}

function iommufdAdvice(): Record<string, string> {
  return {
    ENOENT: `${IOMMUFD} is not there: the kernel must have iommufd (CONFIG_IOMMUFD); ?iommu=vfio does without`,
    EACCES: `no permission on ${IOMMUFD}: run "chown $USER ${IOMMUFD}" as root`,
  };
}

function cdevAdvice(fn: PciFunction, { message, syscall }: NativeError): Record<string, string> {
  const node = fn.vfioNode;
  if (node === null) {
    const why = "it has no character device: the kernel must have CONFIG_VFIO_DEVICE_CDEV";
    return { ENOENT: why, EISDIR: why };
  }
  return {
    EACCES:
      syscall === "open" ? `no permission on ${node}: run "chown $USER ${node}" as root` : TOKEN,
    EBUSY: `${node} is in use by another process; "fuser -v ${node}" names it`,
    EPERM: `the kernel refuses it: ${message}; "dmesg" says why`,
    EINVAL: `the kernel refuses it: ${message}; ${VIABLE}; a VF token needs Linux 6.17`,
  };
}

/** A function that stayed busy, with who holds its group as far as this user may see; the error as it was, else. */
export function withHolders(
  fn: PciFunction,
  roots: SystemRoots,
  error: PhasebitError,
): PhasebitError {
  const facts = new HostFacts(roots);
  const nodes = [fn.groupNode, fn.vfioNode].filter((node) => node !== null);
  const holders = nodes.flatMap((node) => facts.holdersOf(node));
  if (holders.length === 0) return error;
  const who = holders.map(processWords).join(" and ");
  const why = `/dev/vfio/${fn.iommuGroup} is in use by ${who}; end it first`;
  return notOpened(fn, why, { cause: error.cause });
}

/** The group holds a function that a driver of the host has. */
export function notViable(fn: PciFunction): PhasebitError {
  return notOpened(fn, viabilityAdvice(hostDriversOf(fn) || "another function in it"));
}

function groupAdvice(fn: PciFunction, { message }: NativeError): Record<string, string> {
  const group = `/dev/vfio/${fn.iommuGroup}`;
  const others = hostDriversOf(fn);
  return {
    ENOENT: `${group} is not there: load vfio-pci and bind the function to it`,
    EACCES: `no permission on ${group}: run "chown $USER ${group}" as root`,
    EBUSY: `${group} is in use by another process; "fuser -v ${group}" names it`,
    EPERM: others === "" ? `the kernel refuses it: ${message}` : viabilityAdvice(others),
  };
}

function containerAdvice({ message }: NativeError): Record<string, string> {
  return {
    ENOENT: `${CONTAINER} is not there: load vfio`,
    EACCES: `no permission on ${CONTAINER}: run "chmod 666 ${CONTAINER}" as root`,
    ENOTSUP: `${message}; load vfio_iommu_type1`,
    EPERM: `the kernel refuses it: ${message}; "dmesg" says why`,
  };
}

function viabilityAdvice(others: string): string {
  return `the IOMMU group is not viable: ${others} must be bound to vfio-pci or unbound too`;
}

/** "0000:01:00.1 (ahci)", or nothing. */
function hostDriversOf(fn: PciFunction): string {
  return companyOf(fn)
    .map(({ address, driver }) => `${address} (${driver})`)
    .join(", ");
}

function notOpened(fn: PciFunction, why: string, options?: ErrorOptions): PhasebitError {
  return new PhasebitError("ENVIRONMENT", `open ${fn.address}: ${why}`, options);
}
