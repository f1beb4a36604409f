// What was run, in words, where its parts may have had different workloads: "bs 4KiB and 64KiB".

import type { Workload } from "../measurement/workload.ts";
import type { Result } from "../results/result.ts";
import { formatBytes } from "../units.ts";

/** More of them stand in the modes' own lines. */
const MOST_SAID = 3;

/** "4KiB", or "4KiB and 64KiB" where the workloads differ, in their order. */
export function eachText(
  workloads: readonly Workload[],
  of: (workload: Workload) => string,
): string {
  const texts = [...new Set(workloads.map(of))];
  if (texts.length <= MOST_SAID) return texts.join(" and ");
  return `${texts.slice(0, MOST_SAID - 1).join(", ")} and ${texts.length - MOST_SAID + 1} more`;
}

/** The workloads of a result: its own, or those of a comparison's modes. */
export function workloadsOf({
  kind,
  measurement,
}: Pick<Result, "kind" | "measurement">): readonly Workload[] {
  const { workload } = measurement;
  if (kind !== "compare" || !("modes" in measurement)) return [workload];
  const workloads = measurement.modes.map((mode) => mode.workload);
  return workloads.length > 0 ? workloads : [workload];
}

/** "randrw, 70% reads". */
export function patternText({ rw, rwmixread }: Workload): string {
  return rw === "randrw" ? `randrw, ${rwmixread}% reads` : rw;
}

/** "2 jobs". */
export function jobsText(workloads: readonly Workload[]): string {
  const text = eachText(workloads, ({ numjobs }) => `${numjobs}`);
  return text === "1" ? "1 job" : `${text} jobs`;
}

/** "bs 4KiB". */
export function sizeText(workloads: readonly Workload[]): string {
  return `bs ${eachText(workloads, ({ bs }) => formatBytes(bs))}`;
}

/** "iodepth 8". */
export function depthText(workloads: readonly Workload[]): string {
  return `iodepth ${eachText(workloads, ({ iodepth }) => `${iodepth}`)}`;
}
