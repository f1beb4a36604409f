// The document of a run: fio's tree, and under "phasebit" what fio has no place for.
import * as v from "valibot";
import { flags, MOST_STATUSES, rejections, status } from "./block.ts";
import { fioTree } from "./fio.ts";
import { latencyDetails } from "./latency.ts";
import { inconsistency, measured } from "./measured.ts";
import { amount, count, listOf } from "./values.ts";

const details = v.object({
  ...measured,
  kind: v.literal("run"),
  clockNs: amount,
  histogram: v.object({
    unit: v.literal("ns"),
    lowest: count,
    highest: count,
    significantDigits: count,
  }),
  total: v.object({
    read: v.exactOptional(latencyDetails),
    write: v.exactOptional(latencyDetails),
  }),
  errors: listOf(status, MOST_STATUSES),
  // null, or not there, in old results
  flags: v.optional(v.nullable(flags), null),
  rejections,
});

/** The key "phasebit". */
export const runDetails = v.pipe(
  details,
  v.check(
    ({ workloads, blocks }) =>
      workloads.length === 1 && blocks.length === 1 && blocks[0]!.jobs !== null,
    "a run has one workload and one block, with its jobs",
  ),
  v.check(
    (run) => inconsistency(run) === null,
    ({ input }) => inconsistency(input)!,
  ),
);

/** The whole document. */
export const runDocument = v.looseObject({ ...fioTree, phasebit: runDetails });
