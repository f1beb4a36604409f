// The conditions of two sides: those that make a comparison meaningless where they differ, and those that cast
// doubt on it, or are what is compared.

import { fioSize, fioTime, formatBytes, formatNs } from "../ground/units.ts";
import type { DeviceIdentity, HostConditions } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import {
  batchText,
  cmbText,
  coalescingText,
  looksOn,
  pauseText,
} from "../measurement/workload-names.ts";
import { type DiffResult, kindOf, type Side, sourcesOf } from "./diff-sides.ts";
import { workloadPairs } from "./diff-workloads.ts";
import { clocksOf, median } from "./totals.ts";

/** A condition in which the sides differ. */
export interface Difference {
  readonly name: string;
  /** Distinct values, in the order of the results. */
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** Other I/O was done: the figures are not of the same thing. */
  readonly isWorkload: boolean;
}

interface Condition {
  readonly name: string;
  /** The value of a result, or those of the results that were merged into it; none where it has no meaning. */
  readonly of: (result: DiffResult) => readonly string[];
  /** Differing alone, it is what is compared. */
  readonly isSubject?: boolean;
  /** For what never is the same twice: whether it differs enough to matter. */
  readonly differs?: (a: readonly DiffResult[], b: readonly DiffResult[]) => boolean;
}

/** Differing by more than this, load averages are told. */
const LOAD_APART = 0.5;
/** And the cost of a reading of the clock, as a share. */
const CLOCK_APART = 0.2;

/** An option that makes other I/O, in words; null where it has no meaning. */
interface WorkloadOption {
  readonly name: string;
  readonly of: (workload: Workload) => string | null;
}

const workloadOptions: readonly WorkloadOption[] = [
  { name: "rw", of: ({ rw }) => rw },
  { name: "rwmixread", of: ({ rw, rwmixread }) => (rw === "randrw" ? `${rwmixread}` : null) },
  { name: "bs", of: ({ bs }) => fioSize(bs) },
  { name: "iodepth", of: ({ iodepth }) => `${iodepth}` },
  { name: "numjobs", of: ({ numjobs }) => `${numjobs}` },
  { name: "offset", of: ({ offset }) => fioSize(offset) },
  { name: "size", of: ({ size }) => (size === null ? "up to the end" : fioSize(size)) },
];

const blockSize: Condition = {
  name: "block size",
  of: ({ measurement }) => measurement.devices.map(({ blockBytes }) => fioSize(blockBytes)),
};

const noted: readonly Condition[] = [
  ofRuns("completion", ({ completion }) => completion.mode),
  { name: "irq", of: option(({ completion }) => completion.irq), isSubject: true },
  {
    name: "spin",
    of: option(({ completion: { mode, spinNs } }) => (mode === "hybrid" ? formatNs(spinNs) : null)),
    isSubject: true,
  },
  {
    name: "poll-pause",
    of: option(({ completion: { mode, pauseNs } }) => (looksOn(mode) ? pauseText(pauseNs) : null)),
    isSubject: true,
  },
  { name: "at once", of: option(({ batch }) => batchText(batch)), isSubject: true },
  ofRuns("cmb", ({ cmb }) => cmbText(cmb)),
  ofRuns("coalesce", ({ coalesce }) =>
    coalesce === null ? "left alone" : coalescingText(coalesce),
  ),
  { name: "modes' options", of: modeOptions, isSubject: true },
  ...devices(),
  ...hosts(),
  { name: "phasebit", of: ({ measurement }) => [measurement.version], isSubject: true },
  {
    name: "precondition",
    of: option(({ precondition }) => precondition ?? "not stated"),
    isSubject: true,
  },
  { name: "ramp-time", of: option(({ rampTimeMs }) => fioTime(rampTimeMs)) },
  { name: "runtime", of: option(({ runtimeMs }) => fioTime(runtimeMs)) },
  { name: "seed", of: option(({ seed }) => `${seed}`) },
  { name: "cpus", of: option(({ cpus }) => cpus.join(",") || "chosen"), isSubject: true },
  { name: "log-hist-msec", of: option(({ logHistMs }) => `${logHistMs}`) },
  {
    name: "shadow-doorbells",
    of: option(({ shadowDoorbells }) => (shadowDoorbells ? "on" : "off")),
  },
  { name: "stages", of: option(({ stages }) => (stages ? "measured" : "not measured")) },
  {
    name: "load average",
    of: eachHost((host) => host.loadAverage.toFixed(2)),
    differs: isLoadApart,
  },
  { name: "clocksource", of: clockNames },
  { name: "clock", of: clockText, differs: isClockApart },
  { name: "interrupted", of: ({ measurement }) => [measurement.interrupted ? "yes" : "no"] },
  {
    name: "merged",
    of: ({ measurement: { merged } }) => [merged.length > 0 ? `of ${merged.length} results` : "no"],
  },
];

/** The conditions in which two sides differ, or the results of one side among each other; workload first. */
export function differencesOf(a: Side, b: Side): Difference[] {
  const blocks = { a: distinct(a.results, blockSize), b: distinct(b.results, blockSize) };
  return [
    ...workloadDifferences(a, b),
    ...(isOne(blocks) ? [] : [{ name: blockSize.name, ...blocks, isWorkload: true }]),
    ...notedDifferences(a, b),
  ];
}

interface SideValues {
  readonly a: readonly string[];
  readonly b: readonly string[];
}

function isOne({ a, b }: SideValues): boolean {
  return new Set([...a, ...b]).size <= 1;
}

/** Mode by mode where there are modes; without their names where all differ in the same way. */
function workloadDifferences(a: Side, b: Side): Difference[] {
  const pairs = workloadPairs(a, b);
  // A sweep's points have their own depth, and are matched by it.
  const isSweep = kindOf(a) === "sweep";
  const options = workloadOptions.filter(({ name }) => !isSweep || name !== "iodepth");
  return options.flatMap(({ name, of }) => {
    const found = pairs.map(({ mode, ...sides }) => ({
      mode,
      a: distinctOptions(sides.a, of),
      b: distinctOptions(sides.b, of),
    }));
    const ways = new Set(found.map((values) => JSON.stringify([values.a, values.b])));
    const told = ways.size === 1 ? [{ ...found[0]!, mode: null }] : found;
    return told
      .filter((values) => !isOne(values))
      .map(({ mode, ...values }) => {
        const title = mode === null ? name : `${name} of ${mode}`;
        return { name: title, ...values, isWorkload: true };
      });
  });
}

function distinctOptions(workloads: readonly Workload[], of: WorkloadOption["of"]): string[] {
  return [...new Set(workloads.map(of).filter((value) => value !== null))];
}

function notedDifferences(a: Side, b: Side): Difference[] {
  return noted.flatMap((condition) => {
    const values = { a: distinct(a.results, condition), b: distinct(b.results, condition) };
    const isSame = isOne(values) || isEqualSet(values.a, values.b);
    const isTold = condition.differs?.(a.results, b.results) ?? !isSame;
    return isTold ? [{ name: condition.name, ...values, isWorkload: false }] : [];
  });
}

/** The one condition that is compared; null when none or several differ that could be it. */
export function subjectOf(differences: readonly Difference[]): Difference | null {
  const names = noted.filter(({ isSubject }) => isSubject).map(({ name }) => name);
  const [subject, ...others] = differences.filter(({ name }) => names.includes(name));
  const isClear = subject !== undefined && others.length === 0;
  return isClear && subject.a.length === 1 && subject.b.length === 1 ? subject : null;
}

/** Of the hosts or devices, and perhaps what is compared. */
function subject(name: string, of: Condition["of"]): Condition {
  return { name, of, isSubject: true };
}

function devices(): Condition[] {
  return [
    subject(
      "device",
      eachDevice((device) => device.address),
    ),
    subject(
      "transport",
      eachDevice((device) => device.transport),
    ),
    subject(
      "model",
      eachDevice((device) => device.model),
    ),
    subject(
      "serial",
      eachDevice((device) => device.serial),
    ),
    subject(
      "firmware",
      eachDevice((device) => device.firmware),
    ),
    subject(
      "NVMe version",
      eachDevice((device) => device.version),
    ),
    subject(
      "nsid",
      eachDevice((device) => `${device.nsid}`),
    ),
    subject(
      "capacity",
      eachDevice((device) => formatBytes(device.logicalBlocks * device.blockBytes)),
    ),
  ];
}

function hosts(): Condition[] {
  return [
    subject(
      "host",
      eachHost((host) => host.hostname),
    ),
    subject(
      "kernel",
      eachHost((host) => host.kernel),
    ),
    subject(
      "CPU",
      eachHost((host) => `${host.cpus} x ${host.cpuModel}`),
    ),
    subject(
      "memory",
      eachHost((host) => formatBytes(host.memoryBytes)),
    ),
    subject(
      "Node.js",
      eachHost((host) => `${host.node} (V8 ${host.v8})`),
    ),
    subject(
      "pages",
      eachHost((host) => formatBytes(host.pageBytes)),
    ),
  ];
}

function option(of: (workload: Workload) => string | null): Condition["of"] {
  return ({ measurement }) => {
    const value = of(measurement.workload);
    return value === null ? [] : [value];
  };
}

/** What modes and axes say of a comparison and a sweep. */
function ofRuns(name: string, of: (workload: Workload) => string): Condition {
  const value = option(of);
  const isOnly = ({ measurement }: DiffResult): boolean =>
    measurement.workloads.some((setting) => setting.name === "");
  return { name, of: (result) => (isOnly(result) ? value(result) : []), isSubject: true };
}

/** Of a merged result, all its hosts. */
function eachHost(of: (host: HostConditions) => string): Condition["of"] {
  return ({ measurement }) => sourcesOf(measurement).map(({ host }) => of(host));
}

/** The same of its devices. */
function eachDevice(of: (device: DeviceIdentity) => string): Condition["of"] {
  return ({ measurement }) => sourcesOf(measurement).flatMap(({ devices: all }) => all.map(of));
}

function modeOptions({ measurement: { workloads, rounds } }: DiffResult): string[] {
  if (rounds === null) return [];
  const told = workloads.filter(({ options }) => options !== "");
  return [told.map(({ name, options }) => `${name}: ${options}`).join(", ")];
}

function isLoadApart(a: readonly DiffResult[], b: readonly DiffResult[]): boolean {
  const typical = (results: readonly DiffResult[]): number =>
    median(results.map(({ measurement }) => measurement.host.loadAverage));
  return Math.abs(typical(a) - typical(b)) > LOAD_APART;
}

/** The middle of the jobs; comparisons and sweeps of old do not tell it. */
function clockNs({ measurement }: DiffResult): number[] {
  const jobs = measurement.blocks.flatMap((block) => block.jobs ?? []);
  return jobs.length === 0 ? [] : [median(jobs.map((job) => job.clockNs))];
}

/** Nothing of results without jobs. */
function clockNames({ measurement }: DiffResult): string[] {
  const jobs = measurement.blocks.flatMap((block) => block.jobs ?? []);
  return jobs.length === 0 ? [] : [clocksOf(jobs).join(" and ") || "not known"];
}

function clockText(result: DiffResult): string[] {
  return clockNs(result).map((ns) => `${formatNs(ns)} a reading`);
}

function isClockApart(a: readonly DiffResult[], b: readonly DiffResult[]): boolean {
  const [one, other] = [median(a.flatMap(clockNs)), median(b.flatMap(clockNs))];
  if (one === 0 || other === 0) return false;
  return Math.max(one, other) > (1 + CLOCK_APART) * Math.min(one, other);
}

function distinct(results: readonly DiffResult[], { of }: Condition): string[] {
  return [...new Set(results.flatMap(of))];
}

function isEqualSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}
