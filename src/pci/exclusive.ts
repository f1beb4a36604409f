// The kernel's own word on whether a disk is in use, and a lock against whoever would use it in the next moment: an
// exclusive open of a whole disk fails while it, or a partition of it, is mounted, swap space or part of anything; and
// while it is held none of that can begin.
import type { SystemError } from "../ground/errors.ts";
import type { Bus } from "./bus.ts";
import type { Disk } from "./kernel-controller.ts";
import type { Use } from "./use-kinds.ts";

/** Disks that are held. */
export interface HeldDisks {
  /** Those that somebody else has. */
  readonly uses: readonly Use[];
  /** Twice is once. */
  release(): void;
}

/** Opens every disk exclusively. @throws SystemError for what says nothing about use, as a missing permission */
export function holdDisks(disks: readonly Disk[], bus: Bus): HeldDisks {
  const descriptors: number[] = [];
  const uses: Use[] = [];
  const release = (): void => {
    for (const descriptor of descriptors.splice(0)) bus.close(descriptor);
  };
  try {
    for (const { name } of disks) {
      try {
        descriptors.push(bus.openExclusive(`${bus.roots.dev}/${name}`));
      } catch (error) {
        const { code } = error as SystemError;
        // without medium, or gone meanwhile: nobody uses what cannot be opened
        if (code === "ENXIO" || code === "ENOENT" || code === "ENODEV") continue;
        if (code !== "EBUSY") throw error;
        uses.push({ kind: "exclusive", text: `${name} is held exclusively by somebody` });
      }
    }
  } catch (error) {
    release();
    throw error;
  }
  return { uses, release };
}
