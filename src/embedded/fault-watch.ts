// Accesses that the embedded controller's IOMMU refused: a ring in the linear memory, which the device writes.
import {
  IOMMU_FAULT_BYTES,
  IOMMU_FAULT_ENTRIES,
  IOMMU_FAULT_IOVA,
  IOMMU_FAULT_LENGTH,
  IOMMU_FAULT_MAPPED,
  IOMMU_FAULT_WRITES,
  IOMMU_FAULTS,
  IOMMU_FAULTS_KEPT,
} from "../../assembly/layout.ts";
import type { FaultReport, FaultWatch, IommuFault } from "../memory/faults.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";

export function watchEmbeddedFaults(memory: LinearMemory): FaultWatch {
  let seen = countOf(memory);
  return {
    take() {
      const count = countOf(memory);
      const report = since(memory, seen, count);
      seen = count;
      return report;
    },
    close() {},
  };
}

/** The device stores it with a release, after the entry. */
function countOf({ u32 }: LinearMemory): number {
  return Atomics.load(u32, IOMMU_FAULTS / 4);
}

function since(memory: LinearMemory, seen: number, count: number): FaultReport {
  const all = (count - seen) >>> 0;
  const kept = Math.min(all, IOMMU_FAULTS_KEPT);
  const faults = Array.from({ length: kept }, (_, index) => faultAt(memory, count - kept + index));
  // what was overwritten while it was read is another fault than it should be
  const overwritten = (countOf(memory) - seen) >>> 0 > IOMMU_FAULTS_KEPT;
  if (!overwritten) return { faults, isComplete: true };
  const why = `the last ${IOMMU_FAULTS_KEPT} are kept`;
  return { faults, isComplete: false, why };
}

function faultAt({ u32, u64 }: LinearMemory, index: number): IommuFault {
  const entry = IOMMU_FAULT_ENTRIES + (index % IOMMU_FAULTS_KEPT) * IOMMU_FAULT_BYTES;
  const isWrite = u32[(entry + IOMMU_FAULT_WRITES) / 4] === 1;
  const isMapped = u32[(entry + IOMMU_FAULT_MAPPED) / 4] === 1;
  const direction = isWrite ? "read-only" : "write-only";
  return {
    iova: u64[(entry + IOMMU_FAULT_IOVA) / 8]!,
    bytes: u32[(entry + IOMMU_FAULT_LENGTH) / 4]!,
    access: isWrite ? "write" : "read",
    why: isMapped ? `it is ${direction}` : "nothing is mapped there",
  };
}
