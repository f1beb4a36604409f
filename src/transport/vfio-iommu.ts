// The IOMMU behind a VFIO container (type1v2): locked memory, mapped for one function.
import { PhasebitError } from "../errors.ts";
import type { Span } from "../memory/arena.ts";
import type { Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { NativeError, VfioDevice } from "../native.ts";

export class VfioIommu implements Iommu {
  readonly #device: Pick<VfioDevice, "iovaRanges" | "mapDma" | "unmapDma">;
  readonly #memory: Pick<LinearMemory, "bytes">;
  #lockedBytes = 0;

  constructor(
    device: Pick<VfioDevice, "iovaRanges" | "mapDma" | "unmapDma">,
    memory: Pick<LinearMemory, "bytes">,
  ) {
    this.#device = device;
    this.#memory = memory;
  }

  ranges(): readonly { readonly start: bigint; readonly end: bigint }[] {
    return this.#device.iovaRanges();
  }

  /** @throws PhasebitError ENVIRONMENT, with what to do about a limit on locked memory. */
  map({ pointer, bytes }: Span, iova: bigint, readOnly: boolean): void {
    try {
      this.#device.mapDma(this.#memory.bytes, pointer, bytes, iova, readOnly);
    } catch (cause) {
      throw memlockAdvice(cause as NativeError, this.#lockedBytes + bytes);
    }
    this.#lockedBytes += bytes;
  }

  unmap(iova: bigint, bytes: number): void {
    this.#device.unmapDma(iova, bytes);
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
