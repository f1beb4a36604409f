// The embedded controller's BARs that are memory. They are windows of the linear memory already: what a host maps is where
// the device has it.
import { CMB_BAR, PMR_BAR } from "../../assembly/device/options.ts";
import { PhasebitError } from "../ground/errors.ts";
import type { Span } from "../memory/arena.ts";
import type { DeviceBars } from "../transport/transport.ts";
import { LEGACY_BAR_ADDRESS } from "./device.ts";
import { barsOf } from "./memory-options.ts";
import type { EmbeddedOptions } from "./options.ts";

export class EmbeddedBars implements DeviceBars {
  readonly room: number;
  readonly #bars: ReadonlyMap<number, Span>;

  /** @param window of the linear memory, as large as the options ask */
  constructor({ pointer, bytes }: Span, { cmb, pmr }: EmbeddedOptions) {
    const { cmbBar, pmrBar } = barsOf(cmb, pmr);
    this.room = bytes;
    this.#bars = new Map([
      [CMB_BAR, { pointer, bytes: cmbBar }],
      [PMR_BAR, { pointer: pointer + cmbBar, bytes: pmrBar }],
    ]);
  }

  bytes(bar: number): number {
    return this.#bars.get(bar)?.bytes ?? 0;
  }

  map(bar: number, offset: number, bytes: number): Span {
    const there = this.bytes(bar);
    if (offset + bytes <= there) {
      return { pointer: this.#bars.get(bar)!.pointer + offset, bytes };
    }
    const why = `has ${there} bytes, and not ${bytes} at ${offset}`;
    throw new PhasebitError("DEVICE", `map BAR ${bar} of embedded: ${why}`, {
      what: `BAR ${bar}`,
    });
  }

  address(bar: number): bigint | null {
    return bar === CMB_BAR ? LEGACY_BAR_ADDRESS : null;
  }
}
