// From one controller straight into the memory of another: the other's BAR is mapped for the first one's transfers, as if it
// were host memory. Whether the bytes then get there is the platform's affair: root ports may refuse to pass them on.
import { PhasebitError } from "../ground/errors.ts";
import type { ControllerMemory } from "../memory/controller-memory.ts";
import type { Region } from "../memory/region.ts";
import { peerBases } from "./cmb-layout.ts";
import type { Device } from "./device.ts";

/** Memory of another controller, as a device reaches it. */
export class PeerWindow {
  readonly #device: Device;
  readonly #memory: ControllerMemory;
  readonly #base: bigint;
  #isOpen = true;

  /** @param base what the device adds to a pointer of the other's linear memory */
  constructor(device: Device, memory: ControllerMemory, base: bigint) {
    this.#device = device;
    this.#memory = memory;
    this.#base = base;
  }

  /**
   * The address of a region of the other's memory, for PRPs of the device.
   * @throws PhasebitError USAGE when the region is no part of it, was given back, or the window is closed.
   */
  iovaOf(region: Region): bigint {
    region.requireHeld();
    const first = this.#memory.pointer;
    const isInside =
      region.pointer >= first && region.pointer + region.bytes <= first + this.#memory.bytes;
    if (this.#isOpen && isInside) return this.#base + BigInt(region.pointer);
    const why = this.#isOpen ? "is no part of the other's memory" : "its window is closed";
    throw new PhasebitError("USAGE", `reach the region at ${region.pointer}: ${why}`);
  }

  /** Takes it from the device, which must have no command under way that uses it. Twice is once. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { pointer, bytes } = this.#memory;
    this.#device.transport.iommu.unmap(this.#base + BigInt(pointer), bytes);
  }
}

/**
 * Lets `device` reach memory of another controller: `other.cmb`. Close the window before either device.
 * @throws PhasebitError USAGE for a device that has no way to another, ENVIRONMENT when the kernel does not map it.
 */
export function reachPeer(device: Device, memory: ControllerMemory): PeerWindow {
  const { iommu, name, address } = device.transport;
  if (iommu.mapPeer === undefined) {
    const why = `devices of ${name} have a memory each, and no way from one to another`;
    throw new PhasebitError("USAGE", `${address}: reach the ${memory.name}: ${why}`);
  }
  const bases = peerBases(memory, device.own.taken(), iommu.ranges());
  let cause: unknown;
  for (const base of bases) {
    try {
      iommu.mapPeer(memory.bytesOfAll, memory, base + BigInt(memory.pointer));
      return new PeerWindow(device, memory, base);
    } catch (error) {
      cause = error;
      // something else may be mapped there; every other refusal comes again
      if ((error as { code?: string }).code !== "EEXIST") break;
    }
  }
  const why = cause instanceof Error ? cause.message : "no address is free";
  throw new PhasebitError("ENVIRONMENT", `${address}: reach the ${memory.name}: ${why}`, { cause });
}
