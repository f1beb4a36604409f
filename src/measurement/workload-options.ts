// The options of a workload: names, values, defaults, lines of the help. A plain table that imports nothing, so
// that `phasebit --help` and shell completion load none of what measures. Long names are fio's.

export const readWrites = ["read", "write", "randread", "randwrite", "randrw"] as const;
export type ReadWrite = (typeof readWrites)[number];

/** How a job learns of completions. */
export const completionModes = ["poll", "interrupt", "hybrid", "lhp", "adaptive"] as const;
export type CompletionMode = (typeof completionModes)[number];

/** Which interrupts: one vector per queue, or one for all. */
export const interruptChoices = ["auto", "msix", "msix-shared", "msi", "intx"] as const;
export type InterruptChoice = (typeof interruptChoices)[number];

/** Which clock: fio's words, and phasebit's own choice. "cpu" is the time stamp counter. */
export const clockChoices = ["auto", "clock_gettime", "cpu"] as const;
export type ClockChoice = (typeof clockChoices)[number];

/** What of a job may lie in the Controller Memory Buffer. */
export const cmbParts = ["sq", "cq", "lists", "data"] as const;
export type CmbPart = (typeof cmbParts)[number];

/** The options as typed; what is absent takes its default. Keys are commander's. */
export interface WorkloadOptions {
  readonly device?: string | undefined;
  readonly rw?: string | undefined;
  readonly rwmixread?: string | undefined;
  readonly bs?: string | undefined;
  readonly iodepth?: string | undefined;
  readonly numjobs?: string | undefined;
  readonly runtime?: string | undefined;
  readonly rampTime?: string | undefined;
  readonly offset?: string | undefined;
  readonly size?: string | undefined;
  readonly nsid?: string | undefined;
  readonly seed?: string | undefined;
  readonly cpus?: string | undefined;
  readonly logHistMsec?: string | undefined;
  readonly precondition?: string | undefined;
  readonly timeout?: string | undefined;
  readonly destructive?: boolean | undefined;
  readonly completion?: string | undefined;
  readonly irq?: string | undefined;
  readonly spin?: string | undefined;
  readonly interruptTimeout?: string | undefined;
  readonly pollPause?: string | undefined;
  readonly iodepthBatchCompleteMin?: string | undefined;
  readonly iodepthBatchCompleteMax?: string | undefined;
  readonly coalesce?: string | undefined;
  readonly cmb?: string | undefined;
  readonly stages?: boolean | undefined;
  readonly clocksource?: string | undefined;
  readonly shadowDoorbells?: boolean | undefined;
}

export const workloadDefaults = {
  device: "embedded",
  rw: "randread",
  rwmixread: "50",
  bs: "4k",
  iodepth: "1",
  numjobs: "1",
  runtime: "10s",
  // fio's own: no ramp unless asked for.
  rampTime: "0",
  offset: "0",
  nsid: "1",
  // Fixed, as with fio's randrepeat: the same options give the same I/O.
  seed: "1",
  logHistMsec: "1000",
  timeout: "30s",
  completion: "poll",
  irq: "auto",
  spin: "10us",
  interruptTimeout: "100ms",
  clocksource: "auto",
  pollPause: "auto",
  cmb: "none",
  iodepthBatchCompleteMin: "1",
} as const;

/** One option for a command line. */
export interface OptionDescription {
  readonly flags: string;
  /** Its line in the help. */
  readonly help: string;
  /** The heading that it stands under. */
  readonly group: string;
  readonly default?: string;
  /** All its values, where it has few. */
  readonly choices?: readonly string[];
}

const defaults = workloadDefaults;

/** The options of a workload, in the order of the help: group by group. */
export const workloadOptions: readonly OptionDescription[] = [
  ...inGroup("Device:", [
    {
      flags: "-d, --device <device>",
      help: "PCI address, embedded, or vfio-user:PATH",
      default: defaults.device,
    },
    { flags: "--nsid <nsid>", help: "namespace", default: defaults.nsid },
    { flags: "--destructive", help: "allow writes: they destroy the device's data" },
  ]),
  ...inGroup("Workload:", [
    {
      flags: "-w, --rw <pattern>",
      help: "pattern of the I/O",
      choices: readWrites,
      default: defaults.rw,
    },
    {
      flags: "-M, --rwmixread <percent>",
      help: "share of reads in randrw",
      default: defaults.rwmixread,
    },
    { flags: "-b, --bs <size>", help: "bytes of one I/O", default: defaults.bs },
    { flags: "-q, --iodepth <n>", help: "commands in flight per job", default: defaults.iodepth },
    {
      flags: "-P, --numjobs <n>",
      help: "jobs: threads with a queue pair",
      default: defaults.numjobs,
    },
    { flags: "-c, --cpus <list>", help: "CPUs of jobs, as in 0,2-4 (default: chosen)" },
    { flags: "--offset <size>", help: "where the range begins", default: defaults.offset },
    { flags: "--size <size>", help: "bytes of the range (default: up to the end)" },
    { flags: "--seed <number>", help: "seed of addresses and data", default: defaults.seed },
    {
      flags: "--cmb <list>",
      help: "what lies in the Controller Memory Buffer: sq,cq,lists,data or none",
      default: defaults.cmb,
    },
  ]),
  ...inGroup("Time:", [
    { flags: "-t, --runtime <time>", help: "how long to measure", default: defaults.runtime },
    { flags: "-a, --ramp-time <time>", help: "how long to run before", default: defaults.rampTime },
    {
      flags: "--timeout <time>",
      help: "longest wait for one I/O command",
      default: defaults.timeout,
    },
    {
      flags: "--clocksource <clock>",
      help: "which clock: cpu is its time stamp counter",
      choices: clockChoices,
      default: defaults.clocksource,
    },
  ]),
  ...inGroup("Completion:", [
    {
      flags: "--completion <mode>",
      help: "how to learn of completions",
      choices: completionModes,
      default: defaults.completion,
    },
    {
      flags: "--irq <kind>",
      help: "which interrupts",
      choices: interruptChoices,
      default: defaults.irq,
    },
    {
      flags: "--poll-pause <time>",
      help: "between two looks: 0, a time, or auto, which follows the latency",
      default: defaults.pollPause,
    },
    {
      flags: "--iodepth-batch-complete-min <n>",
      help: "poll, lhp: take completions when so many are there",
      default: defaults.iodepthBatchCompleteMin,
    },
    {
      flags: "--iodepth-batch-complete-max <n>",
      help: "at most so many before ringing (default: all that are there)",
    },
    { flags: "--spin <time>", help: "hybrid: look so long first", default: defaults.spin },
    {
      flags: "--interrupt-timeout <time>",
      help: "longest wait for an interrupt, after which it looks anyway",
      default: defaults.interruptTimeout,
    },
    {
      flags: "--coalesce <settings>",
      help: "Interrupt Coalescing: threshold,time[,vector], in completions (0's based) and 100us",
    },
    {
      flags: "--shadow-doorbells",
      help: "keep doorbells in memory, ring when asked (Doorbell Buffer Config)",
    },
  ]),
  ...inGroup("Output:", [
    {
      flags: "--precondition <text>",
      help: "say what was done to the device before; the result keeps it",
    },
  ]),
];

/** Of a run; the blocks of comparisons and sweeps are short, and are the intervals. */
export const intervalsOption: OptionDescription = {
  flags: "--log-hist-msec <ms>",
  help: "length of the intervals whose histograms are kept",
  group: "Output:",
  default: defaults.logHistMsec,
};

/** Measures latency by stage too; only a run shows it. */
export const stagesOption: OptionDescription = {
  flags: "--stages",
  help: "measure latency by stage too: build, doorbell, seen, reap",
  group: "Output:",
};

function inGroup(
  group: string,
  options: readonly Omit<OptionDescription, "group">[],
): OptionDescription[] {
  return options.map((option) => ({ ...option, group }));
}
