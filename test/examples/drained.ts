// A measurement of whose I/Os some were in flight at the end.
import type { Measurement } from "../../src/measurement/measurement.ts";

/** The same, `ios` of each histogram drained; block n waited `drainNs` × (n + 1), or nobody kept how long. */
export function drained(of: Measurement, ios: number, drainNs: number | null): Measurement {
  const blocks = of.blocks.map((block, index) => ({
    ...block,
    latencies: block.latencies.map((packed) => ({ ...packed, drained: ios })),
    jobs: block.jobs!.map(({ drainNs: _, ...job }) =>
      drainNs === null ? job : { ...job, drainNs: drainNs * (index + 1) },
    ),
  }));
  return { ...of, blocks };
}
