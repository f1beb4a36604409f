// Resets (NVMe 1.4, section 7.3): what each leaves of the controller. Nothing is completed by them.
import { CSTS_NSSRO_SHIFT } from "../spec/registers.ts";
import { controller, MAX_NAMESPACES, namespaceAt } from "./state.ts";
import { applyCoalescing } from "./coalescing.ts";
import { forgetErrors } from "./error-log.ts";
import { forgetEvents } from "./events.ts";
import {
  featuresAreKept,
  nssroIsLost,
  rememberOneInFlight,
  resetIsIgnored,
} from "./fault-resets.ts";
import { applyArbitration, resetFeatureValues } from "./feature-values.ts";
import { closeAllQueues } from "./queue-life.ts";
import { resetNumberOfQueues } from "./queue-count.ts";
import { resetThresholds } from "./thresholds.ts";
import { clearVectors } from "./vectors.ts";
import { cmbAfterReset, forgetCmb } from "./cmb.ts";
import { resetMsix } from "./msix.ts";
import { forgetPmr } from "./pmr.ts";
import { forgetWaiting } from "./waiting.ts";

/**
 * What every Controller Level Reset does (7.3.2): no queue, no command, no event, no setting and no entry of
 * the error log is left, nor what the Controller Memory Buffer held. A Controller Reset (CC.EN 1 to 0) does no more: AQA,
 * ASQ, ACQ, CMBMSC and the registers of the Persistent Memory Region stay.
 */
export function levelReset(): void {
  if (controller.faults != 0) rememberOneInFlight();
  closeAllQueues();
  cmbAfterReset();
  forgetWaiting();
  forgetEvents();
  forgetErrors();
  if (controller.faults == 0 || !featuresAreKept()) resetFeatures();
  controller.shadowDoorbells = 0;
  controller.shadowEvents = 0;
  controller.shutdownStuck = 0;
  controller.cc = 0;
  controller.interruptMask = 0;
  controller.csts &= 1 << CSTS_NSSRO_SHIFT;
}

/**
 * Function level reset: all registers are as after power on, but CMBMSC, which it keeps, and CSTS.NSSRO, which the host
 * clears (3.1.6, 7.3.2).
 */
export function functionReset(): void {
  levelReset();
  forgetPmr();
  resetMsix();
  controller.aqa = 0;
  controller.asq = 0;
  controller.acq = 0;
}

/** A function level reset that the host asks for. */
export function requestedFunctionReset(): void {
  if (!resetIsIgnored()) functionReset();
}

/** A hot reset that the host asks for: it does not bring an end to CSTS.NSSRO either. */
export function requestedHotReset(): void {
  if (!resetIsIgnored()) conventionalReset();
}

/** NVM Subsystem Reset (7.3.1): CSTS.NSSRO tells of it. */
export function subsystemReset(): void {
  if (resetIsIgnored()) return;
  conventionalReset();
  if (!nssroIsLost()) controller.csts |= 1 << CSTS_NSSRO_SHIFT;
}

/** What more than the function is reset: CMBMSC goes too. */
function conventionalReset(): void {
  functionReset();
  forgetCmb();
}

/** Sets every feature to its default. */
function resetFeatures(): void {
  resetFeatureValues();
  for (let nsid: u32 = 1; nsid <= MAX_NAMESPACES; nsid++) namespaceAt(nsid).errorRecovery = 0;
  resetThresholds();
  clearVectors();
  resetNumberOfQueues();
  applyArbitration();
  applyCoalescing();
}
