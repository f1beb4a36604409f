// fio's `disk_util`: what the kernel would have counted of a block device, had there been one. It is known from what
// the jobs did: nothing merges, and a job always has a command in flight.

import { NS_PER_MS } from "../ground/units.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Direction } from "../measurement/measurement.ts";
import type { FioSource } from "./sources.ts";

/** Of the kernel, whatever the device's blocks are. */
const SECTOR_BYTES = 512;

/** One device's. */
export type FioDisk = Record<string, string | number>;

/** The devices of the jobs; none where an old result has reads and writes together. */
export function diskUtil(sources: readonly FioSource[]): FioDisk[] {
  if (sources.some(({ directions }) => directions.has("mixed"))) return [];
  const byDevice = grouped(sources, ({ device }) => `${device.address} ${device.serial}`);
  return [...byDevice.values()].map(disk);
}

function disk(sources: readonly FioSource[]): FioDisk {
  const reads = countsOf(sources, "read");
  const writes = countsOf(sources, "write");
  return {
    name: sources[0]!.device.address,
    read_ios: reads.ios,
    write_ios: writes.ios,
    read_sectors: reads.sectors,
    write_sectors: writes.sectors,
    read_merges: 0,
    write_merges: 0,
    read_ticks: reads.ms,
    write_ticks: writes.ms,
    in_queue: reads.ms + writes.ms,
    util: reads.ios + writes.ios > 0 ? 100 : 0,
  };
}

/** I/Os, 512-byte sectors, and the ms that they took, all together. */
function countsOf(sources: readonly FioSource[], op: Direction) {
  let [ios, bytes, ns] = [0, 0, 0];
  for (const { directions, workload } of sources) {
    const latency = directions.get(op)?.latency;
    if (latency === undefined) continue;
    ios += latency.total;
    bytes += latency.total * workload.bs;
    ns += latency.sumNs;
  }
  return { ios, sectors: Math.round(bytes / SECTOR_BYTES), ms: Math.round(ns / NS_PER_MS) };
}
