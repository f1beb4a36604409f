// The host module's exports: first the queue pair step by step, for the control plane and for tests, then
// the loop. One instance owns one queue pair.
import { countsIndex } from "./histogram.ts";
import { configurePattern, draw, multiplyHigh, nextLba } from "./pattern.ts";
import { buildPrps, prpListPages } from "./prp.ts";
import {
  attachCompletionQueue,
  attachSubmissionQueue,
  free,
  head,
  post,
  reap,
  ring,
  tail,
} from "./queue.ts";
import { configureSlots } from "./slots.ts";
import {
  configure,
  drain,
  oldest,
  outstanding,
  publish,
  readClocks,
  resetCounters,
  run,
  start,
  sweep,
} from "./loop.ts";

export { attachSubmissionQueue, attachCompletionQueue, post, ring, reap, free, head, tail };
export { buildPrps, prpListPages };
export { configureSlots, configurePattern, configure, resetCounters };
export { start, sweep, run, drain, outstanding, oldest, publish, readClocks };
export { countsIndex, draw, nextLba, multiplyHigh };
