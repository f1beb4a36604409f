// What may be said of two modes: the verdicts of the comparison, in the words of its text report.
import type { GroupData, PairData } from "../../html/report-data.ts";
import { formatIn, formatRatios, NONE } from "../format.ts";

/** Two groups with all figures in which they were compared. */
export interface Pair {
  readonly a: GroupData;
  readonly b: GroupData;
  readonly all: readonly PairData[];
}

/** Figures that get a sentence of their own. */
const TOLD = ["IOPS", "p50", "p99", "p99.9", "p99.99", "CPU per I/O"];

/** The comparison as a whole supports it, not this interval alone. */
export function isDifference({ verdict }: PairData): boolean {
  return verdict === "lower" || verdict === "higher";
}

export function verdictOf({ verdict }: PairData): string {
  return verdict ?? "no verdict";
}

/** "-24.4us to -21.6us". */
export function differenceOf({ differenceCi95, unit }: PairData): string {
  if (!differenceCi95) return NONE;
  const [from, to] = differenceCi95.map((value) => {
    const text = formatIn(unit, Math.abs(value));
    return value < 0 ? `-${text}` : `+${text}`;
  });
  return from === to ? String(from) : `${from} to ${to}`;
}

/** "poll has 1.29 to 1.33 times the IOPS of interrupt, 0.75 to 0.77 times its p50; no difference shown in p99." */
export function inWords({ a, b, all }: Pair): string {
  const told = all.filter((row) => TOLD.includes(row.title) && isDifference(row));
  const others = (wanted: string) =>
    all.filter((row) => !told.includes(row) && row.verdict === wanted).map(({ title }) => title);
  const sentences = told.map((row, index) => sentence(row, index === 0 ? b.name : null));
  const isThan = (verdict: string): string =>
    sentences.length > 0 ? `it is also ${verdict} in` : `${a.name} is ${verdict} than ${b.name} in`;
  const parts = [
    ...(sentences.length > 0 ? [`${a.name} has ${sentences.join(", ")}`] : []),
    ...listed(isThan("lower"), others("lower")),
    ...listed(isThan("higher"), others("higher")),
    ...listed("no difference shown in", others("no difference shown")),
  ];
  return `${parts.length > 0 ? parts.join("; ") : "too few rounds for a verdict"}.`;
}

/** The other mode is named once. */
function sentence(row: PairData, other: string | null): string {
  const { title, ratioCi95 } = row;
  if (!ratioCi95) return `${amount(row)} ${title}${other === null ? "" : ` than ${other}`}`;
  const times = `${formatRatios(ratioCi95)} times`;
  return other === null ? `${times} its ${title}` : `${times} the ${title} of ${other}`;
}

/** "21.6us to 24.4us less". */
function amount({ differenceCi95, unit, verdict }: PairData): string {
  const sizes = (differenceCi95 ?? []).map(Math.abs).sort((a, b) => a - b);
  const more = verdict === "lower" ? "less" : "more";
  return `${sizes.map((size) => formatIn(unit, size)).join(" to ")} ${more}`.trim();
}

function listed(heading: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${heading} ${names.join(", ")}`] : [];
}
