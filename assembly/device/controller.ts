// The controller's life: power on, enable, disable, shutdown (NVMe 1.4, sections 3.1.5, 7.3 and 7.6).
import { BUS_NOW, DEVICE_STATE, DEVICE_STATE_BYTES } from "../layout.ts";
import { CQE_BYTES, SQE_BYTES } from "../spec/entries.ts";
import {
  AQA_ACQS_MASK,
  AQA_ACQS_SHIFT,
  AQA_ASQS_MASK,
  AQA_ASQS_SHIFT,
  CAP_HI_CSS_SHIFT,
  CAP_HI_DSTRD_SHIFT,
  CAP_HI_NSSRS_SHIFT,
  CAP_LO_CQR_SHIFT,
  CAP_LO_TO_SHIFT,
  CC_AMS_SHIFT,
  CC_CSS_SHIFT,
  CC_EN_MASK,
  CC_IOCQES_SHIFT,
  CC_IOSQES_SHIFT,
  CC_MPS_SHIFT,
  CC_SHN_MASK,
  CC_SHN_SHIFT,
  PAGE_BYTES,
  ShutdownNotification,
  ShutdownStatus,
} from "../spec/registers.ts";
import { MOST_QUEUE_ENTRIES, Version } from "./options.ts";
import { controller, MAX_IO_QUEUES, MAX_VECTORS } from "./state.ts";
import { fatal, READY, setShutdownStatus } from "./controller-status.ts";
import { closeAllQueues, openCompletionQueue, openSubmissionQueue } from "./queue-life.ts";
import { forgetWaiting, hasTimedWaiting } from "./waiting.ts";
import { forgetEvents } from "./events.ts";
import { functionReset, levelReset } from "./reset.ts";
import { resetNumberOfQueues } from "./queue-count.ts";
import { resetIdentity } from "./identity.ts";
import { configurationBitsOfVersion } from "./version.ts";
import { NORMAL_TEMPERATURE_KELVIN } from "./thresholds.ts";
import { neverReady, neverUnready, shutdownSticks } from "./fault-controls.ts";
import { checkUse, Use } from "./controller-memory.ts";
import { completeLate } from "./fault-resets.ts";
import { forgetTranslation } from "./dma.ts";

/** CAP.TO: what enabling and disabling may take, in units of 500 ms. */
const TIMEOUT_500_MS: u64 = 10;
/** The bits of CC that exist, and have since 1.4. */
const CC_BITS: u32 = 0x00fffff1;
/** Those that may change while the controller is enabled: SHN and the entry sizes. */
const CC_LIVE_BITS: u32 =
  (0xf << CC_IOCQES_SHIFT) | (0xf << CC_IOSQES_SHIFT) | (CC_SHN_MASK << CC_SHN_SHIFT);
/** CSS, MPS and AMS: the one value of each is 0. */
const CC_SELECTIONS: u32 = (0x7 << CC_CSS_SHIFT) | (0xf << CC_MPS_SHIFT) | (0x7 << CC_AMS_SHIFT);
const MOST_STRIDE: u32 = 15;

/**
 * Power on. `doorbells` points to the doorbell window (BAR0 offset 1000h) of `doorbellBytes`, `mqes`
 * is the most entries of a queue (1's based), `mdts` as in Identify Controller (0: no limit). Numbers
 * outside what there can be are clamped. Namespaces, latency and faults are added afterwards.
 */
export function create(
  doorbells: u32,
  doorbellBytes: u32,
  mqes: u32,
  ioQueues: u32,
  vectors: u32,
  mdts: u32,
  dstrd: u32,
  seed: u64,
): void {
  memory.fill(DEVICE_STATE, 0, DEVICE_STATE_BYTES);
  forgetTranslation();
  controller.seed = seed;
  controller.doorbells = doorbells;
  controller.doorbellStride = 4 << min(dstrd, MOST_STRIDE);
  controller.entriesLimit = max(2, min(mqes, MOST_QUEUE_ENTRIES as u32));
  controller.doorbellPairs = max(2, doorbellBytes / (2 * controller.doorbellStride));
  controller.ioQueues = max(1, min(ioQueues, min(controller.doorbellPairs - 1, MAX_IO_QUEUES)));
  controller.vectors = max(1, min(vectors, MAX_VECTORS));
  controller.mdts = min(mdts, 32);
  controller.transferLimit = mdts == 0 ? u64.MAX_VALUE : (PAGE_BYTES as u64) << controller.mdts;
  controller.temperature = NORMAL_TEMPERATURE_KELVIN;
  controller.poweredOnNs = load<u64>(BUS_NOW);
  controller.version = Version.V1_4;
  controller.cap = capabilities(min(dstrd, MOST_STRIDE));
  resetIdentity();
  functionReset();
}

/** CAP (3.1.1): round robin only, 4 KiB pages only, contiguous queues, NVM command set. */
function capabilities(dstrd: u32): u64 {
  const low: u64 =
    ((controller.entriesLimit - 1) as u64) |
    (1 << CAP_LO_CQR_SHIFT) |
    (TIMEOUT_500_MS << CAP_LO_TO_SHIFT);
  const high: u64 =
    ((dstrd as u64) << CAP_HI_DSTRD_SHIFT) | (1 << CAP_HI_NSSRS_SHIFT) | (1 << CAP_HI_CSS_SHIFT);
  return low | (high << 32);
}

/** A write to CC (3.1.5). */
export function writeConfiguration(value: u32): void {
  const before = controller.cc;
  const enabled = (before & CC_EN_MASK) != 0;
  const enable = (value & CC_EN_MASK) != 0;
  const live = enabled && enable ? CC_LIVE_BITS : CC_BITS | configurationBitsOfVersion();
  controller.cc = (before & ~live) | (value & live);
  if (enabled && !enable) return reset();
  if (!enabled && enable) start();
  if (!asksForShutdown(before) && asksForShutdown(controller.cc)) startShutdown();
}

/** EN 0 to 1: ready at once, or fatal when the host chose what there is not. */
function start(): void {
  setShutdownStatus(ShutdownStatus.NORMAL_OPERATION);
  closeAllQueues();
  resetNumberOfQueues();
  if (!isStartable()) return fatal();
  if (neverReady()) return;
  openCompletionQueue(0, controller.acq, entries(AQA_ACQS_SHIFT, AQA_ACQS_MASK), 0, 1);
  openSubmissionQueue(0, controller.asq, entries(AQA_ASQS_SHIFT, AQA_ASQS_MASK), 0);
  controller.csts |= READY;
  completeLate();
}

/** CSS, MPS, AMS, and both admin queues as they must be. */
function isStartable(): bool {
  return (
    (controller.cc & CC_SELECTIONS) == 0 &&
    entries(AQA_ASQS_SHIFT, AQA_ASQS_MASK) > 1 &&
    entries(AQA_ACQS_SHIFT, AQA_ACQS_MASK) > 1 &&
    ((controller.asq | controller.acq) & (PAGE_BYTES - 1)) == 0 &&
    mayHaveQueue(controller.asq, entries(AQA_ASQS_SHIFT, AQA_ASQS_MASK) * SQE_BYTES, Use.SUBMISSION_QUEUE) &&
    mayHaveQueue(controller.acq, entries(AQA_ACQS_SHIFT, AQA_ACQS_MASK) * CQE_BYTES, Use.COMPLETION_QUEUE)
  );
}

/** Whether an admin queue may lie there: host memory, or memory of the controller's own that is for queues. */
function mayHaveQueue(base: u64, bytes: u32, use: Use): bool {
  return checkUse(base, bytes, use) == 0;
}

/** A field of AQA; both are 0's based. */
function entries(shift: u32, mask: u32): u32 {
  return ((controller.aqa >> shift) & mask) + 1;
}

/** EN 1 to 0: a Controller Reset (7.3.2). What else was written to CC goes with it. */
function reset(): void {
  const stuck = neverUnready() ? controller.csts & READY : 0;
  levelReset();
  controller.csts |= stuck;
}

function startShutdown(): void {
  setShutdownStatus(ShutdownStatus.OCCURRING);
  controller.shutdownStuck = shutdownSticks() ? 1 : 0;
}

/**
 * A normal shutdown lets commands in flight end first, an abrupt one does not (7.6.2), nor does one that has become abrupt.
 */
export function continueShutdown(): void {
  if (controller.shutdownStuck != 0) return;
  const abrupt = shutdownOf(controller.cc) == ShutdownNotification.ABRUPT;
  if (!abrupt && hasTimedWaiting()) return;
  forgetWaiting();
  forgetEvents();
  setShutdownStatus(ShutdownStatus.COMPLETE);
}

/** SHN 11b is reserved, and asks for nothing. */
function asksForShutdown(cc: u32): bool {
  const notification = shutdownOf(cc);
  return notification == ShutdownNotification.NORMAL || notification == ShutdownNotification.ABRUPT;
}

function shutdownOf(cc: u32): u32 {
  return (cc >> CC_SHN_SHIFT) & CC_SHN_MASK;
}
