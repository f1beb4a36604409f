// Resets a device again and again, and looks each time whether it came back as it should: registers, features, data, the
// time of each step, and what became of commands that were in flight.
import * as spec from "../../../assembly/spec/registers.ts";
import { Register } from "../../../assembly/spec/registers.ts";
import { PhasebitError } from "../../ground/errors.ts";
import type { Controller } from "../../nvme/controller.ts";
import type { Device } from "../../nvme/device.ts";
import type { NamespaceData } from "../../nvme/identify.ts";
import { GRACE_MS } from "../../nvme/registers.ts";
import type { SubmissionQueue } from "../../nvme/submission-queue.ts";
import {
  endingFindings,
  type Finding,
  type FindingName,
  type Trouble,
  troubleOf,
} from "./findings.ts";
import { type ExerciseKind, keepsAdminQueue, reset, shutDown, shutsDown } from "./kinds.ts";
import { addLoads, LOAD_DEPTH, Load, type LoadCounts, noLoad } from "./load.ts";
import { Probe } from "./probe.ts";
import {
  adminQueueTroubles,
  disturbFeatures,
  type FeatureState,
  featureState,
  featureTroubles,
  type RegisterState,
  registerState,
} from "./state.ts";
import { StepClock, type StepTimes } from "./steps.ts";

/** Queues that the load has, if as many are granted beside the probe's. */
const LOAD_QUEUES = 4;
const ADMIN_ENTRIES = 32;
const PROBE_ENTRIES = 8;
/** Findings that are kept; a device that has the same one each time has one of them each time. */
const MOST_FINDINGS = 100;
const NSSRO = spec.CSTS_NSSRO_MASK << spec.CSTS_NSSRO_SHIFT;

/** What is done. */
export interface ExerciseOptions {
  readonly kind: ExerciseKind;
  readonly count: number;
  readonly nsid: number;
  readonly underLoad: boolean;
  /** Longest wait for one I/O command. */
  readonly timeoutMs: number;
  /** Asked before the first reset; throws where there must be none. */
  readonly mayReset?: (controller: Controller) => void;
  /** Ends it after the reset that is under way. */
  readonly signal?: { readonly aborted: boolean };
}

/** What came of it. */
export interface Exercise {
  readonly kind: ExerciseKind;
  readonly asked: number;
  /** Resets after which the device was usable again. */
  readonly done: number;
  readonly interrupted: boolean;
  /** Of the last reset: before it, when RDY was 0, and when the controller was enabled again. */
  readonly registers: {
    readonly before: RegisterState | null;
    readonly disabled: RegisterState | null;
    readonly after: RegisterState | null;
  };
  readonly features: { readonly before: FeatureState; readonly after: FeatureState | null };
  readonly steps: readonly StepTimes[];
  /** Bytes that were read and compared after each reset. */
  readonly comparedBytes: number;
  /** Null when there was no load. */
  readonly load: LoadCounts | null;
  readonly findings: readonly Finding[];
}

/** A trouble after which there is no device to go on with. */
class Ending extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.text);
    this.trouble = trouble;
  }
}

/**
 * Exercises resets on a device that is open.
 * @throws PhasebitError USAGE for a reset that the device does not have, DEVICE when it does not even come up at first.
 */
export async function exerciseResets(device: Device, options: ExerciseOptions): Promise<Exercise> {
  const exercise = new ResetExercise(device, options);
  await exercise.prepare();
  return exercise.run();
}

class ResetExercise {
  readonly #device: Device;
  readonly #options: ExerciseOptions;
  readonly #clock = new StepClock();
  readonly #findings: Finding[] = [];
  #controller!: Controller;
  #sq!: SubmissionQueue;
  #namespace!: NamespaceData;
  #probe!: Probe;
  #load: Load | undefined;
  #counts: LoadCounts = noLoad;
  #featuresBefore: FeatureState = new Map();
  #featuresAfter: FeatureState | null = null;
  #before: RegisterState | null = null;
  #disabled: RegisterState | null = null;
  #after: RegisterState | null = null;

  constructor(device: Device, options: ExerciseOptions) {
    this.#device = device;
    this.#options = options;
  }

  /** Brings the device up, and reads what must still be there afterwards. */
  async prepare(): Promise<void> {
    const { nsid, underLoad, timeoutMs } = this.#options;
    const wanted = 1 + (underLoad ? LOAD_QUEUES : 0);
    this.#controller = await this.#device.bringUp({ ioQueues: wanted });
    this.#namespace = await this.#controller.identifyNamespace(nsid);
    this.#options.mayReset?.(this.#controller);
    const { memory } = this.#device;
    this.#probe = new Probe(memory, this.#namespace);
    const lanes = Math.min(LOAD_QUEUES, this.#controller.ioQueues - 1);
    if (underLoad) this.#load = this.#newLoad(lanes);
    this.#sq = await this.#controller.createQueuePair(1, PROBE_ENTRIES);
    await this.#probe.remember(this.#sq, timeoutMs);
    this.#featuresBefore = await featureState(this.#controller, nsid);
  }

  #newLoad(queues: number): Load {
    const { maxQueueEntries } = this.#device.registers.capabilities();
    if (queues < 1 || maxQueueEntries < 2 * LOAD_DEPTH) {
      const limit = `it needs 2 I/O queues of ${2 * LOAD_DEPTH} entries`;
      throw new PhasebitError("USAGE", `reset ${this.#device.address} under load: ${limit}`);
    }
    return new Load(this.#device.memory, this.#namespace, queues);
  }

  async run(): Promise<Exercise> {
    const { kind, count, signal } = this.#options;
    let [done, interrupted] = [0, false];
    try {
      while (done < count && !signal?.aborted) {
        await this.#reset(done + 1);
        done++;
      }
    } catch (error) {
      if (error instanceof Ending) this.#found(done + 1, [error.trouble]);
      else if (isInterruption(error)) interrupted = true;
      else throw error;
    }
    return {
      ...{ kind, asked: count, done, interrupted: interrupted || signal?.aborted === true },
      registers: { before: this.#before, disabled: this.#disabled, after: this.#after },
      features: { before: this.#featuresBefore, after: this.#featuresAfter },
      steps: this.#clock.take(),
      comparedBytes: this.#probe.bytes,
      load: this.#load === undefined ? null : this.#counts,
      findings: this.#findings,
    };
  }

  async #reset(number: number): Promise<void> {
    const { kind } = this.#options;
    const pause = (): Promise<void> => this.#device.transport.pause();
    await this.#or("not-usable", () => disturbFeatures(this.#controller, this.#featuresBefore));
    this.#before = registerState(this.#device.registers);
    // nothing comes between the last commands and the reset
    await this.#or("not-usable", async () => this.#load?.start(this.#controller, pause));
    const startedMs = performance.now();
    if (shutsDown(kind)) {
      await this.#step("shutdown", "not-shut-down", () => shutDown(this.#device, kind));
    }
    await this.#step("reset", "not-reset", () => reset(this.#device, kind));
    if (this.#load !== undefined) this.#counts = addLoads(this.#counts, this.#load.settle());
    this.#disabled = registerState(this.#device.registers);
    this.#found(number, adminQueueTroubles(this.#before, this.#disabled, keepsAdminQueue(kind)));
    if (kind === "subsystem") this.#found(number, this.#nssroTroubles());
    await this.#bringUp();
    this.#clock.add("total", performance.now() - startedMs);
    await this.#look(number);
  }

  async #bringUp(): Promise<void> {
    const device = this.#device;
    device.connect();
    const { maxQueueEntries } = device.registers.capabilities();
    const entries = Math.min(ADMIN_ENTRIES, maxQueueEntries);
    device.configureAdminQueue({ asq: entries, acq: entries });
    await this.#step("ready", "not-ready", () => this.#enable());
    const controller = device.adopt();
    this.#controller = controller;
    await this.#step("identify", "not-usable", () => controller.identify());
    await this.#step("queues", "not-usable", async () => {
      await controller.requestQueues(1 + (this.#load === undefined ? 0 : LOAD_QUEUES));
      this.#sq = await controller.createQueuePair(1, PROBE_ENTRIES);
    });
    const { transport } = device;
    const around = {
      pause: () => transport.pause(),
      hostDelayMs: () => transport.hostDelayMs?.() ?? 0,
    };
    const { timeoutMs } = this.#options;
    await this.#step("first-io", "io-failed", () => this.#probe.first(this.#sq, timeoutMs, around));
  }

  /** CC.EN=1 and RDY=1, with entries of 64 and 16 bytes. */
  async #enable(): Promise<void> {
    const { registers } = this.#device;
    const sizes = (6 << spec.CC_IOSQES_SHIFT) | (4 << spec.CC_IOCQES_SHIFT);
    registers.write(Register.CC, sizes | (1 << spec.CC_EN_SHIFT));
    const timeoutMs = registers.capabilities().readyTimeoutMs[0] + GRACE_MS;
    await registers.until(Register.CSTS, { RDY: 1 }, { timeoutMs });
  }

  /** The device is back: whether it is what it was. */
  async #look(number: number): Promise<void> {
    const { nsid, timeoutMs } = this.#options;
    this.#after = registerState(this.#device.registers);
    const data = await this.#or("io-failed", () => this.#probe.compare(this.#sq, timeoutMs));
    this.#featuresAfter = await this.#or("not-usable", () => featureState(this.#controller, nsid));
    this.#found(number, data);
    this.#found(number, featureTroubles(this.#featuresBefore, this.#featuresAfter));
    if (this.#load !== undefined) this.#found(number, this.#load.lateTroubles());
  }

  /** NSSRO is 1 after a subsystem reset, until 1 is written to it (3.1.6). */
  #nssroTroubles(): Trouble[] {
    const { registers } = this.#device;
    if ((registers.read(Register.CSTS) & NSSRO) === 0) {
      const text = "CSTS.NSSRO is 0 after an NVM subsystem reset (3.1.6)";
      return [{ name: "nssro-missing", text }];
    }
    registers.write(Register.CSTS, NSSRO);
    if ((registers.read(Register.CSTS) & NSSRO) === 0) return [];
    return [{ name: "nssro-sticks", text: "CSTS.NSSRO stays 1 when 1 is written to it (3.1.6)" }];
  }

  #step<T>(step: StepTimes["name"], name: FindingName, work: () => Promise<T>): Promise<T> {
    return this.#or(name, () => this.#clock.time(step, work));
  }

  /** A failure of the device is a finding of this name, and the end. */
  async #or<T>(name: FindingName, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new Ending(troubleOf(error, name, this.#device));
    }
  }

  #found(reset: number, troubles: readonly Trouble[]): void {
    const room = MOST_FINDINGS - this.#findings.length;
    this.#findings.push(...troubles.slice(0, room).map((trouble) => ({ ...trouble, reset })));
  }
}

/** Whether a finding is one after which the device was not usable. */
export function isEnding({ name }: Pick<Finding, "name">): boolean {
  return (endingFindings as readonly FindingName[]).includes(name);
}

function isInterruption(error: unknown): boolean {
  return error instanceof PhasebitError && error.code === "INTERRUPTED";
}
