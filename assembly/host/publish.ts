// What a job tells: its counters, where the main thread reads them, at the end of every slice.
import {
  BLOCK_COMPLETED,
  BLOCK_DRAINED_READS,
  BLOCK_DRAINED_WRITES,
  BLOCK_FAILED,
  BLOCK_PAUSE,
  BLOCK_PAUSE_EXCEPTIONS,
  BLOCK_REJECTED,
  BLOCK_SUBMITTED,
  BLOCK_SWEEPS,
  BLOCK_SWEEPS_FULL,
  HISTOGRAM_MIN,
} from "../layout.ts";
import { outstanding } from "./flight.ts";
import { countBelow } from "./histogram.ts";
import {
  block,
  completed,
  drainedReads,
  drainedWrites,
  failed,
  readHistogram,
  rejected,
  sweeps,
  sweepsFull,
  writeHistogram,
} from "./loop.ts";
import { cameTooSoon, learnPause, longestPause, pauseExceptions, soonestNs } from "./pause.ts";
import { publishWaits } from "./wait.ts";

/** Stores the counters where the main thread reads them. */
export function publish(): void {
  store<u64>(block, completed + failed + outstanding(), BLOCK_SUBMITTED);
  store<u64>(block, completed, BLOCK_COMPLETED);
  store<u64>(block, failed, BLOCK_FAILED);
  store<u64>(block, rejected, BLOCK_REJECTED);
  store<u64>(block, sweeps, BLOCK_SWEEPS);
  store<u64>(block, sweepsFull, BLOCK_SWEEPS_FULL);
  store<u64>(block, drainedReads, BLOCK_DRAINED_READS);
  store<u64>(block, drainedWrites, BLOCK_DRAINED_WRITES);
  publishWaits(block);
  publishPause();
}

/** Stores what pauses may have added, and takes the pause that the latencies so far allow. */
function publishPause(): void {
  const soonest = soonestNs();
  const ns = shortest();
  if (ns < soonest) {
    cameTooSoon(countBelow(readHistogram, soonest));
    if (writeHistogram != readHistogram) cameTooSoon(countBelow(writeHistogram, soonest));
  }
  store<u64>(block, longestPause(), BLOCK_PAUSE);
  store<u64>(block, pauseExceptions(), BLOCK_PAUSE_EXCEPTIONS);
  learnPause(ns, completed);
}

/** The shortest latency so far, in ns. */
function shortest(): u64 {
  return min<u64>(
    load<u64>(readHistogram, HISTOGRAM_MIN),
    load<u64>(writeHistogram, HISTOGRAM_MIN),
  );
}
