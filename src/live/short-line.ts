// The view in one line, for a terminal that has no room for more.
import { formatClock, formatCount, formatMiBps, formatNs } from "../ground/units.ts";
import type { SampleEvent } from "./events.ts";
import { type Printed, piece, printed } from "./line.ts";
import type { Look } from "./look.ts";
import { bars } from "./look.ts";
import type { View } from "./view.ts";

const MOST_BARS = 16;

/** One line of at most `columns`; what matters least is left out first. */
export function shortLine(view: View, columns: number, look: Look): Printed {
  const text = joined(partsOf(view, look), columns);
  return printed([piece(text)], columns, look);
}

/** What there is to say, the most important first. */
export function partsOf(view: View, look: Look): string[] {
  const { start, preparing, waiting, sample, history, warnings } = view;
  if (sample === undefined) return [preparing ?? `opening ${start.device}`];
  if (waiting !== undefined) return [labelOf(sample), waiting].filter(Boolean);
  const label = labelOf(sample);
  const left = `${formatClock(sample.leftMs)} left`;
  if (sample.elapsedMs < 0) return [label, "ramp", left].filter(Boolean);
  const iops = history.slice(-MOST_BARS).map((past) => past.iops);
  return [
    label,
    `${Math.floor(sample.progress * 100)}%`.padStart(4),
    `${formatCount(Math.round(sample.iops))} IOPS`.padStart(11),
    left,
    `p50 ${latency(sample.latencyNs.p50)}`,
    `p99 ${latency(sample.latencyNs.p99)}`,
    ...(warnings.length > 0 ? [`${warnings.length} warning${warnings.length > 1 ? "s" : ""}`] : []),
    `${formatMiBps(sample.bytesPerSecond)} MiB/s`.padStart(11),
    bars(iops, look),
  ].filter(Boolean);
}

/** "poll 3/20" */
function labelOf({ block }: SampleEvent): string {
  return block.of === 1 ? "" : `${block.name} ${block.number}/${block.of}`.trim();
}

/** Columns stay where they are. */
function latency(ns: number | null): string {
  return (ns === null ? "-" : formatNs(ns)).padEnd(6);
}

/** As many whole parts as there is room for. */
function joined(parts: readonly string[], columns: number): string {
  // the first is cut where even it has no room
  let line = (parts[0] ?? "").slice(0, columns);
  for (const part of parts.slice(1)) {
    const longer = `${line}  ${part}`;
    if (longer.length > columns) break;
    line = longer;
  }
  return line;
}
