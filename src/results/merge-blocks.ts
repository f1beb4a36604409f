// Measurements of several settings as one: their blocks follow each other, those of equal settings together.
import type { Block, Measurement, Setting } from "../measurement/measurement.ts";
import { unitedWarnings } from "../measurement/united-warnings.ts";
import type { Workload } from "../measurement/workload.ts";
import { largest } from "../statistics/summary.ts";
import { aboutOf, type Part, requireOneWorkload, unlike } from "./merge-about.ts";
import { commonWorkload, differences, modeDifferences, sweptWorkload } from "./merge-workload.ts";

/**
 * Comparisons of the same modes: rounds are numbered on, and a round stays a round, so that what its blocks have
 * in common still cancels.
 * @throws PhasebitError USAGE for different modes or workloads.
 */
export function mergeComparisons(parts: readonly Part[], argv: readonly string[]): Measurement {
  requireSameModes(parts);
  requireOneWorkload(parts, (a, b) => modeDifferences(a.workloads, b.workloads));
  return inOrder(parts, argv);
}

/**
 * Sweeps: blocks of equal settings count together, so their rates are means over all the time; other settings
 * follow in order.
 * @throws PhasebitError USAGE for different workloads.
 */
export function mergeSweeps(parts: readonly Part[], argv: readonly string[]): Measurement {
  const points = parts.flatMap(({ measurement }) => measurement.workloads);
  requireOneWorkload(parts, (a, b) =>
    differences(sweptWorkload(a.workload, points), sweptWorkload(b.workload, points)),
  );
  return inOrder(parts, argv);
}

/** Jobs keep their numbers: they are queues of the blocks. */
function inOrder(parts: readonly Part[], argv: readonly string[]): Measurement {
  const measurements = parts.map(({ measurement }) => measurement);
  const byName = new Map<string, Setting[]>();
  for (const setting of measurements.flatMap(({ workloads }) => workloads)) {
    const own = byName.get(setting.name) ?? [];
    byName.set(setting.name, own);
    own.push(setting);
  }
  const places = new Map([...byName.keys()].map((name, index) => [name, index]));
  return {
    ...aboutOf(parts, argv),
    workload: unitedWorkload(measurements.map(({ workload }) => workload)),
    workloads: [...byName.values()].map(settingOf),
    rounds: roundsOf(measurements),
    blocks: numberedOn(measurements, places),
    warnings: unitedWarnings(measurements.map(({ warnings }) => warnings)),
  };
}

/** Rounds and positions go on where the measurement before ended. */
function numberedOn(
  measurements: readonly Measurement[],
  places: ReadonlyMap<string, number>,
): Block[] {
  let rounds = 0;
  let positions = 0;
  return measurements.flatMap((measurement) => {
    const { blocks, workloads } = measurement;
    const numbered = blocks.map((block) => ({
      ...block,
      workload: places.get(workloads[block.workload]!.name)!,
      round: block.round === null ? null : block.round + rounds,
      position: block.position + positions,
    }));
    rounds += measurement.rounds ?? 0;
    positions += 1 + Math.max(-1, largest(blocks.map(({ position }) => position)));
    return numbered;
  });
}

function roundsOf(measurements: readonly Measurement[]): number | null {
  if (measurements.every(({ rounds }) => rounds === null)) return null;
  return measurements.reduce((sum, { rounds }) => sum + (rounds ?? 0), 0);
}

/** The first's, with what may differ united. */
function settingOf(same: readonly Setting[]): Setting {
  return { ...same[0]!, workload: unitedWorkload(same.map(({ workload }) => workload)) };
}

/** Jobs are queues of blocks, and are not added. */
function unitedWorkload(workloads: readonly Workload[]): Workload {
  return commonWorkload(workloads, largest(workloads.map(({ numjobs }) => numjobs)));
}

function requireSameModes(parts: readonly Part[]): void {
  const [first, ...others] = parts as [Part, ...Part[]];
  const key = ({ measurement }: Part): string =>
    JSON.stringify(measurement.workloads.map(({ name, options }) => `${name} ${options}`).sort());
  const listed = ({ measurement }: Part): string =>
    measurement.workloads.map(({ name }) => name).join(",");
  for (const other of others) {
    if (key(other) === key(first)) continue;
    const names =
      listed(other) === listed(first) ? "their options" : `${listed(first)} and ${listed(other)}`;
    throw unlike(first, other, `their modes (${names})`);
  }
}
