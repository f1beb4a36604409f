// One moment of a lesson as lines: what happened, and the rings after it.
import type { Lesson, Told } from "../draw/lesson.ts";
import { drawRings, type RingGroup } from "../draw/rings.ts";
import { wrap } from "../text/columns.ts";
import type { Lines } from "../text/compare-frame.ts";

/** What is played and drawn. */
export interface Scene {
  readonly lesson: Lesson;
  /** All rings as they are just now. */
  groups(): RingGroup[];
  readonly title: string;
}

/** What happened, and the rings after it. */
export function pictureLines(
  told: Told,
  groups: readonly RingGroup[],
  { colors, columns }: Lines,
  legend: boolean,
  rows?: number,
): string[] {
  const label = { text: told.act, style: colors.bold };
  const words = [...told.text.split(" "), `(${told.section})`];
  const drawings = groups.map((group, index) =>
    drawRings(group, {
      columns,
      color: colors.isColorSupported,
      legend: legend && index === groups.length - 1,
      ...(rows !== undefined && { rows }),
    }),
  );
  const pictures = drawings.flatMap((drawing) => ["", ...drawing]);
  return [...wrap(label, words, " ", columns), ...pictures];
}
