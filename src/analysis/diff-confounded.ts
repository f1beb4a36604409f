// What changed together with the sides of a diff, and may have made the difference: time, and the machine.
import { cliffsDelta } from "../statistics/cliff.ts";
import type { Difference } from "./diff-conditions.ts";
import type { Side } from "./diff-sides.ts";

/** A doubt about the comparison itself, and not about one of its results. */
export type Confounding =
  | {
      readonly kind: "order-confounded";
      /** The side whose results are the older ones. */
      readonly first: "a" | "b";
      /** True when all of them are. */
      readonly isWhole: boolean;
    }
  | {
      readonly kind: "conditions-confounded";
      /** In which the sides have nothing in common. */
      readonly names: readonly string[];
    };

/**
 * By how much of all pairs one side may be the older one. From here on a slow drift marks equal sides more often than
 * chance does: docs/diff.md has the figures.
 */
const UNEVEN = 0.4;
/** Of the machine and what runs on it; of devices it is told what differs, for they are what is compared. */
const MACHINE = ["host", "kernel", "CPU", "memory", "Node.js", "pages", "phasebit"];

/** Everything that cannot be told apart from the sides; `subject` is what is compared. */
export function confoundings(
  a: Side,
  b: Side,
  differences: readonly Difference[],
  subject: Pick<Difference, "name"> | null,
): Confounding[] {
  const names = differences
    .filter((difference) => MACHINE.includes(difference.name) && isApart(difference))
    .map(({ name }) => name)
    .filter((name) => name !== subject?.name);
  return [
    ...orderOf(timesOf(a), timesOf(b)),
    ...(names.length > 0 ? [{ kind: "conditions-confounded", names } as const] : []),
  ];
}

function orderOf(a: readonly number[], b: readonly number[]): Confounding[] {
  const share = cliffsDelta(a, b);
  const fewest = Math.min(a.length, b.length);
  // one a side cannot take turns, and of few even turns are uneven: ABAB
  const most = fewest === 1 ? 1 : Math.max(UNEVEN, 1.5 / fewest);
  if (a.length + b.length === 2 || Math.abs(share) < most) return [];
  const first = share > 0 ? "a" : "b";
  return [{ kind: "order-confounded", first, isWhole: Math.abs(share) === 1 }];
}

/** When each was made; of a merged result, its parts. */
function timesOf({ results }: Side): number[] {
  return results.flatMap(({ measurement: { merged, startedMs } }) =>
    merged.length > 0 ? merged.map((source) => source.startedMs) : [startedMs],
  );
}

function isApart({ a, b }: Difference): boolean {
  return a.length > 0 && b.length > 0 && !a.some((value) => b.includes(value));
}
