// Turns what the monitor samples into the events of the live stream. No clock, no output: samples in, events out.

import { version } from "../ground/package.ts";
import { safeString } from "../ground/strings.ts";
import type { Warning } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import { warningText } from "../results/warnings.ts";
import type { Sample } from "../run/monitor.ts";
import type {
  EndEvent,
  LiveEvent,
  LiveSetting,
  SampleEvent,
  StartEvent,
  WarningEvent,
} from "./events.ts";
import { figuresOf, tenths } from "./sample-figures.ts";
import { workloadText } from "./workload-text.ts";

/** A count that rises is told again after so many samples, which is once a second. */
const QUIET_SAMPLES = 4;

/** What is going to be measured. */
export interface LivePlan {
  readonly command: StartEvent["command"];
  /** What a block can be, by the name that its samples come with; where none fits, the first. */
  readonly parts: readonly LivePart[];
  readonly blocks: number;
}

export interface LivePart {
  readonly name: string;
  /** What reports call its mode; left out, the workload's completion mode. */
  readonly mode?: string;
  readonly workload: Workload;
}

/** Where a sample belongs. */
export type Block = SampleEvent["block"];

/** A run is one block, which needs no name. */
export const ONLY_BLOCK: Block = { name: "", number: 1, of: 1 };

/** The events of one measurement, in order. */
export class LiveStream {
  readonly #plan: LivePlan;
  /** Mean length of a block: an order that is balanced gets through all parts evenly. */
  readonly #blockMs: number;
  readonly #told = new Map<string, { readonly text: string; readonly at: number }>();
  #samples = 0;
  #progress = 0;

  constructor(plan: LivePlan) {
    this.#plan = plan;
    const lengths = plan.parts.map(({ workload }) => workload.rampTimeMs + workload.runtimeMs);
    this.#blockMs = lengths.reduce((sum, ms) => sum + ms, 0) / lengths.length;
  }

  /** @param startedMs Unix time */
  start(startedMs: number): StartEvent {
    const { command, parts, blocks } = this.#plan;
    const workloads = parts.map(({ workload }) => workload);
    const { device, bs, runtimeMs, rampTimeMs } = workloads[0]!;
    return {
      event: "start",
      version,
      command,
      startedMs,
      device: safeString(device),
      workload: workloadText(workloads),
      bs,
      jobs: Math.max(...workloads.map(({ numjobs }) => numjobs)),
      settings: parts.map(settingOf),
      runtimeMs,
      rampTimeMs,
      totalMs: Math.round(this.#blockMs * blocks),
    };
  }

  /** The sample's event, after those of doubts that are new. */
  sample(sample: Sample, block: Block = ONLY_BLOCK): LiveEvent[] {
    this.#samples++;
    const { workload } = this.#partOf(block);
    const event: SampleEvent = {
      event: "sample",
      block,
      elapsedMs: tenths(sample.elapsedMs),
      periodMs: tenths(sample.periodMs),
      ...this.#progressOf(sample, block, workload),
      ...figuresOf(sample, workload.bs),
    };
    return [...this.warnings(sample.doubts, QUIET_SAMPLES), event];
  }

  /** Those of `doubts` that are new, or that changed and were last told `quietSamples` ago. */
  warnings(doubts: readonly Warning[], quietSamples = 0): WarningEvent[] {
    return doubts.flatMap((doubt) => {
      const event = warningEvent(doubt);
      const key = `${event.kind} ${event.job}`;
      const last = this.#told.get(key);
      const isTold = last?.text === event.text;
      if (isTold || (last && this.#samples - last.at < quietSamples)) return [];
      this.#told.set(key, { text: event.text, at: this.#samples });
      return [event];
    });
  }

  end(outcome: Omit<EndEvent, "event">): EndEvent {
    return { event: "end", ...outcome };
  }

  #partOf(block: Block): LivePart {
    const { parts } = this.#plan;
    return parts.find(({ name }) => name === block.name) ?? parts[0]!;
  }

  /** Never backwards: parts of different lengths make the mean wrong within a round. */
  #progressOf(sample: Sample, { number, of }: Block, { rampTimeMs, runtimeMs }: Workload) {
    const doneMs = Math.min(Math.max(0, rampTimeMs + sample.elapsedMs), rampTimeMs + runtimeMs);
    const share = (number - 1 + doneMs / (rampTimeMs + runtimeMs)) / of;
    this.#progress = Math.max(this.#progress, Math.min(1, share));
    const leftMs = Math.round((1 - this.#progress) * of * this.#blockMs);
    return { progress: Number(this.#progress.toFixed(4)), leftMs };
  }
}

function settingOf({ name, mode, workload }: LivePart): LiveSetting {
  const { completion, iodepth } = workload;
  return { name: safeString(name), mode: safeString(mode ?? completion.mode), iodepth };
}

function warningEvent(doubt: Warning): WarningEvent {
  const job = "job" in doubt ? { job: doubt.job } : {};
  return { event: "warning", kind: doubt.kind, text: warningText(doubt), ...job };
}
