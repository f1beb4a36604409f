// Asynchronous events as they come (NVMe 1.4, section 5.2): requests are kept posted, and the log page that clears an
// event's type is read for whoever wants the next one.
import { AsynchronousEventType, Feature, LogPage } from "../../assembly/spec/commands.ts";
import { type DecodedEvent, decodeEvent } from "../decode/events.ts";
import { logBytes } from "../decode/logs.ts";
import type { Place } from "./carried.ts";
import { type Completion, completionError } from "./completion.ts";
import { ADMIN_TIMEOUT_MS } from "./controller.ts";
import { readLog } from "./log.ts";
import * as sqe from "./sqe.ts";

/** How long it is looked for an event before `mayEnd` is asked again. */
const SLICE_MS = 100;

/** An event that came. */
export interface ArrivedEvent extends DecodedEvent {
  readonly dw0: number;
  /** When it was found, on performance.now()'s scale. */
  readonly foundMs: number;
  /** The log page that clears it; null when it was not read, or cannot be. */
  readonly page: Uint8Array | null;
}

/** Which events, and for how long. */
export interface WatchOptions {
  /** Whether log pages are read, without which a type is reported once only. True by default. */
  readonly clear?: boolean;
  /** Asked at least ten times a second: whether to stop. */
  mayEnd(): boolean;
}

/**
 * Sets which events are reported (FID 0Bh).
 * @param mask CDW11 of the feature
 * @throws PhasebitError DEVICE when the controller refuses
 */
export async function enableEvents({ controller }: Place, mask: number): Promise<void> {
  const fid = Feature.ASYNCHRONOUS_EVENT_CONFIGURATION;
  const command = sqe.setFeatures({ fid, value: mask });
  await controller.adminCommand(command, "Set Features, Asynchronous Event Configuration");
}

/**
 * Posts as many Asynchronous Event Requests as the controller takes (AERL + 1), yields each event as it comes, and posts
 * the next request in its place, until `mayEnd`. The requests stay outstanding: a reset ends them.
 * @throws PhasebitError DEVICE for a request that fails, and when the controller fails meanwhile
 */
export async function* watchEvents(
  place: Place,
  { clear = true, mayEnd }: WatchOptions,
): AsyncGenerator<ArrivedEvent, void, undefined> {
  const { admin, identity } = place.controller;
  const posted = new Set<number>();
  const post = (cid: number): void => {
    admin.post(sqe.asynchronousEventRequest(), { cid });
    admin.ring();
    posted.add(cid);
  };
  const most = Math.min(identity.eventRequests, Math.floor(admin.entries / 2));
  for (let request = 0; request < most; request++) post(FIRST_CID + request);
  while (!mayEnd()) {
    for await (const completion of admin.cq.reap({ timeoutMs: SLICE_MS, count: 1 })) {
      admin.cq.free();
      if (completion.stray || !posted.delete(completion.cid)) continue;
      if (completion.status !== 0) throw completionError("Asynchronous Event Request", completion);
      yield await arrived(place, completion, clear);
      post(completion.cid);
    }
  }
}

/** CIDs of requests stand apart from those that other admin commands get. */
const FIRST_CID = 0xae00;

async function arrived(
  place: Place,
  completion: Completion,
  clear: boolean,
): Promise<ArrivedEvent> {
  const { dw0, foundMs } = completion;
  const event = decodeEvent(dw0);
  const page = clear && hasPage(event) ? await pageOf(place, event.lid) : null;
  return { ...event, dw0, foundMs, page };
}

/** One-shot events and those of the vendor's need not have a page, and LID 00h is none that clears. */
function hasPage({ type, lid }: DecodedEvent): boolean {
  const types: readonly number[] = [
    ...[AsynchronousEventType.ERROR, AsynchronousEventType.SMART, AsynchronousEventType.NOTICE],
    6, // I/O Command Set specific
  ];
  return types.includes(type) && lid !== LogPage.SUPPORTED_LOG_PAGES;
}

async function pageOf(place: Place, lid: number): Promise<Uint8Array | null> {
  const bytes = logBytes(lid, place.controller.identity.errorEntries);
  const answer = await readLog(place, { lid, bytes, timeoutMs: ADMIN_TIMEOUT_MS });
  return answer.ok ? answer.data : null;
}
