import { describe, expect, test } from "vitest";
import type { Warning } from "../../src/measurement/measurement.ts";
import { warningText } from "../../src/results/warnings.ts";
import { normalReport } from "../../src/text/normal.ts";
import { emptyRun, exampleRun, troubledRun } from "../examples/run.ts";

function report(...[run, options]: Parameters<typeof normalReport>): string {
  return normalReport(run, { color: false, ...options });
}

/** The cells of the first row that begins with `label` after the heading `heading`. */
function row(text: string, heading: string, label: string): string[] {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.startsWith(heading));
  const found = lines.slice(from + 1).find((line) => line.startsWith(label));
  return found?.slice(label.length).trim().split(/\s+/) ?? [];
}

describe("a run that went wrong", () => {
  test("one without any I/O says so without inventing figures", () => {
    const text = report(emptyRun());
    expect(text).toMatch(/0\.0s {2}interrupted$/m);
    expect(row(text, "  ", "read").slice(0, 3)).toEqual(["0", "0", "0"]);
    expect(row(text, "latency", "read")).toEqual(Array(8).fill("-"));
    expect(text).toContain("too few I/Os: p50 needs 20");
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  test("faults have a line each, and warnings come with advice", () => {
    const text = report(troubledRun());
    expect(text).toContain("error   12  LBA Out of Range (0/80)  queue 1\n");
    expect(text).toContain("error    3  Unrecovered Read Error (2/81)  queue 1\n");
    expect(text).toContain("lost    1  never completed\n");
    expect(text).toContain(
      "invalid  2  Command Identifier of an earlier command (stale-generation)  queue 1\n",
    );
    expect(text.match(/^warning /gm)).toHaveLength(5);
  });
});

test.each([
  ["one job", exampleRun()],
  ["a fast device", exampleRun({ typicalNs: 300, perSecond: 60_000 })],
  ["a slow device", exampleRun({ typicalNs: 4e9, perSecond: 3, options: { bs: "128k" } })],
  ["many jobs", exampleRun({ options: { rw: "randrw", numjobs: "12" }, perSecond: 1000 })],
  ["every trouble", troubledRun()],
  ["nothing", emptyRun()],
])("no line of %s is wider than 80 columns or ends in blanks", (_, run) => {
  const saved = ["results/20261122T091405Z-randread-4k-qd1x1.json"];
  for (const line of report(run, { saved }).split("\n")) {
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line).toBe(line.trimEnd());
  }
});

test("the figures stand under their headings", () => {
  const text = report(exampleRun({ options: { iodepth: "32" } }));
  expect(text).toMatch(/^run {5}randread {2}bs 4KiB {2}iodepth 32 {2}1 job {2}cpu 2 {2}3\.0s$/m);
  expect(row(text, "  ", "read").slice(0, 3)).toEqual(["20.00k", "78.13", "60.00k"]);
  expect(row(text, "latency", "read").length).toBe(8);
  const [heading, figures] = ["latency", "read"].map(
    (label) => text.split("\n").findLast((line) => line.startsWith(label)) ?? "",
  );
  // Right-aligned: every heading ends where its figure ends.
  expect(ends(figures ?? "")).toEqual(ends(heading ?? ""));
});

test("a latency below a microsecond is in ns", () => {
  const text = report(exampleRun({ typicalNs: 300 }));
  expect(row(text, "latency", "read")[1]).toMatch(/^3[0-9]{2}ns$/);
});

test("percentiles that the samples cannot carry are left out, and what they need is said", () => {
  const text = report(exampleRun());
  expect(row(text, "latency", "read").slice(5, 7)).toEqual(["-", "-"]);
  expect(text).toContain("-       too few I/Os: p99.99 needs 100k\n");
  expect(report(exampleRun({ perSecond: 340_000, typicalNs: 300 }))).not.toContain("too few");
});

test("jobs have rows of their own only when there are several", () => {
  expect(report(exampleRun())).not.toMatch(/^job/m);
  const mixed = report(exampleRun({ options: { rw: "randrw", numjobs: "2" } }));
  expect(row(mixed, "job", "0 read").slice(0, 3)).toEqual(["2", "20.00k", "78.13"]);
  expect(row(mixed, "job", "1 write").slice(0, 3)).toEqual(["3", "20.00k", "78.13"]);
  expect(row(mixed, "  ", "read").slice(0, 3)).toEqual(["40.00k", "156.3", "120.0k"]);
});

test("a single second has no course", () => {
  expect(report(exampleRun({ seconds: 1 }))).not.toContain("each second");
  expect(report(exampleRun({ seconds: 2 }))).toContain("IOPS in each second");
});

test("colours are added without moving a column", () => {
  const plain = report(troubledRun(), { saved: ["a.json"] });
  const colored = report(troubledRun(), { saved: ["a.json"], color: true });
  expect(colored).not.toBe(plain);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes that colours are made of
  expect(colored.replace(/\x1b\[[0-9]+m/g, "").replace(/ +$/gm, "")).toBe(plain);
});

test("saved files are listed last", () => {
  const text = report(exampleRun(), { saved: ["a.json", "a.hgrm"] });
  expect(text.endsWith("\nsaved   a.json\n        a.hgrm\n")).toBe(true);
});

test.each<[Warning, RegExp]>([
  [{ kind: "io-errors", count: 1 }, /^1 command ended .* is not among/],
  [{ kind: "io-errors", count: 2 }, /^2 commands ended .* are not among/],
  [{ kind: "rejected-completions", count: 1 }, /^1 completion did not fit .* was not counted/],
  [
    { ...{ kind: "flagged-successes", queue: "io" }, more: 3, crd: 0, dnr: 1, dword1: 0 },
    /^Successes had something set .*: 3 with More, 1 with Do Not Retry\. They count as successes/,
  ],
  [
    { ...{ kind: "flagged-successes", queue: "admin" }, more: 0, crd: 2, dnr: 0, dword1: 1 },
    /^Successes of admin commands had .*: 2 with Command Retry Delay, 1 with a Dword 1 that is not 0/,
  ],
  [
    { kind: "few-generations", iodepth: 10_000, generations: 4 },
    /^At --iodepth 10000 a CID has room for 4 generations only: .* exactly 4 commands .*--numjobs/,
  ],
  [
    { kind: "wrong-sqhd", queue: "io", count: 2 },
    /^2 completions had a wrong SQHD: in the queue, but behind the last one or past the tail\. Their commands have ended and count\. .* the saved result has the raw entries\.$/,
  ],
  [
    { kind: "wrong-sqhd", queue: "admin", count: 1 },
    /^1 completion of admin commands had a wrong SQHD: outside of the queue, behind .* --trace shows the entries\.$/,
  ],
  [{ kind: "commands-lost", count: 3 }, /^3 commands never completed/],
  [{ kind: "queue-not-deleted", why: "x" }, /not deleted .*: x\./],
  [{ kind: "stopped-early", why: "x" }, /before all was measured: x\./],
  [{ kind: "not-closed", why: "x" }, /not given back in order: x\./],
  [
    { kind: "not-shut-down", limitMs: 10_000, rtd3EntryMs: 1500, hadReset: true },
    /^The controller did not shut down: CSTS\.SHST did not become 10b within 10s of CC\.SHN \(RTD3E is 1\.5s, none gets less than 10s, and --timeout is of I\/O commands\)\. A function level reset stopped it\. The measurement stands/,
  ],
  [
    { kind: "not-shut-down", limitMs: 10_000, rtd3EntryMs: null, hadReset: false },
    /RTD3E is not given, .* It has no function level reset, so only its bus mastering was switched off/,
  ],
  [
    { kind: "not-disabled", limitMs: 2500, hadReset: true },
    /^The controller did not stop: CSTS\.RDY stayed 1 for 2\.5s after CC\.EN was cleared .* A function level reset stopped it/,
  ],
  [{ kind: "lost-interrupts", count: 2 }, /^2 completions came without an interrupt/],
  [{ kind: "spurious-interrupts", count: 1 }, /^1 interrupt came without a completion/],
  [{ kind: "controller-fatal" }, /CSTS\.CFS/],
  [{ kind: "controller-reset" }, /CSTS\.RDY fell/],
  [{ kind: "device-gone" }, /stopped answering/],
  [
    { kind: "device-gone", why: "vfio-user:/s: the server is lost, at REGION_READ: it closed it" },
    /^The device is gone, and the run ended there: vfio-user:\/s: the server is lost, at REGION_READ: it closed it\./,
  ],
  [
    {
      ...{ kind: "commands-lost", count: 1 },
      oldest: { sqid: 2, cid: 77, op: "write", lba: 4096, ageNs: 30_012_000_000 },
    },
    /^1 command never completed \(the oldest: write at LBA 4096, CID 77, queue 2, in flight for 30\.01 s\)/,
  ],
  [
    {
      ...{ kind: "timed-out", job: 1, sqid: 2, timeoutMs: 100, ranMs: 430, runtimeMs: 5000 },
      ...{ cid: 77, op: "read", lba: 0, ageNs: 104_900_000 },
    },
    /^Job 1 ended after 430ms of 5s: a command did not complete within --timeout 100ms \(read at LBA 0, CID 77, queue 2, in flight for 104\.9 ms\)/,
  ],
  [{ kind: "commands-unfinished", count: 2 }, /^2 commands were in flight when/],
  [{ kind: "interrupted" }, /interrupted/],
  [{ kind: "not-optimized", job: 2 }, /job 2 .*--ramp-time/],
  [{ kind: "not-pinned", job: 1 }, /^Job 1 .*--cpus/],
  [{ kind: "cpus-shared", threads: 4, cpus: 1 }, /^4 spinning threads .* shared 1 CPU:/],
  [{ kind: "cpu-starved", job: 1, percent: 40 }, /^Job 1 had its CPU for only 40% of the time/],
  [{ kind: "host-busy", loadAverage: 3.21 }, /load average 3\.21/],
  [{ kind: "no-function-reset" }, /function level reset/],
])("%j is worded", (warning, words) => {
  expect(warningText(warning)).toMatch(words);
});

/** Where the cells of a line end. */
function ends(line: string): number[] {
  return [...line.matchAll(/\S+/g)].slice(1).map((match) => match.index + match[0].length);
}
