// What all charts of a report share: its data, and how each group looks and is called.
import type { GroupData, ReportData } from "../html/report-data.ts";
import type { LegendEntry, Style } from "./chart.ts";
import { groupStyles, nthStyle } from "./styles.ts";

export interface Context {
  readonly data: ReportData;
  /** While a measurement lasts, points in time are samples, whatever the groups are. */
  readonly isLive: boolean;
  readonly style: (group: GroupData) => Style;
  readonly entry: (group: GroupData) => LegendEntry;
  /** Title of a panel about one group; none where the report has no other. */
  readonly heading: (group: GroupData) => { readonly title?: string; readonly colour?: string };
  /** Files that these groups come from, each once. */
  readonly sources: (groups: readonly GroupData[]) => string[];
}

export function contextOf(data: ReportData, isLive = false): Context {
  const styles = groupStyles(data.groups);
  const style = (group: GroupData) => styles.get(group.id) ?? nthStyle(0);
  return {
    data,
    isLive,
    style,
    entry: (group) => ({ key: group.id, name: group.name, style: style(group) }),
    heading: (group) =>
      data.groups.length > 1 ? { title: group.name, colour: style(group).colour } : {},
    sources: (groups) => [
      ...new Set(groups.flatMap(({ result }) => data.results[result]?.file ?? [])),
    ],
  };
}

/** The groups whose curves are switched on. */
export function only<G extends GroupData>(groups: readonly G[], shown: ReadonlySet<string>): G[] {
  return groups.filter(({ id }) => shown.has(id));
}
