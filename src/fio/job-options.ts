// What was asked for, in fio's words; fio's tools look for rw, bs, iodepth and numjobs here.

import { fioSize, fioTime } from "../ground/units.ts";
import type { FioSource } from "./sources.ts";

/** As fio names what does the I/O. */
export const IOENGINE = "phasebit";

/** fio's `job options`, texts as one would type them. */
export function jobOptions({ name, workload, device, jobs }: FioSource): Record<string, string> {
  const { rw, rwmixread, bs, iodepth, numjobs, size, offset, cpus, batch } = workload;
  const bytes = size ?? device.logicalBlocks * device.blockBytes - offset;
  return {
    name,
    ioengine: IOENGINE,
    filename: workload.device,
    rw,
    ...(rw === "randrw" && { rwmixread: `${rwmixread}` }),
    bs: fioSize(bs),
    iodepth: `${iodepth}`,
    numjobs: `${numjobs}`,
    // one of fio's jobs for all of them
    ...(numjobs > 1 && jobs?.length !== 1 && { group_reporting: "" }),
    ...(batch.min > 1 && { iodepth_batch_complete_min: `${batch.min}` }),
    ...(batch.max !== null && { iodepth_batch_complete_max: `${batch.max}` }),
    time_based: "",
    runtime: fioTime(workload.runtimeMs),
    ramp_time: fioTime(workload.rampTimeMs),
    offset: fioSize(offset),
    ...(bytes > 0 && { size: fioSize(bytes) }),
    randseed: `${workload.seed}`,
    ...(cpus.length > 0 && { cpus_allowed: cpus.join(",") }),
  };
}
