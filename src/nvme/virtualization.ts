// Primary and secondary controllers (NVMe 1.4, section 8.5): which queues and vectors a virtual function's controller has,
// and whether it is online. All of it is asked of the primary controller, which is the physical function's.

import { AdminOpcode } from "../../assembly/spec/commands.ts";
import { IDENTIFY_BYTES, IdentifyController } from "../../assembly/spec/identify.ts";
import { PhasebitError } from "../ground/errors.ts";
import { carry, type Place } from "./carried.ts";
import { completionError } from "./completion.ts";
import {
  command,
  FlexibleResource,
  VirtualizationAction,
  virtualizationManagement,
} from "./sqe.ts";

const CNS_CONTROLLER = 0x01;
const CNS_PRIMARY = 0x14;
const CNS_SECONDARY = 0x15;
const OACS_VIRTUALIZATION = 1 << 7;
const TIMEOUT_MS = 10_000;
/** Where the halves of Primary Controller Capabilities begin (figure 258). */
const VQ_OFFSET = 32;
const VI_OFFSET = 64;
const CRT_OFFSET = 4;
const SECONDARY_BYTES = 32;
const MOST_SECONDARIES = 127;

/** Resources of one kind that the primary controller may give away. */
export interface FlexibleResources {
  readonly total: number;
  /** Given to secondary controllers. */
  readonly assigned: number;
  /** The primary controller's own, of the flexible ones, after its next reset. */
  readonly primary: number;
  /** The most that one secondary controller may have. */
  readonly secondaryMaximum: number;
}

/** What a primary controller has to give (CNS 14h). */
export interface PrimaryCapabilities {
  readonly controller: number;
  /** null where the controller does not support them. */
  readonly queues: FlexibleResources | null;
  readonly interrupts: FlexibleResources | null;
}

/** A secondary controller (CNS 15h). */
export interface SecondaryController {
  /** CNTLID */
  readonly controller: number;
  readonly primary: number;
  readonly isOnline: boolean;
  /** The number of its virtual function, from 1 on; 0 while that is not there. */
  readonly virtualFunction: number;
  readonly queues: number;
  readonly interrupts: number;
}

/** How many resources of each kind; one that is left out stays as it is. */
export interface ResourceCounts {
  readonly queues?: number;
  readonly interrupts?: number;
}

/** @throws PhasebitError REFUSED when the controller has no Virtualization Management, DEVICE when Identify fails */
export async function primaryCapabilities(place: Place): Promise<PrimaryCapabilities> {
  await requireVirtualization(place);
  const page = viewOf(await identifyData(place, CNS_PRIMARY));
  const types = page.getUint8(CRT_OFFSET);
  return {
    controller: page.getUint16(0, true),
    queues: types & 1 ? resourcesAt(page, VQ_OFFSET) : null,
    interrupts: types & 2 ? resourcesAt(page, VI_OFFSET) : null,
  };
}

/** @throws as `primaryCapabilities` */
export async function secondaryControllers(place: Place): Promise<SecondaryController[]> {
  await requireVirtualization(place);
  const page = viewOf(await identifyData(place, CNS_SECONDARY));
  const count = Math.min(page.getUint8(0), MOST_SECONDARIES);
  return Array.from({ length: count }, (_, index) => {
    const at = (index + 1) * SECONDARY_BYTES;
    return {
      controller: page.getUint16(at, true),
      primary: page.getUint16(at + 2, true),
      isOnline: (page.getUint8(at + 4) & 1) !== 0,
      virtualFunction: page.getUint16(at + 8, true),
      queues: page.getUint16(at + 10, true),
      interrupts: page.getUint16(at + 12, true),
    };
  });
}

/**
 * Gives resources to a secondary controller, which must be offline, and takes from it what it has above that.
 * @returns what the controller says that it changed
 * @throws as `primaryCapabilities`; DEVICE, with the status, for what the controller refuses
 */
export async function assignResources(
  place: Place,
  controller: number,
  { queues, interrupts }: ResourceCounts,
): Promise<ResourceCounts> {
  await requireVirtualization(place);
  const action = VirtualizationAction.SECONDARY_ASSIGN;
  const assign = (resource: FlexibleResource, count: number): Promise<number> =>
    manage(place, "assign resources to", { action, controller, resource, count });
  return {
    ...(queues !== undefined && { queues: await assign(FlexibleResource.VQ, queues) }),
    ...(interrupts !== undefined && { interrupts: await assign(FlexibleResource.VI, interrupts) }),
  };
}

/**
 * Sets how many of the flexible resources the primary controller keeps for itself, from its next Controller Level Reset on:
 * often it has all of them at first.
 * @throws as `assignResources`
 */
export async function allocatePrimary(
  place: Place,
  { queues, interrupts }: ResourceCounts,
): Promise<void> {
  const { controller } = await primaryCapabilities(place);
  const action = VirtualizationAction.PRIMARY_ALLOCATE;
  const counts = [
    [FlexibleResource.VQ, queues],
    [FlexibleResource.VI, interrupts],
  ] as const;
  for (const [resource, count] of counts) {
    if (count === undefined) continue;
    await manage(place, "allocate resources to", { action, controller, resource, count });
  }
}

/** What may be given to one secondary controller now, of each kind that the primary one supports. */
export function mostResources({ queues, interrupts }: PrimaryCapabilities): ResourceCounts {
  const most = (one: FlexibleResources): number =>
    Math.max(0, Math.min(one.secondaryMaximum, one.total - one.assigned - one.primary));
  return {
    ...(queues !== null && { queues: most(queues) }),
    ...(interrupts !== null && { interrupts: most(interrupts) }),
  };
}

/**
 * Takes a secondary controller into use, once it has queues and vectors enough and its function was reset, or out of it.
 * @throws as `assignResources`
 */
export async function setOnline(
  place: Place,
  controller: number,
  isOnline: boolean,
): Promise<void> {
  await requireVirtualization(place);
  const { SECONDARY_ONLINE, SECONDARY_OFFLINE } = VirtualizationAction;
  const action = isOnline ? SECONDARY_ONLINE : SECONDARY_OFFLINE;
  await manage(place, isOnline ? "bring online" : "take offline", { action, controller });
}

async function manage(
  place: Place,
  doing: string,
  fields: Parameters<typeof virtualizationManagement>[0],
): Promise<number> {
  const { admin } = place.controller;
  const entry = virtualizationManagement(fields);
  const completion = await admin.run(entry, { timeoutMs: TIMEOUT_MS });
  const what = `Virtualization Management: ${doing} controller ${fields.controller}`;
  if (completion.status !== 0) throw completionError(what, completion);
  return completion.dw0 & 0xffff;
}

/**
 * OACS bit 7 says so. QEMU 7.2 has the command without saying it, so where the bit is 0 the capabilities are the witness.
 * @throws PhasebitError REFUSED
 */
async function requireVirtualization(place: Place): Promise<void> {
  const identity = viewOf((await identify(place, CNS_CONTROLLER)).data);
  if ((identity.getUint16(IdentifyController.OACS, true) & OACS_VIRTUALIZATION) !== 0) return;
  const { completion, data } = await identify(place, CNS_PRIMARY);
  if (completion.status === 0 && data[CRT_OFFSET] !== 0) return;
  throw new PhasebitError(
    "REFUSED",
    "the controller has no Virtualization Management (OACS bit 7 is 0): it is no primary controller",
    { what: "OACS", section: "5.15.2.2" },
  );
}

async function identifyData(place: Place, cns: number): Promise<Uint8Array> {
  const { completion, data } = await identify(place, cns);
  const what = `Identify, CNS ${cns.toString(16).padStart(2, "0")}h`;
  if (completion.status !== 0) throw completionError(what, completion);
  return data;
}

async function identify(place: Place, cns: number) {
  const entry = command({ opcode: AdminOpcode.IDENTIFY });
  entry[10] = cns;
  const options = { timeoutMs: TIMEOUT_MS, bytes: IDENTIFY_BYTES };
  const { completion, data } = await carry(place, place.controller.admin, entry, options);
  return { completion, data: data! };
}

function resourcesAt(page: DataView, at: number): FlexibleResources {
  return {
    total: page.getUint32(at, true),
    assigned: page.getUint32(at + 4, true),
    primary: page.getUint16(at + 8, true),
    secondaryMaximum: page.getUint16(at + 12, true),
  };
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}
