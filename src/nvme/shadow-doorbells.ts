// Shadow doorbells (NVMe 1.4, section 5.7 and annex B.5): each I/O queue's doorbell is written into a page of host memory,
// and rung itself only when the controller asks for it by EventIdx in another page. Each has the place there that it has
// among the doorbells; the admin queue's is always rung.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { Region } from "../memory/region.ts";
import type { ControllerData } from "./identify.ts";

/** Pointers of a doorbell's shadow and of its EventIdx. */
export interface ShadowPlace {
  readonly shadow: number;
  readonly event: number;
}

/** @throws PhasebitError REFUSED for a controller that has no Doorbell Buffer Config. */
export function requireDoorbellBuffer({ hasDoorbellBuffer }: ControllerData): void {
  if (hasDoorbellBuffer) return;
  throw new PhasebitError(
    "REFUSED",
    "configure the doorbell buffer: the controller has no Doorbell Buffer Config (OACS bit 8 is 0)",
    { what: "OACS", section: "5.15.2.2" },
  );
}

export class ShadowDoorbells {
  /** What PRP1 and PRP2 of Doorbell Buffer Config name. */
  readonly doorbells: Region;
  readonly events: Region;
  readonly #memory: LinearMemory;
  readonly #stride: number;

  /** @param stride bytes from one doorbell to the next: 4 << CAP.DSTRD */
  constructor(memory: LinearMemory, stride: number) {
    this.#memory = memory;
    this.#stride = stride;
    // the device has only to read the first, but there are ones (QEMU's) that write the admin queue's doorbells there
    this.doorbells = memory.allocate(PAGE_BYTES);
    this.events = memory.allocate(PAGE_BYTES);
  }

  /**
   * Places of a doorbell, both with the value that it has: from there the controller is to be told.
   * @param index 2y for the tail of submission queue y, 2y + 1 for the head of completion queue y
   * @returns null for one that does not fit the page.
   */
  place(index: number, value: number): ShadowPlace | null {
    // the controller has both doorbells of a queue here, or neither
    const offset = index * this.#stride;
    if ((index | 1) * this.#stride + 4 > PAGE_BYTES) return null;
    const shadow = this.doorbells.pointer + offset;
    const event = this.events.pointer + offset;
    this.#memory.u32[shadow / 4] = value;
    this.#memory.u32[event / 4] = value;
    return { shadow, event };
  }

  release(): void {
    this.doorbells.release();
    this.events.release();
  }
}
