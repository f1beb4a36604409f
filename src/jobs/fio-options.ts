// What becomes of each of fio's options in a job file: taken, taken at one value only, noted for it cannot change what reaches
// the controller, or refused, for it would. docs/jobs.md shows the table; a test holds it against fio's own list.
import type { WorkloadOptions } from "../measurement/workload-options.ts";

export type Meaning =
  /** The same, or as near as the note says. */
  | { readonly kind: "taken"; readonly as: keyof WorkloadOptions; readonly note?: string }
  /** These values say what is so here anyway; others would be another workload. Written without a value it is 1. */
  | { readonly kind: "only"; readonly values: readonly string[]; readonly why: string }
  /** Nothing that reaches the controller depends on it; null: nor anything else. */
  | { readonly kind: "noted"; readonly why: string | null }
  | { readonly kind: "refused"; readonly why: string };

const FILES = "there are no files, but one device";
const WRITTEN = "what is written follows from the seed";
const LOGS =
  "no log is written; the result has the intervals, and phasebit export makes fio's of them";
const ALWAYS_LATENCY = "latency is always measured";
const NO_VERIFY = "data are not verified yet";
const NO_ZONES = "zoned namespaces are not written by their zones";
const NO_REPLAY = "I/O is not replayed";
const NO_RATE = "the load is closed: commands follow completions";
const NO_TRIM = "there is no trim workload yet";
const ALONE = "one job runs at a time";
const PRIORITY = "threads have the priority and the group of the process; set them for it";

const taken: Readonly<Record<string, keyof WorkloadOptions>> = {
  rw: "rw",
  bs: "bs",
  rwmixread: "rwmixread",
  iodepth: "iodepth",
  iodepth_batch_complete_min: "iodepthBatchCompleteMin",
  iodepth_batch_complete_max: "iodepthBatchCompleteMax",
  size: "size",
  offset: "offset",
  runtime: "runtime",
  ramp_time: "rampTime",
  randseed: "seed",
  clocksource: "clocksource",
  log_hist_msec: "logHistMsec",
  // phasebit's own
  nsid: "nsid",
  completion: "completion",
  irq: "irq",
  poll_pause: "pollPause",
  spin: "spin",
  interrupt_timeout: "interruptTimeout",
  coalesce: "coalesce",
  cmb: "cmb",
  shadow_doorbells: "shadowDoorbells",
  stages: "stages",
  precondition: "precondition",
};

const withNotes: Readonly<Record<string, readonly [keyof WorkloadOptions, string]>> = {
  filename: ["device", "an address of phasebit's, SPDK's plugin's, or a drive of the kernel's"],
  numjobs: ["numjobs", "each job is a thread with a queue pair"],
  cpus_allowed: ["cpus", "each job gets one of them, as with cpus_allowed_policy=split"],
};

/** Names; values that change nothing; why another one is refused. */
const only: readonly (readonly [names: string, values: string, why: string])[] = [
  ["time_based", "1", "a run lasts its runtime"],
  ["loops", "1", "a run lasts its runtime"],
  ["percentage_random", "100", "addresses are all random or all in sequence"],
  ["random_distribution", "random", "random addresses are all as likely"],
  ["rw_sequencer", "sequential", "addresses in sequence have no gaps"],
  [
    "randrepeat allrandrepeat",
    "1",
    "the same seed gives the same addresses; give another randseed",
  ],
  ["norandommap", "1", "random addresses are drawn one by one, and may come twice"],
  ["startdelay", "0", "a job starts at once"],
  ["kb_base", "1024", "k is 1024"],
  ["zonemode", "none", NO_ZONES],
  ["verify", "0", NO_VERIFY],
  ["verify_only", "0", NO_VERIFY],
  ["fsync fdatasync end_fsync", "0", "no Flush is mixed into a workload yet"],
  ["sync", "0 none", "no write has Force Unit Access yet"],
  ["atomic", "0", "there are no atomic writes"],
  ["offset_increment", "0", "jobs share one range"],
  ["zero_buffers refill_buffers", "0", WRITTEN],
  ["buffer_compress_percentage dedupe_percentage", "0", WRITTEN],
  ["trim_percentage trim_backlog", "0", NO_TRIM],
  ["thinktime rate rate_iops rate_min rate_iops_min", "0", NO_RATE],
  ["iodepth_low", "0", "a queue is kept full"],
  ["max_latency latency_target", "0", "a run does not end, or change, by latencies"],
  ["serialize_overlap", "0", "commands in flight may overlap"],
  ["cpus_allowed_policy", "split", "each job gets one of the CPUs"],
  ["nrfiles", "1", FILES],
  ["fill_device", "0", "a run lasts its runtime"],
  ["write_hint", "none", "writes have no directives"],
];

const noted: readonly (readonly [names: string, why: string | null])[] = [
  ["description name unit_base stats", null],
  ["ioengine", "phasebit drives the controller itself"],
  ["direct buffered invalidate pre_read", "there is no page cache between"],
  ["thread", "each job is a thread"],
  ["group_reporting per_job_logs", "jobs are reported together, and each by itself"],
  ["stonewall new_group wait_for exitall exit_what exitall_on_error", ALONE],
  ["mem lockmem", "buffers are DMA memory, which is locked"],
  ["random_generator", "addresses are drawn by phasebit's own generator"],
  ["gtod_reduce disable_lat disable_clat disable_slat disable_bw_measurement", ALWAYS_LATENCY],
  ["gtod_cpu", "each job reads its own clock"],
  [
    "clat_percentiles lat_percentiles slat_percentiles percentile_list",
    "the result has the histograms, of which every percentile follows",
  ],
  [
    "significant_figures unified_rw_reporting block_error_percentiles disk_util",
    "reports are phasebit's own",
  ],
  [
    "write_bw_log write_lat_log write_iops_log write_hist_log bwavgtime iopsavgtime log_avg_msec log_entries",
    LOGS,
  ],
  [
    "log_hist_coarseness log_max_value log_offset log_prio log_compression log_compression_cpus",
    LOGS,
  ],
  ["log_store_compressed log_unix_epoch log_alternate_epoch log_alternate_epoch_clock_id", LOGS],
  [
    "continue_on_error ignore_error error_dump",
    "a command that fails is counted, and the run goes on",
  ],
  ["create_serialize create_fsync create_on_open allow_file_create file_append", FILES],
  [
    "fallocate fadvise_hint fsync_on_close unlink unlink_each_loop overwrite unique_filename",
    FILES,
  ],
  ["file_service_type openfiles filename_format sync_file_range write_barrier", FILES],
  ["allow_mounted_write", "a drive in use is refused whatever is said"],
  ["do_verify verify_interval verify_offset verify_pattern verify_fatal verify_dump", NO_VERIFY],
  ["verify_async verify_backlog verify_backlog_batch experimental_verify", NO_VERIFY],
  ["verify_state_load verify_state_save trim_verify_zero trim_backlog_batch", NO_VERIFY],
  [
    "scramble_buffers buffer_compress_chunk dedupe_mode dedupe_working_set_percentage dedupe_global",
    WRITTEN,
  ],
  ["rate_process rate_cycle rate_ignore_thinktime", NO_RATE],
  ["thinktime_spin thinktime_blocks thinktime_blocks_type thinktime_iotime", NO_RATE],
  ["latency_window latency_percentile latency_run", "no depth is looked for"],
  ["nice prio prioclass uid gid cgroup cgroup_nodelete cgroup_weight", PRIORITY],
  ["numa_cpu_nodes numa_mem_policy", "CPUs are chosen near the device, or named by cpus_allowed"],
  ["ioscheduler", "the kernel's block layer is not between"],
  ["zonesize zonecapacity zonerange zoneskip read_beyond_wp max_open_zones", NO_ZONES],
  ["job_max_open_zones ignore_zone_limits zone_reset_threshold zone_reset_frequency", NO_ZONES],
  [
    "replay_no_stall replay_redirect replay_scale replay_align replay_time_scale replay_skip",
    NO_REPLAY,
  ],
  ["read_iolog_chunked merge_blktrace_scalars merge_blktrace_iters", NO_REPLAY],
  ["steadystate_duration steadystate_ramp_time", "no steady state is waited for"],
  ["flow_id flow_sleep", ALONE],
];

const refused: readonly (readonly [names: string, why: string])[] = [
  ["rwmixwrite", "say rwmixread, which is 100 less it"],
  [
    "bsrange bssplit bs_unaligned ba offset_align",
    "all I/Os have one size, and begin at a multiple of it",
  ],
  ["iodepth_batch", "doorbells are rung for what was taken; iodepth_batch_complete_max bounds it"],
  ["io_submit_mode", "one thread submits and reaps"],
  ["io_size number_ios", "a run lasts its runtime, and ends by no amount"],
  [
    "filesize directory opendir lockfile create_only",
    "filename= names the device, and size= the part of it",
  ],
  ["write_iolog read_iolog merge_blktrace_file", NO_REPLAY],
  ["exec_prerun exec_postrun", "phasebit runs no programs"],
  ["buffer_pattern", WRITTEN],
  ["cpumask", "say cpus_allowed, as in 0,2-4"],
  ["steadystate", "no steady state is waited for yet"],
  ["profile", "there are no profiles"],
  ["flow", ALONE],
  ["destructive", "consent to writes is given on the command line, by --destructive"],
];

/** fio's second names of its options. */
export const aliases: Readonly<Record<string, string>> = {
  readwrite: "rw",
  blocksize: "bs",
  blockalign: "ba",
  blocksize_range: "bsrange",
  blocksize_unaligned: "bs_unaligned",
  iodepth_batch_submit: "iodepth_batch",
  iodepth_batch_complete: "iodepth_batch_complete_min",
  io_limit: "io_size",
  fill_fs: "fill_device",
  fileoffset: "offset",
  nr_files: "nrfiles",
  // fio's timeout is its runtime; phasebit's --timeout is that of one command, and not said in a job file
  timeout: "runtime",
  iomem: "mem",
  ratemin: "rate_min",
  ratecycle: "rate_cycle",
  wait_for_previous: "stonewall",
  disable_bw: "disable_bw_measurement",
  ss: "steadystate",
  ss_dur: "steadystate_duration",
  ss_ramp: "steadystate_ramp_time",
};

const words = (text: string): string[] => text.split(" ");

/** Every option that a job file may name, and what becomes of it. */
export const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...Object.entries(taken).map(([name, as]): [string, Meaning] => [name, { kind: "taken", as }]),
  ...Object.entries(withNotes).map(([name, [as, note]]): [string, Meaning] => [
    name,
    { kind: "taken", as, note },
  ]),
  ...only.flatMap(([names, values, why]) =>
    words(names).map((name): [string, Meaning] => [
      name,
      { kind: "only", values: words(values), why },
    ]),
  ),
  ...noted.flatMap(([names, why]) =>
    words(names).map((name): [string, Meaning] => [name, { kind: "noted", why }]),
  ),
  ...refused.flatMap(([names, why]) =>
    words(names).map((name): [string, Meaning] => [name, { kind: "refused", why }]),
  ),
]);
