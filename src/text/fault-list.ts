// The list of errors: what went wrong, how often, on which queues, and what was the first, in the specification's words.
import {
  type RejectionFault,
  rejectionFaults,
  type StatusFault,
  statusFaults,
} from "../analysis/faults.ts";
import { statusName } from "../decode/status.ts";
import { formatNs } from "../ground/units.ts";
import type { Group } from "../measurement/groups.ts";
import type { RejectionName } from "../measurement/measurement.ts";
import { CQE_DWORDS, completionOf } from "../nvme/completion.ts";

/** One line of the list. */
export interface FaultText {
  /** "error" for commands that ended so, "invalid" for completions that were not believed. */
  readonly label: "error" | "invalid";
  /** The group's name; empty for the only one. */
  readonly group: string;
  readonly count: number;
  /** "LBA Out of Range (0/80)" */
  readonly what: string;
  /** "queue 1", "queues 1, 2 and 6 more" */
  readonly queues: string;
  /** "first: read of LBA 4711 on queue 1, 1.20ms after the start"; empty where that was not kept. */
  readonly first: string;
}

/** What does not fit, in the words of a completion queue entry (NVMe 1.4, 4.6). */
const rejected: Readonly<Record<RejectionName, string>> = {
  "bad-cid": "Command Identifier beyond the queue's depth",
  "idle-slot": "Command Identifier of no outstanding command",
  "stale-generation": "Command Identifier of an earlier command",
  "bad-sqid": "SQ Identifier of another queue",
  "bad-sqhd": "SQ Head Pointer outside the Submission Queue",
  "wrong-sqhd": "SQ Head Pointer behind the last one or past the Tail",
};

const MOST_QUEUES = 4;

/** The list of these groups, errors of each before what was not believed. */
export function faultTexts(groups: readonly Group[]): FaultText[] {
  return groups.flatMap((group) => {
    const name = groups.length > 1 ? group.name : "";
    return [
      ...statusFaults(group.blocks).map((fault) => statusText(name, fault)),
      ...rejectionFaults(group.blocks).map((fault) => rejectionText(name, fault)),
    ];
  });
}

function statusText(group: string, { code, count, sqids, first }: StatusFault): FaultText {
  const what = statusName(code);
  const found =
    first === null
      ? ""
      : `first: ${first.op} of LBA ${first.lba} on queue ${first.sqid}, ${timeText(first.atNs)}`;
  return { label: "error", group, count, what, queues: queuesText(sqids), first: found };
}

function rejectionText(group: string, fault: RejectionFault): FaultText {
  const { kind, count, sqids, first } = fault;
  const what = `${rejected[kind]} (${kind})`;
  const found =
    first === null
      ? ""
      : `first: entry ${first.cqHead} of queue ${first.sqid}'s Completion Queue, ` +
        `${timeText(first.atNs)}: ${entryText(first.cqe)}`;
  return { label: "invalid", group, count, what, queues: queuesText(sqids), first: found };
}

/** "CID 0003h, SQID 1, SQHD 5, P 1, Successful Completion (0/00)", as the entry has it. */
function entryText(cqe: string): string {
  const bytes = Buffer.from(cqe, "hex");
  const dwords = Array.from({ length: CQE_DWORDS }, (_, dword) => bytes.readUInt32LE(dword * 4));
  const { cid, sqid, sqhd, phase, status } = completionOf(dwords);
  const hex = cid.toString(16).toUpperCase().padStart(4, "0");
  return `CID ${hex}h, SQID ${sqid}, SQHD ${sqhd}, P ${phase}, ${statusName(status)}`;
}

function queuesText(sqids: readonly number[]): string {
  if (sqids.length === 1) return `queue ${sqids[0]}`;
  const shown = sqids.slice(0, MOST_QUEUES).join(", ");
  const more = sqids.length - MOST_QUEUES;
  return `queues ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

function timeText(atNs: number): string {
  return atNs < 0 ? `in the ramp` : `${formatNs(atNs)} after the start`;
}
