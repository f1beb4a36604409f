// Where the time of a command goes: a second sweep that handles one completion at a time and reads the clock
// between its steps. It costs four readings a command, and nothing while it is not used: `run` and `sweep`
// do not know of it.
//
//   build     the submission queue entry is written
//   doorbell  the tail doorbell is rung
//   fetch     the device has read the entry        (embedded controller only)
//   service   the device has posted the completion (embedded controller only)
//   seen      the loop has seen it, or has been woken for it; from the doorbell on a real device
//   reap      recorded, and its entry given back
import { HISTOGRAM_BYTES, SLOT_RUNG, Stage, STAGE_FETCHED, STAGE_POSTED } from "../layout.ts";
import { record } from "./histogram.ts";
import { slotNumber } from "./slots.ts";
import { readClock, time } from "./time.ts";

let histograms: u32 = 0;
/** The device's stamps, 16 bytes a slot; 0 when there are none. */
let stamps: u32 = 0;

/** Takes a histogram for each Stage, one after the other, and the device's stamps (0: none). */
export function configureStages(stageHistograms: u32, deviceStamps: u32): void {
  histograms = stageHistograms;
  stamps = deviceStamps;
}

/** Takes other histograms; the stamps stay. */
export function recordStagesIn(stageHistograms: u32): void {
  histograms = stageHistograms;
}

/** Reads the clock and records the time since `from` as `stage`. @returns the time. */
export function stageEnds(stage: u32, from: u64): u64 {
  readClock();
  recordStage(stage, from, time());
  return time();
}

/** Records the way from the doorbell to `seen`, split where the device left its stamps. */
export function recordService(slot: u32, seen: u64): void {
  const rung = load<u64>(slot, SLOT_RUNG);
  if (stamps == 0) {
    recordStage(Stage.SEEN, rung, seen);
    return;
  }
  const stamp = stamps + slotNumber(slot) * 16;
  const fetched = load<u64>(stamp, STAGE_FETCHED);
  const posted = load<u64>(stamp, STAGE_POSTED);
  recordStage(Stage.FETCH, rung, fetched);
  recordStage(Stage.SERVICE, fetched, posted);
  recordStage(Stage.SEEN, posted, seen);
}

/** A stage that began before the other side's clock says it could is counted as 0. */
function recordStage(stage: u32, from: u64, to: u64): void {
  record(histograms + stage * HISTOGRAM_BYTES, to > from ? to - from : 0);
}
