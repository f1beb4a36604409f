// phasebit run, read and write on the embedded controller in its own thread. Where a fault must strike, it strikes among
// the first commands: eight are under way before the clock is looked at, so a slow machine has them too.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import hdr from "hdr-histogram-js";
import { describe, expect, test } from "vitest";
import { CLI, folder, resultFiles } from "./cli.ts";
import { phasebit, started } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

const DEVICE_FAULT = 5;

interface Direction {
  readonly total_ios: number;
  readonly iops: number;
  readonly clat_ns: { readonly N: number; readonly percentile: Record<string, number> };
  readonly lat_ns: { readonly mean: number };
}

function json(stdout: string) {
  return JSON.parse(stdout) as {
    readonly jobs: readonly { readonly read: Direction; readonly write: Direction }[];
    readonly phasebit: Record<string, unknown>;
  };
}

/** Finds every string value of `key` anywhere in a document. */
function stringsUnder(value: unknown, key: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : stringsUnder(inner, key),
  );
}

test("phasebit run FILE: what is measured is the job, but for what was typed", async () => {
  const cwd = folder();
  const job = "[a]\nioengine=libaio\nrw=read\nbs=8k\niodepth=4\nruntime=100ms\n";
  writeFileSync(join(cwd, "a.fio"), job);
  const args = ["run", "a.fio", "--iodepth", "2", "--output-format", "json"];
  const { status, stdout, stderr } = await phasebitInside(args, cwd);
  expect([status, stderr]).toEqual([0, expect.stringContaining("note: a.fio:2:1: ioengine")]);
  expect(json(stdout).phasebit["workload"]).toMatchObject({ rw: "read", bs: 8192, iodepth: 2 });
});

describe("phasebit run --output-format json", () => {
  const cwd = folder;

  test("the wait for the last commands is no part of the measured time, and told", async () => {
    const device = "embedded?latency=300ms";
    const outcome = await phasebitInside(
      ["run", "-d", device, "--iodepth", "4", "--runtime", "400ms", "--output-format", "json"],
      cwd(),
    );
    const { blocks } = json(outcome.stdout).phasebit as {
      blocks: readonly [
        {
          elapsedNs: number;
          latencies: readonly [{ total: number; drained: number }];
          jobs: readonly [{ elapsedNs: number; drainNs: number; completed: number }];
        },
      ];
    };
    const [{ elapsedNs, latencies, jobs }] = blocks;
    expect(jobs[0].elapsedNs).toBe(elapsedNs);
    expect(jobs[0].drainNs).toBeGreaterThan(0);
    expect(jobs[0].completed).toBe(latencies[0].total);
    // a thread that also used its CPU in the wait would come to more than there was
    const [{ usr_cpu: user, sys_cpu: system }] = json(outcome.stdout).jobs as unknown as [
      { usr_cpu: number; sys_cpu: number },
    ];
    expect(user + system).toBeLessThanOrEqual(100);
    // the loop ends with everything in flight
    expect(latencies[0].drained).toBe(4);
    expect(json(outcome.stdout).jobs[0]!.read.iops).toBeCloseTo(
      ((latencies[0].total - 4) * 1e9) / elapsedNs,
    );
  });

  test("prints one document in fio's tree, and total I/Os equal the histogram's counts", () => {
    const outcome = phasebit(
      ["run", "--iodepth", "32", "--runtime", "1", "--output-format", "json"],
      cwd(),
    );
    expect(outcome.stderr).toBe("");
    expect(outcome.status).toBe(0);
    const document = json(outcome.stdout);
    const { read, write } = document.jobs[0]!;
    expect(read.iops).toBeGreaterThan(0);
    expect(read.clat_ns.N).toBe(read.total_ios);
    expect(write.total_ios).toBe(0);
    expect(read.lat_ns.mean).toBeGreaterThan(0);

    const { blocks } = document.phasebit as {
      blocks: readonly [{ intervals: readonly { read: { ios: number } }[] }];
    };
    const series = blocks[0].intervals;
    expect(
      series.reduce((sum, interval) => sum + interval.read.ios, 0),
      "every I/O lies in one second",
    ).toBe(read.total_ios);

    const encoded = stringsUnder(document.phasebit, "hdrHistogramV2");
    expect(encoded.length).toBeGreaterThan(0);
    const decoded = hdr.decodeFromCompressedBase64(encoded[0]!, 64);
    expect(decoded.totalCount).toBe(read.total_ios);
    for (const [percentile, ns] of Object.entries(read.clat_ns.percentile)) {
      const reference = decoded.getValueAtPercentile(Number(percentile));
      expect(Math.abs(ns - reference)).toBeLessThanOrEqual(reference / 1000 + 1);
    }
  });

  test("says which clock it went by: that which was asked for, or else its own choice", async () => {
    const clockOf = async (...options: string[]) => {
      const args = ["run", "--runtime", "100ms", "--output-format", "json", ...options];
      const { blocks } = json((await phasebitInside(args, cwd())).stdout).phasebit as {
        blocks: readonly [{ jobs: readonly [{ clock: Record<string, unknown> }] }];
      };
      return blocks[0].jobs[0].clock;
    };
    const monotonic = { source: "monotonic", hz: null, driftPpm: null };
    expect(await clockOf("--clocksource", "clock_gettime")).toEqual(monotonic);
    const chosen = await clockOf();
    if (chosen["source"] === "monotonic") expect(chosen).toEqual(monotonic);
    else expect(chosen).toMatchObject({ source: "tsc", hz: expect.any(Number) });
  });

  test("randrw keeps its share of reads", async () => {
    const outcome = await phasebitInside([
      ...["run", "--device", "embedded?size=16m", "--rw", "randrw", "--rwmixread", "30"],
      ...["--destructive", "--bs", "8k"],
      ...["--iodepth", "4", "--runtime", "300ms", "--output-format", "json"],
    ]);
    const { read, write } = json(outcome.stdout).jobs[0]!;
    const total = read.total_ios + write.total_ios;
    const deviation = Math.sqrt((0.3 * 0.7) / total);
    expect(Math.abs(read.total_ios / total - 0.3)).toBeLessThan(5 * deviation);
  });
});

describe("phasebit run", () => {
  test("saves a result and its .hgrm, and says where", async () => {
    const here = folder();
    const outcome = await phasebitInside(["run", "--runtime", "100ms"], here);
    expect(outcome.status).toBe(0);
    const files = resultFiles(here);
    expect(files.map((file) => file.split(".").at(-1)).sort()).toEqual(["hgrm", "json"]);
    for (const file of files) expect(outcome.stdout).toContain(file);
    expect(outcome.stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  test("a file as medium keeps what was written", async () => {
    const here = folder();
    const medium = join(here, "medium.img");
    const copied = join(here, "copy.img");
    const pattern = Buffer.from(
      Array.from({ length: 1 << 20 }, (_, at) => (at * 31 + (at >> 12)) & 0xff),
    );
    const input = join(here, "pattern.img");
    writeFileSync(medium, Buffer.alloc(1 << 20));
    writeFileSync(input, pattern);
    const device = `embedded?medium=${medium}`;
    const wrote = await phasebitInside(
      ["write", "--device", device, "--input", input, "--destructive"],
      here,
    );
    expect(wrote.stderr).toMatch(/1MiB copied/);
    expect(readFileSync(medium).equals(pattern)).toBe(true);
    const range = ["read", "--device", device, "--size", "1m", "--output"];
    const read = await phasebitInside([...range, copied], here);
    expect(read.status).toBe(0);
    expect(readFileSync(copied).equals(pattern)).toBe(true);
    const piped = spawnSync(process.execPath, [CLI, ...range, "-"]);
    expect(piped.stdout.equals(pattern)).toBe(true);
    expect(piped.stderr.toString()).toBe("1MiB copied\n");
  });

  describe("--fail-if", () => {
    const gated = (condition: string, ...args: string[]) =>
      phasebitInside(["run", "--runtime", "100ms", "--fail-if", condition, ...args]);

    test("that is met ends in 99, and the report's last line says so", async () => {
      const outcome = await gated("MAX > 1NS");
      expect(outcome.status).toBe(99);
      expect(outcome.stdout).toMatch(/\nfail-if FAILED: read\.max > 1ns: [0-9.,]+[nums]+\n$/);
      expect(outcome.stderr).toBe("");
    });

    test("that is not met ends in 0", async () => {
      const outcome = await gated("errors > 0");
      expect(outcome.stdout).toMatch(/\nfail-if ok: read\.errors > 0: 0\n$/);
      expect(outcome.status).toBe(0);
    });

    test("that cannot be judged ends in 98, and stderr says so beside JSON", async () => {
      const outcome = await gated("p99.999999 > 1s", "-o", "json");
      expect(outcome.status).toBe(98);
      expect(outcome.stderr).toMatch(
        /^phasebit: not judged: read\.p99\.999999 > 1s: p99\.999999 needs 1,000,000,000 I\/Os/,
      );
      expect(json(outcome.stdout).phasebit["failIf"]).toEqual([
        { condition: "p99.999999 > 1s", group: "read", outcome: "not judged", value: null },
      ]);
    });
  });

  test("Ctrl-C keeps and prints what was measured, exit code 130", async () => {
    const here = folder();
    const { child, ended } = started(["run", "--runtime", "10m", "--trace"], here);
    await new Promise<void>((resolve) => {
      child.stderr.on("data", (data) => {
        if (String(data).includes("Create") || /done {2}sq 0 cid 4/.test(String(data))) resolve();
      });
    });
    child.kill("SIGINT");
    const outcome = await ended;
    expect(outcome.status).toBe(130);
    expect(outcome.stdout).toMatch(/interrupted/);
    expect(outcome.stderr).toMatch(/write CC .*EN=0/);
    expect(resultFiles(here)).toHaveLength(2);
  });

  test("--trace shows bring-up step by step", async () => {
    const { stderr } = await phasebitInside(["run", "--runtime", "100ms", "--trace"]);
    const order = [/write AQA/, /write CC .*EN=1/, /CSTS .*RDY=1/, /closed/].map((step) =>
      stderr.search(step),
    );
    expect(order.every((position) => position > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });
});

describe("a device that misbehaves", () => {
  const faulty: readonly [string, string, RegExp][] = [
    ["error statuses are counted by name", "error-status:every=3", /Internal Error \(0\/06\)/],
    ["forged entries are counted by kind", "fuzz-cqe:p=0.5", /\(bad-sqid\)/],
    ["a wrong SQID ends nothing", "bad-sqid:every=3", /\(bad-sqid\)/],
    ["an SQHD outside of the queue ends nothing", "bad-sqhd:every=3", /\(bad-sqhd\)/],
    [
      "an SQHD in the queue that cannot be is told",
      "bad-sqhd:every=3,value=inside",
      /\(wrong-sqhd\).* had a wrong SQHD: in the queue, but behind the last one or past the tail/,
    ],
    ["duplicates are told", "duplicate-cqe:every=3", /stale-generation|idle-slot/],
    ["a command that never ends is given up", "never-complete:nth=3", /never completed/],
  ];
  test.each(faulty)("%s", async (_name, fault, words) => {
    const here = folder();
    const device = `embedded?size=16m&fault=${fault}`;
    const args = ["run", "--device", device, "--iodepth", "8", "--timeout", "500ms"];
    const outcome = await phasebitInside([...args, "--runtime", "300ms"], here);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(words);
    expect(outcome.status).toBe(DEVICE_FAULT);
    expect(resultFiles(here), "what was measured is kept").toHaveLength(2);
  });

  test.each([
    ["a fatal controller", "cfs:nth=3", /CSTS\.CFS/],
    ["a vanished device", "gone:nth=3", /stopped answering/],
    ["a reset from elsewhere", "surprise-reset:nth=3", /CSTS\.RDY fell/],
  ])("%s ends the run, however long it was to be", async (_name, fault, words) => {
    const here = folder();
    const device = `embedded?size=16m&fault=${fault}`;
    const args = ["run", "--device", device, "--iodepth", "8", "--runtime", "10m"];
    const outcome = await phasebitInside(args, here);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(words);
    expect(outcome.status).toBe(DEVICE_FAULT);
    expect(resultFiles(here), "what was measured is kept").toHaveLength(2);
  });

  test("a sweep that ends with its first setting says first that it is a part", async () => {
    const here = folder();
    const device = "embedded?size=16m&fault=gone:nth=3";
    const args = ["sweep", "-d", device, "-q", "1,8", "--modes", "poll", "--runtime", "10m"];
    const outcome = await phasebitInside(args, here);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(
      /^partial Only 0 of 2 settings were measured in full; missing or cut short: poll\.qd1, poll\.qd8\. /,
    );
    expect(outcome.status).toBe(DEVICE_FAULT);
  });

  test("one that never becomes ready is one clear line with its registers", async () => {
    const outcome = await phasebitInside([
      "run",
      "--device",
      "embedded?fault=never-ready;bad-cap:field=to,value=1",
    ]);
    expect(outcome.status).toBe(DEVICE_FAULT);
    expect(outcome.stderr).toMatch(/CSTS\.RDY=1: not within \d+ ms, CC 00460001, CSTS 0+/);
  });
});
