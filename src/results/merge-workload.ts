// Which workloads add up, and what the sum is called.

import { fioSize, fioTime, formatNs } from "../ground/units.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Setting } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { needsInterrupts } from "../measurement/workload.ts";
import {
  batchText,
  cmbText,
  coalescingText,
  looksOn,
  pauseText,
} from "../measurement/workload-names.ts";
import { completionModes } from "../measurement/workload-options.ts";
import { largest } from "../statistics/summary.ts";

/** An option in which two measurements must agree; null where it has no effect. */
interface Agreement {
  readonly flag: string;
  readonly of: (workload: Workload) => string | null;
}

const agreements: readonly Agreement[] = [
  { flag: "--rw", of: ({ rw }) => rw },
  { flag: "--rwmixread", of: ({ rw, rwmixread }) => (rw === "randrw" ? `${rwmixread}` : null) },
  { flag: "--bs", of: ({ bs }) => fioSize(bs) },
  { flag: "--iodepth", of: ({ iodepth }) => `${iodepth}` },
  { flag: "--offset", of: ({ offset }) => fioSize(offset) },
  { flag: "--size", of: ({ size }) => (size === null ? "all" : fioSize(size)) },
  { flag: "--nsid", of: ({ nsid }) => `${nsid}` },
  { flag: "--completion", of: ({ completion }) => completion.mode },
  { flag: "--irq", of: ({ completion }) => completion.irq },
  {
    flag: "--spin",
    of: ({ completion: { mode, spinNs } }) => (mode === "hybrid" ? formatNs(spinNs) : null),
  },
  {
    flag: "--poll-pause",
    of: ({ completion: { mode, pauseNs } }) => (looksOn(mode) ? pauseText(pauseNs) : null),
  },
  { flag: "--iodepth-batch-complete", of: ({ batch }) => batchText(batch) },
  {
    flag: "--interrupt-timeout",
    of: ({ completion: { mode, deadlineMs } }) =>
      needsInterrupts(mode) ? fioTime(deadlineMs) : null,
  },
  {
    flag: "--coalesce",
    of: ({ coalesce }) => (coalesce === null ? null : coalescingText(coalesce)),
  },
  { flag: "--cmb", of: ({ cmb }) => cmbText(cmb) },
  {
    flag: "--shadow-doorbells",
    of: ({ shadowDoorbells }) => (shadowDoorbells ? "with" : "without"),
  },
  { flag: "--stages", of: ({ stages }) => (stages ? "with" : "without") },
];

/** "--bs (4k and 8k)" for each option in which they differ so that their samples do not add up. */
export function differences(a: Workload, b: Workload): string[] {
  return agreements
    .filter(({ of }) => of(a) !== of(b))
    .map(({ flag, of }) => `${flag} (${of(a) ?? "none"} and ${of(b) ?? "none"})`);
}

/** The same for comparisons, whose samples are their modes': "--spin (5us and 20us) of hybrid". */
export function modeDifferences(a: readonly Setting[], b: readonly Setting[]): string[] {
  const found = a.flatMap(({ name, workload }) => {
    const other = b.find((mode) => mode.name === name);
    if (other === undefined) return [];
    return differences(workload, other.workload).map((text) => ({ name, text }));
  });
  return [...grouped(found, ({ text }) => text)].map(([text, modes]) =>
    modes.length === a.length ? text : `${text} of ${modes.map(({ name }) => name).join(" and ")}`,
  );
}

/** What the points of sweeps have in common: the axes are as one, options of modes count where one has the mode. */
export function sweptWorkload(workload: Workload, points: readonly Setting[]): Workload {
  const modes = new Set<string>(points.map(({ mode }) => mode));
  const telling = completionModes.filter((mode) => modes.has(mode));
  const mode =
    telling.find((one) => one === "hybrid") ??
    telling.find(needsInterrupts) ??
    telling[0] ??
    workload.completion.mode;
  return {
    ...workload,
    iodepth: 1,
    coalesce: null,
    completion: { ...workload.completion, mode, pauseNs: null },
  };
}

/**
 * The workload of the sum: the first's, with what may differ united. `numjobs` is the caller's, who knows
 * whether jobs are added.
 */
export function commonWorkload(workloads: readonly Workload[], numjobs: number): Workload {
  const [first] = workloads as [Workload];
  const same = (of: (workload: Workload) => unknown): boolean =>
    workloads.every((workload) => JSON.stringify(of(workload)) === JSON.stringify(of(first)));
  const most = (of: (workload: Workload) => number): number => largest(workloads.map(of));
  return {
    ...first,
    numjobs,
    runtimeMs: most(({ runtimeMs }) => runtimeMs),
    rampTimeMs: most(({ rampTimeMs }) => rampTimeMs),
    logHistMs: most(({ logHistMs }) => logHistMs),
    cpus: same(({ cpus }) => cpus) ? first.cpus : [],
    precondition: same(({ precondition }) => precondition) ? first.precondition : null,
    clocksource: same(({ clocksource }) => clocksource) ? first.clocksource : null,
    destructive: workloads.some(({ destructive }) => destructive),
  };
}
