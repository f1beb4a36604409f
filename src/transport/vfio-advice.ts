// What to do when a function cannot be taken: the kernel's errno beside what sysfs shows.

import type { NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { PciFunction } from "../pci/function.ts";
import { HostFacts } from "../pci/host-facts.ts";
import type { SystemRoots } from "../pci/sysfs.ts";
import { companyOf, processWords } from "../pci/uses.ts";

const CONTAINER = "/dev/vfio/vfio";

/** A step on the way to a function. */
export type TakingStep = "group" | "container" | "device";

/** The kernel refused a step. */
export function refusal(fn: PciFunction, step: TakingStep, cause: NativeError): PhasebitError {
  const advice = step === "container" ? containerAdvice(cause) : groupAdvice(fn, cause);
  return notOpened(fn, advice[cause.code] ?? cause.message, { cause });
}

/** A function that stayed busy, with who holds its group as far as this user may see; the error as it was, else. */
export function withHolders(
  fn: PciFunction,
  roots: SystemRoots,
  error: PhasebitError,
): PhasebitError {
  const { groupNode } = fn;
  const holders = groupNode === null ? [] : new HostFacts(roots).holdersOf(groupNode);
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
