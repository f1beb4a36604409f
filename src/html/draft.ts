// A group of a report before it has its place and its name, which depend on all the others.
import type { Comparison } from "../analysis/compare-pairs.ts";
import { directionsOf } from "../analysis/totals.ts";
import type { PackedLatency, Warning } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import type { GroupData } from "./report-data.ts";

/** A group, and what its name can be made of. */
export interface Draft {
  readonly data: Omit<GroupData, "id" | "result" | "name">;
  readonly settings: Settings;
}

/** What a result comes to. */
export interface Drafts {
  readonly groups: readonly Draft[];
  readonly pairs: readonly DraftPair[];
  /** Of the measurement, and what its analysis adds. */
  readonly warnings: readonly Warning[];
}

/** A figure of two groups, which are known by their index in the drafts. */
export interface DraftPair {
  readonly a: number;
  readonly b: number;
  readonly comparison: Comparison;
}

/** What distinguishes groups, as far as their results tell. */
export interface Settings {
  readonly mode: string;
  readonly op: GroupData["op"];
  readonly rw: string;
  readonly bs: number;
  readonly iodepth: number;
  readonly numjobs: number;
  readonly irq: string;
  readonly coalescing: { readonly threshold: number; readonly time: number } | null;
}

/** The settings that stand in a workload. */
export function settingsOf(workload: Workload, mode: string, op: GroupData["op"]): Settings {
  const { rw, bs, iodepth, numjobs, completion, coalesce } = workload;
  return { mode, op, rw, bs, iodepth, numjobs, irq: completion.irq, coalescing: coalesce };
}

/** What packed latencies are of: one direction, or several that are taken together. */
export function opOf(
  latencies: Iterable<Pick<PackedLatency, "op">>,
  workload: Workload,
): GroupData["op"] {
  const ops = new Set(Array.from(latencies, ({ op }) => op));
  const [only = directionsOf(workload)[0]!] = ops;
  return ops.size > 1 ? "mixed" : only;
}

/** Whether reads and writes were both measured, and can be told apart: old results kept them in one. */
export function hasBothDirections(latencies: Iterable<Pick<PackedLatency, "op">>): boolean {
  const ops = new Set(Array.from(latencies, ({ op }) => op));
  return ops.has("read") && ops.has("write") && !ops.has("mixed");
}
