// Which clock a run goes by. The time stamp counter is read without a call into the kernel's code and without its
// arithmetic, but nobody vouches for it but the CPU and the kernel: CPUID says whether it counts evenly, and the kernel
// whether it goes by it itself. The kernel has compared the counters of all CPUs, watches them beside another clock,
// and leaves them when they differ, which no program can do as well; under a hypervisor it takes a clock of the
// hypervisor's where the counter may change its rate or jump.
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { optionError } from "../ground/errors.ts";
import type { ClockUsed } from "../measurement/measurement.ts";
import type { ClockChoice } from "../measurement/workload-options.ts";
import {
  driftPpm,
  hertz,
  type Moment,
  scaleBetween,
  tightest,
  uncertaintyPpm,
} from "./clock-scale.ts";
import { type BothClocks, type ClockScale, type CounterFeatures, native } from "./native.ts";

/** What the choice is made from. */
export interface ClockReadings {
  features(): CounterFeatures;
  both(): BothClocks;
  /** The kernel's own clock source; null when it does not say. */
  kernelSource(): string | null;
  sleep(ms: number): Promise<unknown>;
}

const SOURCE_FILE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
/** Readings at a moment: at least one is not interrupted. */
const READINGS = 32;
/** A first measure of the counter's rate; each further one takes twice as long. */
const CALIBRATION_MS = 25;
const CALIBRATIONS = 4;
/** A rate that is known better than this is good enough: two latencies of 0.1 s differ by half a microsecond. */
const CERTAIN_PPM = 5;
/** One that is not known even so well is that of no clock: histograms have a width of 0.1 %. */
const USELESS_PPM = 100;

export const nativeReadings: ClockReadings = {
  features: () => native().counterFeatures(),
  both: () => native().readBothClocks(),
  kernelSource,
  sleep: (ms) => setTimeout(ms),
};

/**
 * The scale of the clock that a run is to go by; null is CLOCK_MONOTONIC. Takes some 25 ms where it is the counter.
 * @throws PhasebitError ENVIRONMENT when the counter was asked for and cannot be had.
 */
export async function chooseClock(
  choice: ClockChoice,
  readings: ClockReadings = nativeReadings,
): Promise<ClockScale | null> {
  if (choice === "clock_gettime") return null;
  const why = whyNotCounter(readings) ?? (choice === "auto" ? whyNotTrusted(readings) : null);
  const scale = why === null ? await calibrated(readings) : null;
  if (choice === "auto" || scale !== null) return scale;
  const reason = why ?? "its rate could not be measured on this host";
  const words = ` cpu: the CPU's time stamp counter cannot be the clock: ${reason}; use clock_gettime`;
  const facts = { what: "clocksource", value: "cpu" };
  throw optionError("ENVIRONMENT", [{ option: "clocksource" }, words], facts);
}

/** The two clocks just now. */
export function momentNow({ both }: Pick<ClockReadings, "both"> = nativeReadings): Moment {
  return tightest(Array.from({ length: READINGS }, both));
}

/** What is said of a clock that was used between two moments. */
export function clockUsed(scale: ClockScale | null, first: Moment, second: Moment): ClockUsed {
  if (scale === null) return { source: "monotonic", hz: null, driftPpm: null };
  const isTold = uncertaintyPpm(first, second) <= CERTAIN_PPM;
  return {
    source: "tsc",
    hz: hertz(scale),
    driftPpm: isTold ? driftPpm(scale, first, second) : null,
  };
}

function whyNotCounter({ features }: ClockReadings): string | null {
  const { isInvariant, hasRdtscp } = features();
  if (!isInvariant) return "it does not count evenly (CPUID 80000007h, EDX bit 8)";
  return hasRdtscp ? null : "it cannot be read in order with loads (CPUID 80000001h, EDX bit 27)";
}

function whyNotTrusted({ kernelSource }: ClockReadings): string | null {
  return kernelSource() === "tsc" ? null : "the kernel does not go by it";
}

/** Measures until the rate is known well enough, or there is no more patience. */
async function calibrated(readings: ClockReadings): Promise<ClockScale | null> {
  const first = momentNow(readings);
  let last = first;
  for (let turn = 0; turn < CALIBRATIONS && uncertaintyPpm(first, last) > CERTAIN_PPM; turn++) {
    await readings.sleep(CALIBRATION_MS << turn);
    last = momentNow(readings);
  }
  return uncertaintyPpm(first, last) <= USELESS_PPM ? scaleBetween(first, last) : null;
}

function kernelSource(): string | null {
  try {
    return readFileSync(SOURCE_FILE, "utf8").trim();
  } catch {
    return null;
  }
}
