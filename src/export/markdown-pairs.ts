// Each two modes of a comparison as a Markdown table, as far as the intervals allow to say something.
import { metrics, sentenceMetrics } from "../analysis/compare-metrics.ts";
import type { Comparison, Pair } from "../analysis/compare-pairs.ts";
import { formatRatios } from "../ground/ratios.ts";
import { code, prose, table } from "./markdown-text.ts";

/** A heading and a table for each pair. */
export function pairTables(pairs: readonly Pair[]): string[][] {
  return pairs.flatMap(({ a, b, rounds, comparisons }) => {
    const heading = `#### ${code(a)} beside ${code(b)}, ${rounds} rounds`;
    const shown = comparisons.filter(({ verdict, ci95 }) => verdict !== null && ci95 !== null);
    if (shown.length === 0) return [[heading], ["Too few rounds to show a difference."]];
    const rows = sentenceMetrics.flatMap(({ metric, title }) =>
      shown
        .filter((comparison) => comparison.metric === metric)
        .map((comparison) => [title, timesText(comparison), prose(comparison.verdict!)]),
    );
    const head = ["", `times ${code(b)} (95 %)`, `${code(a)} is`];
    const figures = rows.length === 0 ? [] : table(head, rows);
    return [[heading], figures, otherwiseDiffer(a, shown, rows.length > 0)];
  });
}

function timesText({ ci95 }: Comparison): string {
  return ci95?.ratio ? formatRatios(ci95.ratio) : "-";
}

/** Figures without a row of their own. */
function otherwiseDiffer(a: string, shown: readonly Comparison[], hasRows: boolean): string[] {
  return (["lower", "higher"] as const).flatMap((verdict) => {
    const titles = metrics
      .filter((metric) => !sentenceMetrics.includes(metric))
      .filter(({ metric }) => shown.some((one) => one.metric === metric && one.verdict === verdict))
      .map(({ title }) => title);
    const is = `${code(a)} is ${hasRows ? "also " : ""}${verdict}`;
    return titles.length === 0 ? [] : [`${is} in ${titles.join(", ")}.`];
  });
}
