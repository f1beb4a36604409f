// Which group of one side is compared with which of the other, and what is left without a partner.
import { type Cell, type CellGroup, cellsOf, groupName } from "./diff-cells.ts";
import type { Figure } from "./diff-figures.ts";
import type { Side } from "./diff-sides.ts";

/** A group that both sides have: its cells, result by result. */
export interface Match {
  readonly group: CellGroup;
  /** Figures that all its cells have. */
  readonly figures: readonly Figure[];
  readonly a: readonly Cell[];
  readonly b: readonly Cell[];
}

export interface Matching {
  readonly matches: readonly Match[];
  /** Groups without a partner, in words. */
  readonly unmatched: { readonly a: readonly string[]; readonly b: readonly string[] };
}

/** Groups are compared that every result of both sides has. */
export function matchSides(a: Side, b: Side): Matching {
  // Where both sides chose a mode, its name is not what they have in common.
  const isChosen = a.chosen !== null && b.chosen !== null;
  const [ofA, ofB] = [a, b].map((side) => new GroupedCells(side, isChosen)) as [
    GroupedCells,
    GroupedCells,
  ];
  const matches = ofA.complete.flatMap(({ group, cells }): Match[] => {
    const partner = ofB.complete.find((other) => groupName(other.group) === groupName(group));
    if (!partner) return [];
    const all = [...cells, ...partner.cells];
    const figures = cells[0]!.figures.filter((figure) =>
      all.every((cell) => cell.figures.includes(figure)),
    );
    return [{ group, figures, a: cells, b: partner.cells }];
  });
  const matched = new Set(matches.map(({ group }) => groupName(group)));
  return { matches, unmatched: { a: ofA.without(matched), b: ofB.without(matched) } };
}

interface GroupOfCells {
  readonly group: CellGroup;
  readonly cells: readonly Cell[];
}

/** The cells of a side by their group. */
class GroupedCells {
  readonly #results: number;
  readonly #groups = new Map<string, { group: CellGroup; cells: Cell[] }>();

  constructor({ results, chosen }: Side, isChosen: boolean) {
    this.#results = results.length;
    for (const cell of results.flatMap((result) => cellsOf(result, chosen))) {
      const { mode, direction } = cell.group;
      const group = { mode: isChosen ? remaining(mode, chosen) : mode, direction };
      const own = this.#groups.get(groupName(group));
      if (own) own.cells.push(cell);
      else this.#groups.set(groupName(group), { group, cells: [cell] });
    }
  }

  /** Groups that every result has. */
  get complete(): GroupOfCells[] {
    return [...this.#groups.values()].filter(({ cells }) => cells.length === this.#results);
  }

  without(matched: ReadonlySet<string>): string[] {
    return [...this.#groups]
      .filter(([name]) => !matched.has(name))
      .map(([name, { cells }]) =>
        cells.length === this.#results
          ? name
          : `${name} (in ${cells.length} of ${this.#results} results)`,
      );
  }
}

/** What is left of a name when its mode or point was chosen: "qd8" of "interrupt.qd8". */
function remaining(mode: string | null, chosen: string | null): string | null {
  if (mode === null || chosen === null || mode === chosen) return null;
  return mode.startsWith(`${chosen}.`) ? mode.slice(chosen.length + 1) : mode;
}
