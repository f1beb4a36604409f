// The text of OpenMetrics 1.0.0 (openmetrics.io) and of 2.0.0-rc0, which differ in where suffixes stand and in
// histograms of one line; and of Prometheus' own format 0.0.4, which knows neither units nor an end. Lines end in LF.

import { NS_PER_S } from "../ground/units.ts";

/** Label names and their values, which may be any text; an empty value is no label. */
export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  /** What follows the family's name: "_total", "_bucket". */
  readonly suffix?: string;
  readonly labels: Labels;
  /** A number as `decimal` writes it, or a composite value of 2.0. */
  readonly value: string;
  /** Unix time in s of the beginning of what is counted; only 2.0 has a place for it. */
  readonly started?: string;
}

export interface Family {
  /** Without "_total". */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info";
  /** Of the base units, of which the name ends; empty for none. */
  readonly unit: "" | "seconds" | "bytes";
  /** One line, which needs no escaping. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface TextOptions {
  /** Of OpenMetrics, or Prometheus' own format. */
  readonly version: 1 | 2 | "prometheus";
  /** Unix time in s that all samples bear; none when absent. */
  readonly timestamp?: string;
}

/** The exposition of the families that have samples. */
export function exposition(families: readonly Family[], options: TextOptions): string {
  const filled = families.filter(({ samples }) => samples.length > 0);
  const lines = filled.flatMap((family) => [
    ...descriptors(family, options),
    ...family.samples.map((sample) => line(family, sample, options)),
  ]);
  const end = options.version === "prometheus" ? [] : ["# EOF"];
  return [...lines, ...end].map((one) => `${one}\n`).join("");
}

/**
 * `amount` × 10^-`shift` in decimal digits, exactly: 2048 ns are decimal(2048, 9) s, "0.000002048".
 * For whole numbers; others are rounded to 2^53's worth of digits by their own text.
 */
export function decimal(amount: number, shift = 0): string {
  const digits = BigInt(Math.round(amount))
    .toString()
    .padStart(shift + 1, "0");
  if (shift === 0) return digits;
  const fraction = digits.slice(-shift).replace(/0+$/, "");
  return `${digits.slice(0, -shift)}.${fraction === "" ? "0" : fraction}`;
}

/** A figure that is no whole number: with a decimal point or an exponent, as the grammar wants it. */
export function real(value: number): string {
  const text = `${value}`;
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}

/**
 * The canonical form of a bucket's upper end (1.0.0, "Considerations: Canonical Numbers"): "2.5e-07", "0.001",
 * "1.0". Readers compare ends as text.
 */
export function canonical(ns: number): string {
  const exponent = Math.floor(Math.log10(ns)) - 9;
  if (exponent >= -4) return decimal(ns, 9);
  const [mantissa, power] = (ns / NS_PER_S).toExponential().split("e-");
  return `${mantissa}e-${power!.padStart(2, "0")}`;
}

function descriptors({ name, type, unit, help }: Family, { version }: TextOptions): string[] {
  // 1.0 names a counter without the suffix of its samples
  const full = version !== 1 && type === "counter" ? `${name}_total` : name;
  // OpenMetrics knows info too, but what reads Prometheus' own format refuses it, and takes the rest
  const shown = type === "info" ? "gauge" : type;
  const hasUnit = unit !== "" && version !== "prometheus";
  return [
    `# TYPE ${full} ${shown}`,
    ...(hasUnit ? [`# UNIT ${full} ${unit}`] : []),
    `# HELP ${full} ${help}`,
  ];
}

function line(
  { name }: Family,
  { suffix = "", labels, value, started }: Sample,
  { version, timestamp }: TextOptions,
): string {
  const parts = [
    `${name}${suffix}${labelText(labels)}`,
    value,
    ...(timestamp === undefined ? [] : [timestamp]),
    ...(version === 2 && started !== undefined ? [`st@${started}`] : []),
  ];
  return parts.join(" ");
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** Backslash, quote and line end; the grammar takes anything else as it is. */
function escaped(value: string): string {
  return value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}
