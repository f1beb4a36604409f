// What a workload is called, as a whole and in its parts.
import { fioSize } from "../ground/units.ts";
import type { Direction } from "./measurement.ts";
import type { Coalescing, Workload } from "./workload.ts";

/** The directions in which the workload does I/O. */
export function directionsOf({ rw }: Pick<Workload, "rw">): readonly Direction[] {
  if (rw === "randrw") return ["read", "write"];
  return rw === "read" || rw === "randread" ? ["read"] : ["write"];
}

/** "randread-4k-qd32x2": pattern, block size, depth and jobs; only letters, digits and hyphens. */
export function workloadName({ rw, bs, iodepth, numjobs }: Workload): string {
  return `${rw}-${fioSize(bs)}-qd${iodepth}x${numjobs}`;
}

type Point = Pick<Workload, "iodepth" | "coalesce">;

/** A point of a sweep: "interrupt.qd8", "interrupt.qd8.c7-10" with coalescing. */
export function pointName(mode: string, { iodepth, coalesce }: Point): string {
  const name = `${mode}.qd${iodepth}`;
  return coalesce === null ? name : `${name}.c${coalesce.threshold}-${coalesce.time}`;
}

/** The same for people: "interrupt qd8 coalesce 7,10". */
export function pointTitle(mode: string, { iodepth, coalesce }: Point): string {
  const title = `${mode} qd${iodepth}`;
  return coalesce === null ? title : `${title} coalesce ${coalescingText(coalesce)}`;
}

/** As `--coalesce` takes it. */
export function coalescingText({ threshold, time, vector }: Coalescing): string {
  return [threshold, time, ...(vector === undefined ? [] : [vector])].join(",");
}
