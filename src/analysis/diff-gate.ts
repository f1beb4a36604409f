// Conditions of `--fail-if`, as "read.p99 > +5%": what they say, and how they are read and written.
//
//   condition: [group "."] figure (">" | "<") limit
//   figure:    iops mibps mean p50 p90 p99 p99.9 p99.99 p99.999 max cpu interrupts
//   limit:     [sign] number ("%" | "ns" | "us" | "ms" | "s" | nothing)
import { nearest, safeString } from "../ground/strings.ts";
import type { Parsed } from "../ground/units.ts";
import { diffFigures } from "./diff-figures.ts";

/** It is met when b lies beyond the limit from a. */
export interface Gate {
  /** The name of a group, or parts of it: "poll", "read", "poll.read"; null for every group. */
  readonly group: string | null;
  /** Its name in conditions. */
  readonly figure: string;
  readonly side: ">" | "<";
  readonly limit: Limit;
}

export interface Limit {
  /** With its sign. */
  readonly number: number;
  /** "" for figures that are no times. */
  readonly unit: LimitUnit;
}

export type LimitUnit = "%" | "ns" | "us" | "ms" | "s" | "";

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const EXAMPLE = 'as in "p99 > +5%", "read.p99 > 10us" or "iops < -3%"';
/** No condition is longer; the bound keeps messages short. */
const LONGEST = 200;

/** A limit as a change of the figure: a share of a for "%", else ns or a number. */
export function limitValue({ number, unit }: Limit): number {
  return unit === "%" ? number / 100 : number * (NS[unit] ?? 1);
}

/** The condition in its usual form; parseGate reads it back. */
export function formatGate({ group, figure, side, limit }: Gate): string {
  const sign = limit.number < 0 || Object.is(limit.number, -0) ? "-" : "+";
  const prefix = group === null ? "" : `${group}.`;
  return `${prefix}${figure} ${side} ${sign}${Math.abs(limit.number)}${limit.unit}`;
}

/** The condition that a text states, or where and why it states none. */
export function parseGate(text: string): Parsed<Gate> {
  if (text.length > LONGEST) return wrong(LONGEST, "expected the end");
  const [, blank, target, gap, side, space] = /^(\s*)([^\s<>]*)(\s*)([<>]?)(\s*)/.exec(text)!;
  const named = namedFigure(target!);
  if (!named.ok) return wrong(blank!.length, named.why);
  const sideAt = blank!.length + target!.length + gap!.length;
  if (side !== ">" && side !== "<") return wrong(sideAt, 'expected ">" or "<"');
  const limitAt = sideAt + 1 + space!.length;
  const limit = parseLimit(text.slice(limitAt), named.value.figure, side);
  if (!limit.ok) return wrong(limitAt + limit.at, limit.why);
  return { ok: true, value: { ...named.value, side, limit: limit.value } };
}

/** `at` counts from 0, people from 1. */
function wrong(at: number, why: string): Parsed<never> {
  return { ok: false, why: `at character ${at + 1}: ${why}; ${EXAMPLE}` };
}

/** "read.p99.9" is group "read" and figure "p99.9": names of figures have dots too. */
function namedFigure(target: string): Parsed<Pick<Gate, "group" | "figure">> {
  const names = diffFigures.map(({ name }) => name).toSorted((a, b) => b.length - a.length);
  const figure = names.find((name) => target === name || target.endsWith(`.${name}`));
  if (figure !== undefined) {
    const group = target === figure ? null : target.slice(0, -figure.length - 1);
    if (group !== "") return { ok: true, value: { group, figure } };
  }
  const typed = target.slice(target.indexOf(".") + 1);
  const near = nearest(typed, names);
  const hint = near === undefined ? "" : `, perhaps ${near}`;
  const known = diffFigures.map(({ name }) => name).join(" ");
  return { ok: false, why: `expected a figure${hint} (phasebit knows ${known})` };
}

type ParsedLimit =
  | { readonly ok: true; readonly value: Limit }
  | { readonly ok: false; readonly at: number; readonly why: string };

function parseLimit(text: string, figure: string, side: Gate["side"]): ParsedLimit {
  const refused = (at: number, why: string): ParsedLimit => ({ ok: false, at, why });
  const [, sign, digits] = /^([+-]?)([0-9]{1,12}(?:\.[0-9]{1,6})?)?/.exec(text)!;
  if (digits === undefined) return refused(sign!.length, "expected a number");
  const unitAt = sign!.length + digits.length;
  const [, unit, rest] = /^(%|ns|us|ms|s)?(.*)$/s.exec(text.slice(unitAt))!;
  if (rest!.trim() !== "") return refused(unitAt + (unit ?? "").length, expectedEnd(figure));
  const isTime = diffFigures.find(({ name }) => name === figure)!.unit === "ns";
  if (isTime && unit === undefined) return refused(unitAt, "expected %, ns, us, ms or s");
  if (!isTime && unit !== undefined && unit !== "%") {
    return refused(unitAt, `expected % or nothing: ${figure} is no time`);
  }
  // "iops < 3%" is read by some as a fall by 3 %, and by others as a rise by less.
  if (side === "<" && sign === "") return refused(0, 'expected a sign: "-" for a fall');
  const number = Number(digits) * (sign === "-" ? -1 : 1);
  return { ok: true, value: { number, unit: (unit ?? "") as LimitUnit } };
}

function expectedEnd(figure: string): string {
  const isTime = diffFigures.find(({ name }) => name === figure)!.unit === "ns";
  return isTime ? "expected %, ns, us, ms or s, and then the end" : "expected %, or the end";
}

/** What was typed, fit for a message. */
export function quotedGate(text: string): string {
  return `"${safeString(text.slice(0, LONGEST))}"`;
}
