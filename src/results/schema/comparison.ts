// The documents of a comparison and of a sweep.
import * as v from "valibot";
import { SCHEMA } from "../schema-version.ts";
import { coalescing, conditions, warnings, workload } from "./conditions.ts";
import { packedLatency } from "./latency.ts";
import { amount, count, duration, figure, listOf, positive, text, unixMs } from "./values.ts";

/** Work over a comparison grows with the pairs of its modes and with its rounds. */
const MOST_MODES = 64;
const MOST_ROUNDS = 4000;
const MOST_POINTS = 100_000;
const MOST_QUEUES = 2 * 65_536;

const orNull = v.nullable(figure);

const latencyFigures = v.object({
  mean: orNull,
  p50: orNull,
  p90: orNull,
  p99: orNull,
  p999: orNull,
  p9999: orNull,
  max: orNull,
});

const cpuNsPerIo = v.object({ user: orNull, system: orNull });

const figures = {
  iops: orNull,
  latNs: latencyFigures,
  cpuNsPerIo,
  switchesPerIo: v.object({ voluntary: orNull, involuntary: orNull }),
  interruptsPerIo: orNull,
  wakeupsPerIo: orNull,
  spurious: count,
  lost: count,
  deviceCpuNsPerIo: orNull,
};

/** What was counted, from which everything else follows. */
const counted = {
  startedMs: unixMs,
  elapsedNs: duration,
  completed: count,
  failed: count,
  userNs: amount,
  systemNs: amount,
  deviceCpuNs: v.nullable(amount),
  audit: v.object({ interrupts: count, wakeups: count, spurious: count, lost: count }),
  latencies: listOf(packedLatency, MOST_QUEUES),
};

const block = v.object({
  round: count,
  position: count,
  isWhole: v.boolean(),
  ...figures,
  ...counted,
  voluntarySwitches: count,
  involuntarySwitches: count,
});

const ends = v.tuple([figure, figure]);

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

const mode = v.object({ ...figures, blocks: listOf(block, MOST_ROUNDS) });

const comparison = v.object({
  schema: v.literal(SCHEMA),
  kind: v.literal("compare"),
  conditions: v.object({
    ...conditions,
    modes: v.pipe(
      listOf(v.object({ name: text, options: text, workload }), MOST_MODES),
      v.minLength(1),
    ),
    rounds: count,
    method: v.looseObject({}),
  }),
  modes: v.record(v.string(), mode),
  pairs: listOf(pair, MOST_POINTS),
  drift: listOf(drift, MOST_POINTS),
  warnings,
});

/** A comparison. */
export const comparisonSchema = v.pipe(
  comparison,
  v.check(
    ({ conditions: { modes } }) => new Set(modes.map(({ name }) => name)).size === modes.length,
    "two modes have one name",
  ),
  v.check(({ conditions: { modes }, modes: measured }) => {
    const names = new Set(modes.map(({ name }) => name));
    return Object.keys(measured).every((name) => names.has(name));
  }, "a mode was measured that the conditions do not name"),
);

const point = v.object({
  mode: text,
  iodepth: positive,
  coalescing,
  ...counted,
  iops: amount,
  latNs: latencyFigures,
  cpuNsPerIo,
  interruptsPerSecond: amount,
  interruptsPerIo: orNull,
  wakeupsPerIo: orNull,
  spurious: count,
  lost: count,
  unbeaten: v.boolean(),
});

/** A sweep. */
export const sweepSchema = v.object({
  schema: v.literal(SCHEMA),
  kind: v.literal("sweep"),
  conditions: v.object(conditions),
  points: listOf(point, MOST_POINTS),
  warnings,
});
