// The host module's exports: single accesses for the control plane, then the loop. One instance owns one queue pair.
import { configureBatches } from "./batch.ts";
import { countsIndex } from "./histogram.ts";
import { loadHalf, ringShadowed, writeDoorbell } from "./mmio.ts";
import { configurePattern, draw, multiplyHigh, nextLba } from "./pattern.ts";
import { buildPrps, prpListPages } from "./prp.ts";
import {
  attachCompletionQueue,
  attachShadows,
  attachSubmissionQueue,
  free,
  head,
  phaseTag,
  ring,
  tail,
} from "./queue.ts";
import { oldest, oldestSlot, outstanding, submittedBy, youngest } from "./flight.ts";
import { hasOldCommand, runSlice, setEnd, sliceStart } from "./slice.ts";
import { configureSlots } from "./slots.ts";
import { drain } from "./drain.ts";
import { configure, resetCounters, start, sweep, sweepFrom, sweepShadowed } from "./loop.ts";
import { publish } from "./publish.ts";
import { countIn, run, runShadowed, runStaged } from "./run.ts";
import { sweepStaged } from "./staged.ts";
import { configureAudit, endWaitsAt, takeInterrupts } from "./audit.ts";
import { configurePause, turn } from "./pause.ts";
import { highNs, lowNs, wakeNs } from "./quantiles.ts";
import { readClocks } from "./time.ts";
import { configureStages } from "./stages.ts";
import { configureWait, settle, wait } from "./wait.ts";

export { writeDoorbell, ringShadowed, loadHalf };
export { attachSubmissionQueue, attachCompletionQueue, attachShadows, ring, free, head, tail, phaseTag };
export { buildPrps, prpListPages };
export { configureSlots, configurePattern, configure, configureWait, configureAudit };
export { configurePause, configureBatches };
export { start, countIn, resetCounters, sweep, run, runStaged, runShadowed, configureStages, drain, publish, readClocks };
export { setEnd, runSlice, sliceStart, hasOldCommand };
export { outstanding, oldest, oldestSlot, youngest, submittedBy };
// the loop's inner parts, so that V8 can be asked which of its compilers made them
export { sweepFrom, sweepShadowed, sweepStaged, wait, settle, turn };
export { endWaitsAt, takeInterrupts, lowNs, highNs, wakeNs };
export { countsIndex, draw, nextLba, multiplyHigh };
