// The events of a made-up measurement, as `--live http` sends them.
import type { LiveEvent, SampleEvent, StartEvent, WarningEvent } from "../../src/live/events.ts";
import { randomFrom } from "./groups.ts";

const PERIOD_MS = 250;
const STEP = 1.05;

/** The beginning of a run of `runtimeMs`. */
export function startEvent(changes: Partial<StartEvent> = {}): StartEvent {
  return {
    ...{ event: "start", version: "0.1.0", command: "run", startedMs: Date.UTC(2026, 10, 22, 9) },
    ...{ device: "0000:5e:00.0", workload: "randread 4k qd1 x2 poll", bs: 4096, jobs: 2 },
    ...{ runtimeMs: 10_000, rampTimeMs: 1000, totalMs: 11_000, ...changes },
  };
}

interface Moment {
  readonly elapsedMs: number;
  readonly block?: SampleEvent["block"];
  readonly runtimeMs?: number;
}

/** The sample that ends `elapsedMs` after the ramp of its block. */
export function sampleEvent({ elapsedMs, block, runtimeMs = 10_000 }: Moment): SampleEvent {
  const random = randomFrom(Math.round(elapsedMs) + 17 * (block?.number ?? 1));
  const iops = 100_000 + 4000 * random();
  const p50 = 8000 + 200 * random();
  const latencyNs = { p50, p99: p50 * 1.6, p999: p50 * 2.5, max: p50 * (6 + 30 * random()) };
  const row = Math.round(Math.log(p50) / Math.log(STEP));
  const heat = [-2, -1, 0, 1, 2, 9].map((step): [number, number] => {
    return [STEP ** (row + step), Math.round((iops / 4) * Math.exp(-step * step) + 1)];
  });
  const ios = Math.round((iops * Math.max(0, elapsedMs)) / 1000);
  const percentiles = Array.from({ length: 40 }, (_, index): [number, number] => {
    return [10 ** (index / 8), p50 * (1 + index ** 2 / 400)];
  });
  const progress = Math.max(0, Math.min(1, elapsedMs / runtimeMs));
  return {
    ...{ event: "sample", block: block ?? { name: "", number: 1, of: 1 }, elapsedMs },
    ...{ periodMs: PERIOD_MS, progress, leftMs: runtimeMs * (1 - progress) },
    ...{ iops, bytesPerSecond: iops * 4096, latencyNs, heat },
    total: {
      ...{ ios, iops, bytesPerSecond: iops * 4096, percentiles },
      latencyNs: { ...latencyNs, mean: p50 * 1.05, p9999: p50 * 4 },
    },
    queues: [0, 1].map((job) => ({ job, iops: iops / 2, p50, p99: p50 * 1.6 })),
  };
}

/** Samples of a run from one moment to another. */
export function samples(fromMs: number, toMs: number): SampleEvent[] {
  const count = Math.floor((toMs - fromMs) / PERIOD_MS);
  return Array.from({ length: count }, (_, index) =>
    sampleEvent({ elapsedMs: fromMs + (index + 1) * PERIOD_MS }),
  );
}

export function warningEvent(kind: string, text: string): WarningEvent {
  return { event: "warning", kind, text };
}

export const endEvent: LiveEvent = {
  ...{ event: "end", interrupted: false, exitCode: 0 },
  files: ["results/run-1.json", "results/run-1.hgrm"],
};
