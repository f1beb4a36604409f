// Accesses of a device that an IOMMU refused, as far as somebody tells.

/** A refused access. */
export interface IommuFault {
  /** The first address, or where in the page the kernel begins to count. */
  readonly iova: bigint;
  /** null where nobody says. */
  readonly bytes: number | null;
  readonly access: "read" | "write";
  /** In the words of whoever refused it. */
  readonly why: string;
}

/** What a look found. */
export interface FaultReport {
  /** Those since the last look; null when nobody tells of any. */
  readonly faults: readonly IommuFault[] | null;
  /** Whether there can have been no others. */
  readonly isComplete: boolean;
  /** Why nobody tells, or why there may be others. */
  readonly why?: string;
}

/** Faults from its beginning on. */
export interface FaultWatch {
  take(): FaultReport;
  /** Twice is once. */
  close(): void;
}
