// What a workload is called, as a whole and in its parts.
import { fioSize } from "../ground/units.ts";
import type { Direction } from "./measurement.ts";
import type { Coalescing, Workload } from "./workload.ts";
import type { CompletionMode } from "./workload-options.ts";

/** The directions in which the workload does I/O. */
export function directionsOf({ rw }: Pick<Workload, "rw">): readonly Direction[] {
  if (rw === "randrw") return ["read", "write"];
  return rw === "read" || rw === "randread" ? ["read"] : ["write"];
}

/** "randread-4k-qd32x2": pattern, block size, depth and jobs; only letters, digits and hyphens. */
export function workloadName({ rw, bs, iodepth, numjobs }: Workload): string {
  return `${rw}-${fioSize(bs)}-qd${iodepth}x${numjobs}`;
}

/** What of a workload names a point of a sweep. */
export type Point = Pick<Workload, "iodepth" | "coalesce" | "cmb"> & {
  readonly completion: Pick<Workload["completion"], "pauseNs">;
};

/** A point of a sweep: "interrupt.qd8", "interrupt.qd8.c7-10" with coalescing, "poll.qd8.p100ns" with a pause. */
export function pointName(mode: string, { iodepth, coalesce, cmb, completion }: Point): string {
  const { pauseNs } = completion;
  return [
    `${mode}.qd${iodepth}`,
    ...(coalesce === null ? [] : [`c${coalesce.threshold}-${coalesce.time}`]),
    ...(pauseNs === null ? [] : [`p${pauseText(pauseNs)}`]),
    ...(cmb.length === 0 ? [] : [`cmb-${cmb.join("-")}`]),
  ].join(".");
}

/** The same for people: "interrupt qd8 coalesce 7,10", "poll qd8 pause 100ns". */
export function pointTitle(mode: string, { iodepth, coalesce, cmb, completion }: Point): string {
  const { pauseNs } = completion;
  return [
    `${mode} qd${iodepth}`,
    ...(coalesce === null ? [] : [`coalesce ${coalescingText(coalesce)}`]),
    ...(pauseNs === null ? [] : [`pause ${pauseText(pauseNs)}`]),
    ...(cmb.length === 0 ? [] : [`cmb ${cmbText(cmb)}`]),
  ].join(" ");
}

/** As `--poll-pause` takes it; null is `auto`. */
export function pauseText(ns: number | null): string {
  if (ns === null) return "auto";
  if (ns === 0) return "0";
  return ns % 1000 === 0 ? `${ns / 1000}us` : `${ns}ns`;
}

/** As `--cmb` takes it. */
export function cmbText(parts: Workload["cmb"]): string {
  return parts.length === 0 ? "none" : parts.join(",");
}

/** "sq,data in the CMB"; nothing where all lies in host memory. */
export function placeText({ cmb }: Pick<Workload, "cmb">): string {
  return cmb.length === 0 ? "" : `${cmbText(cmb)} in the CMB`;
}

/** "2 to 8", "1 or more": how many completions are taken at once. */
export function batchText({ min, max }: Workload["batch"]): string {
  if (max === null) return `${min} or more`;
  return min === max ? `${min}` : `${min} to ${max}`;
}

/** Whether a job of this mode ever looks at its completion queue again before it is woken. */
export function looksOn(mode: CompletionMode): boolean {
  return mode !== "interrupt";
}

/** As `--coalesce` takes it. */
export function coalescingText({ threshold, time, vector }: Coalescing): string {
  return [threshold, time, ...(vector === undefined ? [] : [vector])].join(",");
}
