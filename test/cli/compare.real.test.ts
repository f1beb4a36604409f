// Comparisons, sweeps and completion modes on the embedded controller in its own thread. How exactly interrupts are
// counted, and that a mode beside itself claims nothing, is tested in virtual time (test/host/wait.test.ts,
// test/results/compare-document.test.ts): here another program may take the CPU at any moment.
import { describe, expect, test } from "vitest";
import { phasebit } from "./real.ts";

interface Mode {
  readonly iops: number;
  readonly latNs: { readonly p50: number | null; readonly p9999: number | null };
  readonly cpuNsPerIo: { readonly user: number; readonly system: number };
  readonly interruptsPerIo: number;
  readonly lost: number;
  readonly blocks: readonly unknown[];
}

interface Pair {
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  readonly verdict: string | null;
}

function comparison(args: readonly string[]) {
  const outcome = phasebit(["compare", "--output-format", "json", ...args]);
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
  return JSON.parse(outcome.stdout) as {
    readonly schema: number;
    readonly modes: Readonly<Record<string, Mode>>;
    readonly pairs: readonly Pair[];
  };
}

describe("phasebit compare", () => {
  test("measures every mode in every round and compares every pair", () => {
    const modes = ["poll", "interrupt", "hybrid", "lhp", "adaptive"];
    const { modes: measured, pairs } = comparison([
      ...["--device", "embedded?size=16m&latency=20us", "--modes", modes.join(",")],
      ...["--rounds", "2", "--runtime", "80ms", "--ramp-time", "20ms"],
    ]);
    expect(Object.keys(measured)).toEqual(modes);
    for (const [name, mode] of Object.entries(measured)) {
      expect(mode.blocks, name).toHaveLength(2);
      expect(mode.iops, name).toBeGreaterThan(0);
      // null on a machine too slow for a median
      expect(mode.latNs.p50 ?? 20_000, name).toBeGreaterThanOrEqual(20_000);
      expect(mode.latNs.p9999, "two blocks carry no p99.99").toBeNull();
      expect(mode.lost, name).toBe(0);
    }
    expect(measured["poll"]!.interruptsPerIo).toBe(0);
    expect(measured["interrupt"]!.interruptsPerIo).toBeGreaterThan(0);
    expect(new Set(pairs.map(({ a, b }) => `${a} ${b}`)).size).toBe(10);
  });

  test("shows sides, pairs and doubts in 80 columns", () => {
    const { stdout, status } = phasebit([
      ...["compare", "--device", "embedded?size=16m&latency=20us"],
      ...["--a", "--iodepth 2", "--b", "--completion interrupt"],
      ...["--rounds", "7", "--runtime", "30ms", "--ramp-time", "0"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^pair +a and b, 7 rounds/m);
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  });
});

describe("phasebit sweep", () => {
  test("has a row for every setting", () => {
    const outcome = phasebit([
      ...["sweep", "--device", "embedded?size=16m&latency=20us", "--iodepth", "1,4"],
      ...["--modes", "poll,interrupt", "--thresholds", "0,3", "--times", "1"],
      ...["--runtime", "20ms", "--output-format", "json"],
    ]);
    expect(outcome.status).toBe(0);
    const { points } = JSON.parse(outcome.stdout) as { points: readonly { mode: string }[] };
    expect(points.map(({ mode }) => mode)).toEqual([
      ...["poll", "interrupt", "interrupt"],
      ...["poll", "interrupt", "interrupt"],
    ]);
  });
});

describe("interrupts", () => {
  test("dropped ones are counted as lost and told, and lose no I/O", () => {
    const outcome = phasebit([
      // a millisecond: the host waits before the completion is there
      ...["run", "--device", "embedded?size=16m&latency=1ms&fault=drop-interrupt:every=2"],
      ...["--completion", "interrupt", "--interrupt-timeout", "10ms", "--runtime", "400ms"],
      ...["--output-format", "json"],
    ]);
    expect(outcome.status).toBe(0);
    const { jobs, own, warnings } = counted(outcome.stdout);
    const kinds = warnings.map(({ kind }) => kind);
    expect(jobs[0]!.read.total_ios).toBeGreaterThan(0);
    expect(own[0]!.waits.lost).toBeGreaterThan(0);
    expect(own[0]!.waits.lost).toBeLessThanOrEqual(jobs[0]!.read.total_ios);
    expect(own[0]!.lost).toBe(0);
    // a host that kept the threads from running is named instead
    expect(kinds).toContain(isStarved(kinds) ? "interrupts-unclear" : "lost-interrupts");
  });

  test("spurious ones are counted and said", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=2ms&fault=spurious-interrupt:every=1"],
      ...["--completion", "interrupt", "--runtime", "300ms"],
      ...["--output-format", "json"],
    ]);
    const { own, warnings } = counted(outcome.stdout);
    const kinds = warnings.map(({ kind }) => kind);
    expect(own[0]!.waits.spurious).toBeGreaterThan(0);
    expect(kinds).toContain(isStarved(kinds) ? "interrupts-unclear" : "spurious-interrupts");
  });

  test("two jobs on one vector both go on", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=50us", "--numjobs", "2", "--iodepth", "2"],
      ...["--completion", "interrupt", "--irq", "msix-shared", "--interrupt-timeout", "1s"],
      ...["--runtime", "300ms", "--output-format", "json"],
    ]);
    const { jobs, own } = counted(outcome.stdout);
    // more than were under way from the start
    for (const { read } of jobs) expect(read.total_ios).toBeGreaterThan(2);
    expect(own.map(({ waits }) => waits.lost)).toEqual([0, 0]);
  });
});

/** Whether the host kept threads from running, which is a warning of its own. */
function isStarved(kinds: readonly string[]): boolean {
  return kinds.includes("job-starved") || kinds.includes("device-starved");
}

/** What a run says of its jobs and of itself. */
function counted(stdout: string) {
  const { jobs, phasebit: own } = JSON.parse(stdout) as {
    readonly jobs: readonly { readonly read: { readonly total_ios: number } }[];
    readonly phasebit: {
      readonly blocks: readonly [
        {
          readonly jobs: readonly {
            readonly lost: number;
            readonly waits: { readonly lost: number; readonly spurious: number };
          }[];
        },
      ];
      readonly warnings: readonly { readonly kind: string }[];
    };
  };
  return { jobs, own: own.blocks[0].jobs, warnings: own.warnings };
}

test("--stages shows where the time of a command goes", () => {
  const outcome = phasebit([
    ...["run", "--device", "embedded?size=16m&latency=50us", "--stages", "--runtime", "300ms"],
  ]);
  expect(outcome.status).toBe(0);
  for (const stage of ["build", "doorbell", "fetch", "service", "seen", "reap"]) {
    expect(outcome.stdout).toMatch(new RegExp(`^${stage} `, "m"));
  }
  // never shorter than the device's latency, and on a busy machine as long as it likes
  const [, service, unit] = /^service\s+\S+\s+([0-9.]+)(us|ms|s)/m.exec(outcome.stdout) ?? [];
  expect(Number(service) * { us: 1, ms: 1e3, s: 1e6 }[unit as "us" | "ms" | "s"]).toBeGreaterThan(
    49,
  );
});
