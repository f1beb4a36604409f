// Conditions of `run`, `compare` and `sweep` with `--fail-if`, as "p99 > 200us": about what was measured, with nothing
// beside it to have changed from.
import { formatCount, formatNs, type Parsed } from "../ground/units.ts";
import { sumOrNull } from "../measurement/work.ts";
import type { Cell } from "./diff-cells.ts";
import { diffFigures, type Figure } from "./diff-figures.ts";
import {
  formatBound,
  type Gate,
  type GateFigure,
  type GateFigures,
  readGate,
  refusedAt,
} from "./gate.ts";
import { carriedNs } from "./histogram.ts";
import { rejectionsOf, sumOf } from "./totals.ts";

/** A figure of a group of what was measured. */
export interface MeasuredFigure extends GateFigure {
  /** Null is what the samples cannot carry, or what was not there to be measured. */
  readonly of: (cell: Cell) => number | null;
  readonly format: (value: number) => string;
  readonly better: Figure["better"];
  readonly percentile?: number;
  /** A figure of diffs: whatever group has that has this too. */
  readonly like: string;
}

const EXAMPLE = 'as in "p99 > 200us", "read.p99.9 > 1ms", "iops < 100k" or "errors > 0"';

/** They are of a queue, whichever direction it failed in. */
const counts: readonly MeasuredFigure[] = [
  count("errors", (cell) => sumOrNull([failedOf(cell), lostOf(cell), rejectedOf(cell)])),
  count("lost", lostOf),
  count("rejected", rejectedOf),
];

const figures: GateFigures = {
  named: measuredFigure,
  names: [...diffFigures.map(({ name }) => name), ...counts.map(({ name }) => name)],
  canChange: false,
};

/** The figure of that name: those of diffs, any percentile, and counts of what went wrong. */
export function measuredFigure(name: string): MeasuredFigure | undefined {
  const known = diffFigures.find((figure) => figure.name === name);
  if (known !== undefined) return measured(known);
  return counts.find((figure) => figure.name === name) ?? percentileFigure(name);
}

/** The condition that a text states, or where and why it states none. */
export function parseMeasuredGate(text: string): Parsed<Gate> {
  const read = readGate(text, figures);
  if (!read.ok) return { ok: false, why: `${read.why}; ${EXAMPLE}` };
  const { gate, figure, at, typed } = read.value;
  if (gate.side !== null) {
    return refusedAt(at.side, `sides are for phasebit diff; ${EXAMPLE}`);
  }
  if (gate.bound.isChange) return refusedAt(at.bound, `${changeText(gate, typed)}; ${EXAMPLE}`);
  const isEqual = gate.operator === "==" || gate.operator === "!=";
  if (isEqual && figure.unit !== "count") {
    return refusedAt(at.operator, `expected ">" or "<": ${figure.name} is no count; ${EXAMPLE}`);
  }
  return { ok: true, value: gate };
}

/** "+200us is a change, …": a percentage has no reading here, an amount loses its sign. */
function changeText({ bound }: Gate, typed: string): string {
  const change = `${typed} is a change, which phasebit diff judges between two results`;
  if (bound.unit === "%") return change;
  const plain = formatBound({ ...bound, number: Math.abs(bound.number), isChange: false });
  return `${change}; without a sign, ${plain} bounds what is measured`;
}

/** p50 to p99.999999, whichever; what the samples must carry follows from it. */
function percentileFigure(name: string): MeasuredFigure | undefined {
  const [, digits] = /^p([0-9]{1,2}(?:\.[0-9]{1,6})?)$/.exec(name) ?? [];
  const percentile = Number(digits);
  if (digits === undefined || percentile === 0) return undefined;
  return {
    ...{ name: `p${percentile}`, unit: "ns", format: formatNs, better: "lower", percentile },
    like: "p50",
    of: ({ whole }) => carriedNs(whole.latency, percentile),
  };
}

function measured(figure: Figure): MeasuredFigure {
  const { name, unit, format, better, percentile } = figure;
  return {
    ...{ name, unit, format, better },
    ...(percentile !== undefined && { percentile }),
    like: name,
    of: ({ whole }) => figure.of(whole),
  };
}

function count(name: string, of: MeasuredFigure["of"]): MeasuredFigure {
  return { name, unit: "count", format: formatCount, better: "lower", like: "cpu", of };
}

function failedOf({ measured: { work } }: Cell): number | null {
  return work.failed;
}

function lostOf({ measured: { jobs } }: Cell): number | null {
  return jobs === null ? null : sumOf(jobs, ({ lost }) => lost);
}

function rejectedOf({ measured: { jobs } }: Cell): number | null {
  if (jobs === null) return null;
  return Object.values(rejectionsOf(jobs)).reduce((sum, one) => sum + one, 0);
}
