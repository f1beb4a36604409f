// What must be said when results from different places stand in one report: their figures may differ for
// reasons that no chart shows.

import { safeString } from "../ground/strings.ts";
import type { DeviceIdentity, HostConditions, Measurement } from "../measurement/measurement.ts";

/** What should be the same in all results, or the only thing that is not. */
const compared: readonly {
  readonly what: string;
  readonly of: (measurement: Measurement) => string;
}[] = [
  { what: "host", of: places(({ host }) => host.hostname) },
  { what: "CPU", of: places(({ host }) => host.cpuModel) },
  { what: "kernel", of: places(({ host }) => host.kernel) },
  { what: "device", of: places(({ device }) => `${device.model} ${device.serial}`) },
  { what: "firmware", of: places(({ device }) => device.firmware) },
  { what: "precondition", of: ({ workload }) => workload.precondition ?? "not stated" },
  { what: "phasebit", of: ({ version }) => version },
];

interface Place {
  readonly host: HostConditions;
  readonly device: DeviceIdentity;
}

/** A merged result was measured in several places; each is named once. */
function places(of: (place: Place) => string): (measurement: Measurement) => string {
  return (measurement) => {
    const sources = measurement.merged.length > 0 ? measurement.merged : [measurement];
    const all = sources.flatMap(({ host, devices }) =>
      devices.map((device) => of({ host, device })),
    );
    return [...new Set(all)].sort().join(" and ");
  };
}

/**
 * The warning that `other` deserves beside `first`, which lies in `file`; none where both were measured in the
 * same place.
 */
export function differenceWarnings(first: Measurement, other: Measurement, file: string): string[] {
  const differences = compared.flatMap(({ what, of }) =>
    of(first) === of(other) ? [] : [`${what} (${of(other)}, there ${of(first)})`],
  );
  if (differences.length === 0) return [];
  return [
    safeString(
      `Measured elsewhere than ${file}: it differs in ${differences.join(", ")}. ` +
        "What the charts show between the two may come from that.",
    ),
  ];
}
