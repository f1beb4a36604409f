// `sweep` with stages: one completion at a time, the clock read between the steps.
import { SLOT_RUNG, Stage } from "../layout.ts";
import { stamp } from "./books.ts";
import { build, countSweep, leave, succeed } from "./loop.ts";
import { advanceHead, free, mayBeHead, moveSubmissionHead, ring, rungTail } from "./queue.ts";
import { isSuccess, slotOf } from "./slots.ts";
import { sqhdOf } from "./sqhd.ts";
import { recordService, stageEnds } from "./stages.ts";
import { readClock, time } from "./time.ts";

/** One completion, stage by stage; an entry that is not the success of a busy slot is left to `examine`. */
export function sweepStaged(second: u64): void {
  readClock();
  const seen = time();
  const slot = slotOf(second);
  if (!isSuccess(second) || !mayBeHead(sqhdOf(second), rungTail())) {
    leave(second, rungTail());
    return;
  }
  moveSubmissionHead(sqhdOf(second));
  succeed(slot, false);
  recordService(slot, seen);
  advanceHead();
  free();
  const reaped = stageEnds(Stage.REAP, seen);
  stamp(slot, build(slot));
  const built = stageEnds(Stage.BUILD, reaped);
  ring();
  store<u64>(slot, stageEnds(Stage.DOORBELL, built), SLOT_RUNG);
  countSweep();
}
