// What a job did since somebody last looked: intervals and the live view look at different times, so each has
// a gauge of its own.
import { HISTOGRAM_COUNTS } from "../../assembly/layout.ts";
import { emptyCounts, withDrained } from "../measurement/latency-sum.ts";
import type { Direction, LatencyCounts } from "../measurement/measurement.ts";
import type { JobView } from "./job-view.ts";

/** What one direction did since the last look. */
export interface DirectionStretch {
  readonly op: Direction;
  readonly latency: LatencyCounts;
}

const DIRECTIONS = ["read", "write"] as const;

/** One job as one looker sees it. */
export class Gauge {
  readonly #job: JobView;
  /** Made when a direction first does something: most jobs have only one. */
  readonly #seen: Partial<
    Record<Direction, { readonly counts: Float64Array; sumNs: number; drained: number }>
  > = {};

  constructor(job: JobView) {
    this.#job = job;
  }

  /** The directions that completed something since the last look. */
  directions(): DirectionStretch[] {
    return DIRECTIONS.flatMap((op) => {
      const latency = this.#since(op);
      return latency.total > 0 ? [{ op, latency }] : [];
    });
  }

  #since(op: Direction): LatencyCounts {
    const sumNs = this.#job.sumNs(op);
    // whatever completes takes at least a nanosecond: an idle direction costs one load
    if (sumNs === (this.#seen[op]?.sumNs ?? 0)) return emptyCounts;
    this.#seen[op] ??= { counts: new Float64Array(HISTOGRAM_COUNTS), sumNs: 0, drained: 0 };
    const seen = this.#seen[op];
    const drained = this.#job.drained(op);
    const stretch = { ...this.#job.since(op, seen.counts), sumNs: sumNs - seen.sumNs };
    // a sum that ran ahead of its counts waits for them
    if (stretch.total > 0) seen.sumNs = sumNs;
    const more = Math.min(drained - seen.drained, stretch.total);
    seen.drained += more;
    return withDrained(stretch, more);
  }
}
