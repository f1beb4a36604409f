// A feature for people: its value by field, and what it was before.
import type { DecodedField } from "../decode/decode.ts";
import { numberText } from "../decode/fields.ts";
import { hexText } from "../decode/shows.ts";
import type { Lines } from "./compare-frame.ts";
import { fieldLines, wrapWords } from "./fields.ts";

/** A value of a feature, and its data where it has some. */
export interface FeatureValue {
  readonly value: number;
  readonly fields: readonly DecodedField[];
  readonly hex: string | null;
  readonly data: readonly DecodedField[] | null;
}

/** The value that was asked for, or both sides of a change. */
export function featureLines(
  heading: string,
  {
    got,
    after,
    saved,
    sel,
  }: {
    readonly got: FeatureValue;
    readonly after: FeatureValue | null;
    readonly saved: boolean;
    readonly sel: string;
  },
  lines: Lines,
): string[] {
  if (after === null) return [lines.colors.bold(heading), ...valueLines(sel, got, lines)];
  const lasts = saved
    ? "The value is saved: it outlives resets and power cycles."
    : "The value is not saved: most controllers forget it with the next reset, which is at the end of this command.";
  return [
    lines.colors.bold(heading),
    ...valueLines("before", got, lines),
    ...valueLines("after", after, lines),
    ...wrapWords(lasts, lines.columns),
  ];
}

function valueLines(label: string, { value, fields, data }: FeatureValue, lines: Lines): string[] {
  return [
    `${label}  ${hexText(value, 8)}`,
    ...fieldLines(fields, lines),
    ...(data === null ? [] : fieldLines(data, lines)),
  ];
}

/** What is said of features that are not in the list. */
const REASONS = {
  "not told":
    "the controller does not say whether it has them, and each question that it refuses is an entry in its error log; --all asks",
  "which one": 'their value is that of a set or a group: "feature get FID --value N" asks for one',
  "no namespace": "each namespace has its own, and none is active",
  refused: "the controller says that it has them, and refuses to tell",
} as const;

/** All features, each with its fields, and those that nobody asked for. */
export function featureListLines(
  features: readonly {
    readonly fid: number;
    readonly name: string;
    readonly value: number;
    readonly fields: readonly DecodedField[];
  }[],
  unlisted: readonly {
    readonly fid: number;
    readonly name: string;
    readonly why: keyof typeof REASONS;
  }[],
  lines: Lines,
): string[] {
  const reasons = Object.keys(REASONS) as (keyof typeof REASONS)[];
  return [
    ...features.flatMap(({ fid, name, value, fields }) => [
      `${lines.colors.bold(`${numberText(fid)}  ${name}`)}  ${hexText(value, 8)}`,
      ...fieldLines(fields, lines),
    ]),
    ...reasons.flatMap((why) => {
      const those = unlisted.filter((one) => one.why === why);
      if (those.length === 0) return [];
      const names = those.map(({ fid, name }) => `${numberText(fid)} ${name}`).join(", ");
      return ["", ...wrapWords(`Not listed: ${names}: ${REASONS[why]}.`, lines.columns)];
    }),
  ];
}
