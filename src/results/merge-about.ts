// What a sum of measurements says of itself, and what must hold before there is one.
import { usage } from "../ground/errors.ts";
import { version } from "../ground/package.ts";
import { safeString } from "../ground/strings.ts";
import type { Measurement, MergedSource } from "../measurement/measurement.ts";
import { smallest } from "../statistics/summary.ts";
import type { Result } from "./read.ts";

/** A measurement and the file it came from. */
export type Part = Result;

/** The results that a part consists of: itself, unless it was merged before. */
export function sourcesOf({ file, measurement }: Part): readonly MergedSource[] {
  const { merged, startedMs, argv, host, devices } = measurement;
  return merged.length > 0 ? merged : [{ file, startedMs, argv, host, devices }];
}

/** What does not depend on what was asked for; `host` and `devices` are the first's. */
export function aboutOf(
  parts: readonly Part[],
  argv: readonly string[],
): Omit<Measurement, "workload" | "workloads" | "rounds" | "blocks" | "warnings"> {
  const measurements = parts.map(({ measurement }) => measurement);
  const { kind, host, devices } = measurements[0]!;
  return {
    kind,
    version,
    argv,
    startedMs: smallest(measurements.map(({ startedMs }) => startedMs)),
    host,
    devices,
    interrupted: measurements.some(({ interrupted }) => interrupted),
    merged: parts.flatMap(sourcesOf),
  };
}

/**
 * Makes sure that no sample would count twice.
 * @throws PhasebitError USAGE naming the files that hold the same measurement.
 */
export function requireDistinct(parts: readonly Part[]): void {
  const seen = new Map<string, string>();
  for (const part of parts) {
    for (const { startedMs, host, argv } of sourcesOf(part)) {
      const identity = JSON.stringify([startedMs, host.hostname, argv]);
      const other = seen.get(identity);
      seen.set(identity, part.file);
      if (other === undefined) continue;
      const began = `began ${new Date(startedMs).toISOString()} on ${safeString(host.hostname)}`;
      const where =
        other === part.file ? `${name(other)} twice` : `${name(other)} and ${name(part.file)}`;
      throw usage(
        `the measurement that ${began} is in ${where}: its samples would count twice; name it once`,
      );
    }
  }
}

/**
 * Makes sure that the samples are of one workload: that the `differences` from the first part are none.
 * @throws PhasebitError USAGE naming the options that differ.
 */
export function requireOneWorkload(
  parts: readonly Part[],
  differences: (first: Measurement, other: Measurement) => readonly string[],
): void {
  const [first, ...others] = parts as [Part, ...Part[]];
  for (const other of others) {
    const differ = differences(first.measurement, other.measurement);
    if (differ.length > 0) throw unlike(first, other, differ.join(", "));
  }
}

/** The USAGE error for two parts that do not add up. */
export function unlike(a: Part, b: Part, what: string): Error {
  return usage(
    `${name(a.file)} and ${name(b.file)} differ in ${what}: only results of one workload add up; ` +
      "leave one out, or set them side by side with phasebit diff",
  );
}

function name(file: string): string {
  return safeString(file);
}
