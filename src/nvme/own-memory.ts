// The memory of a device's own: which of it is enabled, and what a reset leaves of that.
import { PhasebitError } from "../ground/errors.ts";
import type { ControllerMemory } from "../memory/controller-memory.ts";
import { rangeOf, type TakenRange } from "../memory/placing.ts";
import type { Transport } from "../transport/transport.ts";
import {
  type CmbFacts,
  type CmbHome,
  disableCmb,
  type EnabledCmb,
  enableCmb,
  isStillEnabled,
  readCmb,
} from "./cmb.ts";
import type { AddressRange } from "./cmb-layout.ts";
import { type EnabledPmr, enablePmr, type PmrFacts, type PmrHealth, readPmr } from "./pmr.ts";
import type { Registers } from "./registers.ts";

const WAS_RESET = "the controller was reset since, and what the memory held is undefined";
const LOST = "a reset took its addresses away: enable it again";

export class OwnMemory {
  readonly #home: CmbHome;
  #cmb: EnabledCmb | undefined;
  #pmr: EnabledPmr | undefined;

  constructor(transport: Transport, registers: Registers) {
    this.#home = { transport, registers, taken: () => this.taken() };
    transport.memory.avoid(() => this.#ranges());
  }

  /** What the Controller Memory Buffer is like; null when there is none. Sets CMBMSC.CRE. @throws PhasebitError DEVICE */
  cmbFacts(): CmbFacts | null {
    return this.#cmb?.facts ?? readCmb(this.#home);
  }

  /** What the Persistent Memory Region is like; null when there is none. @throws PhasebitError DEVICE */
  pmrFacts(): PmrFacts | null {
    return this.#pmr?.facts ?? readPmr(this.#home);
  }

  /** PMRSTS.HSTS when it was enabled. */
  get pmrHealth(): PmrHealth | undefined {
    return this.#pmr?.health;
  }

  /** The buffer, enabled. Twice is once. @throws as `enableCmb` of cmb.ts */
  enableCmb(): ControllerMemory {
    if (this.#cmb !== undefined && isStillEnabled(this.#home, this.#cmb)) return this.#cmb.memory;
    this.#cmb?.memory.end(LOST);
    this.#cmb = undefined;
    this.#cmb = enableCmb(this.#home);
    return this.#cmb.memory;
  }

  /** Takes the buffer's addresses away. Nothing may lie in it any more. */
  disableCmb(): void {
    if (this.#cmb === undefined) return;
    disableCmb(this.#home, this.#cmb);
    this.#cmb.memory.end("it was disabled");
    this.#cmb = undefined;
  }

  /** The region, enabled. Twice is once. @throws as `enablePmr` of pmr.ts */
  async enablePmr(): Promise<ControllerMemory> {
    this.#pmr ??= await enablePmr(this.#home);
    return this.#pmr.memory;
  }

  /** @throws PhasebitError USAGE before `enableCmb`, and when a reset took its addresses away. */
  get cmb(): ControllerMemory {
    const cmb = this.#cmb;
    if (cmb === undefined) throw this.#absent("Controller Memory Buffer", "enableCmb()");
    if (!isStillEnabled(this.#home, cmb)) cmb.memory.end(LOST);
    if (cmb.memory.ended === undefined) return cmb.memory;
    throw this.#absent("Controller Memory Buffer", `${cmb.memory.ended}; enableCmb()`);
  }

  /** @throws PhasebitError USAGE before `enablePmr`, and when a reset disabled it. */
  get pmr(): ControllerMemory {
    if (this.#pmr !== undefined) return this.#pmr.memory;
    throw this.#absent("Persistent Memory Region", "enablePmr()");
  }

  /** The controller was reset: what the buffer held is undefined, and what was handed out of it is gone. */
  forget(): void {
    this.#cmb?.memory.forget(WAS_RESET);
  }

  /** A reset of another kind than a Controller Reset, which disables both. */
  end(): void {
    this.#cmb?.memory.end(LOST);
    this.#pmr?.memory.end(LOST);
    this.#cmb = undefined;
    this.#pmr = undefined;
  }

  /** Where the controller finds other memory: what is mapped for it, and memory of its own. */
  taken(): AddressRange[] {
    return [...this.#home.transport.memory.takenRanges, ...this.#ranges()];
  }

  #ranges(): TakenRange[] {
    return [this.#cmb?.memory, this.#pmr?.memory].flatMap((one) => {
      if (one === undefined) return [];
      return [{ ...rangeOf(one.iova, one.totalBytes), what: "memory of the controller's own" }];
    });
  }

  #absent(what: string, how: string): PhasebitError {
    const { address } = this.#home.transport;
    return new PhasebitError("USAGE", `the ${what} of ${address}: ${how} comes first`, { what });
  }
}
