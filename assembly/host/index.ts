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
  resetCounters,
  run,
  runStaged,
  start,
  sweep,
  sweepFrom,
  sweepStaged,
} from "./loop.ts";
import { configureAudit, takeInterrupts } from "./audit.ts";
import { highNs, lowNs, wakeNs } from "./quantiles.ts";
import { readClocks } from "./time.ts";
import { configureStages } from "./stages.ts";
import { configureWait, settle, wait } from "./wait.ts";

export { attachSubmissionQueue, attachCompletionQueue, post, ring, reap, free, head, tail };
export { buildPrps, prpListPages };
export { configureSlots, configurePattern, configure, configureWait, configureAudit, resetCounters };
export { start, sweep, run, runStaged, configureStages, drain, outstanding, oldest, publish, readClocks };
// the loop's inner parts, so that V8 can be asked which of its compilers made them
export { sweepFrom, sweepStaged, wait, settle };
export { takeInterrupts, lowNs, highNs, wakeNs };
export { countsIndex, draw, nextLba, multiplyHigh };
