// The labels of a result's metrics. Identity and group are on every one of them; the rest is on the info metric.

import type { Distribution, Group } from "../measurement/groups.ts";
import type { DeviceIdentity } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { Workload } from "../measurement/workload.ts";
import { cmbText, coalescingText, pauseText } from "../measurement/workload-names.ts";
import type { Result } from "../results/read.ts";
import type { Labels } from "./openmetrics-text.ts";
import { stemOf } from "./stem.ts";

/** What metrics are made from. */
export interface Measured {
  readonly distributions: readonly Distribution[];
  /** Those that the distributions are of. */
  readonly groups: readonly Group[];
  /** Device and conditions of a group, on every metric of it; no two groups have the same. */
  readonly labelsOf: (group: Group) => Labels;
}

/** What tells one result's metrics from another's: a reader may be given several of one device at once. */
export function identityLabels(result: Result, { address, serial }: DeviceIdentity): Labels {
  const { startedMs, merged } = result.measurement;
  return {
    ...{ result: stemOf(result.file), device: address, serial },
    started: new Date(startedMs).toISOString(),
    // it began with the first of its sources
    merged: merged.length > 0 ? `${merged.length}` : "",
  };
}

/**
 * The conditions of each of a result's groups. A sweep may have measured one setting twice: the second has
 * "repeat" 2, for what has equal labels is one time series.
 */
export function groupLabels(result: Result, groups: readonly Group[]): Measured["labelsOf"] {
  const counts = new Map<string, number>();
  const labels = new Map<Group, Labels>();
  for (const group of groups) {
    const own = { ...identityLabels(result, group.device), ...conditions(group) };
    const key = JSON.stringify(own);
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    labels.set(group, count === 1 ? own : { ...own, repeat: `${count}` });
  }
  return (group) => labels.get(group)!;
}

function conditions({ mode, workload }: Group): Labels {
  const { iodepth, coalesce, completion, cmb, shadowDoorbells } = workload;
  const { pauseNs } = completion;
  const coalesceText = coalesce === null ? "" : coalescingText(coalesce);
  const pause = pauseNs === null ? {} : { poll_pause: pauseText(pauseNs) };
  const place = cmb.length === 0 ? {} : { cmb: cmbText(cmb) };
  const doorbells = shadowDoorbells ? { shadow_doorbells: "on" } : {};
  return {
    ...{ mode, iodepth: `${iodepth}`, coalesce: coalesceText },
    ...{ ...pause, ...place, ...doorbells },
  };
}

/** Everything that is said once; of the workload what all groups have. */
export function infoLabels(result: Result, groups: readonly Group[]): Labels {
  const { kind, devices, host, workload, version, interrupted, warnings } = result.measurement;
  const device = devices[0]!;
  const workloads = groups.length > 0 ? groups.map((group) => group.workload) : [workload];
  return {
    ...identityLabels(result, device),
    model: device.model,
    firmware: device.firmware,
    transport: device.transport,
    nvme_version: device.version,
    nsid: `${device.nsid}`,
    kind,
    rw: ofAll(workloads, ({ rw }) => rw),
    rwmixread: ofAll(workloads, ({ rw, rwmixread }) => (rw === "randrw" ? `${rwmixread}` : "")),
    bs: ofAll(workloads, ({ bs }) => `${bs}`),
    numjobs: ofAll(workloads, ({ numjobs }) => `${numjobs}`),
    precondition: workload.precondition ?? "",
    host: host.hostname,
    kernel: host.kernel,
    cpu: host.cpuModel,
    interrupted: `${interrupted}`,
    partial: shareText(warnings),
    version,
  };
}

/** What they all have; empty, which is no label, when they differ. */
function ofAll(workloads: readonly Workload[], of: (workload: Workload) => string): string {
  const [only = "", ...others] = new Set(workloads.map(of));
  return others.length > 0 ? "" : only;
}
