// --select: the curves that an export is about.
import { usage } from "../ground/errors.ts";
import { nearest, safeString } from "../ground/strings.ts";
import { type Distribution, distributionsOf, type Group } from "../measurement/groups.ts";

/**
 * The distributions of the groups; with `select`, a list separated by commas, those that it names by their
 * own name ("poll.read") or by their group's ("poll").
 * @throws PhasebitError USAGE for a name that is none, with the nearest one and all of them
 */
export function selected(groups: readonly Group[], select: string | undefined): Distribution[] {
  const all = distributionsOf(groups);
  if (select === undefined) return all;
  const wanted = select.split(",");
  const isOf = ({ name, group }: Distribution, word: string): boolean =>
    name === word || group.name === word;
  const unknown = wanted.find((word) => !all.some((one) => isOf(one, word)));
  if (unknown !== undefined) throw unknownName(unknown, all);
  return all.filter((one) => wanted.some((word) => isOf(one, word)));
}

/** "poll.read, interrupt.read" */
export function namesOf(distributions: readonly Distribution[]): string {
  return distributions.map(({ name }) => name).join(", ");
}

function unknownName(word: string, all: readonly Distribution[]): Error {
  const typed = word === "" ? '""' : safeString(word);
  if (all.length === 0) return usage(`--select ${typed}: the result has no latencies`);
  const near = nearest(
    word,
    all.map(({ name }) => name),
  );
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  return usage(`--select ${typed}: ${hint}the result has ${namesOf(all)}`);
}
