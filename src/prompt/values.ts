// What a value is that a line of a prompt gave: things that are waited for become what comes of them, and of each the part
// that is the same the next time is what a saved session checks.
import type { Completion } from "../nvme/completion.ts";

/** The value itself; of a promise what it becomes, of completions that come one by one all of them. */
export async function settled(value: unknown): Promise<unknown> {
  const found = await value;
  if (!isAsyncIterable(found)) return found;
  const all: unknown[] = [];
  for await (const one of found) all.push(one);
  return all;
}

/** `settled`, and of completions what does not change from run to run: for checks of a saved session. */
export async function shown(value: unknown): Promise<unknown> {
  return steadyPart(await settled(value));
}

/** What a completion says that depends on no time: SQHD and the phase depend on what else came. */
export function steadyPart(value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && value.every(isCompletion)) {
    return value.map(steadyPart);
  }
  if (!isCompletion(value)) return value;
  const { sqid, cid, status, dw0 } = value;
  return { sqid, cid, status, dw0 };
}

export function isCompletion(value: unknown): value is Completion {
  if (typeof value !== "object" || value === null) return false;
  return ["raw", "sqhd", "sqid", "cid", "phase"].every((key) => key in value);
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
