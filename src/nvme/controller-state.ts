// CC and CSTS: enabling, disabling and shutting down as sections 3.1.5, 3.1.6, 7.6.1 and 7.6.2 of NVMe 1.4 have
// it. Every wait has a deadline, and knows a fatal controller and a vanished one.
import * as spec from "../../assembly/spec/registers.ts";
import {
  ALL_ONES,
  Register,
  ShutdownNotification,
  ShutdownStatus,
} from "../../assembly/spec/registers.ts";
import { badValue, PhasebitError } from "../ground/errors.ts";
import type { Transport } from "../transport/transport.ts";
import { fieldsOf, GRACE_MS, type Registers, type Trace } from "./registers.ts";
import { isLate, StopFailure } from "./stop-failure.ts";

/** RTD3E is typical for the controller, and 0 in many: none gets less than this. */
const LEAST_SHUTDOWN_MS = 10_000;

/** "reset": CSTS.RDY fell although nobody here cleared CC.EN. */
export type Health = "well" | "gone" | "fatal" | "reset";

const ILLNESS = {
  gone: "registers read all-ones: the device is gone or does not answer",
  fatal: "CSTS.CFS is set, the controller has failed",
  reset: "CSTS.RDY is 0 although CC.EN was set: something reset the controller",
} as const;

/**
 * "controller": CC.EN=0 (7.3.2). "subsystem": NSSR (7.3.1). "function": function level reset. "hot": of the PCI Express link.
 * After the last three all registers are as after power on.
 */
export type ResetKind = "controller" | "subsystem" | "function" | "hot";

/** What CC is set to beside CC.EN; each as the register holds it. */
export interface Configuration {
  /** Memory Page Size: 2 ^ (12 + MPS) bytes. */
  readonly mps?: number;
  /** I/O Command Set Selected. */
  readonly css?: number;
  /** Arbitration Mechanism Selected. */
  readonly ams?: number;
  /** I/O Submission Queue Entry Size, a power of two. */
  readonly iosqes?: number;
  /** I/O Completion Queue Entry Size, a power of two. */
  readonly iocqes?: number;
  /** Controller Ready Independent of Media Enable (2.0): 1 is ready before the namespaces are. */
  readonly crime?: number;
}

/** The state machine behind CC.EN, CSTS.RDY and CC.SHN. */
export class ControllerState {
  readonly #transport: Transport;
  readonly #registers: Registers;
  readonly #trace: Trace | undefined;
  #enabled = false;
  #isEnabling = false;
  /** A shutdown was waited for in vain: CC.EN stays as it is until a reset. */
  #isShutdownStuck = false;
  #rtd3EntryMs: number | null = null;

  constructor(transport: Transport, registers: Registers, trace: Trace | undefined) {
    this.#transport = transport;
    this.#registers = registers;
    this.#trace = trace;
  }

  /** What a shutdown may take: RTD3E of Identify Controller, once that is known, and 10 s at least. */
  get shutdownLimitMs(): number {
    return Math.max(LEAST_SHUTDOWN_MS, this.#rtd3EntryMs ?? 0);
  }

  /** RTD3E, as the controller gives it; null when it gives none. */
  set rtd3EntryMs(ms: number | null) {
    this.#rtd3EntryMs = ms;
  }

  /** Whether commands get answers: not once a disable or a reset has begun, however it ended, nor after a shutdown (7.6.2). */
  get answersCommands(): boolean {
    if (!this.#enabled) return false;
    const { SHST } = fieldsOf(Register.CSTS, this.#registers.read(Register.CSTS));
    return SHST === ShutdownStatus.NORMAL_OPERATION;
  }

  /** What CSTS says of the controller just now. */
  health(): Health {
    const csts = this.#registers.read(Register.CSTS);
    if (csts === ALL_ONES) return "gone";
    const { CFS, RDY } = fieldsOf(Register.CSTS, csts);
    if (CFS === 1) return "fatal";
    return this.#enabled && RDY === 0 ? "reset" : "well";
  }

  /** @throws PhasebitError DEVICE when the device is gone, has failed, or was reset by something else. */
  check(): void {
    const health = this.health();
    if (health === "well") return;
    if (health === "gone" && this.#transport.lost !== undefined) throw this.#transport.lost;
    throw new PhasebitError("DEVICE", `${this.#transport.address}: ${ILLNESS[health]}`, {
      section: "3.1.6",
    });
  }

  /** CC.EN=1 and RDY=1. @throws PhasebitError DEVICE */
  async enable({
    mps = 0,
    css = 0,
    ams = 0,
    iosqes = 6,
    iocqes = 4,
    crime = 0,
  }: Configuration): Promise<void> {
    this.#isEnabling = true;
    this.#registers.write(
      Register.CC,
      (crime << spec.CC_CRIME_SHIFT) |
        (iocqes << spec.CC_IOCQES_SHIFT) |
        (iosqes << spec.CC_IOSQES_SHIFT) |
        (ams << spec.CC_AMS_SHIFT) |
        (mps << spec.CC_MPS_SHIFT) |
        (css << spec.CC_CSS_SHIFT) |
        (1 << spec.CC_EN_SHIFT),
    );
    await this.#waitReady(crime);
    this.adopt();
  }

  /** The controller is enabled, whoever did it: from here on a fallen RDY is a reset. */
  adopt(): void {
    this.#isEnabling = false;
    this.#enabled = true;
  }

  /** CC.EN=0, CC.SHN=0 and RDY=0, not before a shutdown that is under way has ended. @throws PhasebitError DEVICE */
  async disable(): Promise<void> {
    this.#enabled = false;
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES) this.check();
    if (cc & spec.CC_EN_MASK) {
      await this.#waitEnabled(cc);
      await this.#waitShutDown();
      const cleared =
        (spec.CC_EN_MASK << spec.CC_EN_SHIFT) | (spec.CC_SHN_MASK << spec.CC_SHN_SHIFT);
      this.#registers.write(Register.CC, cc & ~cleared);
    }
    await this.#waitDisabled();
  }

  /** CC.EN=0 and RDY=0, after a function level reset if need be. @throws PhasebitError DEVICE */
  async disableOrReset(): Promise<void> {
    try {
      await this.disable();
    } catch (error) {
      if (!this.#transport.hasReset) throw error;
      this.#trace?.("reset function: the controller did not disable");
      this.resetFunction();
      await this.disable();
    }
  }

  /** Function level reset: all registers are as after power on (7.3.2). */
  resetFunction(): void {
    this.resetBy(() => this.#transport.reset());
  }

  /** A reset that makes all registers as after power on (7.3.2). */
  resetBy(work: () => void): void {
    this.#enabled = false;
    this.#isEnabling = false;
    this.#isShutdownStuck = false;
    work();
  }

  /**
   * CC.EN=0 and RDY=0; or no bus master and a function level reset, where the controller does not follow, or is still
   * shutting down after that was waited for. Afterwards the controller touches no memory.
   * @throws StopFailure when it did not follow; PhasebitError DEVICE when it could not be kept from memory.
   */
  async stop(): Promise<void> {
    if (this.#isShutdownStuck) return this.#stopByForce("the controller is still shutting down");
    try {
      await this.disable();
    } catch (error) {
      this.#stopByForce("the controller did not disable");
      // one that is gone reaches nothing, and a failed one was told as such
      if (error instanceof StopFailure) throw error;
    }
  }

  #stopByForce(why: string): void {
    this.#trace?.(why);
    try {
      this.#transport.setBusMaster(false);
    } finally {
      if (this.#transport.hasReset) this.resetFunction();
    }
  }

  /**
   * CC.SHN and SHST=2 (7.6.2); nothing when the controller is disabled. CC.SHN is cleared by the next `disable`.
   * @throws StopFailure when it takes longer than `shutdownLimitMs`, PhasebitError DEVICE when the device is gone or has
   * failed.
   */
  async shutDown(how: ShutdownNotification = ShutdownNotification.NORMAL): Promise<void> {
    const cc = this.#registers.read(Register.CC);
    if (cc === ALL_ONES || !(cc & spec.CC_EN_MASK)) return;
    const cleared = cc & ~(spec.CC_SHN_MASK << spec.CC_SHN_SHIFT);
    this.#registers.write(Register.CC, cleared | (how << spec.CC_SHN_SHIFT));
    await this.#untilShutDown();
  }

  /** CC.EN is not to be cleared while SHST is 01b; a failed controller ends no shutdown (9.5). */
  async #waitShutDown(): Promise<void> {
    const { SHST, CFS } = this.#registers.fields(Register.CSTS);
    if (SHST !== ShutdownStatus.OCCURRING || CFS === 1) return;
    await this.#untilShutDown();
  }

  async #untilShutDown(): Promise<void> {
    const wanted = { SHST: ShutdownStatus.COMPLETE };
    const limitMs = this.shutdownLimitMs;
    // also for whoever interrupts the wait
    this.#isShutdownStuck = true;
    try {
      await this.#registers.until(Register.CSTS, wanted, { timeoutMs: limitMs });
      this.#isShutdownStuck = false;
    } catch (error) {
      if (!isLate(error)) {
        this.#isShutdownStuck = (error as PhasebitError).code === "INTERRUPTED";
        throw error;
      }
      const rtd3EntryMs = this.#rtd3EntryMs;
      const own = rtd3EntryMs === null ? "not known" : `${rtd3EntryMs} ms`;
      const words = `${error.message}; a shutdown has RTD3E (${own}), and ${LEAST_SHUTDOWN_MS} ms at least`;
      throw new StopFailure("shutdown", { limitMs, rtd3EntryMs }, words, error);
    }
  }

  async #waitDisabled(): Promise<void> {
    const limitMs = this.#registers.capabilities().timeoutMs + GRACE_MS;
    try {
      await this.#registers.until(Register.CSTS, { RDY: 0 }, { timeoutMs: limitMs });
    } catch (error) {
      if (!isLate(error)) throw error;
      throw new StopFailure("disable", { limitMs }, error.message, error);
    }
  }

  /** CC.EN is not to be cleared before CSTS.RDY has followed it (3.1.5), unless that was waited for in vain. */
  async #waitEnabled(cc: number): Promise<void> {
    if (this.#isEnabling || this.health() === "fatal") return;
    await this.#waitReady(fieldsOf(Register.CC, cc).CRIME ?? 0);
  }

  /** RDY=1, for as long as the controller may take in this Controller Ready mode. */
  async #waitReady(crime: number): Promise<void> {
    const [withMedia, independentOfMedia] = this.#registers.capabilities().readyTimeoutMs;
    const timeoutMs = (crime === 0 ? withMedia : independentOfMedia) + GRACE_MS;
    await this.#registers.until(Register.CSTS, { RDY: 1 }, { timeoutMs });
  }
}

/** Bits of each field of CC: what does not fit would come out in the next one. */
const FIELD_MASK: Readonly<Record<keyof Configuration, number>> = {
  mps: spec.CC_MPS_MASK,
  css: spec.CC_CSS_MASK,
  ams: spec.CC_AMS_MASK,
  iosqes: spec.CC_IOSQES_MASK,
  iocqes: spec.CC_IOCQES_MASK,
  crime: spec.CC_CRIME_MASK,
};

/** @throws PhasebitError USAGE for a value that its field cannot hold. */
export function requireFields(configuration: Configuration): void {
  for (const [name, most] of Object.entries(FIELD_MASK)) {
    const value = configuration[name as keyof Configuration];
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) continue;
    throw badValue(name, value, `must be 0 to ${most}`, "3.1.5");
  }
}
