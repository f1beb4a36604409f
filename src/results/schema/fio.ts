// fio's part of a run's document: fio/tree.ts as it stands in the file. Nothing of it is read back, for figures are
// worked out from the counts; but a file whose figures are no numbers is no result.
import * as v from "valibot";
import { amount, count, figure, listOf, text } from "./values.ts";

/** Unknown keys pass: later phasebits, and fio itself, have more. */
export const fioLatency = v.looseObject({
  min: amount,
  max: amount,
  mean: amount,
  stddev: amount,
  N: count,
  percentile: v.exactOptional(v.record(v.string(), amount)),
});

export const fioDirection = v.looseObject({
  io_bytes: amount,
  io_kbytes: amount,
  bw_bytes: amount,
  bw: amount,
  iops: amount,
  runtime: amount,
  total_ios: count,
  short_ios: count,
  drop_ios: count,
  slat_ns: fioLatency,
  clat_ns: fioLatency,
  lat_ns: fioLatency,
  bw_min: amount,
  bw_max: amount,
  bw_agg: amount,
  bw_mean: amount,
  bw_dev: amount,
  bw_samples: count,
  iops_min: amount,
  iops_max: amount,
  iops_mean: amount,
  iops_stddev: amount,
  iops_samples: count,
});

/** Percent by range. */
const shares = v.record(v.string(), amount);

const options = v.record(v.string(), text);

export const fioJob = v.looseObject({
  jobname: text,
  groupid: count,
  // a clock that stands before 1970 plus a ramp
  job_start: v.exactOptional(figure),
  error: count,
  eta: count,
  elapsed: count,
  "job options": options,
  read: fioDirection,
  write: fioDirection,
  trim: fioDirection,
  sync: v.looseObject({ total_ios: count, lat_ns: fioLatency }),
  job_runtime: amount,
  usr_cpu: amount,
  sys_cpu: amount,
  ctx: v.exactOptional(count),
  majf: v.exactOptional(count),
  minf: v.exactOptional(count),
  iodepth_level: shares,
  iodepth_submit: v.exactOptional(shares),
  iodepth_complete: v.exactOptional(shares),
  latency_ns: shares,
  latency_us: shares,
  latency_ms: shares,
  latency_depth: count,
  latency_target: amount,
  latency_target_ns: v.exactOptional(amount),
  latency_percentile: amount,
  latency_window: amount,
  latency_window_us: v.exactOptional(amount),
  mixed: v.exactOptional(fioDirection),
});

const disk = v.looseObject({
  name: text,
  read_ios: count,
  write_ios: count,
  read_sectors: count,
  write_sectors: count,
  read_merges: count,
  write_merges: count,
  read_ticks: amount,
  write_ticks: amount,
  in_queue: amount,
  util: amount,
});

const MOST_FIO_JOBS = 65_536;

/** The keys of fio's tree. */
export const fioTree = {
  "fio version": text,
  timestamp: amount,
  timestamp_ms: amount,
  time: text,
  "global options": options,
  jobs: v.pipe(listOf(fioJob, MOST_FIO_JOBS), v.minLength(1)),
  disk_util: v.exactOptional(listOf(disk, MOST_FIO_JOBS)),
};
