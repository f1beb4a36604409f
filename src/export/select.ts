// --select: the curves that an export is about.
import { usage } from "../ground/errors.ts";
import { nearest, typedText } from "../ground/strings.ts";
import { type Distribution, distributionsOf, type Group } from "../measurement/groups.ts";

/**
 * The distributions of the groups; with `select`, a list separated by commas, those that it names by their
 * own name ("poll.read"), by their group's ("poll", "poll.qd8"), or all of a mode ("poll" in a sweep).
 * @throws PhasebitError USAGE for a name that is none, with the nearest one and all of them
 */
export function selected(groups: readonly Group[], select: string | undefined): Distribution[] {
  const all = distributionsOf(groups);
  if (select === undefined) return all;
  const chosen = new Set(select.split(",").flatMap((word) => named(all, word)));
  return all.filter((one) => chosen.has(one));
}

/**
 * The groups that `select` names, whole.
 * @throws PhasebitError USAGE for a name that is none, also for one direction of a group
 */
export function selectedGroups(groups: readonly Group[], select: string | undefined): Group[] {
  if (select === undefined) return [...groups];
  const direction = distributionsOf(groups).find(({ name }) => select.split(",").includes(name));
  if (direction !== undefined) {
    const { name, group } = direction;
    throw usage(`--select ${name}: this format has all directions; name ${group.name}`);
  }
  const chosen = new Set(selected(groups, select).map(({ group }) => group));
  return groups.filter((group) => chosen.has(group));
}

function named(all: readonly Distribution[], word: string): Distribution[] {
  const byName = all.filter(({ name, group }) => name === word || group.name === word);
  const found = byName.length > 0 ? byName : all.filter(({ group }) => group.mode === word);
  if (found.length === 0) throw unknownName(word, all);
  return found;
}

/** "poll.read, interrupt.read" */
export function namesOf(distributions: readonly Distribution[]): string {
  return distributions.map(({ name }) => name).join(", ");
}

function unknownName(word: string, all: readonly Distribution[]): Error {
  const typed = typedText(word);
  if (all.length === 0) return usage(`--select ${typed}: the result has no latencies`);
  const near = nearest(
    word,
    all.map(({ name }) => name),
  );
  const hint = near === undefined ? "" : `did you mean ${near}? `;
  return usage(`--select ${typed}: ${hint}the result has ${namesOf(all)}`);
}
