// The interrupt pin: a level, active while there is something that the host has not taken (NVMe 1.4, section 7.5.1; PCI
// Express Base, section 6.1.2). The kernel that the host plays masks it at each of its interrupts, until it is unmasked.
import {
  BUS_INTERRUPT_DISABLE,
  BUS_INTERRUPT_STATUS,
  BUS_PIN_MASKED,
} from "../layout.ts";
import { controller } from "./state.ts";
import { activeCompletionQueue } from "./queues.ts";
import { unmasked } from "./imports.ts";
import { pinSticks } from "./fault-controls.ts";
import { raiseVector } from "./messages.ts";
import { isVectorMasked, usesPin } from "./vectors.ts";

/** It was active while it was masked. */
let isHeldBack: bool = false;

/** There is something to interrupt for. */
export function assertPin(): void {
  setPin(1);
}

/** The host has taken something, or masked: the pin stays active only for what is left. */
export function settlePin(): void {
  if (controller.pin == 0) return;
  for (let index: u32 = 0; index < controller.completionQueues; index++) {
    const cq = activeCompletionQueue(index);
    if (cq.interrupts != 0 && cq.head != cq.tail && !isVectorMasked(cq.vector)) return;
  }
  if (controller.faults == 0 || !pinSticks()) setPin(0);
}

/** After a reset nothing is left. */
export function releasePin(): void {
  setPin(0);
}

/** Interrupts while the pin is active and neither side masks it. */
export function drivePin(): void {
  if (!usesPin()) return setPin(0);
  if (load<u32>(BUS_INTERRUPT_DISABLE) != 0) return;
  // who unmasked it before it came did not mean this interrupt
  if (unmasked() != 0) store<u32>(BUS_PIN_MASKED, 0);
  if (load<u32>(BUS_PIN_MASKED) != 0) {
    isHeldBack = true;
  } else if (isHeldBack) {
    // the doorbells that were rung before it was unmasked are taken first, and may leave nothing to interrupt for
    isHeldBack = false;
  } else {
    interruptByPin();
  }
}

/** One interrupt without a reason, unless the host has the pin masked. */
export function pulsePin(): void {
  if (load<u32>(BUS_PIN_MASKED) == 0) interruptByPin();
}

function interruptByPin(): void {
  store<u32>(BUS_PIN_MASKED, 1);
  raiseVector(0);
}

/** Interrupt Status of the function tells the level, whoever masks. */
function setPin(level: u32): void {
  controller.pin = level;
  if (level == 0) isHeldBack = false;
  store<u32>(BUS_INTERRUPT_STATUS, level);
}
