// Memory that is mapped for a device beside the windows: at an address of the caller's choice, with rights of its own.
import { PAGE_BYTES } from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Span } from "./arena.ts";
import { type Access, accessBits, type Iommu } from "./iommu.ts";
import { findPlace, type IovaRange, rangeOf, requirePlace, type TakenRange } from "./placing.ts";
import { Region } from "./region.ts";

/** How a region is mapped. */
export interface MapOptions {
  /** Where; a free place by default. */
  readonly iova?: bigint;
  /** What the device may do there; "read-write" by default. */
  readonly access?: Access;
}

/** A mapping, until it is unmapped, its region is given back, or the device closed. */
export class DmaMapping {
  /** The same memory, whose `iova` is that of the mapping: for PRPs and queues. */
  readonly region: Region;
  readonly iova: bigint;
  readonly access: Access;
  readonly #end: (mapping: DmaMapping) => void;

  constructor(region: Region, access: Access, end: (mapping: DmaMapping) => void) {
    this.region = region;
    this.iova = region.iova;
    this.access = access;
    this.#end = end;
  }

  /** Takes it from the device, which must have no command under way that uses it. Twice is once. */
  unmap(): void {
    this.#end(this);
  }
}

/** What of the linear memory the mappings need to know. */
export interface MappingHome {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /** The IOMMU that memory is attached to now. */
  attached(): Iommu | undefined;
  ranges(): readonly IovaRange[];
  /** Where the device finds other memory. */
  taken(): readonly TakenRange[];
  isOpen(): boolean;
}

export class Mappings {
  readonly #home: MappingHome;
  #list: DmaMapping[] = [];

  constructor(home: MappingHome) {
    this.#home = home;
  }

  get list(): readonly DmaMapping[] {
    return this.#list;
  }

  /** @throws as `LinearMemory.map` */
  map(region: Region, { iova, access = "read-write" }: MapOptions): DmaMapping {
    if (!Object.hasOwn(accessBits, access)) {
      throw badValue("access", access, `must be ${Object.keys(accessBits).join(", ")}`);
    }
    this.#requireWhole(region);
    const taken = [...this.#home.taken(), ...this.ranges()];
    const usable = this.#home.ranges();
    const place =
      iova === undefined
        ? findPlace(region, usable, taken)
        : requirePlace(iova, region.bytes, usable, taken);
    const mapping = new DmaMapping(this.#seenFrom(region, place), access, (one) => this.#end(one));
    this.#home.attached()?.map(region, place, access);
    this.#list.push(mapping);
    return mapping;
  }

  /** Where they lie. */
  ranges(): TakenRange[] {
    return this.#list.map(({ region, iova }) => ({
      ...rangeOf(iova, region.bytes),
      what: "another mapping",
    }));
  }

  /** Ends those of memory that goes back. */
  endWithin({ pointer, bytes }: Span): void {
    const within = this.#list.filter(({ region }) => {
      return region.pointer < pointer + bytes && pointer < region.pointer + region.bytes;
    });
    for (const mapping of within) mapping.unmap();
  }

  #end(mapping: DmaMapping): void {
    const { region, iova } = mapping;
    if (!this.#list.includes(mapping)) return;
    this.#list = this.#list.filter((one) => one !== mapping);
    this.#home.attached()?.unmap(iova, region.bytes);
  }

  /** Whole pages: what lies beside it in a page belongs to somebody else. */
  #requireWhole(region: Region): void {
    region.requireHeld();
    if (!region.liesIn(this.#home)) {
      throw badValue("region", region.pointer, "is memory of another device");
    }
    if (region.pointer % PAGE_BYTES === 0 && region.bytes % PAGE_BYTES === 0 && region.bytes > 0) {
      return;
    }
    throw new PhasebitError(
      "USAGE",
      `map the region at ${region.pointer}: it has to be whole pages of ${PAGE_BYTES} bytes, and has ${region.bytes}`,
      { what: "region", value: region.pointer },
    );
  }

  #seenFrom(region: Region, iova: bigint): Region {
    return new Region(region, {
      bytes: this.#home.bytes,
      iovaBase: iova - BigInt(region.pointer),
      isOpen: () => this.#home.isOpen() && this.#list.some((one) => one.iova === iova),
      whyClosed: () => (this.#home.isOpen() ? "its mapping has ended" : undefined),
      release: () => {},
    });
  }
}
