// Latencies in the result documents: packed, or as lists of buckets. Both are checked against their own totals,
// so that what was damaged by hand is an error here and not a strange figure later.
import * as v from "valibot";
import { HISTOGRAM_COUNTS, HISTOGRAM_HIGHEST_NS } from "../../../assembly/layout.ts";
import { bucketHighNs, bucketLowNs } from "../../measurement/buckets.ts";
import { eachCount, type SparseCounts, unpackCounts } from "../../measurement/histogram-payload.ts";
import type { LatencyCounts } from "../../measurement/measurement.ts";
import { amount, count, listOf } from "./values.ts";

const extremes = { total: count, minNs: amount, maxNs: amount, sumNs: amount };

/** A million times the size of a histogram of ours is none. */
const LONGEST_PAYLOAD = 1_000_000;
const payload = v.pipe(v.string(), v.maxLength(LONGEST_PAYLOAD));

const packedEntries = { ...extremes, drained: v.exactOptional(count), hdrHistogramV2: payload };
type PackedEntries = v.InferOutput<v.ObjectSchema<typeof packedEntries, undefined>>;

/** measurement/measurement.ts: PackedCounts. */
export const packedCounts = v.pipe(v.object(packedEntries), isUndamaged());

/** measurement/measurement.ts: PackedLatency. */
export const packedLatency = v.pipe(
  v.object({
    op: v.picklist(["read", "write", "mixed"]),
    job: v.nullable(count),
    ...packedEntries,
  }),
  isUndamaged(),
);

/**
 * Buckets that a document may unpack to: so many, and so many more for each character of it. Noise of a few samples in each
 * bucket packs best of what is measured, up to 1.6 of them in a character; a few made-up bytes can stand for a million, and cost
 * the time of all of them.
 */
const BUCKETS = 2_000_000;
const BUCKETS_A_CHARACTER = 2;
let bucketsLeft = Number.POSITIVE_INFINITY;

/** Does `work`, in which a document of so many characters is checked, and no more is unpacked than that may come to. */
export function withinBudget<T>(characters: number, work: () => T): T {
  bucketsLeft = BUCKETS + BUCKETS_A_CHARACTER * characters;
  try {
    return work();
  } finally {
    bucketsLeft = Number.POSITIVE_INFINITY;
  }
}

function isUndamaged<T extends PackedEntries>() {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { hdrHistogramV2 } = dataset.value;
    const why = damageOf(dataset.value, (take) => spend(hdrHistogramV2, take));
    if (why !== null) addIssue({ message: why });
  });
}

/** Counts as they are, and encoded; comes out as LatencyCounts. */
export const latencyDetails = v.pipe(
  v.object({
    ...extremes,
    meanNs: amount,
    percentilesNotCarried: v.array(amount),
    counts: v.object({
      index: listOf(count, HISTOGRAM_COUNTS),
      count: listOf(count, HISTOGRAM_COUNTS),
    }),
    hdrHistogramV2: payload,
  }),
  v.rawTransform(({ dataset, addIssue, NEVER }): LatencyCounts => {
    const { total, minNs, maxNs, sumNs, counts } = dataset.value;
    const pairs = counts.index.map((index, at) => [index, counts.count[at] ?? 0] as const);
    const why =
      counts.index.length === counts.count.length
        ? (damageOf(dataset.value, eachOf(pairs)) ??
          disagreement(pairs, dataset.value.hdrHistogramV2))
        : "as many indices as counts are needed";
    if (why === null) return { total, minNs, maxNs, sumNs, counts: pairs };
    addIssue({ message: why });
    return NEVER;
  }),
);

/** Takes one bucket after the other; what it returns is what is wrong with them, or nothing. */
type Buckets = (take: (index: number, of: number) => void) => string | null;

function eachOf(pairs: SparseCounts): Buckets {
  return (take) => {
    for (const [index, of] of pairs) take(index, of);
    return null;
  };
}

/**
 * Why the counts are not those of phasebit's buckets, or not those of the totals; null when they are. One pass, which
 * keeps nothing: made-up documents have hundreds of millions of buckets.
 */
function damageOf(
  { total, minNs, maxNs, sumNs, drained = 0 }: Omit<LatencyCounts, "counts">,
  buckets: Buckets,
): string | null {
  let [first, last, sum, most] = [0, -1, 0, 0];
  let [rises, hasEmpty] = [true, false];
  const why = buckets((index, of) => {
    if (last < 0) first = index;
    if (index <= last) rises = false;
    if (of < 1) hasEmpty = true;
    last = index;
    sum += of;
    most += bucketHighNs(index) * of;
  });
  if (why !== null) return `the histogram ${why}`;
  if (!rises || last >= HISTOGRAM_COUNTS) return "the histogram's buckets are out of order";
  if (hasEmpty) return "the histogram has a bucket without samples";
  if (drained > total) return `"drained" is ${drained}, more than "total" says`;
  if (sum !== total) return `the histogram has ${sum} samples where "total" says ${total}`;
  if (total === 0) return sumNs === 0 ? null : '"sumNs" is a sum of no samples';
  const fits =
    minNs >= bucketLowNs(first) &&
    minNs <= bucketHighNs(first) &&
    maxNs >= bucketLowNs(last) &&
    maxNs <= bucketHighNs(last);
  if (!fits) return '"minNs" or "maxNs" lies outside the histogram\'s own ends';
  // a sum below what the buckets allow is no damage: of an interval it is read a moment before its counts
  return sumNs <= 2 * most + HISTOGRAM_HIGHEST_NS ? null : '"sumNs" is too large for the histogram';
}

/** Goes through a histogram, and takes its buckets off what the document may have. */
function spend(text: string, take: (index: number, of: number) => void): string | null {
  if (bucketsLeft <= 0) return "is one of more than any result of this size has";
  let spent = 0;
  try {
    eachCount(text, (index, of) => {
      spent++;
      take(index, of);
    });
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    bucketsLeft -= spent;
  }
}

function unpacked(text: string): SparseCounts | string {
  if (bucketsLeft <= 0) return "is one of more than any result of this size has";
  try {
    const counts = unpackCounts(text);
    bucketsLeft -= counts.length;
    return counts;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Why two forms of one histogram are not the same; null when they are. */
function disagreement(pairs: SparseCounts, text: string): string | null {
  const other = unpacked(text);
  if (typeof other === "string") return `the histogram in base64 ${other}`;
  const isSame =
    other.length === pairs.length &&
    other.every(([index, of], at) => index === pairs[at]![0] && of === pairs[at]![1]);
  return isSame ? null : "the histogram in base64 is another than that of the lists";
}
