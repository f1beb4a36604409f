// What to run: the options of `phasebit run` with their units resolved. Long names and meanings are
// fio's; what a device allows is checked by run/limits.ts.
import { choiceAdvice } from "../ground/choices.ts";
import { badOption, optionError, type PhasebitError, type Word } from "../ground/errors.ts";
import { safeString } from "../ground/strings.ts";
import {
  fioSize,
  type Parsed,
  parseSize,
  parseTimeMs,
  parseTimeNs,
  TIME_FORMAT,
} from "../ground/units.ts";
import type { ClockChoice, CmbPart, CompletionMode, InterruptChoice } from "./workload-options.ts";
import {
  clockChoices,
  cmbParts,
  completionModes,
  workloadDefaults as defaults,
  interruptChoices,
  type ReadWrite,
  readWrites,
  type WorkloadOptions,
} from "./workload-options.ts";

/** How a workload wants to learn of completions; what that comes to on a given device is run/vectors.ts. */
export interface Completion {
  readonly mode: CompletionMode;
  readonly irq: InterruptChoice;
  /** `hybrid`: how long it looks before it blocks. */
  readonly spinNs: number;
  /** From one look to the next, while it looks; null is learned: a small part of the shortest latency. */
  readonly pauseNs: number | null;
  /** Longest wait for an interrupt, after which the completion queue is looked at anyway. */
  readonly deadlineMs: number;
}

/** How many completions are taken at once. */
export interface Batch {
  /** Nothing is taken before so many are there. */
  readonly min: number;
  /** So many are taken before the doorbells are rung; null is all that are there. */
  readonly max: number | null;
}

/** A validated workload. Sizes in bytes, times in ms. */
export interface Workload {
  /** The device as it was given. */
  readonly device: string;
  readonly rw: ReadWrite;
  /** Share of reads of `randrw`, 0 to 100. */
  readonly rwmixread: number;
  /** Bytes of one I/O. */
  readonly bs: number;
  /** Commands in flight per job. */
  readonly iodepth: number;
  readonly numjobs: number;
  readonly runtimeMs: number;
  readonly rampTimeMs: number;
  /** First byte of the range. */
  readonly offset: number;
  /** Bytes of the range; null means up to the end of the namespace. */
  readonly size: number | null;
  readonly nsid: number;
  readonly seed: bigint;
  /** One CPU per job, round and round; empty means phasebit's own choice. */
  readonly cpus: readonly number[];
  /** Length of the intervals whose histograms are kept. */
  readonly logHistMs: number;
  /** What was done to the device before, in the user's words; null when nothing was said. */
  readonly precondition: string | null;
  /** A command that takes longer than this is given up. */
  readonly timeoutMs: number;
  readonly destructive: boolean;
  readonly completion: Completion;
  readonly batch: Batch;
  /** Interrupt Coalescing (5.21.1.8), or null to leave it alone. */
  readonly coalesce: Coalescing | null;
  /** What lies in the Controller Memory Buffer, in the order of cmbParts; the rest lies in host memory. */
  readonly cmb: readonly CmbPart[];
  /** Measure where the time of each command goes; costs four readings of the clock a command. */
  readonly stages: boolean;
  /** What was asked for; which clock it was stands with each job. Null where an old result did not keep it. */
  readonly clocksource: ClockChoice | null;
  /** Doorbells are written into memory, and rung when the controller asks for it (Doorbell Buffer Config, 5.7). */
  readonly shadowDoorbells: boolean;
}

/** Interrupt Coalescing as Set Features takes it. */
export interface Coalescing {
  /** Completions that an interrupt may wait for, 0's based as the specification has it. */
  readonly threshold: number;
  /** How long it may wait, in units of 100 us; 0 switches coalescing off. */
  readonly time: number;
  /** The only vector to be coalesced; all when it is not named. */
  readonly vector?: number;
}

/** Timers of Node carry 31 bits of milliseconds. */
const MAX_TIME_MS = 2 ** 31 - 1;
/** Queue identifiers end at 65,534, and 0 is the admin queue's (NVMe 1.4, 5.21.1.7). */
const MAX_IO_QUEUES = 65_534;
/**
 * A CID has 16 bits for slot and generation. Deeper queues would leave less than two bits for the generation, by which a
 * duplicate or late completion is told from the one that is due: more in flight takes more queues (`--numjobs`).
 */
export const MAX_IODEPTH = 16_383;

/**
 * How many generations a CID has beside its slot. A completion that is sent again so many commands of its slot later, or
 * a multiple of that, has the CID that is due, and nothing else in an entry tells it apart.
 */
export function cidGenerations(iodepth: number): number {
  const slotBits = 32 - Math.clz32(iodepth);
  return 2 ** (16 - slotBits);
}
/** FFFFFFFFh means all namespaces. */
const MAX_NSID = 0xffff_fffe;
const MAX_CPU = 4095;
const MAX_INTERRUPT_TIMEOUT_MS = 1000;
/** Looking more often would disturb what is measured. */
const SHORTEST_LOG_HIST_MS = 10;
const LONGEST_LOG_HIST_MS = 3_600_000;
const LONGEST_PRECONDITION = 1000;
/** Both fields of Interrupt Coalescing have eight bits (5.21.1.8). */
export const MAX_COALESCING = 255;

/**
 * The workload that the options ask for.
 * @throws PhasebitError USAGE naming the option (`what`), its value and what is allowed; REFUSED for writes to a
 * device without `destructive`.
 */
export function parseWorkload(options: WorkloadOptions): Workload {
  const workload: Workload = {
    device: device(options.device ?? defaults.device),
    rw: choice("rw", options.rw ?? defaults.rw, readWrites),
    rwmixread: whole("rwmixread", options.rwmixread ?? defaults.rwmixread, 0, 100),
    bs: size("bs", options.bs ?? defaults.bs, 1),
    iodepth: whole("iodepth", options.iodepth ?? defaults.iodepth, 1, MAX_IODEPTH),
    numjobs: whole("numjobs", options.numjobs ?? defaults.numjobs, 1, MAX_IO_QUEUES),
    runtimeMs: timeOption("runtime", options.runtime ?? defaults.runtime, 1),
    rampTimeMs: timeOption("rampTime", options.rampTime ?? defaults.rampTime, 0),
    offset: size("offset", options.offset ?? defaults.offset, 0),
    size: options.size === undefined ? null : size("size", options.size, 1),
    nsid: whole("nsid", options.nsid ?? defaults.nsid, 1, MAX_NSID),
    seed: seed(options.seed ?? defaults.seed),
    cpus: options.cpus === undefined ? [] : cpuList(options.cpus),
    logHistMs: whole(
      "logHistMsec",
      options.logHistMsec ?? defaults.logHistMsec,
      SHORTEST_LOG_HIST_MS,
      LONGEST_LOG_HIST_MS,
    ),
    precondition: options.precondition === undefined ? null : precondition(options.precondition),
    timeoutMs: timeOption("timeout", options.timeout ?? defaults.timeout, 1),
    destructive: options.destructive ?? false,
    completion: {
      mode: choice("completion", options.completion ?? defaults.completion, completionModes),
      irq: choice("irq", options.irq ?? defaults.irq, interruptChoices),
      spinNs: nanoseconds("spin", options.spin ?? defaults.spin),
      pauseNs: pollPause(options.pollPause ?? defaults.pollPause),
      deadlineMs: interruptTimeout(options.interruptTimeout ?? defaults.interruptTimeout),
    },
    batch: {
      min: whole(
        "iodepthBatchCompleteMin",
        options.iodepthBatchCompleteMin ?? defaults.iodepthBatchCompleteMin,
        1,
        MAX_IODEPTH,
      ),
      max:
        options.iodepthBatchCompleteMax === undefined
          ? null
          : whole("iodepthBatchCompleteMax", options.iodepthBatchCompleteMax, 1, MAX_IODEPTH),
    },
    coalesce: options.coalesce === undefined ? null : coalescing(options.coalesce),
    cmb: cmbPlaces(options.cmb ?? defaults.cmb),
    stages: options.stages ?? false,
    shadowDoorbells: options.shadowDoorbells ?? false,
    clocksource: choice("clocksource", options.clocksource ?? defaults.clocksource, clockChoices),
  };
  if (workload.size !== null && workload.size < workload.bs) {
    const bs = ` ${fioSize(workload.bs)})`;
    throw badOption("size", fioSize(workload.size), "smaller than one I/O (", { option: "bs" }, bs);
  }
  requireBatch(workload);
  requireConsent(workload);
  return workload;
}

/** True when the workload may write. */
export function writes(workload: Workload): boolean {
  if (workload.rw === "randrw") return workload.rwmixread < 100;
  return workload.rw === "write" || workload.rw === "randwrite";
}

/** More than are in flight never come, and a job that was woken takes what is there. */
function requireBatch({
  batch: { min, max },
  iodepth,
  completion: { mode },
  stages,
}: Workload): void {
  const bad = (...why: Word[]): PhasebitError =>
    badOption("iodepthBatchCompleteMin", `${min}`, ...why);
  if (min > iodepth) {
    throw bad("is more than ", { option: "iodepth" }, ` ${iodepth}: so many never complete`);
  }
  if (max !== null && max < min) {
    throw bad("is more than ", { option: "iodepthBatchCompleteMax" }, ` ${max}`);
  }
  if (min > 1 && needsInterrupts(mode)) {
    const told = ` ${mode} is told of each completion; `;
    throw bad({ option: "completion" }, told, { option: "coalesce" }, " gathers them");
  }
  if (stages && (min > 1 || max !== null)) {
    const [least, most] = [
      { option: "iodepthBatchCompleteMin" },
      { option: "iodepthBatchCompleteMax" },
    ];
    const why = ": takes completions one by one; leave ";
    const words: Word[] = [{ option: "stages" }, why, least, " and ", most, " out"];
    throw optionError("USAGE", words, { what: "stages" });
  }
}

/** The embedded controller asks for consent too: its medium may be somebody's file. */
function requireConsent(workload: Workload): void {
  if (workload.destructive || !writes(workload)) return;
  const { rw } = workload;
  const words: Word[] = [
    ...[{ option: "rw" }, ` ${rw} overwrites data on ${safeString(workload.device)}; add `],
    ...[{ option: "destructive" }, " if nothing on it is needed, or use ", { option: "rw" }],
    " randread",
  ];
  throw optionError("REFUSED", words, { what: "rw", value: rw });
}

function choice<T extends string>(option: string, value: string, names: readonly T[]): T {
  const known = names.find((name) => name === value);
  if (known !== undefined) return known;
  throw badOption(option, value, choiceAdvice(value, names));
}

function device(value: string): string {
  if (value.trim() !== "") return value;
  throw badOption(
    "device",
    value,
    "names no device; give a PCI address, embedded, or vfio-user:PATH",
  );
}

function precondition(value: string): string {
  const text = safeString(value.trim());
  if (text !== "" && text.length <= LONGEST_PRECONDITION) return text;
  const why = text === "" ? "says nothing" : `is longer than ${LONGEST_PRECONDITION} characters`;
  throw badOption("precondition", text === "" ? "" : "…", `${why}; leave it out or shorten it`);
}

function nanoseconds(option: string, value: string): number {
  const ns = parseTimeNs(value);
  if (ns !== undefined) return ns;
  throw badOption(option, value, TIME_FORMAT);
}

/** Longer, and neither the end of a run nor Ctrl-C is seen in time. */
const LONGEST_PAUSE_NS = 1_000_000;

/** As `--poll-pause` has it; null is `auto`. */
export function pollPause(value: string): number | null {
  if (value === "auto") return null;
  const ns = value === "0" ? 0 : parseTimeNs(value);
  if (ns === undefined) {
    throw badOption("pollPause", value, `must be auto or 0, or a time; ${TIME_FORMAT}`);
  }
  if (ns <= LONGEST_PAUSE_NS) return ns;
  throw badOption("pollPause", value, "must be at most 1ms");
}

/** `7,10`: an interrupt for eight completions, or after 1 ms. */
function coalescing(value: string): Coalescing {
  const pattern = /^([0-9]{1,3}),([0-9]{1,3})(?:,([0-9]{1,4}))?$/;
  const [, threshold, units, vector] = pattern.exec(value) ?? [];
  if (Number(threshold) <= MAX_COALESCING && Number(units) <= MAX_COALESCING) {
    const setting = { threshold: Number(threshold), time: Number(units) };
    return vector === undefined ? setting : { ...setting, vector: Number(vector) };
  }
  throw badOption(
    "coalesce",
    value,
    `must be a threshold (0's based) and a time in units of 100us, both up to ${MAX_COALESCING}, ` +
      "and perhaps the only vector to coalesce, as in 7,10 or 7,10,1",
  );
}

/** As `--cmb` has it: `none`, or parts in any order, separated by commas or plus signs. */
export function cmbPlaces(value: string): CmbPart[] {
  if (value === "none") return [];
  const names = value.split(/[,+]/);
  const unknown = names.find((name) => !cmbParts.some((part) => part === name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (unknown === undefined && twice === undefined) {
    return cmbParts.filter((part) => names.includes(part));
  }
  const why =
    unknown === undefined
      ? `names ${twice} twice`
      : `must be none, or some of ${cmbParts.join(",")}`;
  throw badOption("cmb", value, why);
}

function whole(option: string, value: string, min: number, max: number): number {
  const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw badOption(option, value, `must be a whole number from ${min} to ${max}`);
}

function size(option: string, value: string, min: number): number {
  const bytes = parsed(option, value, parseSize(value));
  if (bytes >= min) return bytes;
  throw badOption(option, value, "must be more than 0");
}

/** Milliseconds of an option, from `min` on. @throws PhasebitError USAGE */
export function timeOption(option: string, value: string, min: number): number {
  const ms = parsed(option, value, parseTimeMs(value));
  if (ms < min) throw badOption(option, value, "must be at least 1ms");
  if (ms > MAX_TIME_MS) throw badOption(option, value, "must be at most 24d");
  return ms;
}

/** A thread that waits for an interrupt hears nothing else: neither the end of the run nor Ctrl-C. */
function interruptTimeout(value: string): number {
  const ms = timeOption("interruptTimeout", value, 1);
  if (ms <= MAX_INTERRUPT_TIMEOUT_MS) return ms;
  throw badOption("interruptTimeout", value, "must be at most 1s, so that the job can be stopped");
}

function parsed<T>(option: string, value: string, result: Parsed<T>): T {
  if (result.ok) return result.value;
  throw badOption(option, value, result.why);
}

function seed(value: string): bigint {
  if (/^(0x[0-9a-f]{1,16}|[0-9]{1,20})$/i.test(value)) {
    const number = BigInt(value);
    if (number < 1n << 64n) return number;
  }
  throw badOption("seed", value, "must be a whole number below 2^64, as in 42 or 0x2a");
}

/**
 * `0,2-4` as [0, 2, 3, 4], in the order given: job 0 runs on the first. SPDK's and DPDK's `[0,2-4]` and `0x1d` are the
 * same CPUs.
 */
function cpuList(value: string): number[] {
  if (/^0x[0-9a-f]{1,1024}$/i.test(value)) return cpusInMask(value);
  const cpus = value
    .replace(/^\[(.*)\]$/, "$1")
    .split(",")
    .flatMap((part) => {
      const match = /^([0-9]{1,4})(?:-([0-9]{1,4}))?$/.exec(part);
      const first = Number(match?.[1]);
      const last = Number(match?.[2] ?? match?.[1]);
      if (!match || last < first || last > MAX_CPU) {
        throw badOption(
          "cpus",
          value,
          `must be CPUs and rising ranges up to ${MAX_CPU}, as in 0,2-4`,
        );
      }
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  const twice = cpus.find((cpu, index) => cpus.indexOf(cpu) !== index);
  if (twice !== undefined) throw badOption("cpus", value, `names CPU ${twice} twice`);
  return cpus;
}

/** A core mask: bit n is CPU n. */
function cpusInMask(value: string): number[] {
  const bits = [...BigInt(value).toString(2)].reverse();
  const cpus = bits.flatMap((bit, cpu) => (bit === "1" ? [cpu] : []));
  if (cpus.length > 0) return cpus;
  throw badOption("cpus", value, "is a mask of no CPUs");
}

/** Whether queues of this mode are created with interrupts. */
export function needsInterrupts(mode: CompletionMode): boolean {
  return mode !== "poll" && mode !== "lhp";
}
