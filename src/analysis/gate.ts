// Conditions of `--fail-if`, as "read.p99 > 200us": what they say, and how they are read and written. A condition
// names what fails.
//
//   condition: [side ":"] [group "."] figure operator bound
//   side:      a b                                in a diff: the figure of that side, and not what changed
//   operator:  > >= < <= == !=
//   bound:     [sign] number ["%" | "ns" | "us" | "ms" | "s" | "k" | "M" | "G"]
//
// Upper and lower case are one. A bound with a sign or "%" is a change; which conditions take one is not known here.
import { nearest, safeString } from "../ground/strings.ts";
import type { Parsed } from "../ground/units.ts";

/** It is met, and fails, when what it is about lies beyond the bound. */
export interface Gate {
  /** Whose figure; null where there is one alone, or where the bound is a change. */
  readonly side: "a" | "b" | null;
  /** The name of a group, or parts of it: "poll", "read", "poll.read"; null for every group. */
  readonly group: string | null;
  /** Its name in conditions. */
  readonly figure: string;
  readonly operator: Operator;
  readonly bound: Bound;
}

export const operators = [">", ">=", "<", "<=", "==", "!="] as const;
export type Operator = (typeof operators)[number];

export interface Bound {
  /** With its sign. */
  readonly number: number;
  readonly unit: BoundUnit;
  /** A sign, or "%": by how much something changed. */
  readonly isChange: boolean;
}

export type BoundUnit = "%" | "ns" | "us" | "ms" | "s" | "k" | "M" | "G" | "";

/** What a condition may be about. */
export interface GateFigure {
  readonly name: string;
  /** Bounds of times have a unit, counts may be equal to theirs. */
  readonly unit: "ns" | "count" | null;
}

/** The figures that a command knows. */
export interface GateFigures {
  readonly named: (name: string) => GateFigure | undefined;
  /** For messages. */
  readonly names: readonly string[];
  /** Whether there is something that a figure may have changed from. */
  readonly canChange: boolean;
}

/** A condition, and where its parts begin in the text, for whoever refuses it. */
export interface GateText {
  readonly gate: Gate;
  readonly figure: GateFigure;
  readonly at: { readonly side: number; readonly operator: number; readonly bound: number };
  /** The bound as it was typed. */
  readonly typed: string;
}

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
const THOUSANDS: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };
/** No condition is longer; the limit keeps messages short. */
const LONGEST = 200;

/** A bound as the figure has it: ns or a number, and for "%" a share. */
export function boundValue({ number, unit }: Bound): number {
  return unit === "%" ? number / 100 : number * (NS[unit] ?? THOUSANDS[unit] ?? 1);
}

/** Whether `value` lies beyond the condition's bound. */
export function isBeyond(value: number, operator: Operator, bound: number): boolean {
  switch (operator) {
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case "==":
      return value === bound;
    case "!=":
      return value !== bound;
  }
}

/** The condition in its usual form, which is read back as the same. */
export function formatGate({ side, group, figure, operator, bound }: Gate): string {
  const whose = side === null ? "" : `${side}:`;
  const prefix = group === null ? "" : `${group}.`;
  return `${whose}${prefix}${figure} ${operator} ${formatBound(bound)}`;
}

/** "+5%", "200us", "100k". */
export function formatBound({ number, unit, isChange }: Bound): string {
  const isBelow = number < 0 || Object.is(number, -0);
  const sign = isBelow ? "-" : isChange ? "+" : "";
  return `${sign}${Math.abs(number)}${unit}`;
}

/** The condition that a text states, or where and why it states none. */
export function readGate(text: string, figures: GateFigures): Parsed<GateText> {
  if (text.length > LONGEST) return refusedAt(LONGEST, "expected the end");
  const [, blank, whose, target, gap, operator, space] =
    /^(\s*)(?:([abAB]):)?([^\s<>=!:]*)(\s*)([<>=!]*)(\s*)/.exec(text)!;
  const targetAt = blank!.length + (whose === undefined ? 0 : 2);
  const named = namedFigure(target!, figures);
  if (!named.ok) return refusedAt(targetAt, named.why);
  const { group, figure } = named.value;
  const operatorAt = targetAt + target!.length + gap!.length;
  if (!isOperator(operator!)) return refusedAt(operatorAt, operatorsText(figure));
  const boundAt = operatorAt + operator!.length + space!.length;
  const bound = readBound(text.slice(boundAt), figure, figures);
  if (!bound.ok) return refusedAt(boundAt + bound.at, bound.why);
  const never = whyNever(operator!, bound.value, figure);
  if (never !== null) return refusedAt(boundAt, never);
  const side = (whose?.toLowerCase() ?? null) as Gate["side"];
  const gate = { side, group, figure: figure.name, operator: operator!, bound: bound.value };
  const at = { side: blank!.length, operator: operatorAt, bound: boundAt };
  return { ok: true, value: { gate, figure, at, typed: text.slice(boundAt).trim() } };
}

/** `at` counts from 0, people from 1. */
export function refusedAt(at: number, why: string): Parsed<never> {
  return { ok: false, why: `at character ${at + 1}: ${why}` };
}

function isOperator(text: string): text is Operator {
  return (operators as readonly string[]).includes(text);
}

/** Why no measurement can meet the condition, or null: it would pass for ever. No figure lies below 0. */
function whyNever(operator: Operator, bound: Bound, figure: GateFigure): string | null {
  const { name, unit } = figure;
  const value = boundValue(bound);
  if (bound.unit === "%" && operator === "<" && value <= -1) {
    return `never fails, for ${name} cannot fall by more than 100%`;
  }
  if (!bound.isChange && operator === "<" && value === 0) {
    return `never fails, for ${name} cannot lie below 0`;
  }
  if (unit === "count" && operator === "==" && !Number.isInteger(value)) {
    return `never fails, for ${name} is a whole number`;
  }
  return null;
}

function operatorsText({ unit }: GateFigure): string {
  return `expected ">" or "<"${unit === "count" ? ' or "=="' : ""}`;
}

interface Named {
  readonly group: string | null;
  readonly figure: GateFigure;
}

/** "read.p99.9" is group "read" and figure "p99.9": names of figures have dots too. */
function namedFigure(target: string, { named, names }: GateFigures): Parsed<Named> {
  const dots = [...target.matchAll(/\./g)].map(({ index }) => index);
  for (const dot of [-1, ...dots]) {
    const figure = named(target.slice(dot + 1).toLowerCase());
    if (figure === undefined || dot === 0) continue;
    return { ok: true, value: { group: dot < 0 ? null : target.slice(0, dot), figure } };
  }
  const near = nearest(target.slice(target.indexOf(".") + 1), names);
  const hint = near === undefined ? "" : `, perhaps ${near}`;
  return { ok: false, why: `expected a figure${hint} (phasebit knows ${names.join(" ")})` };
}

type ReadBound =
  | { readonly ok: true; readonly value: Bound }
  | { readonly ok: false; readonly at: number; readonly why: string };

function readBound(text: string, figure: GateFigure, { canChange }: GateFigures): ReadBound {
  const refused = (at: number, why: string): ReadBound => ({ ok: false, at, why });
  const [, sign, digits] = /^([+-]?)([0-9]{1,12}(?:\.[0-9]{1,6})?)?/.exec(text)!;
  if (digits === undefined) return refused(sign!.length, "expected a number");
  const unitAt = sign!.length + digits.length;
  const [, typed = "", rest] = /^(%|ns|us|ms|s|k|m|g)?(.*)$/is.exec(text.slice(unitAt))!;
  if (rest!.trim() !== "")
    return refused(unitAt + typed.length, `${expectedUnit(figure, canChange)}, and then the end`);
  const unit = unitOf(typed, figure);
  if (unit === null) return refused(unitAt, expectedUnit(figure, canChange));
  const number = Number(digits) * (sign === "-" ? -1 : 1);
  return { ok: true, value: { number, unit, isChange: sign !== "" || unit === "%" } };
}

/** As it is written here; null for one that the figure does not have. */
function unitOf(typed: string, { unit }: GateFigure): BoundUnit | null {
  if (typed === "%") return "%";
  if (unit === "ns") return Object.hasOwn(NS, typed.toLowerCase()) ? lower(typed) : null;
  if (typed === "") return "";
  return ({ k: "k", m: "M", g: "G" }[typed.toLowerCase()] as BoundUnit | undefined) ?? null;
}

function lower(typed: string): BoundUnit {
  return typed.toLowerCase() as BoundUnit;
}

function expectedUnit({ name, unit }: GateFigure, canChange: boolean): string {
  const share = canChange ? "%, " : "";
  if (unit === "ns") return `expected ${share}ns, us, ms or s`;
  return `expected ${share}k, M, G or nothing, for ${name} is no time`;
}

/** What was typed, fit for a message. */
export function quotedGate(text: string): string {
  return `"${safeString(text.slice(0, LONGEST))}"`;
}
