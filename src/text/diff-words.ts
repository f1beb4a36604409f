// What a diff shows, as text: the same in the terminal and in Markdown.
import type { Diff, FigureDiff } from "../analysis/diff.ts";
import { groupName } from "../analysis/diff-cells.ts";
import { kindNames, kindOf, type Side } from "../analysis/diff-sides.ts";
import { workloadPairs } from "../analysis/diff-workloads.ts";
import { formatBytes } from "../ground/units.ts";
import type { DeviceIdentity } from "../measurement/measurement.ts";
import type { Workload } from "../measurement/workload.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import { capacityText } from "./compare-frame.ts";

/** Without what nobody had: interrupts when all polled, and the percentile that hardly any run carries. */
export function shownFigures(figures: readonly FigureDiff[]): FigureDiff[] {
  return figures.filter(({ figure, a, b }) => {
    if (figure.name === "interrupts") return Boolean(a) || Boolean(b);
    return a !== null || b !== null || figure.name !== "p99.999";
  });
}

/** The groups in their order, each with its figures. Where all are of one direction, modes need not name it. */
export function byGroup(figures: readonly FigureDiff[]): Map<string, FigureDiff[]> {
  const groups = new Map<string, FigureDiff[]>();
  const isOneWay = new Set(figures.map(({ group }) => group.direction)).size === 1;
  for (const diff of figures) {
    const { mode } = diff.group;
    const name = isOneWay && mode !== null ? mode : groupName(diff.group);
    const own = groups.get(name);
    if (own) own.push(diff);
    else groups.set(name, [diff]);
  }
  return groups;
}

/** True when a difference is shown. */
export function isShown({ verdict }: FigureDiff): boolean {
  return verdict === "lower" || verdict === "higher";
}

/** Of a shown difference, whether b is the worse; null where nothing is shown. */
export function isWorse(diff: FigureDiff): boolean | null {
  return isShown(diff) ? diff.verdict !== diff.figure.better : null;
}

/** "+9.91us", "-7.2k", "0ns"; null where there is none. */
export function differenceText({ figure, difference }: FigureDiff): string | null {
  return difference === null ? null : signed(difference, figure.format);
}

/** A value with its sign; what rounds to nothing has none. */
export function signed(value: number, format: (value: number) => string): string {
  const text = format(Math.abs(value));
  if (!/[1-9]/.test(text)) return text;
  return value < 0 ? `-${text}` : `+${text}`;
}

/** "0.941": three decimals, fewer from 10 on, and one more where nothing else tells it from 1. */
export function ratioText(ratio: number): string {
  if (ratio < 5e-4) return "<0.001";
  if (ratio >= 99.95) return ratio.toFixed(0);
  if (ratio >= 9.995) return ratio.toFixed(1);
  const text = ratio.toFixed(3);
  return Number(text) === 1 && Math.abs(ratio - 1) >= 5e-5 ? ratio.toFixed(4) : text;
}

/** "0.930 to 0.953". */
export function ratioRange([low, high]: Interval): string {
  return `${ratioText(low)} to ${ratioText(high)}`;
}

/** What was run, as far as all that is compared agrees: "randread", "bs 4KiB", "iodepth 1", "1 job". */
export function runParts({ a, b }: Diff): string[] {
  const workloads = workloadPairs(a, b).flatMap((pair) => [...pair.a, ...pair.b]);
  const agreed = (of: (workload: Workload) => string): string[] => {
    const values = [...new Set(workloads.map(of))];
    return values.length === 1 ? values : [];
  };
  return [
    ...agreed(({ rw, rwmixread }) => (rw === "randrw" ? `randrw, ${rwmixread}% reads` : rw)),
    ...agreed(({ bs }) => `bs ${formatBytes(bs)}`),
    // A sweep's points have their own.
    ...(kindOf(a) === "sweep" ? [] : agreed(({ iodepth }) => `iodepth ${iodepth}`)),
    ...agreed(({ numjobs }) => (numjobs === 1 ? "1 job" : `${numjobs} jobs`)),
  ];
}

/** The device, as far as both sides agree. */
export function deviceParts({ a, b }: Diff): string[] {
  const devices = [...a.results, ...b.results].flatMap(({ measurement }) => measurement.devices);
  const agreed = (of: (device: DeviceIdentity) => string): string[] => {
    const values = [...new Set(devices.map(of))];
    return values.length === 1 ? values : [];
  };
  const parts = [
    ...agreed(({ address }) => address),
    ...agreed(({ transport }) => transport),
    ...agreed(({ model }) => model),
    ...agreed(({ firmware }) => `fw ${firmware}`),
    ...agreed(({ version }) => `NVMe ${version}`),
    ...agreed(({ nsid }) => `nsid ${nsid}`),
    ...agreed(capacityText),
  ];
  // The embedded controller's address is its transport.
  return [...new Set(parts)];
}

/** "results/base: 10 runs", "compare.json#poll". */
export function sideText(side: Side): string {
  const { name, results } = side;
  if (results.length === 1) return name;
  return `${name}: ${results.length} ${kindNames[kindOf(side)].several}`;
}

/** Distinct values, as many as a line takes. */
export function valuesText(values: readonly string[]): string {
  const most = 3;
  if (values.length === 0) return "none";
  if (values.length <= most) return values.join(", ");
  return `${values.slice(0, most).join(", ")} and ${values.length - most} more`;
}
