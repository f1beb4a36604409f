// That queues shared interrupt vectors, in words: an interrupt of one then wakes the others too.
import { type SharedVectors, sharedVectorsOf } from "../analysis/shared-vectors.ts";
import { grouped } from "../measurement/grouped.ts";
import type { Group } from "../measurement/groups.ts";
import { wrap } from "./columns.ts";
import { fitting, type Lines } from "./compare-frame.ts";

/** More names than these are counted. */
const MOST_NAMED = 3;

/** "interrupt: 3 queues share vector 1", the groups of which the same is true together; none where each had its own. */
export function sharedVectorTexts(groups: readonly Group[]): string[] {
  const said = groups.map((group) => ({ name: group.name, text: sharedText(group) }));
  const telling = said.filter(({ text }) => text !== "");
  return [...grouped(telling, ({ text }) => text)].map(([text, same]) =>
    same.length === groups.length ? text : `${namesText(same.map(({ name }) => name))}: ${text}`,
  );
}

/** The same for the terminal. */
export function sharedVectorLines(groups: readonly Group[], lines: Lines): string[] {
  return sharedVectorTexts(groups).flatMap((text) =>
    wrap(
      { text: "vectors", style: lines.colors.dim },
      text.split(" ").map((word) => fitting(word, lines)),
      " ",
      lines.columns,
    ),
  );
}

function sharedText(group: Group): string {
  const { queues, vectors } = sharedVectorsOf(group);
  if (queues === 0) return "";
  const who = queues === 1 ? "1 queue shares" : `${queues} queues share`;
  return `${who} ${vectorsText(vectors)}`;
}

function vectorsText(vectors: SharedVectors["vectors"]): string {
  const withAdmin = vectors[0] === 0 ? " with the admin queue" : "";
  if (vectors.length === 1) return `vector ${vectors[0]}${withAdmin}`;
  return `${vectors.length} vectors${withAdmin === "" ? "" : ", one of them"}${withAdmin}`;
}

function namesText(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(", ");
  return `${names.slice(0, MOST_NAMED).join(", ")} and ${names.length - MOST_NAMED} more`;
}
