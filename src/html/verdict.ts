// What a report says before anything else: a sentence for those who have five seconds, and what it rests on.
import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import type { Measurement } from "../measurement/measurement.ts";
import { shareText } from "../measurement/shortfall.ts";
import type { GroupData, PairData, VerdictData, VerdictPart } from "./report-data.ts";
import { comparisonVerdict } from "./verdict-compare.ts";

/** A result with what the report shows of it. */
export interface Told {
  /** The file's name. */
  readonly file: string;
  readonly measurement: Measurement;
  readonly groups: readonly GroupData[];
  readonly pairs: readonly PairData[];
  /** In which two settings ran, the most of any two. */
  readonly rounds: number;
}

/** Of one result its own; of several first what they are beside each other, then those of comparisons. */
export function verdictsOf(results: readonly Told[]): VerdictData[] {
  const [only, ...others] = results;
  if (only === undefined) return [];
  if (others.length === 0) return [verdictOf(only)];
  const compared = results.filter(({ measurement }) => measurement.rounds !== null);
  return [
    acrossFiles(results),
    ...compared.map((result) => ({ ...verdictOf(result), about: result.file })),
  ];
}

function verdictOf(told: Told): VerdictData {
  const { measurement, groups, pairs, rounds } = told;
  if (groups.every(({ ios }) => ios === 0)) return nothing(measurement);
  const verdict =
    measurement.rounds !== null
      ? comparisonVerdict(pairs, rounds)
      : measurement.kind === "sweep"
        ? sweepVerdict(told)
        : runVerdict(told);
  const failed = failedText(measurement);
  if (failed === "") return verdict;
  return { ...verdict, sentence: [...verdict.sentence, ` But ${failed}.`] };
}

function nothing(measurement: Measurement): VerdictData {
  const failed = failedText(measurement);
  const sentence = failed === "" ? "no I/O was measured." : `no I/O succeeded: ${failed}.`;
  return { about: null, sentence: [sentence], basis: `of this ${measurement.kind}` };
}

/** "1 command never completed, and 8 ended with an error"; latencies are told without them. */
function failedText({ warnings }: Measurement): string {
  const countOf = (kind: "commands-lost" | "io-errors"): number =>
    warnings.reduce((sum, one) => sum + (one.kind === kind ? one.count : 0), 0);
  const [lost, failed] = [countOf("commands-lost"), countOf("io-errors")];
  const commands = (count: number) =>
    count === 1 ? "1 command" : `${formatCount(count)} commands`;
  const parts = [
    ...(lost > 0 ? [`${commands(lost)} never completed`] : []),
    ...(failed > 0 ? [`${commands(failed)} ended with an error`] : []),
  ];
  return parts.join(", and ");
}

/** "94.79k IOPS, 370.3 MiB/s: half of the I/Os took 80.3us or less, 99% 162us or less, the slowest 1.82ms." */
function runVerdict({ groups, measurement }: Told): VerdictData {
  const sentence = groups.map(({ op, iops, bytesPerSecond, latencyNs: { p50, p99, max } }) => {
    const rate =
      iops === null ? [] : [`${rateOf(iops)} IOPS, ${formatMiBps(bytesPerSecond ?? 0)} MiB/s`];
    const latencies = [
      ...(p50 === null ? [] : [`half of the I/Os took ${formatNs(p50)} or less`]),
      ...(p99 === null ? [] : [`99% ${formatNs(p99)} or less`]),
      ...(max === null ? [] : [`the slowest ${formatNs(max)}`]),
    ].join(", ");
    const of = groups.length > 1 ? `${op}s ` : "";
    return `${of}${[...rate, latencies].filter((text) => text !== "").join(": ")}`;
  });
  return {
    about: null,
    sentence: [`${sentence.join("; ")}.`],
    basis: [
      shareText(measurement.warnings) || "one run, compared with nothing",
      ...groups.flatMap((group) => courseOf(group, groups.length > 1)),
    ].join("; "),
  };
}

/** "IOPS from 1.264M to 2.362M in 10 intervals". */
function courseOf({ series, op }: GroupData, isOneOfTwo: boolean): string[] {
  // what was left over at the end is no interval
  const usualS = series?.lengthS[0] ?? 0;
  const iops = series?.iops.filter((_, at) => series.lengthS[at]! > usualS / 2) ?? [];
  if (iops.length < 2) return [];
  const [low, high] = [Math.min(...iops), Math.max(...iops)].map(rateOf);
  return [`${isOneOfTwo ? `${op} ` : ""}IOPS from ${low} to ${high} in ${iops.length} intervals`];
}

/** "poll qd32 had the most IOPS, 376.1k, with a p99 of 164us; poll qd4 had the lowest p99, 161us, with 47.39k IOPS." */
function sweepVerdict({ groups, measurement }: Told): VerdictData {
  const share = shareText(measurement.warnings);
  const settings = share || `${groups.length} settings`;
  return {
    about: null,
    sentence: extremesOf(groups),
    basis:
      `${settings}, each measured once: what was best here; no difference between two of them is shown` +
      carriedText(groups),
  };
}

function acrossFiles(results: readonly Told[]): VerdictData {
  const groups = results.flatMap((result) => result.groups);
  return {
    about: null,
    sentence: extremesOf(groups),
    basis:
      `${results.length} files, measured apart: what was best in them; no difference between two files is shown ` +
      `here, phasebit diff judges that${carriedText(groups)}`,
  };
}

/** "; only 9 of 18 have I/Os enough for a p99". */
function carriedText(groups: readonly GroupData[]): string {
  const carried = groups.filter(({ latencyNs }) => latencyNs.p99 !== null).length;
  if (carried === groups.length) return "";
  return `; only ${carried} of ${groups.length} have I/Os enough for a p99`;
}

/** Which setting had the most IOPS, and which the lowest p99. Directions are not held against each other. */
function extremesOf(groups: readonly GroupData[]): VerdictPart[] {
  const ops = [...new Set(groups.filter(({ ios }) => ios > 0).map(({ op }) => op))];
  const sentences = ops.map((op) => {
    const own = groups.filter((group) => group.op === op);
    const fastest = highest(own, ({ iops }) => iops);
    const steadiest = highest(own, ({ latencyNs: { p99 } }) => (p99 === null ? null : -p99));
    return [...rateClause(fastest, steadiest), ...tailClause(fastest, steadiest)];
  });
  const parts = sentences.flatMap((sentence, index) => [...(index > 0 ? ["; "] : []), ...sentence]);
  return parts.length > 0 ? [...parts, "."] : ["no I/O was measured."];
}

function rateClause(fastest: GroupData | null, steadiest: GroupData | null): VerdictPart[] {
  if (fastest === null) return [];
  const { id, iops, latencyNs } = fastest;
  const most: VerdictPart[] = [{ group: id }, ` had the most IOPS, ${rateOf(iops ?? 0)}`];
  if (latencyNs.p99 === null) return most;
  const tail = formatNs(latencyNs.p99);
  if (steadiest === fastest) return [...most, `, and the lowest p99, ${tail}`];
  return [...most, `, with a p99 of ${tail}`];
}

function tailClause(fastest: GroupData | null, steadiest: GroupData | null): VerdictPart[] {
  if (steadiest === null || steadiest === fastest) return [];
  const { id, iops, latencyNs } = steadiest;
  const with_ = iops === null ? "" : `, with ${rateOf(iops)} IOPS`;
  return ["; ", { group: id }, ` the lowest p99, ${formatNs(latencyNs.p99 ?? 0)}${with_}`];
}

function highest(
  groups: readonly GroupData[],
  of: (group: GroupData) => number | null,
): GroupData | null {
  const known = groups.filter((group) => of(group) !== null);
  const [first = null] = known.toSorted((a, b) => of(b)! - of(a)!);
  return first;
}

function rateOf(iops: number): string {
  return formatCount(iops < 9999.5 ? Math.round(iops) : iops);
}
