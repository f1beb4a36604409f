// Samples and events for the tests of the live view: synthetic, and the same every time.
import type { LiveEvent, SampleEvent, StartEvent } from "../../src/live/events.ts";
import { LiveStream } from "../../src/live/stream.ts";
import { type View, Viewer } from "../../src/live/view.ts";
import { emptyCounts } from "../../src/measurement/latency-counts.ts";
import type { LatencyCounts, Warning } from "../../src/measurement/measurement.ts";
import { parseWorkload } from "../../src/measurement/workload.ts";
import type { WorkloadOptions } from "../../src/measurement/workload-options.ts";
import type { Sample } from "../../src/run/monitor.ts";
import { countsOf, latencies } from "../examples/run.ts";

/** A sample `elapsedMs` after the ramp, of 250 ms, with these latencies of each job. */
export function sampleOf(
  elapsedMs: number,
  queues: readonly (readonly number[])[],
  more: Partial<Sample> = {},
): Sample {
  const latency = countsOf(queues.flat());
  return {
    elapsedMs,
    periodMs: 250,
    latency,
    total: latency,
    queues: queues.map((samples, job) => ({ job, latency: countsOf(samples) })),
    doubts: [],
    ...more,
  };
}

/** A sample of a ramp that ends in `leftMs`. */
export function rampSample(leftMs: number): Sample {
  const none = { latency: emptyCounts, total: emptyCounts, queues: [], doubts: [] };
  return { elapsedMs: -leftMs, periodMs: 0, ...none };
}

/** A stream of a run with these options. */
export function runStream(options: WorkloadOptions = {}): LiveStream {
  const workload = parseWorkload({ runtime: "10s", destructive: true, ...options });
  return new LiveStream({ command: "run", parts: [{ name: "", workload }], blocks: 1 });
}

interface Example {
  readonly options?: WorkloadOptions;
  readonly jobs?: number;
  readonly samples?: number;
  /** Of the first job's first sample. */
  readonly ios?: number;
  readonly typicalNs?: number;
  readonly doubts?: readonly Warning[];
}

/** The events of a run's first seconds. */
export function runEvents(example: Example = {}): [StartEvent, ...LiveEvent[]] {
  const {
    options = {},
    jobs = 1,
    samples = 8,
    ios = 1000,
    typicalNs = 8000,
    doubts = [],
  } = example;
  const stream = runStream({ numjobs: String(jobs), ...options });
  const start = stream.start(0);
  const events = Array.from({ length: samples }, (_, at) => {
    const queues = Array.from({ length: jobs }, (_, job) =>
      latencies(
        Math.max(0, Math.round(ios * (1 + 0.1 * at - 0.05 * job))),
        typicalNs,
        at * jobs + job + 1,
      ),
    );
    return stream.sample(sampleOf((at + 1) * 250, queues, { doubts }));
  });
  return [start, ...events.flat()];
}

/** What a view has gathered from these events. */
export function viewOf([start, ...events]: readonly [StartEvent, ...LiveEvent[]]): View {
  const viewer = new Viewer(start);
  for (const event of events) viewer.take(event);
  return viewer.view;
}

/** The samples among events. */
export function samplesAmong(events: readonly LiveEvent[]): SampleEvent[] {
  return events.filter((event) => event.event === "sample");
}

/** The counts of several. */
export function totalOf(parts: readonly (readonly number[])[]): LatencyCounts {
  return countsOf(parts.flat());
}
