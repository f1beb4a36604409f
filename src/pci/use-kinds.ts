// The ways in which a function or its namespaces can be in use: each is a reason not to take it from its driver.

interface KindFacts {
  /** What to do about it. */
  readonly remedy: string;
  /**
   * Whether somebody who knows better may say so. Not where data would be lost or a program would hang: a disk that is
   * mounted is gone for its file system when it changes hands.
   */
  readonly allowable: boolean;
}

const LOST = false;
const DOUBT = true;

/** In the order in which they are told. */
export const useKinds = {
  system: kind("boot from another disk", LOST),
  mounted: kind("unmount it", LOST),
  swap: kind("swapoff", LOST),
  mapped: kind("take the mapping down: lvchange -an, cryptsetup close, dmsetup remove", LOST),
  raid: kind("mdadm --stop", LOST),
  pool: kind("unmount the file system that it is a part of", LOST),
  loop: kind("losetup -d", LOST),
  exported: kind("disable the namespace in nvmet", LOST),
  held: kind("release what sits on it", LOST),
  exclusive: kind("release it first: a ZFS pool, or a program that has it for itself", LOST),
  hibernation: kind("resume from another device", DOUBT),
  open: kind("stop the process", DOUBT),
  subsystem: kind("take the other controllers too, or make their namespaces private", DOUBT),
  fabrics: kind("nvme disconnect", DOUBT),
  vfs: kind("write 0 to sriov_numvfs", LOST),
  vfio: kind("stop the process", LOST),
  company: kind("name those functions too, or unbind them from their drivers", DOUBT),
  "no-iommu": kind(
    "switch the IOMMU on in the firmware, and with intel_iommu=on (AMD: amd_iommu=on) on the kernel's command line",
    LOST,
  ),
  vmd: kind("switch VMD off in the firmware", LOST),
} as const satisfies Record<string, KindFacts>;

export type UseKind = keyof typeof useKinds;

/** One use that was found. */
export interface Use {
  readonly kind: UseKind;
  /** "nvme0n1p1 is mounted at /home" */
  readonly text: string;
}

/** Kinds over which `allow` has power. */
export const allowableKinds = (Object.keys(useKinds) as UseKind[]).filter(
  (name) => useKinds[name].allowable,
);

/** In the order of `useKinds`, each text once. */
export function sortedUses(uses: readonly Use[]): Use[] {
  const order = Object.keys(useKinds);
  const unique = [...new Map(uses.map((use) => [use.text, use])).values()];
  return unique.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function kind(remedy: string, allowable: boolean): KindFacts {
  return { remedy, allowable };
}
