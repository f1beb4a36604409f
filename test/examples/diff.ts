// Sides for the tests of diffs.
import type { DiffResult, Side } from "../../src/analysis/diff-sides.ts";
import type {
  DeviceIdentity,
  HostConditions,
  Measurement,
} from "../../src/measurement/measurement.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import { Random } from "../../src/statistics/random.ts";
import { gauss } from "../statistics/samples.ts";
import { exampleRun } from "./run.ts";

/** A run as a result; of several, each began at another time. */
export function runResult(measurement: Measurement, file = "run.json"): DiffResult {
  return { file, measurement };
}

export function comparisonResult(measurement: Measurement, file = "c.json"): DiffResult {
  return { file, measurement };
}

export function sweepResult(measurement: Measurement, file = "s.json"): DiffResult {
  return { file, measurement };
}

export function sideOf(
  results: readonly DiffResult[] | DiffResult,
  { chosen = null, name = "side" }: { chosen?: string | null; name?: string } = {},
): Side {
  const all = [results].flat() as DiffResult[];
  return { name, results: all, chosen, skipped: [] };
}

export interface RunSet {
  readonly count: number;
  readonly typicalNs?: number;
  /** Deviation of a run's level, as a share. */
  readonly scatter?: number;
  readonly seed?: number;
  readonly options?: WorkloadOptions;
  readonly ios?: number;
}

/** Runs of one second each, whose levels scatter. */
export function runSet({ count, typicalNs = 8000, scatter = 0.01, ...rest }: RunSet): DiffResult[] {
  const { seed = 1, options = {}, ios = 2000 } = rest;
  const random = new Random(seed);
  return Array.from({ length: count }, (_, index) => {
    const level = typicalNs * (1 + scatter * gauss(random));
    const run = exampleRun({ options, typicalNs: level, perSecond: ios, seconds: 1 });
    return runResult(
      { ...run, startedMs: run.startedMs + seed * 1e6 + index * 1000 },
      `${seed}-${index}.json`,
    );
  });
}

/** The result with its measurement changed. */
export function changed(result: DiffResult, change: Partial<Measurement>): DiffResult {
  return { ...result, measurement: { ...result.measurement, ...change } };
}

/** The result on another host or device. */
export function elsewhere(
  result: DiffResult,
  { host = {}, device = {} }: { host?: Partial<HostConditions>; device?: Partial<DeviceIdentity> },
): DiffResult {
  const { measurement } = result;
  return changed(result, {
    host: { ...measurement.host, ...host },
    devices: measurement.devices.map((own) => ({ ...own, ...device })),
  });
}
