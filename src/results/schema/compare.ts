// The documents of a comparison and of a sweep: the measurement, and its figures beside it.
import * as v from "valibot";
import { cmb, coalescing } from "./conditions.ts";
import { inconsistency, measured } from "./measured.ts";
import { amount, count, figure, listOf, positive, text } from "./values.ts";

/** Work over a comparison grows with the pairs of its modes and with its rounds. */
const MOST_MODES = 64;
const MOST_ROUNDS = 4000;
const MOST_POINTS = 100_000;

const orNull = v.nullable(figure);

const figures = {
  iops: orNull,
  latNs: v.object({
    mean: orNull,
    p50: orNull,
    p90: orNull,
    p99: orNull,
    p999: orNull,
    p9999: orNull,
    max: orNull,
  }),
  cpuNsPerIo: v.object({ user: orNull, system: orNull }),
  switchesPerIo: v.object({ voluntary: orNull, involuntary: orNull }),
  interruptsPerIo: orNull,
  wakeupsPerIo: orNull,
  spurious: count,
  lost: count,
  deviceCpuNsPerIo: orNull,
};

const mode = v.object({
  ...figures,
  blocks: listOf(v.object({ position: count, isWhole: v.boolean(), ...figures }), MOST_ROUNDS),
});

const ends = v.strictTuple([figure, figure]);

const pair = v.object({
  a: text,
  b: text,
  metric: text,
  difference: orNull,
  ratio: orNull,
  ci95: v.nullable(v.object({ difference: ends, ratio: v.nullable(ends) })),
  verdict: v.nullable(v.picklist(["lower", "higher", "no difference shown"])),
});

const drift = v.object({
  mode: text,
  metric: text,
  change: figure,
  relative: orNull,
  clear: v.boolean(),
});

/** How the analysis was made; another phasebit's may say more. */
const method = v.looseObject({
  interval: v.exactOptional(text),
  confidence: v.exactOptional(amount),
  resamples: v.exactOptional(count),
  verdict: v.exactOptional(text),
  level: v.exactOptional(amount),
  seed: v.exactOptional(count),
});

/** A comparison. */
export const comparisonSchema = v.pipe(
  v.object({
    ...measured,
    kind: v.literal("compare"),
    rounds: count,
    method,
    modes: v.record(v.string(), mode),
    pairs: listOf(pair, MOST_POINTS),
    drift: listOf(drift, MOST_POINTS),
  }),
  v.check(
    (all) => inconsistency(all) === null,
    ({ input }) => inconsistency(input)!,
  ),
  v.check(
    ({ workloads }) => workloads.length >= 1 && workloads.length <= MOST_MODES,
    `a comparison has 1 to ${MOST_MODES} workloads`,
  ),
  v.check(
    ({ workloads }) => new Set(workloads.map(({ name }) => name)).size === workloads.length,
    "two modes have one name",
  ),
  v.check(({ workloads, blocks }) => {
    const own = new Array<number>(workloads.length).fill(0);
    for (const { workload } of blocks) own[workload]! += 1;
    return own.every((rounds) => rounds <= MOST_ROUNDS);
  }, `a mode has more than ${MOST_ROUNDS} blocks`),
);

const point = v.object({
  mode: text,
  iodepth: positive,
  coalescing,
  pauseNs: v.optional(orNull, 0),
  cmb,
  ...figures,
  interruptsPerSecond: amount,
  unbeaten: v.boolean(),
});

/** A sweep. */
export const sweepSchema = v.pipe(
  v.object({ ...measured, kind: v.literal("sweep"), points: listOf(point, MOST_POINTS) }),
  v.check(
    (all) => inconsistency(all) === null,
    ({ input }) => inconsistency(input)!,
  ),
);
