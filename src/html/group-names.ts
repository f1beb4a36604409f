// Names of the groups of a report for its legends: what differs between them, and nothing else.

import { safeString } from "../ground/strings.ts";
import { fioSize } from "../ground/units.ts";
import type { Coalescing, Workload } from "../measurement/workload.ts";
import { coalescingText, pauseText, placeText } from "../measurement/workload-names.ts";
import { smallest } from "../statistics/summary.ts";
import type { GroupData } from "./report-data.ts";

/** What distinguishes groups, as far as their results tell. */
export interface Settings extends Pick<GroupData, "mode" | "op" | "bs" | "iodepth" | "numjobs"> {
  readonly rw: string;
  readonly irq: string;
  readonly coalescing: Coalescing | null;
  readonly pauseNs: number | null;
  readonly cmb: Workload["cmb"];
  readonly shadowDoorbells: boolean;
}

/** A group to be named. */
export interface Unnamed {
  readonly settings: Settings;
  /** Where the result was measured, and where it lies; see `shortPaths`. */
  readonly device: string;
  readonly host: string;
  readonly file: string;
}

/** A part of a name; empty where the group has nothing to say in it. */
type Part = (group: Unnamed) => string;

const operation: Part = ({ settings: { op } }) => op;
const pattern: Part = ({ settings: { rw, op } }) => (rw === "randrw" ? `${rw} ${op}` : rw);

const settingParts: readonly Part[] = [
  ({ settings }) => clipped(settings.mode),
  ({ settings }) => fioSize(settings.bs),
  ({ settings }) => `qd${settings.iodepth}`,
  ({ settings }) => `x${settings.numjobs}`,
  ({ settings }) => `irq ${settings.irq}`,
  ({ settings: { coalescing } }) =>
    coalescing === null ? "" : `coalesce ${coalescingText(coalescing)}`,
  ({ settings: { pauseNs } }) => (pauseNs === null ? "" : `pause ${pauseText(pauseNs)}`),
  ({ settings }) => placeText(settings),
  ({ settings: { shadowDoorbells } }) => (shadowDoorbells ? "shadow doorbells" : ""),
];

/** What tells groups of the same settings apart, the most telling first. */
const placeParts: readonly Part[] = [
  ({ device }) => clipped(device),
  ({ host }) => clipped(host),
  ({ file }) => clipped(file),
];

/** Longer ones fit in no legend. */
const LONGEST_PART = 60;

/**
 * A name for each group: its settings as far as they differ between the groups ("poll", "interrupt qd8
 * coalesce 7,1"), then device, host or file where that leaves two with one name, then a number.
 */
export function namesOf(groups: readonly Unnamed[]): string[] {
  const differs = (part: Part): boolean => new Set(groups.map(part)).size > 1;
  const direction = differs(({ settings }) => settings.rw) ? pattern : operation;
  const [mode, ...others] = settingParts;
  const parts = [mode!, direction, ...others].filter(differs);
  if (!areUnique(groups, parts)) parts.push(...placesFor(groups, parts));
  if (parts.length === 0) parts.push(direction);
  return numbered(groups.map((group) => joined(parts, group)));
}

/** The shortest of the places that tells all groups apart, or all of them that differ. */
function placesFor(groups: readonly Unnamed[], parts: readonly Part[]): readonly Part[] {
  const length = (place: Part): number =>
    groups.reduce((sum, group) => sum + place(group).length, 0);
  const [shortest] = placeParts
    .filter((place) => areUnique(groups, [...parts, place]))
    .sort((a, b) => length(a) - length(b));
  if (shortest !== undefined) return [shortest];
  return placeParts.filter((place) => new Set(groups.map(place)).size > 1);
}

function joined(parts: readonly Part[], group: Unnamed): string {
  return parts
    .map((part) => part(group))
    .filter((text) => text !== "")
    .join(" ");
}

function areUnique(groups: readonly Unnamed[], parts: readonly Part[]): boolean {
  return new Set(groups.map((group) => joined(parts, group))).size === groups.length;
}

/** "poll", "poll 2", "poll 3", and never a name that another one has. */
function numbered(names: readonly string[]): string[] {
  const all = new Set(names);
  const given = new Set<string>();
  const next = new Map<string, number>();
  return names.map((name) => {
    let unique = name === "" ? "1" : name;
    let number = next.get(name) ?? 2;
    for (; given.has(unique) || (unique !== name && all.has(unique)); number++) {
      unique = `${name} ${number}`.trim();
    }
    given.add(unique);
    next.set(name, number);
    return unique;
  });
}

function clipped(text: string): string {
  const safe = safeString(text);
  return safe.length <= LONGEST_PART ? safe : `${safe.slice(0, LONGEST_PART - 3)}...`;
}

/**
 * What is not the same in all of these paths: "before" and "after" of "results/before.json" and
 * "results/after.json". They are cut at the ends of words only; a single path keeps its file's name.
 */
export function shortPaths(paths: readonly string[]): string[] {
  const words = paths.map((path) => path.replace(/\.json$/, "").split(/(?<=[/_. -])|(?=[/_. -])/));
  if (paths.length === 1) return [paths[0]!.replace(/^.*\//, "").replace(/\.json$/, "")];
  const shortest = smallest(words.map(({ length }) => length));
  const start = sameAt(words, shortest - 1, (index) => index);
  const end = sameAt(words, shortest - 1 - start, (index) => -1 - index);
  return words.map((own) => own.slice(start, own.length - end).join(""));
}

/** How many words from one end on are the same in all. */
function sameAt(
  words: readonly (readonly string[])[],
  most: number,
  place: (index: number) => number,
): number {
  const [first = []] = words;
  let same = 0;
  while (same < most && words.every((own) => own.at(place(same)) === first.at(place(same)))) {
    same++;
  }
  return same;
}
