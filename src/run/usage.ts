// What a thread used while it measured, from two readings that lie a moment outside.
import type { ThreadUsage } from "../compiled/native.ts";

/**
 * @param before read before the measured time, so that reading it is no part of it
 * @param after read after it
 * @param elapsedNs the measured time: a thread has used no more CPU time than that, and what was read beyond is the
 * moments before and after
 */
export function usageBetween(
  before: ThreadUsage,
  after: ThreadUsage,
  elapsedNs: number,
): ThreadUsage {
  const names = Object.keys(after) as (keyof ThreadUsage)[];
  const used = Object.fromEntries(
    names.map((name) => [name, after[name] - before[name]]),
  ) as unknown as ThreadUsage;
  const systemNs = Math.min(used.systemNs, elapsedNs);
  return { ...used, systemNs, userNs: Math.min(used.userNs, elapsedNs - systemNs) };
}
