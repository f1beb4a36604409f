// The kernel's IOMMU, through whatever maps memory for the function: memory behind it is locked.

import type { NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { FaultWatch } from "../memory/faults.ts";
import { type Access, accessBits, type Iommu } from "../memory/iommu.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import { PageAnswering, type PageAnswers, type PageDecision } from "../memory/page-requests.ts";
import type { HeldFunction } from "./vfio-held.ts";

/** Of what is held, what maps memory and tells of page faults. */
export type HeldIommu = Pick<HeldFunction, "dma" | "openFaultQueue">;

export class VfioIommu implements Iommu {
  readonly #dma: HeldIommu["dma"];
  readonly #openFaultQueue: HeldIommu["openFaultQueue"];
  readonly #answering = new PageAnswering();
  readonly #memory: Pick<LinearMemory, "bytes" | "keep">;
  readonly watchFaults: () => FaultWatch;
  #lockedBytes = 0;

  /** @param watch begins to look for faults of the function */
  constructor(
    { dma, openFaultQueue }: HeldIommu,
    memory: Pick<LinearMemory, "bytes" | "keep">,
    watch: () => FaultWatch,
  ) {
    this.#dma = dma;
    this.#openFaultQueue = openFaultQueue;
    this.#memory = memory;
    this.watchFaults = watch;
  }

  ranges(): readonly { readonly start: bigint; readonly end: bigint }[] {
    return this.#dma.iovaRanges();
  }

  /** They end with the device, and before it. */
  answerFaults(decide: PageDecision): PageAnswers {
    const open = this.#openFaultQueue;
    if (open === null) {
      const limit =
        "a VFIO container has none: they come through an iommufd (?iommu=iommufd, Linux 6.11 and later)";
      throw new PhasebitError("USAGE", `answer page faults: ${limit}`, { what: "faults", limit });
    }
    const answers = this.#answering.begin(open, decide);
    this.#memory.keep({ close: () => endWith(answers) });
    return answers;
  }

  /** Asks whoever answers page faults, if there is something to answer. */
  look(): void {
    this.#answering.look();
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

/** With the device everything ends, also what the kernel does not let end by itself. */
function endWith(answers: PageAnswers): void {
  try {
    answers.close();
  } catch (error) {
    if (!(error instanceof PhasebitError)) throw error;
  }
}

function memlockAdvice(cause: NativeError, bytes: number): PhasebitError {
  const advice =
    cause.code === "ENOMEM"
      ? `; the locked-memory limit must allow ${Math.ceil(bytes / 1024)} KiB: see "ulimit -l"`
      : "";
  return new PhasebitError("ENVIRONMENT", `${cause.message}${advice}`, { cause });
}
