// BARs that are memory: the parts of them that whoever stands before the device lets be mapped become windows of the linear
// memory.
import type { Mapping, NativeError } from "../compiled/native.ts";
import { PhasebitError } from "../ground/errors.ts";
import { Arena, type Span } from "../memory/arena.ts";
import type { LinearMemory } from "../memory/linear-memory.ts";
import type { DeviceBars } from "./transport.ts";

const BARS = 6;
/** The first Base Address Register in the configuration space, and what its lowest bits say. */
const CONFIG_BAR0 = 0x10;
const BAR_IS_IO = 0x1;
const BAR_TYPE_MASK = 0x6;
const BAR_TYPE_64 = 0x4;
const BAR_ADDRESS_MASK = 0xfffffff0;
/** Address space for all of a device's that may be mapped. */
export const MOST_BAR_BYTES = 512 * 2 ** 20;

/** What is known of a BAR. */
export interface BarRegion {
  readonly bytes: number;
  /** Some of it may be mapped: `mappableAreas`, or all of it when that is empty. */
  readonly mappable: boolean;
  readonly mappableAreas: readonly { readonly offset: number; readonly bytes: number }[];
}

/** Who has the BARs of a device. */
export interface BarLender {
  /** "the kernel". */
  readonly name: string;
  /** Whose failure it is when it maps none. */
  readonly blame: "DEVICE" | "ENVIRONMENT";
  region(bar: number): BarRegion;
  /** Four bytes of the configuration space. */
  config(at: number): Uint8Array;
  map(memory: Uint8Array, pointer: number, bar: number, offset: number, bytes: number): Mapping;
}

/** Of a device's BARs, by their numbers. */
export const barNumbers: readonly number[] = Array.from({ length: BARS }, (_, bar) => bar);

export class MappedBars implements DeviceBars {
  readonly #address: string;
  readonly #lender: BarLender;
  readonly #memory: LinearMemory;
  readonly #arena: Arena;
  readonly #mapped = new Map<string, Span>();

  constructor(address: string, lender: BarLender, memory: LinearMemory) {
    this.#address = address;
    this.#lender = lender;
    this.#memory = memory;
    this.#arena = new Arena("the window of BARs", memory.bars);
  }

  get room(): number {
    return this.#arena.bytes - this.#arena.used;
  }

  bytes(bar: number): number {
    return bar < BARS ? this.#lender.region(bar).bytes : 0;
  }

  map(bar: number, offset: number, bytes: number): Span {
    const key = `${bar} ${offset} ${bytes}`;
    const known = this.#mapped.get(key);
    if (known !== undefined) return known;
    if (bar >= BARS || offset + bytes > this.bytes(bar)) {
      const there = `has ${this.bytes(bar)} bytes`;
      throw this.#refusal("DEVICE", bar, `${there}, and not ${bytes} at ${offset}`);
    }
    const parts = this.#parts(this.#lender.region(bar), bar, offset, bytes);
    const span = this.#arena.allocate(bytes);
    for (const part of parts) this.#mapPart(bar, part, span.pointer + part.offset - offset);
    this.#mapped.set(key, span);
    return span;
  }

  address(bar: number): bigint | null {
    const [low, high] = [this.#barRegister(bar), this.#barRegister(bar + 1)];
    if ((low & BAR_IS_IO) !== 0) return null;
    const is64 = (low & BAR_TYPE_MASK) === BAR_TYPE_64;
    const upper = is64 && bar + 1 < BARS ? BigInt(high) << 32n : 0n;
    const address = upper | BigInt((low & BAR_ADDRESS_MASK) >>> 0);
    return address === 0n ? null : address;
  }

  #barRegister(bar: number): number {
    const bytes = this.#lender.config(CONFIG_BAR0 + 4 * bar);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  }

  /** The areas that a part lies in, one after the other. */
  #parts(region: BarRegion, bar: number, offset: number, bytes: number) {
    if (!region.mappable)
      throw this.#refusal(this.#lender.blame, bar, `${this.#lender.name} does not map it`);
    const { mappableAreas: listed } = region;
    const areas = listed.length > 0 ? listed : [{ offset: 0, bytes: region.bytes }];
    const parts: { offset: number; bytes: number }[] = [];
    for (let at = offset; at < offset + bytes; ) {
      const area = areas.find((one) => one.offset <= at && at < one.offset + one.bytes);
      if (area === undefined) {
        const why = `${this.#lender.name} does not map it at ${at.toString(16)}h: something else lies there`;
        throw this.#refusal(this.#lender.blame, bar, why);
      }
      const end = Math.min(area.offset + area.bytes, offset + bytes);
      parts.push({ offset: at, bytes: end - at });
      at = end;
    }
    return parts;
  }

  #mapPart(bar: number, { offset, bytes }: { offset: number; bytes: number }, pointer: number) {
    try {
      const { bytes: memory } = this.#memory;
      this.#memory.keep(this.#lender.map(memory, pointer, bar, offset, bytes));
    } catch (cause) {
      throw this.#refusal(this.#lender.blame, bar, (cause as NativeError).message, cause);
    }
  }

  #refusal(
    code: "DEVICE" | "ENVIRONMENT",
    bar: number,
    why: string,
    cause?: unknown,
  ): PhasebitError {
    const facts = { what: `BAR ${bar}`, ...(cause !== undefined && { cause }) };
    return new PhasebitError(code, `map BAR ${bar} of ${this.#address}: ${why}`, facts);
  }
}
