// Numbers as the page shows them: those of the terminal's reports, and shorter ones for ticks.
import { formatCount, formatMiBps, formatNs } from "../ground/units.ts";

export { formatRatios } from "../ground/ratios.ts";
export { formatBytes, formatCount, formatMiBps, formatNs } from "../ground/units.ts";

/** What stands where there is no figure. */
export const NONE = "–";

/** The formatted value, or a dash. */
export function orNone(value: number | null, format: (value: number) => string): string {
  return value === null ? NONE : format(value);
}

/** "80us", "1.2ms": as few digits as tell ticks apart. */
export function tickNs(ns: number): string {
  if (ns === 0) return "0";
  const [unit, scale] =
    ns < 1e3 ? ["ns", 1] : ns < 1e6 ? ["us", 1e3] : ns < 1e9 ? ["ms", 1e6] : ["s", 1e9];
  return `${Number((ns / Number(scale)).toPrecision(4))}${unit}`;
}

/** "1.5M", "200k": as few digits as tell ticks apart. */
export function tickCount(value: number): string {
  const [unit, scale] =
    value < 1e3 ? ["", 1] : value < 1e6 ? ["k", 1e3] : value < 1e9 ? ["M", 1e6] : ["G", 1e9];
  return `${Number((value / Number(scale)).toPrecision(4))}${unit}`;
}

/** The share of I/Os that are faster: "0%" of 1, "99.9%" of 1000. */
export function percentLabel(oneOver: number): string {
  return `${percentOf(oneOver)}%`;
}

/** "p99.9" of 1000. */
export function percentileName(oneOver: number): string {
  return `p${percentOf(oneOver)}`;
}

/** As many digits as the number of nines needs, and no zeros behind them. */
function percentOf(oneOver: number): number {
  const nines = Math.log10(oneOver);
  return Number((100 - 100 / oneOver).toFixed(Math.max(1, Math.ceil(nines) - 1)));
}

/** A moment: "250ms", "12.5s", "5:30". */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  if (seconds < 120) return `${Number(seconds.toFixed(1))}s`;
  return clock(seconds);
}

/** "5:30", "1:05:30". */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  if (hours === 0) return `${minutes}:${two(whole % 60)}`;
  return `${hours}:${two(minutes)}:${two(whole % 60)}`;
}

/** "2026-11-22 09:14 UTC": the same for every reader. */
export function formatDate(ms: number): string {
  if (!Number.isFinite(ms)) return NONE;
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A figure of a pair in its unit. */
export function formatIn(unit: "ns" | "per second" | "count", value: number): string {
  if (unit === "ns") return formatNs(value);
  if (unit === "per second") return formatCount(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** "13.7 GiB/s" is never written: MiB/s is what fio prints. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatMiBps(bytesPerSecond)} MiB/s`;
}

/** "1 queue", "3 queues". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
