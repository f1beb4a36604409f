// What every result document says of itself: the machine, the device, the workload, the doubts.
import * as v from "valibot";
import type { Warning } from "../../measurement/measurement.ts";
import {
  clockChoices,
  cmbParts,
  completionModes,
  interruptChoices,
  readWrites,
} from "../../measurement/workload-options.ts";
import { warningKinds } from "../warnings.ts";
import { amount, count, figure, listOf, positive, text, unixMs } from "./values.ts";

/** Of a command line, of a list of doubts or sources. */
const MOST_WORDS = 65_536;

export const host = v.object({
  hostname: text,
  kernel: text,
  cpuModel: text,
  cpus: positive,
  memoryBytes: count,
  node: text,
  v8: text,
  pageBytes: positive,
  loadAverage: amount,
});

export const device = v.object({
  address: text,
  transport: text,
  model: text,
  serial: text,
  firmware: text,
  vid: count,
  version: text,
  nsid: count,
  logicalBlocks: amount,
  blockBytes: positive,
  maxTransferBytes: v.nullable(positive),
  maxQueueEntries: positive,
});

/** Before it was an option, everything lay in host memory. */
export const cmb = v.optional(v.array(v.picklist(cmbParts)), []);

export const coalescing = v.nullable(
  v.object({ threshold: count, time: count, vector: v.exactOptional(count) }),
);

export const workload = v.object({
  device: text,
  rw: v.picklist(readWrites),
  rwmixread: v.pipe(amount, v.maxValue(100)),
  bs: positive,
  iodepth: positive,
  numjobs: positive,
  runtimeMs: amount,
  rampTimeMs: amount,
  offset: count,
  size: v.nullable(count),
  nsid: count,
  // JSON has no integers of 64 bits.
  seed: v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,20}$/),
    v.transform((digits) => BigInt(digits)),
  ),
  cpus: listOf(count, MOST_WORDS),
  logHistMs: positive,
  precondition: v.nullable(text),
  timeoutMs: amount,
  destructive: v.boolean(),
  completion: v.object({
    mode: v.picklist(completionModes),
    irq: v.picklist(interruptChoices),
    spinNs: amount,
    // before it was an option, nothing lay between two looks
    pauseNs: v.optional(v.nullable(amount), 0),
    deadlineMs: amount,
  }),
  batch: v.optional(v.object({ min: positive, max: v.nullable(positive) }), { min: 1, max: null }),
  coalesce: coalescing,
  cmb,
  stages: v.boolean(),
  // schema 3 was there before it
  clocksource: v.optional(v.nullable(v.picklist(clockChoices)), null),
  // before it was an option, every doorbell was rung itself
  shadowDoorbells: v.optional(v.boolean(), false),
});

export const mergedSource = v.object({
  file: text,
  startedMs: unixMs,
  argv: listOf(text, MOST_WORDS),
  host,
  devices: v.array(device),
});

/** measurement/measurement.ts: OverdueCommand. */
export const overdueCommand = {
  cid: count,
  op: v.picklist(["read", "write"]),
  lba: amount,
  ageNs: amount,
};

const starved = {
  percent: amount,
  worstPercent: amount,
  by: v.picklist(["others", "own", "quota", "unknown"]),
};

const notStopped = { limitMs: amount, hadReset: v.boolean() };

const names = v.array(text);
const worded = { text };

/** As data, for the kinds that this phasebit knows. */
const known = v.variant("kind", [
  ...(["io-errors", "ramp-errors", "rejected-completions", "commands-unfinished"] as const).map(
    (kind) => v.object({ kind: v.literal(kind), count, ...worded }),
  ),
  v.object({
    kind: v.literal("wrong-sqhd"),
    queue: v.picklist(["io", "admin"]),
    count,
    ...worded,
  }),
  v.object({
    kind: v.literal("flagged-successes"),
    queue: v.picklist(["io", "admin"]),
    more: count,
    crd: count,
    dnr: count,
    dword1: count,
    ...worded,
  }),
  v.object({
    kind: v.literal("partial"),
    unit: v.picklist(["settings", "blocks", "ms"]),
    measured: amount,
    planned: amount,
    missing: v.exactOptional(names),
    ...worded,
  }),
  v.object({
    kind: v.literal("commands-lost"),
    count,
    oldest: v.exactOptional(v.object({ sqid: count, ...overdueCommand })),
    ...worded,
  }),
  v.object({
    kind: v.literal("timed-out"),
    job: count,
    sqid: count,
    timeoutMs: amount,
    ranMs: amount,
    runtimeMs: amount,
    ...overdueCommand,
    ...worded,
  }),
  ...(["lost-interrupts", "spurious-interrupts"] as const).map((kind) =>
    v.object({ kind: v.literal(kind), count, ...worded }),
  ),
  ...(["queue-not-deleted", "stopped-early", "not-closed", "medium-lost"] as const).map((kind) =>
    v.object({ kind: v.literal(kind), why: text, ...worded }),
  ),
  v.object({
    kind: v.literal("not-shut-down"),
    rtd3EntryMs: v.nullable(amount),
    ...notStopped,
    ...worded,
  }),
  v.object({ kind: v.literal("not-disabled"), ...notStopped, ...worded }),
  v.object({ kind: v.literal("device-gone"), why: v.exactOptional(text), ...worded }),
  ...(["controller-fatal", "controller-reset", "interrupted", "no-function-reset"] as const).map(
    (kind) => v.object({ kind: v.literal(kind), ...worded }),
  ),
  ...(["not-optimized", "not-pinned"] as const).map((kind) =>
    v.object({ kind: v.literal(kind), job: count, ...worded }),
  ),
  v.object({ kind: v.literal("cpus-shared"), threads: count, cpus: count, ...worded }),
  v.object({ kind: v.literal("few-generations"), iodepth: count, generations: count, ...worded }),
  v.object({ kind: v.literal("cpu-starved"), job: count, percent: figure, ...worded }),
  v.object({ kind: v.literal("clock-drift"), job: count, ppm: figure, ...worded }),
  v.object({ kind: v.literal("garbage-collected"), job: count, count, ns: amount, ...worded }),
  v.object({ kind: v.literal("process-stopped"), count, ns: amount, ...worded }),
  v.object({ kind: v.literal("job-starved"), job: count, ...starved, ...worded }),
  v.object({ kind: v.literal("device-starved"), ...starved, ...worded }),
  v.object({ kind: v.literal("interrupts-unclear"), lost: count, spurious: count, ...worded }),
  v.object({ kind: v.literal("host-busy"), loadAverage: amount, ...worded }),
  v.object({
    kind: v.literal("drift-larger-than-difference"),
    figures: names,
    pairs: v.array(v.object({ a: text, b: text })),
    worst: v.object({ figure: text, mode: text, percent: figure }),
    ...worded,
  }),
  v.object({ kind: v.literal("noted"), ...worded }),
]);

/** Of a later phasebit. */
const later = v.looseObject({ kind: v.pipe(v.string(), v.notValues(warningKinds)), text });

/** A doubt of a later phasebit comes out as its words. */
export const warning = v.pipe(
  v.union([known, later], ({ issues }) => issues?.[0].message ?? "a doubt without words"),
  v.transform((value): Warning => {
    if (!isKnown(value)) return { kind: "noted", text: value.text };
    if (value.kind === "noted") return value;
    const { text: _text, ...data } = value;
    return data;
  }),
);

function isKnown(
  value: v.InferOutput<typeof known> | v.InferOutput<typeof later>,
): value is v.InferOutput<typeof known> {
  return warningKinds.includes(value.kind);
}

export const warnings = listOf(warning, MOST_WORDS);

/** Of every kind of result. */
export const conditions = {
  // what became of --fail-if when it was measured; not judged again
  failIf: v.exactOptional(
    listOf(
      v.object({
        condition: text,
        group: text,
        outcome: v.picklist(["ok", "failed", "not judged"]),
        value: v.nullable(amount),
      }),
      MOST_WORDS,
    ),
  ),
  // written for people, and worked out again from the warning
  partial: v.exactOptional(v.nullable(text)),
  version: text,
  argv: listOf(text, MOST_WORDS),
  startedMs: unixMs,
  interrupted: v.boolean(),
  merged: listOf(mergedSource, MOST_WORDS),
  host,
};
