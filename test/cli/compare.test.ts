// Comparisons, sweeps and completion modes through the built command line, on the embedded controller.
import { describe, expect, test } from "vitest";
import { folder, phasebit, resultFiles } from "./cli.ts";

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

const USAGE = 2;
const ENVIRONMENT = 3;

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

describe("misuse", () => {
  test.each([
    ["one mode", ["compare", "--modes", "poll"], USAGE, /needs two modes/],
    ["an unknown mode", ["compare", "--modes", "poll,interupt"], USAGE, /interupt.*interrupt/],
    ["a mode twice", ["compare", "--modes", "poll,poll"], USAGE, /twice/],
    ["no rounds", ["compare", "--rounds", "0"], USAGE, /--rounds 0/],
    ["one side only", ["compare", "--a", "--iodepth 2"], USAGE, /--b/],
    ["a bad side", ["compare", "--a", "--iodeph 2", "--b", ""], USAGE, /--a.*iodeph/],
    ["two devices", ["compare", "--a", "-d embedded?size=1m", "--b", ""], USAGE, /same --device/],
    ["a bad axis", ["sweep", "--iodepth", "1,x"], USAGE, /--iodepth x/],
    ["a bad threshold", ["sweep", "--thresholds", "256"], USAGE, /--thresholds 256/],
    ["an unknown interrupt", ["run", "--irq", "msi-y"], USAGE, /--irq msi-y/],
    ["a bad coalescing", ["run", "--coalesce", "7"], USAGE, /--coalesce 7/],
    [
      "interrupts that the device lacks",
      ["run", "--completion", "interrupt", "--irq", "intx"],
      ENVIRONMENT,
      /--irq intx.*msix/,
    ],
  ])("%s", (_name, args, status, words) => {
    const cwd = folder();
    const outcome = phasebit(args, cwd);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
    expect(outcome.status).toBe(status);
    expect(resultFiles(cwd)).toEqual([]);
  });
});

describe("phasebit compare", () => {
  test("measures every mode in every round and compares every pair", () => {
    const modes = ["poll", "interrupt", "hybrid", "lhp", "adaptive"];
    const { modes: measured, pairs } = comparison([
      ...["--device", "embedded?size=16m&latency=20us", "--modes", modes.join(",")],
      ...["--rounds", "2", "--runtime", "200ms", "--ramp-time", "50ms"],
    ]);
    expect(Object.keys(measured)).toEqual(modes);
    for (const [name, mode] of Object.entries(measured)) {
      expect(mode.blocks, name).toHaveLength(2);
      expect(mode.iops, name).toBeGreaterThan(0);
      expect(mode.latNs.p50, name).toBeGreaterThan(19_000);
      expect(mode.latNs.p9999, "two blocks carry no p99.99").toBeNull();
      expect(mode.lost, name).toBe(0);
    }
    expect(measured["poll"]!.interruptsPerIo).toBe(0);
    expect(measured["interrupt"]!.interruptsPerIo).toBeGreaterThan(0.9);
    expect(new Set(pairs.map(({ a, b }) => `${a} ${b}`)).size).toBe(10);
  });

  // by design one such comparison in forty may claim something (docs/comparing.md): then another one must not
  test("of a mode with itself claims no difference", { retry: 1 }, () => {
    const { pairs } = comparison([
      ...["--device", "embedded?size=16m&latency=20us", "--a", "--iodepth 2", "--b", "--iodepth 2"],
      ...["--rounds", "8", "--runtime", "100ms", "--ramp-time", "20ms"],
    ]);
    const claims = pairs.filter(({ verdict }) => verdict === "lower" || verdict === "higher");
    expect(claims.map(({ metric }) => metric)).toEqual([]);
  });

  test("shows modes, pairs and doubts in 80 columns", () => {
    const { stdout, status } = phasebit([
      ...["compare", "--device", "embedded?size=16m&latency=20us"],
      ...["--rounds", "7", "--runtime", "100ms", "--ramp-time", "20ms"],
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^pair +poll and interrupt, 7 rounds/m);
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  });
});

describe("phasebit sweep", () => {
  test("has a row for every setting", () => {
    const outcome = phasebit([
      ...["sweep", "--device", "embedded?size=16m&latency=20us", "--iodepth", "1,4"],
      ...["--modes", "poll,interrupt", "--thresholds", "0,3", "--times", "1"],
      ...["--runtime", "100ms", "--output-format", "json"],
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
  test("dropping every 100th gives exactly that many lost ones, and loses no I/O", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=20us&fault=drop-interrupt:every=100"],
      ...["--completion", "interrupt", "--interrupt-timeout", "10ms", "--runtime", "1"],
      ...["--output-format", "json"],
    ]);
    expect(outcome.status).toBe(0);
    const { jobs, phasebit: own } = JSON.parse(outcome.stdout) as {
      readonly jobs: readonly { readonly read: { readonly total_ios: number } }[];
      readonly phasebit: {
        readonly jobs: readonly {
          readonly lost: number;
          readonly waits: { readonly lost: number; readonly spurious: number };
        }[];
        readonly warnings: readonly { readonly kind: string }[];
      };
    };
    const total = jobs[0]!.read.total_ios;
    const { lost, waits } = own.jobs[0]!;
    expect(total).toBeGreaterThan(1000);
    // the last completion is drained, not waited for: its interrupt cannot be missed
    expect([Math.floor(total / 100), Math.floor((total - 1) / 100)]).toContain(waits.lost);
    expect([lost, waits.spurious]).toEqual([0, 0]);
    expect(own.warnings.map(({ kind }) => kind)).toContain("lost-interrupts");
  });

  test("spurious ones are counted and said", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=50us&fault=spurious-interrupt:every=50"],
      ...["--completion", "interrupt", "--runtime", "1"],
    ]);
    expect(outcome.stdout.replace(/\s+/g, " ")).toMatch(/interrupts? came without a completion/);
  });

  test("two jobs on one vector both go on", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=50us", "--numjobs", "2", "--iodepth", "2"],
      ...["--completion", "interrupt", "--irq", "msix-shared", "--runtime", "1"],
      ...["--output-format", "json"],
    ]);
    const { jobs, phasebit: own } = JSON.parse(outcome.stdout) as {
      readonly jobs: readonly { readonly read: { readonly total_ios: number } }[];
      readonly phasebit: {
        readonly jobs: readonly { readonly waits: { readonly lost: number } }[];
      };
    };
    expect(jobs.every(({ read }) => read.total_ios > 1000)).toBe(true);
    expect(own.jobs.map(({ waits }) => waits.lost)).toEqual([0, 0]);
  });
});

describe("--stages", () => {
  test("shows where the time of a command goes", () => {
    const outcome = phasebit([
      ...["run", "--device", "embedded?size=16m&latency=50us", "--stages", "--runtime", "1"],
    ]);
    expect(outcome.status).toBe(0);
    for (const stage of ["build", "doorbell", "fetch", "service", "seen", "reap"]) {
      expect(outcome.stdout).toMatch(new RegExp(`^${stage} `, "m"));
    }
    const service = /^service\s+\S+\s+(\S+)us/m.exec(outcome.stdout)?.[1];
    expect(Number(service)).toBeGreaterThan(49);
    expect(Number(service)).toBeLessThan(80);
  });
});
