// The machine a run is made on, as far as it bears on the figures.
import { cpus, hostname, loadavg, release, totalmem } from "node:os";
import type { HostConditions } from "../measurement/measurement.ts";

/** @param pageBytes size of the pages behind the DMA window */
export function hostConditions(pageBytes: number): HostConditions {
  const processors = cpus();
  return {
    hostname: hostname(),
    kernel: release(),
    cpuModel: processors[0]?.model.trim() ?? "unknown",
    cpus: processors.length,
    memoryBytes: totalmem(),
    node: process.versions.node,
    v8: process.versions.v8,
    pageBytes,
    loadAverage: loadavg()[0] ?? 0,
  };
}
