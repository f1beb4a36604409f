// fio's JSON tree without phasebit's own key, for tools that take nothing else. A run has its jobs; of a comparison
// or a sweep each mode or point becomes a job, so that fio's plotters draw them beside each other.

import { fioBins } from "../fio/bins.ts";
import { type FioDirection, type FioPart, ratesOf } from "../fio/direction.ts";
import { type FioJob, type FioSource, fioTree, jobSources } from "../fio/tree.ts";
import { type Group, groupsOf, latencyOf, opsOf } from "../measurement/groups.ts";
import type { LatencyCounts, Op } from "../measurement/measurement.ts";
import { sumOrNull } from "../measurement/work.ts";
import { directionsOf } from "../measurement/workload-names.ts";
import type { Result } from "../results/read.ts";
import { jsonText } from "../results/save.ts";

/** The document; with `bins`, the latencies also in fio's bins, as its json+ has them. */
export function fioJson({ measurement }: Result, { bins }: { readonly bins: boolean }): string {
  const sources = groupsOf(measurement).flatMap(sourcesOf);
  const tree = fioTree(measurement, sources);
  const jobs = tree.jobs.map((job, index) => {
    const source = sources[index]!;
    const whole = source.directions.has("mixed") ? asUnified(job) : job;
    return bins ? binned(whole, source) : whole;
  });
  return jsonText({ ...tree, jobs });
}

/** A setting without a name is all there is: its jobs are told apart. */
function sourcesOf(group: Group): FioSource[] {
  const { jobs, setting } = group;
  return setting.name === "" && jobs !== null ? jobSources(group, jobs) : [groupSource(group)];
}

function groupSource(group: Group): FioSource {
  const { name, workload, elapsedNs, work, jobs, stretches } = group;
  const { completed, failed, userNs, systemNs, voluntarySwitches, involuntarySwitches } = work;
  const ops: readonly Op[] = opsOf(group).includes("mixed") ? ["mixed"] : directionsOf(workload);
  const directions = ops.map((op): [Op, FioPart] => {
    // what an old result did not tell apart is all there is
    const own = op === "mixed" ? undefined : op;
    const latency = latencyOf(group, own);
    const rates = ratesOf(
      stretches.map(({ lengthMs, latencies }) => ({
        lengthMs,
        latencies: latencies.filter((one) => own === undefined || one.op === own),
      })),
    );
    return [op, { latency, rates, ofTotal: latency.total }];
  });
  return {
    ...{ name, workload, elapsedNs, directions: new Map(directions), jobs },
    ...{ completed, failed, userNs, systemNs },
    switches: sumOrNull([voluntarySwitches, involuntarySwitches]),
  };
}

function binned(job: FioJob, { directions }: FioSource): FioJob {
  const withBins = [...directions].map(([op, { latency }]) => {
    const direction = job[op] as FioDirection;
    return [op, latency.total > 0 ? directionBins(direction, latency) : direction] as const;
  });
  return { ...job, ...Object.fromEntries(withBins) };
}

function directionBins(direction: FioDirection, latency: LatencyCounts): FioDirection {
  const clat = direction["clat_ns"] as object;
  return { ...direction, clat_ns: { ...clat, bins: fioBins(latency) } as never };
}

/** As fio has it with unified_rw_reporting: reads and writes under a key of their own. */
function asUnified(job: FioJob): FioJob {
  const options = job["job options"] as Record<string, string>;
  return { ...job, "job options": { ...options, unified_rw_reporting: "mixed" } };
}
