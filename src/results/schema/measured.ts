// What every result document has, whatever was asked for: measurement/measurement.ts as JSON. Figures stand beside it.
import * as v from "valibot";
import { block } from "./block.ts";
import { conditions, device, warnings, workload } from "./conditions.ts";
import { count, listOf, SCHEMA, text } from "./values.ts";

const MOST_SETTINGS = 100_000;
const MOST_BLOCKS = 256_000;
const MOST_DEVICES = 4096;

const setting = v.object({ name: text, mode: text, options: text, device: count, workload });

/** The keys. */
export const measured = {
  schema: v.literal(SCHEMA),
  kind: v.picklist(["run", "compare", "sweep"]),
  ...conditions,
  devices: v.pipe(listOf(device, MOST_DEVICES), v.minLength(1)),
  workload,
  workloads: listOf(setting, MOST_SETTINGS),
  rounds: v.nullable(count),
  blocks: listOf(block, MOST_BLOCKS),
  warnings,
};

/** A document as far as it is a measurement. */
export type MeasuredDetails = v.InferOutput<v.ObjectSchema<typeof measured, undefined>>;

/** What must hold between the keys; the message tells what does not. */
export function inconsistency({
  devices,
  workloads,
  blocks,
  merged,
}: Pick<MeasuredDetails, "devices" | "workloads" | "blocks" | "merged">): string | null {
  if (workloads.some((one) => one.device >= devices.length)) return "a workload is of no device";
  if (blocks.some((one) => one.workload >= workloads.length)) return "a block is of no workload";
  const sources = Math.max(1, merged.length);
  const isSource = ({ source }: { readonly source: number }): boolean => source < sources;
  return blocks.every(({ jobs, intervals }) => [jobs ?? [], intervals ?? []].flat().every(isSource))
    ? null
    : "a source is none of those that were merged";
}
