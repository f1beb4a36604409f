// The kernel's IOMMU, through whatever maps memory for the function: memory behind it is locked.

import type { NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { FaultWatch } from "../memory/faults.ts";
import { type Access, accessBits, type Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { DmaMapper } from "./vfio-held.ts";

export class VfioIommu implements Iommu {
  readonly #dma: DmaMapper;
  readonly #memory: Pick<LinearMemory, "bytes">;
  readonly watchFaults: () => FaultWatch;
  #lockedBytes = 0;

  /** @param watch begins to look for faults of the function */
  constructor(dma: DmaMapper, memory: Pick<LinearMemory, "bytes">, watch: () => FaultWatch) {
    this.#dma = dma;
    this.#memory = memory;
    this.watchFaults = watch;
  }

  ranges(): readonly { readonly start: bigint; readonly end: bigint }[] {
    return this.#dma.iovaRanges();
  }

  /** @throws PhasebitError ENVIRONMENT, with what to do about a limit on locked memory. */
  map({ pointer, bytes }: Span, iova: bigint, access: Access): void {
    try {
      this.#dma.mapDma(this.#memory.bytes, pointer, bytes, iova, accessBits[access]);
    } catch (cause) {
      throw memlockAdvice(cause as NativeError, this.#lockedBytes + bytes);
    }
    this.#lockedBytes += bytes;
  }

  /** Another device's BAR. The kernel's type 1 takes it, iommufd does not. */
  mapPeer(memory: Uint8Array<SharedArrayBuffer>, { pointer, bytes }: Span, iova: bigint): void {
    this.#dma.mapDma(memory, pointer, bytes, iova, accessBits["read-write"]);
    this.#lockedBytes += bytes;
  }

  unmap(iova: bigint, bytes: number): void {
    this.#dma.unmapDma(iova, bytes);
    this.#lockedBytes -= bytes;
  }
}

function memlockAdvice(cause: NativeError, bytes: number): PhasebitError {
  const advice =
    cause.code === "ENOMEM"
      ? `; the locked-memory limit must allow ${Math.ceil(bytes / 1024)} KiB: see "ulimit -l"`
      : "";
  return new PhasebitError("ENVIRONMENT", `${cause.message}${advice}`, { cause });
}
