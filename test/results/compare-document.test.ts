import { describe, expect, test } from "vitest";
import { metrics } from "../../src/analysis/compare-metrics.ts";
import { latencyIn } from "../../src/measurement/latency-counts.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { comparisonDocument } from "../../src/results/compare-document.ts";
import { blocksOf, exampleComparison, interrupt, poll } from "../examples/compare.ts";
import { MEASURED_KEYS } from "./keys.ts";

const document = comparisonDocument(exampleComparison({ modes: [poll, interrupt] }));

/** The entry of a figure of the first pair. */
function entry(of: ReturnType<typeof comparisonDocument>, metric: string) {
  return of.pairs.find((pair) => pair.metric === metric)!;
}

describe("a comparison without I/O", () => {
  const measured = exampleComparison({ modes: [poll, interrupt], rounds: 8, ios: 20 });
  const empty: Measurement = { ...measured, blocks: [] };

  test("has nulls, never NaN", () => {
    const { modes, pairs, drift } = comparisonDocument(empty);
    expect(modes["poll"]).toMatchObject({
      iops: null,
      latNs: { mean: null, max: null },
      blocks: [],
    });
    for (const pair of pairs) {
      expect(pair).toMatchObject({ difference: null, ratio: null, ci95: null, verdict: null });
    }
    expect(drift).toEqual([]);
  });

  test("two modes of one name are a mistake of the caller", () => {
    const workloads = [measured.workloads[0]!, measured.workloads[0]!];
    expect(() => comparisonDocument({ ...measured, workloads })).toThrow("names of modes");
  });
});

test("the document has exactly its keys", () => {
  expect(Object.keys(document)).toEqual([...MEASURED_KEYS, "method", "modes", "pairs", "drift"]);
  expect(Object.keys(document.modes)).toEqual(["poll", "interrupt"]);
  const mode = document.modes["poll"]!;
  expect(Object.keys(mode)).toEqual([
    "iops",
    "latNs",
    "cpuNsPerIo",
    "switchesPerIo",
    "interruptsPerIo",
    "wakeupsPerIo",
    "spurious",
    "lost",
    "deviceCpuNsPerIo",
    "blocks",
  ]);
  expect(Object.keys(mode.latNs)).toEqual(["mean", "p50", "p90", "p99", "p999", "p9999", "max"]);
  expect(Object.keys(mode.cpuNsPerIo)).toEqual(["user", "system"]);
  expect(Object.keys(mode.switchesPerIo)).toEqual(["voluntary", "involuntary"]);
  expect(mode.blocks).toHaveLength(12);
  for (const pair of document.pairs) {
    const keys = ["a", "b", "metric", "difference", "ratio", "ci95", "verdict"];
    expect(Object.keys(pair)).toEqual(keys);
  }
  expect(document.pairs.map(({ metric }) => metric)).toEqual(metrics.map(({ metric }) => metric));
});

test("it survives JSON unchanged", () => {
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test("intervals hold the difference and the ratio, and the verdict follows them", () => {
  const { difference, ratio, ci95, verdict } = entry(document, "latNs.p50");
  expect(verdict).toBe("lower");
  const [low, high] = ci95!.difference;
  expect(low < difference! && difference! < high && high < 0).toBe(true);
  const [least, most] = ci95!.ratio!;
  expect(least < ratio! && ratio! < most && most < 1).toBe(true);
  expect(entry(document, "iops").verdict).toBe("higher");
  expect(entry(document, "latNs.p99").verdict).toBe("lower");
});

test("percentiles that the samples cannot carry are null", () => {
  const { modes } = document;
  // 18,000 I/Os in all, 1,500 in a block.
  expect(modes["poll"]!.latNs.p999).toBeGreaterThan(0);
  expect(modes["poll"]!.latNs.p9999).toBeNull();
  expect(modes["poll"]!.blocks[0]!.latNs.p999).toBeNull();
  const uncompared = { difference: null, ratio: null, ci95: null, verdict: null };
  expect(entry(document, "latNs.p999")).toMatchObject(uncompared);
});

test("a mode without interrupts has a difference and no ratio to it", () => {
  expect(entry(document, "interruptsPerIo")).toMatchObject({
    difference: -1,
    ratio: null,
    ci95: { difference: [-1, -1], ratio: null },
    verdict: "lower",
  });
});

test("figures of all blocks are pooled, not averaged", () => {
  const measured = exampleComparison({ modes: [poll, interrupt], rounds: 7, ios: 60 });
  const { modes } = comparisonDocument(measured);
  const own = blocksOf(measured, "poll").map((block) => {
    return { ...block, latency: latencyIn(block.latencies) };
  });
  const total = own.reduce((sum, { latency }) => sum + latency.total, 0);
  const elapsedNs = own.reduce((sum, block) => sum + block.elapsedNs, 0);
  expect(modes["poll"]!.iops).toBeCloseTo((total * 1e9) / elapsedNs, 6);
  expect(modes["poll"]!.latNs.max).toBe(Math.max(...own.map(({ latency }) => latency.maxNs)));
  // No block carries p90 by 60 samples; 420 do.
  expect(modes["poll"]!.blocks[0]!.latNs.p90).toBeNull();
  expect(modes["poll"]!.latNs.p90).toBeGreaterThan(0);
});

test("a mode compared with itself claims nothing at all in 18 of 20 comparisons", () => {
  const modes = [poll, { ...poll, name: "poll#2" }];
  const silent = Array.from({ length: 20 }, (_, index) => {
    const measured = exampleComparison({ modes, rounds: 10, ios: 300, seed: index + 1 });
    return comparisonDocument(measured).pairs.every(
      ({ verdict }) => verdict === "no difference shown" || verdict === null,
    );
  });
  expect(silent.filter(Boolean).length).toBeGreaterThanOrEqual(18);
});

test("3 % more latency is found in ten rounds", () => {
  const modes = [poll, { ...poll, name: "slower", typicalNs: poll.typicalNs * 1.03 }];
  const found = comparisonDocument(exampleComparison({ modes, rounds: 10, noise: 0.004 }));
  expect(entry(found, "latNs.mean").verdict).toBe("lower");
  expect(entry(found, "latNs.p50").verdict).toBe("lower");
  expect(entry(found, "iops").verdict).toBe("higher");
  expect(entry(found, "cpuNsPerIo.total").verdict).toBe("no difference shown");
});

test("drift has an entry for each mode and figure, and a clear one is marked", () => {
  const { drift, warnings } = comparisonDocument(
    exampleComparison({ modes: [poll, interrupt], drift: 0.1, noise: 0.002 }),
  );
  const p50 = drift.find(({ mode, metric }) => mode === "poll" && metric === "latNs.p50")!;
  expect(p50.clear).toBe(true);
  expect(p50.relative).toBeCloseTo(0.09, 1);
  expect(p50.change).toBeGreaterThan(0);
  const quiet = drift.find(({ mode, metric }) => mode === "poll" && metric === "interruptsPerIo")!;
  expect(quiet).toMatchObject({ change: 0, relative: null, clear: false });
  expect(warnings).toEqual([]);
});
