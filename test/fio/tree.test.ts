import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withFractions } from "../../src/fio/fractions.ts";
import { fioSize } from "../../src/ground/units.ts";
import { packLatency, unpackLatency } from "../../src/measurement/latency-counts.ts";
import type { Interval, Measurement, PackedLatency } from "../../src/measurement/measurement.ts";
import { documentOf } from "../../src/results/document.ts";
import { runDocument } from "../../src/results/run-document.ts";
import { jsonText } from "../../src/results/save.ts";
import {
  countsOf,
  emptyRun,
  exampleRun,
  intervalsIn,
  jobsIn,
  troubledRun,
  withBlock,
  withJob,
  withJobs,
} from "../examples/run.ts";

/** The keys of a document of fio 3.33, each with the type of its value. */
const structure: unknown = JSON.parse(
  readFileSync(new URL("fio-3.33-structure.json", import.meta.url), "utf8"),
);

/** V8 takes 125,000 arguments. */
const MANY = 130_000;

/** "jobs.0.read.iops: number" of every value, as JSON carries it. */
function paths(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, part]) =>
    paths(part, path === "" ? key : `${path}.${key}`),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: the document as a reader of the file meets it
function read(text: string): any {
  return JSON.parse(text);
}

const documentText = (run: Measurement): string => jsonText(documentOf(run));

describe("runs that went wrong", () => {
  test("counts that are not their total are a bug", () => {
    const run = exampleRun();
    const wrong = { ...countsOf([300, 400]), total: 3 };
    expect(() => runDocument(withJob(run, { read: wrong }))).toThrow(/counts and their total/);
  });

  test("a run without a single I/O is still a document, without percentiles", () => {
    const document = read(documentText(emptyRun()));
    expect(document.jobs[0].read).toMatchObject({ iops: 0, bw: 0, total_ios: 0, runtime: 0 });
    expect(document.jobs[0].read.clat_ns).toEqual({ min: 0, max: 0, mean: 0, stddev: 0, N: 0 });
    expect(document.jobs[0].usr_cpu).toBe(0);
    expect(document.phasebit.total.read.percentilesNotCarried).toHaveLength(17);
    // A division by nothing would be null in JSON.
    expect(JSON.stringify(document.jobs)).not.toContain("null");
  });

  test("errors, rejected entries and warnings are told", () => {
    const { jobs, phasebit } = read(documentText(troubledRun()));
    // ETIMEDOUT, as fio would say; the other job had no fault.
    expect(jobs.map((job: { error: number }) => job.error)).toEqual([110, 0]);
    expect(phasebit.interrupted).toBe(true);
    expect(phasebit.errors).toEqual([
      { name: "LBA Out of Range (0/80)", sct: "0x00", sc: "0x80", count: 12 },
      { name: "Unrecovered Read Error (2/81)", sct: "0x02", sc: "0x81", count: 3 },
    ]);
    expect(phasebit.rejections).toMatchObject({ "stale-generation": 2, "bad-cid": 0 });
    expect(phasebit.blocks[0].jobs[0].rejectedRaw).toHaveLength(2);
    expect(phasebit.blocks[0].jobs[0].lost).toBe(1);
    expect(phasebit.warnings[0]).toMatchObject({ kind: "io-errors", count: 15 });
    expect(phasebit.warnings[0].text).toContain("15 commands ended with an error");
  });
});

describe("fio's tree", () => {
  const run = exampleRun({ options: { rw: "randrw", iodepth: "4" } });
  const document = read(documentText(run));

  test("has every key of fio 3.33, with values of the same type", () => {
    const ours = new Set(paths(document));
    expect(paths(typed(structure)).filter((path) => !ours.has(path))).toEqual([]);
  });

  test("has no key of its own but fio 3.42's and ours", () => {
    const theirs = new Set(paths(typed(structure)));
    const added = paths({ ...document, phasebit: 0 }).filter((path) => !theirs.has(path));
    const other = added.filter((path) => !/job options|global options|\.percentile\./.test(path));
    expect(other).toEqual([
      "jobs.0.job_start: number",
      "jobs.0.latency_target_ns: number",
      "jobs.0.latency_window_us: number",
      // fio has it of a block device, and the sample is of none
      "disk_util.0.name: string",
      ...[
        ...["read_ios", "write_ios", "read_sectors", "write_sectors", "read_merges"],
        ...["write_merges", "read_ticks", "write_ticks", "in_queue", "util"],
      ].map((key) => `disk_util.0.${key}: number`),
      "phasebit: number",
    ]);
  });

  test("has its keys in fio's order", () => {
    const keys = Object.keys(document.jobs[0]).filter((key) => key in typedJob());
    expect(keys).toEqual(Object.keys(typedJob()));
  });

  test("names what its readers look for", () => {
    expect(document["fio version"]).toBe("phasebit-0.1.0");
    expect(document.time).toBe("Sun Nov 22 09:14:08 2026");
    expect(document.timestamp).toBe(1_795_338_848);
    const job = document.jobs[0];
    expect(job["job options"]).toMatchObject({
      rw: "randrw",
      bs: "4k",
      iodepth: "4",
      numjobs: "1",
      name: "randrw-4k-qd4x1",
      ioengine: "phasebit",
      filename: run.workload.device,
      size: fioSize(3_750_748_848 * 512),
    });
    expect(job["job options"]).toMatchObject({ rwmixread: "50", runtime: "3s", time_based: "" });
    expect(Object.keys(job.read.clat_ns.percentile)).toContain("99.000000");
    expect(job.read.lat_ns).toEqual({ ...job.read.clat_ns, percentile: undefined });
  });

  test("computes fio's figures", () => {
    // 20,000 I/Os of 4 KiB a second for 3 seconds.
    expect(document.jobs[0].read).toMatchObject({
      io_bytes: 245_760_000,
      io_kbytes: 240_000,
      bw_bytes: 81_920_000,
      bw: 80_000,
      iops: 20_000,
      runtime: 3000,
      total_ios: 60_000,
      bw_min: 80_000,
      bw_max: 80_000,
      bw_agg: 100,
      bw_samples: 3,
      iops_mean: 20_000,
      iops_stddev: 0,
    });
    expect(document.jobs[0]).toMatchObject({ usr_cpu: 97, sys_cpu: 2, ctx: 14, elapsed: 3 });
  });

  test("shares of latency and depth are percent of all I/Os", () => {
    const { latency_ns, latency_us, latency_ms, iodepth_level } = document.jobs[0];
    const all = [latency_ns, latency_us, latency_ms].flatMap((part) => Object.values(part));
    expect(all.reduce((sum: number, value) => sum + Number(value), 0)).toBeCloseTo(100, 6);
    expect(latency_us["10"]).toBeGreaterThan(40);
    expect(iodepth_level["4"]).toBe(100);
  });

  test("disk_util counts what the jobs did", () => {
    const [disk, ...others] = document.disk_util;
    expect(others).toEqual([]);
    const { read: reads, write: writes } = document.phasebit.total;
    expect(disk).toEqual({
      name: "0000:5e:00.0",
      read_ios: 60_000,
      write_ios: 60_000,
      read_sectors: 480_000,
      write_sectors: 480_000,
      read_merges: 0,
      write_merges: 0,
      read_ticks: Math.round(reads.sumNs / 1e6),
      write_ticks: Math.round(writes.sumNs / 1e6),
      in_queue: Math.round(reads.sumNs / 1e6) + Math.round(writes.sumNs / 1e6),
      util: 100,
    });
  });

  test("leaves out percentiles that the samples cannot carry, and says which", () => {
    const carried = Object.keys(document.jobs[0].read.clat_ns.percentile);
    expect(carried).toHaveLength(16);
    expect(carried).not.toContain("99.990000");
    expect(document.phasebit.total.read.percentilesNotCarried).toEqual([99.99]);
  });

  function typedJob(): Record<string, unknown> {
    const withJobs = structure as { jobs: Record<string, unknown>[] };
    const first = withJobs.jobs[0];
    if (!first) throw new Error("the structure has no job");
    return first;
  }
});

describe("what is not known has no key", () => {
  const jobOf = (iodepth: string, change: Parameters<typeof withJob>[1] = {}) =>
    read(documentText(withJob(exampleRun({ options: { iodepth }, seconds: 1 }), change))).jobs[0];

  test("commands per call, of which only the mean is kept", () => {
    expect(jobOf("8")).not.toHaveProperty("iodepth_submit");
    expect(jobOf("8")).not.toHaveProperty("iodepth_complete");
  });

  test("but no call takes more than four where four is all there is", () => {
    for (const iodepth of ["1", "4"]) {
      const { iodepth_submit: submit, iodepth_complete: complete } = jobOf(iodepth);
      expect(submit).toEqual({ 0: 0, 4: 100, 8: 0, 16: 0, 32: 0, 64: 0, ">=64": 0 });
      expect(complete).toEqual(submit);
    }
  });

  test("nor where the mean is next to one", () => {
    // 20,000 commands: at most 16 / 4 of 19,984 looks found five or more, less than fio shows
    expect(jobOf("8", { sweepsFull: 19_984 }).iodepth_complete).toMatchObject({ 4: 100, 8: 0 });
    expect(jobOf("8", { sweepsFull: 19_900 })).not.toHaveProperty("iodepth_complete");
  });

  test("faults are told by error, and a job without any has 0", () => {
    expect(jobOf("1").error).toBe(0);
    expect(jobOf("1", { failed: 1 }).error).toBe(5);
  });
});

describe("fio's numbers with fractions", () => {
  const text = documentText(exampleRun({ options: { rw: "randread" }, seconds: 1, perSecond: 3 }));
  const [tree, own] = text.split('\n  "phasebit": {') as [string, string];

  test("have six digits after the point, as fio writes them, and no others have", () => {
    expect(tree).toContain('"iops": 3.000000,');
    expect(tree).toContain('"usr_cpu": 97.000000,');
    expect(tree).toContain('"latency_percentile": 100.000000,');
    expect(tree).toMatch(/"iodepth_level": \{\s+"1": 100.000000,/);
    expect(tree).toContain('">=2000": 0.000000');
    expect(tree).toContain('"runtime": 1000,');
    expect(tree).toMatch(/"clat_ns": \{\s+"min": \d+,\s+"max": \d+,\s+"mean": \d+\.\d{6},/);
    expect(tree).not.toMatch(/"(?:io_bytes|bw|total_ios|N|error|latency_depth)": \d*\./);
  });

  test("are the same to a reader, and ours are as they were", () => {
    expect(own).toContain('"iops": 3,');
    expect(read(text).jobs[0].read.iops).toBe(3);
  });

  test("however small or large", () => {
    const line = (value: string) => withFractions(`      "iops": ${value},`);
    expect(line("1e-7")).toBe('      "iops": 0.000000,');
    expect(line("1.5e+21")).toBe('      "iops": 1.5e+21,');
    expect(line("-0.25")).toBe('      "iops": -0.250000,');
  });
});

test("each job is an entry, and the counts are the I/Os that were done", () => {
  const samples = fc.array(fc.nat(1e9), { maxLength: 50 });
  fc.assert(
    fc.property(fc.array(fc.tuple(samples, samples), { minLength: 1, maxLength: 3 }), (jobs) => {
      const run = exampleRun({ options: { rw: "randrw" }, perSecond: 1, seconds: 1 });
      const [job] = jobsIn(run);
      if (!job) throw new Error("no job");
      const filled = jobs.map((_, index) => ({ ...job, job: index }));
      const latencies = jobs.flatMap(([reads, writes], index) => [
        packLatency(countsOf(reads), { op: "read", job: index }),
        packLatency(countsOf(writes), { op: "write", job: index }),
      ]);
      const document = read(documentText(withBlock(withJobs(run, filled), { latencies })));
      expect(document.jobs).toHaveLength(jobs.length);
      for (const direction of ["read", "write"]) {
        const sums = document.jobs.map(
          (entry: Record<string, { total_ios: number }>) => entry[direction]?.total_ios,
        );
        const counted = document.phasebit.blocks[0].latencies
          .filter(({ op }: PackedLatency) => op === direction)
          .map((packed: PackedLatency) =>
            unpackLatency(packed).counts.reduce((sum, [, count]) => sum + count, 0),
          );
        expect(sums).toEqual(counted);
        const total = document.phasebit.total[direction].counts.count;
        const all = sums.reduce((sum: number, value: number) => sum + value, 0);
        expect(total.reduce((sum: number, count: number) => sum + count, 0)).toBe(all);
      }
    }),
    { numRuns: 20 },
  );
});

describe("phasebit's own key", () => {
  const run = exampleRun({ options: { seed: "0xffffffffffffffff" }, seconds: 2 });
  const { phasebit } = read(documentText(run));

  test("carries what fio has no place for", () => {
    expect(phasebit).toMatchObject({
      schema: 3,
      kind: "run",
      version: "0.1.0",
      argv: ["run", "--rw", "randread"],
      clockNs: 24,
      devices: [{ model: "ACME X1 1.92TB", maxQueueEntries: 1024 }],
      host: { kernel: "6.12.0-amd64" },
      histogram: { unit: "ns", significantDigits: 3 },
    });
    // 64 bits are more than a number in JSON holds.
    expect(phasebit.workload.seed).toBe("18446744073709551615");
    expect(phasebit.blocks[0].jobs[0]).toMatchObject({
      phase: "DONE",
      tier: "turbofan",
      entries: 64,
      sqid: 1,
    });
    expect(phasebit.total.write).toBeUndefined();
  });

  test("has a series with an entry for each second", () => {
    const { intervals: series } = phasebit.blocks[0];
    expect(series).toHaveLength(2);
    expect(series[1]).toMatchObject({ endMs: 2000, lengthMs: 1000 });
    const { read: reads } = series[0];
    expect(reads).toMatchObject({ ios: 20_000, iops: 20_000, mibps: 78.125 });
    expect(reads.p50Ns).toBeGreaterThan(8000);
    expect(reads.p99Ns).toBeGreaterThan(reads.p50Ns);
    expect(reads.maxNs).toBeGreaterThan(reads.p99Ns);
  });

  test("has its lists of numbers in one line each", () => {
    const lines = documentText(run).split("\n");
    expect(lines.filter((line) => /"(index|count)": \[[0-9,]+\]/.test(line))).toHaveLength(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(1000);
    expect(lines.length).toBeLessThan(600);
  });
});

/** The structure with a value of the named type at each leaf. */
function typed(value: unknown): unknown {
  if (typeof value === "string") return value === "number" ? 0 : "";
  if (Array.isArray(value)) return value.map(typed);
  return Object.fromEntries(
    Object.entries(value as object).map(([key, part]) => [key, typed(part)]),
  );
}

describe("intervals in fio's tree", () => {
  const rates = (run: Measurement) =>
    runDocument(run).jobs.map((job) => job["read"] as Record<string, number>);

  test("each job has its own", () => {
    const run = exampleRun({ options: { numjobs: "2" }, seconds: 4, perSecond: 500 });
    for (const read of rates(run)) {
      expect(read).toMatchObject({ iops_samples: 4, iops_min: 500, iops_max: 500, iops_mean: 500 });
    }
  });

  test("those of another source are not its own", () => {
    const run = exampleRun({ options: { numjobs: "2" }, seconds: 2, perSecond: 500 });
    const of = (job: number): readonly Interval[] =>
      intervalsIn(run).map((interval) => ({
        ...interval,
        source: job,
        latencies: interval.latencies.filter((packed) => packed.job === job),
      }));
    const source = {
      file: "a.json",
      startedMs: run.startedMs,
      argv: [],
      host: run.host,
      devices: run.devices,
    };
    const jobs = jobsIn(run).map((job) => ({ ...job, source: job.job }));
    const merged = {
      ...withBlock(withJobs(run, jobs), { intervals: [...of(0), ...of(1)] }),
      merged: [source, { ...source, startedMs: run.startedMs + 5000 }],
    };
    for (const read of rates(merged)) {
      expect(read).toMatchObject({ iops_samples: 2, iops_min: 500, iops_mean: 500 });
    }
    // each of the two ran alone, at its own time
    const tree = runDocument(merged);
    const [first, second] = tree.jobs;
    expect([first!["groupid"], second!["groupid"]]).toEqual([0, 1]);
    expect(first!["job_start"]).toBe(run.startedMs);
    expect(second!["job_start"]).toBe(run.startedMs + 5000);
    expect(first!["job options"]).toMatchObject({ numjobs: "1" });
    expect(tree.timestamp_ms).toBe(run.startedMs + 5000 + 2000);
    expect(tree.disk_util).toMatchObject([{ read_ios: 2000 }]);
  });

  test("more of them than a call takes arguments fit", () => {
    const run = exampleRun({ seconds: 1, perSecond: 3 });
    const [first] = intervalsIn(run);
    const intervals = Array.from({ length: MANY }, () => first!);
    expect(rates(withBlock(run, { intervals }))[0]).toMatchObject({
      iops_samples: MANY,
      iops_min: 3,
    });
  });
});
