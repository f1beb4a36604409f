// Conditions of `phasebit diff --fail-if`: a change from a to b as "p99 > +5%", or what one side has as "b:p99 > 200us".
// A bound that could be either is refused, for whoever means the one and gets the other has a gate that never closes.
import type { Parsed } from "../ground/units.ts";
import { diffFigures } from "./diff-figures.ts";
import {
  formatGate,
  type Gate,
  type GateFigures,
  type GateText,
  readGate,
  refusedAt,
} from "./gate.ts";

const EXAMPLE = 'as in "p99 > +5%", "read.p99 > +10us", "iops < -3%" or "b:p99 > 200us"';

const figures: GateFigures = {
  named: (name) => diffFigures.find((figure) => figure.name === name),
  names: diffFigures.map(({ name }) => name),
  canChange: true,
};

/** The condition that a text states, or where and why it states none. */
export function parseGate(text: string): Parsed<Gate> {
  const read = readGate(text, figures);
  if (!read.ok) return { ok: false, why: `${read.why}; ${EXAMPLE}` };
  return unclear(read.value) ?? { ok: true, value: read.value.gate };
}

function unclear({ gate, at, typed }: GateText): Parsed<never> | null {
  const { side, operator, bound } = gate;
  if (side !== null) {
    if (!bound.isChange) return null;
    const why = `${typed} is a change, and "${side}:" is what ${side} has; leave one of them out`;
    return refusedAt(at.bound, `${why}; ${EXAMPLE}`);
  }
  if (operator !== ">" && operator !== "<") {
    return refusedAt(at.operator, `expected ">" or "<" for a change; ${EXAMPLE}`);
  }
  if (!bound.isChange) return refusedAt(at.bound, readings(gate));
  // "iops < 3%" is read by some as a fall by 3 %, and by others as a rise by less.
  if (operator === "<" && /^[0-9]/.test(typed)) {
    return refusedAt(at.bound, `expected a sign: "-" for a fall; ${EXAMPLE}`);
  }
  return null;
}

/** Both that "p99 > 200us" could mean. */
function readings(gate: Gate): string {
  const { operator, bound } = gate;
  const isAbove = operator === ">";
  const change = { ...bound, number: isAbove ? bound.number : -bound.number, isChange: true };
  const where = isAbove ? "above" : "below";
  const asChange = formatGate({ ...gate, bound: change });
  const asValue = formatGate({ ...gate, side: "b" });
  return (
    `may mean two things: "${asChange}" fails when b lies more than that ${where} a, ` +
    `"${asValue}" when b itself lies ${where} it`
  );
}
