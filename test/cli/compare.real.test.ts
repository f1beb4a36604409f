// Comparisons, sweeps and completion modes on the embedded controller in its own thread. How exactly interrupts are
// counted, and that a mode beside itself claims nothing, is tested in virtual time (test/host/wait.test.ts,
// test/results/compare-document.test.ts): here another program may take the CPU at any moment.
import { describe, expect, test } from "vitest";
import { phasebit } from "./real.ts";
import { phasebitInside } from "./real-inside.ts";

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

async function comparison(args: readonly string[]) {
  const outcome = await phasebitInside(["compare", "--output-format", "json", ...args]);
  expect(outcome.stderr).toBe("");
  expect(outcome.status).toBe(0);
  return JSON.parse(outcome.stdout) as {
    readonly schema: number;
    readonly modes: Readonly<Record<string, Mode>>;
    readonly pairs: readonly Pair[];
  };
}

describe("phasebit compare", () => {
  test("measures every mode in every round and compares every pair", async () => {
    const modes = ["poll", "interrupt", "hybrid", "lhp", "adaptive"];
    const { modes: measured, pairs } = await comparison([
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

/** Short, since not the figures are of interest. */
const BRIEFLY = ["--runtime", "80ms", "--ramp-time", "0", "--output-format", "json"];
const IN_BUFFER = ["--device", "embedded?size=16m&cmb=1m&latency=20us"];

describe("in the Controller Memory Buffer", () => {
  test("a point of a sweep for each place, in the order in which they were named", async () => {
    const places = ["--cmb", "none,sq,sq+data", "--modes", "poll", "--iodepth", "2"];
    const { points, workloads } = await measured(["sweep", ...IN_BUFFER, ...places, ...BRIEFLY]);
    expect(points.map(({ cmb }) => cmb)).toEqual([[], ["sq"], ["sq", "data"]]);
    expect(workloads.map(({ name }) => name)).toEqual([
      ...["poll.qd2", "poll.qd2.cmb-sq", "poll.qd2.cmb-sq-data"],
    ]);
    for (const { iops, lost } of points) {
      expect(iops).toBeGreaterThan(0);
      expect(lost).toBe(0);
    }
  });

  test("one side of a comparison", async () => {
    const sides = ["--a", "", "--b", "--cmb sq", "--rounds", "2"];
    const { workloads, modes } = await measured(["compare", ...IN_BUFFER, ...sides, ...BRIEFLY]);
    expect(workloads.map(({ name, workload }) => [name, workload.cmb])).toEqual([
      ...[
        ["a", []],
        ["b", ["sq"]],
      ],
    ]);
    for (const { iops } of Object.values(modes)) expect(iops).toBeGreaterThan(0);
  });

  test.each([
    ["sweep", ["--cmb", "none,sq", "--modes", "poll"]],
    ["compare", ["--a", "", "--b", "--cmb sq"]],
  ])("%s is refused by a controller that has none", async (command, options) => {
    const args = [command, "-d", "embedded?size=16m", ...options];
    const { status, stderr } = await phasebitInside(args);
    expect(stderr).toMatch(/--cmb sq: the controller has no Controller Memory Buffer/);
    expect(status).toBe(2);
  });
});

describe("with shadow doorbells", () => {
  const device = ["--device", "embedded?size=16m&latency=20us"];

  test("one side of a comparison, whose other side rings", async () => {
    const sides = ["--a", "", "--b", "--shadow-doorbells", "--rounds", "2"];
    const { workloads, modes } = await measured(["compare", ...device, ...sides, ...BRIEFLY]);
    expect(workloads.map(({ workload }) => workload.shadowDoorbells)).toEqual([false, true]);
    for (const { iops, lost } of Object.values(modes)) {
      expect(iops).toBeGreaterThan(0);
      expect(lost).toBe(0);
    }
  });

  test("every mode of a comparison, every point of a sweep", async () => {
    const modes = ["--modes", "poll,interrupt", "--rounds", "1"];
    const points = ["--modes", "poll,interrupt", "--iodepth", "1,4"];
    const args = ["compare", ...device, ...modes, "--shadow-doorbells", ...BRIEFLY];
    const compared = await measured(args);
    const swept = await measured(["sweep", ...device, ...points, "--shadow-doorbells", ...BRIEFLY]);
    const all = [...compared.workloads, ...swept.workloads];
    expect(all.map(({ workload }) => workload.shadowDoorbells)).toEqual(Array(6).fill(true));
    for (const { lost } of swept.points) expect(lost).toBe(0);
  });

  test.each([
    ["compare", ["--a", "", "--b", "--shadow-doorbells"]],
    ["sweep", ["--modes", "poll", "--shadow-doorbells"]],
  ])("%s is refused by a controller that has no such command", async (command, options) => {
    const without = "embedded?size=16m&fault=bad-identify:field=oacs,value=0";
    const { status, stderr } = await phasebitInside([command, "-d", without, ...options]);
    expect(stderr).toMatch(/OACS bit 8 is 0/);
    expect(status).toBe(4);
  });
});

/** What was measured, as far as it is looked at here. */
async function measured(args: readonly string[]) {
  const outcome = await phasebitInside(args);
  // a busy host has the shutdown announced, which is no failure
  expect(outcome.status, outcome.stderr).toBe(0);
  return JSON.parse(outcome.stdout) as {
    readonly workloads: readonly {
      readonly name: string;
      readonly workload: { readonly cmb: readonly string[]; readonly shadowDoorbells: boolean };
    }[];
    readonly modes: Readonly<Record<string, Mode>>;
    readonly points: readonly {
      readonly cmb: readonly string[];
      readonly iops: number;
      readonly lost: number;
    }[];
  };
}

describe("interrupts", () => {
  test("dropped ones are counted as lost and told, and lose no I/O", async () => {
    const outcome = await phasebitInside([
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

  test("spurious ones are counted and said", async () => {
    const outcome = await phasebitInside([
      ...["run", "--device", "embedded?size=16m&latency=2ms&fault=spurious-interrupt:every=1"],
      ...["--completion", "interrupt", "--runtime", "300ms"],
      ...["--output-format", "json"],
    ]);
    const { own, warnings } = counted(outcome.stdout);
    const kinds = warnings.map(({ kind }) => kind);
    expect(own[0]!.waits.spurious).toBeGreaterThan(0);
    expect(kinds).toContain(isStarved(kinds) ? "interrupts-unclear" : "spurious-interrupts");
  });

  test("two jobs on one vector both go on", async () => {
    const outcome = await phasebitInside([
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

test("--stages shows where the time of a command goes", async () => {
  const outcome = await phasebitInside([
    ...["run", "--device", "embedded?size=16m&latency=50us", "--stages", "--runtime", "300ms"],
  ]);
  expect(outcome.status).toBe(0);
  for (const stage of ["build", "doorbell", "fetch", "service", "seen", "reap"]) {
    expect(outcome.stdout).toMatch(new RegExp(`^${stage} `, "m"));
  }
  // each of its figures: never shorter than the device's latency, and on a busy machine as long as it likes
  const [row = ""] = /^service .*/m.exec(outcome.stdout) ?? [];
  const figuresUs = [...row.matchAll(/([0-9.]+)(ns|us|ms|s)\b/g)].map(
    ([, figure, unit]) => Number(figure) * { ns: 1e-3, us: 1, ms: 1e3, s: 1e6 }[unit as "us"],
  );
  expect(figuresUs.length, "the mean and the largest at least").toBeGreaterThanOrEqual(2);
  expect(Math.min(...figuresUs)).toBeGreaterThan(49);
});
