// The list of errors: the first of each kind, by block and then by time, in the specification's words.
import { describe, expect, test } from "vitest";
import { rejectionFaults, statusFaults } from "../../src/analysis/faults.ts";
import { groupsOf } from "../../src/measurement/groups.ts";
import type { Block, Job, RejectedEntry, StatusCount } from "../../src/measurement/measurement.ts";
import { linesFor } from "../../src/text/compare-frame.ts";
import { faultLines } from "../../src/text/fault-lines.ts";
import { faultTexts } from "../../src/text/fault-list.ts";
import { exampleRun, troubledRun } from "../examples/run.ts";

const [example] = exampleRun({ perSecond: 100, seconds: 1 }).blocks;

/** A block whose queues, from 1 on, had these statuses, or rejected these entries. */
function blockOf(...jobs: readonly Partial<Job>[]): Block {
  const [job] = example!.jobs!;
  return { ...example!, jobs: jobs.map((own, index) => ({ ...job!, sqid: index + 1, ...own })) };
}

function failed(code: number, count: number, lba: number | null, atNs = 0): StatusCount {
  return { code, count, first: lba === null ? null : { op: "read", lba, atNs } };
}

describe("errors by status", () => {
  test("a block without jobs, and a success, have none", () => {
    expect(statusFaults([{ ...example!, jobs: null }])).toEqual([]);
    expect(statusFaults([blockOf({ statuses: [failed(0, 3, 1)] })])).toEqual([]);
  });

  test("the first is of the first block that has one, there the earliest of all queues", () => {
    const blocks = [
      blockOf({ statuses: [failed(6, 1, null)] }),
      blockOf({ statuses: [failed(6, 2, 20, 500)] }, { statuses: [failed(6, 3, 21, 400)] }),
      blockOf({ statuses: [failed(6, 4, 30, 1), failed(0x80, 20, 31, 2)] }),
    ];
    expect(statusFaults(blocks)).toEqual([
      { code: 0x80, count: 20, sqids: [1], first: { op: "read", lba: 31, atNs: 2, sqid: 1 } },
      { code: 6, count: 10, sqids: [1, 2], first: { op: "read", lba: 21, atNs: 400, sqid: 2 } },
    ]);
  });
});

test("rejected entries that were not kept have no first", () => {
  const rejections = { ...example!.jobs![0]!.rejections, "bad-sqid": 2 };
  expect(rejectionFaults([blockOf({ rejections, rejectedRaw: [] })])).toEqual([
    { kind: "bad-sqid", count: 2, sqids: [1], first: null },
  ]);
});

test("a rejected entry is decoded in the specification's words", () => {
  const rejections = { ...example!.jobs![0]!.rejections, "bad-sqhd": 1 };
  // DW2: SQID 2, SQHD 41h; DW3: Status 0/80 with DNR, phase 1, CID 1234h
  const entry: RejectedEntry = {
    ...{ kind: "bad-sqhd", atNs: 1_500_000, cqHead: 7 },
    cqe: `${"00".repeat(8)}41000200${"34120181"}`,
  };
  const run = exampleRun({ perSecond: 100, seconds: 1 });
  const blocks = [blockOf({ rejections, rejectedRaw: [entry] })];
  expect(faultTexts(groupsOf({ ...run, blocks }))).toEqual([
    {
      label: "invalid",
      group: "",
      count: 1,
      what: "SQ Head Pointer outside the Submission Queue (bad-sqhd)",
      queues: "queue 1",
      first:
        "first: entry 7 of queue 1's Completion Queue, 1.50ms after the start: " +
        "CID 1234h, SQID 2, SQHD 65, P 1, LBA Out of Range (0/80)",
    },
  ]);
});

test("on the terminal no line is longer than it is wide", () => {
  for (const columns of [40, 80]) {
    const lines = faultLines(groupsOf(troubledRun()), linesFor({ columns }));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
    const text = lines.join(" ").replace(/\s+/g, " ");
    expect(text).toMatch(/error 12 LBA Out of Range \(0\/80\) queue \d+ first: read of LBA 4711 /);
  }
});
