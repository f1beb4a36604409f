// CC and CSTS: enabling, disabling and shutting down as sections 3.1.5, 3.1.6, 7.6.1 and 7.6.2 of NVMe 1.4 have
// it. Every wait has a deadline, and knows a fatal controller and a vanished one.
import * as spec from "../../assembly/spec/registers.ts";
import {
  ALL_ONES,
  Register,
  ShutdownNotification,
  ShutdownStatus,
} from "../../assembly/spec/registers.ts";
import { PhasebitError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { Registers, type Trace } from "./registers.ts";

const SHUTDOWN_TIMEOUT_MS = 10_000;

/** "reset": CSTS.RDY fell although nobody here cleared CC.EN. */
export type Health = "well" | "gone" | "fatal" | "reset";

const ILLNESS = {
  fatal: "CSTS.CFS is set, the controller has failed",
  reset: "CSTS.RDY is 0 although CC.EN was set: something reset the controller",
} as const;

/** The state machine behind CC.EN, CSTS.RDY and CC.SHN. */
export class ControllerState {
  readonly #transport: Transport;
  readonly #registers: Registers;
  readonly #trace: Trace | undefined;
  /** CAP.TO. */
  readonly #timeoutMs: number;
  #enabled = false;
  #isEnabling = false;

  /** @throws PhasebitError DEVICE when no device answers. */
  constructor(transport: Transport, registers: Registers, trace: Trace | undefined) {
    this.#transport = transport;
    this.#registers = registers;
    this.#trace = trace;
    if (registers.read(Register.CSTS) === ALL_ONES) throw this.#gone();
    this.#timeoutMs = registers.capabilities().timeoutMs;
  }

  /** What CSTS says of the controller just now. */
  health(): Health {
    const csts = this.#registers.read(Register.CSTS);
    if (csts === ALL_ONES) return "gone";
    if (Registers.field(csts, spec.CSTS_CFS_SHIFT, spec.CSTS_CFS_MASK)) return "fatal";
    const isReady = Registers.field(csts, spec.CSTS_RDY_SHIFT, spec.CSTS_RDY_MASK) === 1;
    return this.#enabled && !isReady ? "reset" : "well";
  }

  /** @throws PhasebitError DEVICE when the device is gone, has failed, or was reset by something else. */
  check(): void {
    const health = this.health();
    if (health === "gone") throw this.#gone();
    if (health !== "well") throw new PhasebitError("DEVICE", `${this.#who}: ${ILLNESS[health]}`);
  }

  /** CC.EN=1 with these entry sizes, powers of two, and RDY=1. */
  async enable(sqeShift: number, cqeShift: number): Promise<void> {
    this.#isEnabling = true;
    this.#registers.write(
      Register.CC,
      (sqeShift << spec.CC_IOSQES_SHIFT) |
        (cqeShift << spec.CC_IOCQES_SHIFT) |
        (1 << spec.CC_EN_SHIFT),
    );
    await this.#waitReady(1);
    this.#isEnabling = false;
    this.#enabled = true;
  }

  /** CC.EN=0 and RDY=0, after a reset if need be. @throws PhasebitError DEVICE */
  async disableOrReset(): Promise<void> {
    try {
      await this.#disable();
    } catch (error) {
      if (!this.#transport.hasReset) throw error;
      this.#trace?.("reset function: the controller did not disable");
      this.#transport.reset();
      await this.#disable();
    }
  }

  /** CC.EN=0 and RDY=0, or a function level reset: afterwards the controller touches no memory. */
  async stop(): Promise<void> {
    try {
      await this.#disable();
    } catch {
      this.#trace?.("the controller did not disable");
      this.#transport.setBusMaster(false);
      if (this.#transport.hasReset) this.#transport.reset();
    }
  }

  async #disable(): Promise<void> {
    this.#enabled = false;
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES) throw this.#gone();
    if (cc & spec.CC_EN_MASK) {
      await this.#waitEnabled();
      this.#registers.write(Register.CC, cc & ~(spec.CC_EN_MASK << spec.CC_EN_SHIFT));
    }
    await this.#waitReady(0);
  }

  /** CC.EN is not to be cleared before CSTS.RDY has followed it (3.1.5), unless that was waited for in vain. */
  async #waitEnabled(): Promise<void> {
    if (this.#isEnabling || this.health() === "fatal") return;
    await this.#waitReady(1);
  }

  /** CC.SHN=1 and SHST=2, as far as the controller gets in ten seconds; nothing when it is disabled. */
  async shutDown(): Promise<void> {
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES || !(cc & spec.CC_EN_MASK)) return;
    const cleared = cc & ~(spec.CC_SHN_MASK << spec.CC_SHN_SHIFT);
    this.#registers.write(
      Register.CC,
      cleared | (ShutdownNotification.NORMAL << spec.CC_SHN_SHIFT),
    );
    await this.#waitFor(
      (csts) =>
        Registers.field(csts, spec.CSTS_SHST_SHIFT, spec.CSTS_SHST_MASK) ===
        ShutdownStatus.COMPLETE,
      SHUTDOWN_TIMEOUT_MS,
      "CSTS.SHST=2 after CC.SHN=1",
    ).catch((error: Error) => this.#trace?.(error.message));
  }

  /** Waits for CSTS.RDY. CAP.TO bounds it; one unit more, as other hosts allow. */
  async #waitReady(ready: 0 | 1): Promise<void> {
    await this.#waitFor(
      (csts) => Registers.field(csts, spec.CSTS_RDY_SHIFT, spec.CSTS_RDY_MASK) === ready,
      this.#timeoutMs + 500,
      `CSTS.RDY=${ready}`,
      ready === 1,
    );
  }

  async #waitFor(
    reached: (csts: number) => boolean,
    timeoutMs: number,
    what: string,
    fatalEnds = false,
  ): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const csts = this.#registers.read(Register.CSTS);
      if (csts === ALL_ONES) throw this.#gone();
      if (fatalEnds) this.check();
      if (reached(csts)) return;
      if (Date.now() > deadline) {
        throw new PhasebitError(
          "DEVICE",
          `${this.#who}: wait for ${what}: not within ${timeoutMs} ms, ` +
            `CC ${hex(this.#registers.read(Register.CC))}, CSTS ${hex(csts)}`,
        );
      }
      await this.#transport.pause();
    }
  }

  get #who(): string {
    return this.#transport.address;
  }

  #gone(): PhasebitError {
    return new PhasebitError(
      "DEVICE",
      `${this.#who}: registers read all-ones: the device is gone or does not answer`,
    );
  }
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, "0");
}
