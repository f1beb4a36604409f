// Which queues had an interrupt vector together, or with the admin queue, whose vector is 0.
import { grouped } from "../measurement/grouped.ts";
import type { Group } from "../measurement/groups.ts";

export interface SharedVectors {
  /** How many I/O queues had a vector that was not their own alone. */
  readonly queues: number;
  /** The vectors that they had, in order. */
  readonly vectors: readonly number[];
}

const ADMIN_VECTOR = 0;

/** Of the block, and of merged results the source, where most queues shared. */
export function sharedVectorsOf({ blocks }: Pick<Group, "blocks">): SharedVectors {
  let most: SharedVectors = { queues: 0, vectors: [] };
  for (const { jobs } of blocks) {
    for (const together of grouped(jobs ?? [], ({ source }) => `${source}`).values()) {
      const shared = sharedOf(together);
      if (shared.queues > most.queues) most = shared;
    }
  }
  return most;
}

function sharedOf(jobs: readonly { readonly vector: number | null }[]): SharedVectors {
  const byVector = new Map<number, number>();
  for (const { vector } of jobs) {
    if (vector !== null) byVector.set(vector, (byVector.get(vector) ?? 0) + 1);
  }
  const shared = [...byVector].filter(([vector, count]) => count > 1 || vector === ADMIN_VECTOR);
  return {
    queues: shared.reduce((sum, [, count]) => sum + count, 0),
    vectors: shared.map(([vector]) => vector).sort((a, b) => a - b),
  };
}
