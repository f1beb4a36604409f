// What was run, in words, where its parts may have had different workloads: "bs 4KiB and 64KiB".

import { formatBytes } from "../ground/units.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";

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

/** The workloads of a measurement: those of its settings, or what they would have in common. */
export function workloadsOf({ workload, workloads }: Measurement): readonly Workload[] {
  const own = workloads.map((setting) => setting.workload);
  return own.length > 0 ? own : [workload];
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

/** "12 rounds", or of a part of them "12 rounds (30 of 48 blocks)". */
export function roundsText({ rounds, warnings }: Pick<Measurement, "rounds" | "warnings">): string {
  const share = shareText(warnings);
  return `${rounds} ${rounds === 1 ? "round" : "rounds"}${share === "" ? "" : ` (${share})`}`;
}
