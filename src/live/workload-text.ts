// What is going to be measured, for people: what all its blocks have in common.

import { fioSize } from "../ground/units.ts";
import type { Workload } from "../measurement/workload.ts";

const parts: readonly ((workload: Workload) => string)[] = [
  ({ rw, rwmixread }) => (rw === "randrw" ? `randrw, ${rwmixread}% reads,` : rw),
  ({ bs }) => fioSize(bs),
  ({ iodepth }) => `qd${iodepth}`,
  ({ numjobs }) => `x${numjobs}`,
  ({ completion }) => completion.mode,
];

/** "randread 4k qd32 x2 poll"; what differs from workload to workload is left out. */
export function workloadText(workloads: readonly Workload[]): string {
  return parts
    .flatMap((part) => {
      const [text, ...others] = new Set(workloads.map(part));
      return text === undefined || others.length > 0 ? [] : [text];
    })
    .join(" ");
}
