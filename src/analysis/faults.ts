// What went wrong in a group, kind by kind: how often, on which queues, and what was the first.
import type {
  Block,
  FirstFailure,
  Job,
  RejectedEntry,
  RejectionName,
} from "../measurement/measurement.ts";

/** Something that happened, with the queue that it happened on. */
export type OnQueue<T> = T & { readonly sqid: number };

/** Commands that ended with one error status. */
export interface StatusFault {
  /** SCT << 8 | SC */
  readonly code: number;
  readonly count: number;
  readonly sqids: readonly number[];
  /** Of the first block that had one; null where that was not kept. */
  readonly first: OnQueue<FirstFailure> | null;
}

/** Completion entries that were not believed for one reason. */
export interface RejectionFault {
  readonly kind: RejectionName;
  readonly count: number;
  readonly sqids: readonly number[];
  /** Null where none was kept raw. */
  readonly first: OnQueue<RejectedEntry> | null;
}

/** By error status, the most frequent first. */
export function statusFaults(blocks: readonly Block[]): StatusFault[] {
  const seen = blocks.map(({ jobs }) =>
    (jobs ?? []).flatMap((job) =>
      job.statuses
        .filter(({ code, count }) => code !== 0 && count > 0)
        .map(({ code, count, first }) => ({ key: code, count, sqid: job.sqid, firsts: [first] })),
    ),
  );
  return gathered(seen).map(({ key, ...fault }) => ({ code: key, ...fault }));
}

/** By what did not fit, the most frequent first. */
export function rejectionFaults(blocks: readonly Block[]): RejectionFault[] {
  const seen = blocks.map(({ jobs }) => (jobs ?? []).flatMap(rejectionsOf));
  return gathered(seen).map(({ key, ...fault }) => ({ kind: key, ...fault }));
}

function rejectionsOf({
  rejections,
  rejectedRaw,
  sqid,
}: Job): Seen<RejectionName, RejectedEntry>[] {
  const names = Object.keys(rejections) as RejectionName[];
  return names
    .filter((name) => rejections[name] > 0)
    .map((name) => {
      return {
        ...{ key: name, count: rejections[name], sqid },
        firsts: rejectedRaw.filter(({ kind }) => kind === name),
      };
    });
}

/** What one job saw of one kind. */
interface Seen<K, T> {
  readonly key: K;
  readonly count: number;
  readonly sqid: number;
  readonly firsts: readonly (T | null)[];
}

/** Block by block, since each has a clock of its own: a later block has no first. */
function gathered<K, T extends { readonly atNs: number }>(blocks: readonly Seen<K, T>[][]) {
  const keys = [...new Set(blocks.flatMap((seen) => seen.map(({ key }) => key)))];
  return keys
    .map((key) => {
      const seen = blocks.map((block) => block.filter((one) => one.key === key));
      const all = seen.flat();
      return {
        key,
        count: all.reduce((sum, { count }) => sum + count, 0),
        sqids: [...new Set(all.map(({ sqid }) => sqid))].sort((a, b) => a - b),
        first: seen.map(earliest).find((first) => first !== null) ?? null,
      };
    })
    .sort((a, b) => b.count - a.count);
}

function earliest<K, T extends { readonly atNs: number }>(
  seen: readonly Seen<K, T>[],
): OnQueue<T> | null {
  const all = seen.flatMap(({ firsts, sqid }) =>
    firsts.flatMap((first) => (first === null ? [] : [{ ...first, sqid }])),
  );
  return all.reduce<OnQueue<T> | null>(
    (best, one) => (best === null || one.atNs < best.atNs ? one : best),
    null,
  );
}
