import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentileNs } from "../../src/analysis/histogram.ts";
import { exported, requireFitting } from "../../src/export/export.ts";
import {
  classicBuckets,
  nativeBuckets,
  nativeIndex,
} from "../../src/export/openmetrics-buckets.ts";
import { canonical, decimal } from "../../src/export/openmetrics-text.ts";
import { bucketHighNs } from "../../src/measurement/buckets.ts";
import { mergeResults } from "../../src/results/merge.ts";
import type { Result } from "../../src/results/read.ts";
import { examplePoint, exampleSweep } from "../examples/compare.ts";
import {
  countsOf,
  emptyRun,
  intervalsIn,
  latencyIn,
  startedAt,
  withBlock,
} from "../examples/run.ts";
import { type ReadFamily, readOpenMetrics } from "./openmetrics-parser.ts";
import {
  compareResult,
  hostile,
  ofHostile,
  runResult,
  sidesResult,
  sweepResult,
} from "./results.ts";

function textOf(result: Result, options: { native?: boolean; timestamps?: boolean } = {}): string {
  const { files } = exported(result, { format: "openmetrics", ...options });
  return files[0]!.text;
}

function familyOf(families: readonly ReadFamily[], name: string): ReadFamily {
  const family = families.find((one) => one.name === name);
  if (family === undefined) throw new Error(`no ${name}`);
  return family;
}

const samples = fc.array(
  fc.double({ min: 0, max: 1, noNaN: true }).map((part) => Math.floor(3.6e12 ** part)),
  { minLength: 1, maxLength: 200 },
);

describe("names that try to break out", () => {
  test.each([false, true])("come back as they were, native: %s", (native) => {
    const families = readOpenMetrics(textOf(ofHostile(runResult()), { native }), native ? 2 : 1);
    const [info] = familyOf(families, "phasebit_measurement_info").samples;
    expect(info!.labels).toMatchObject({
      model: hostile.model,
      serial: hostile.serial,
      device: hostile.address,
    });
  });

  test("modes of a comparison too", () => {
    const modes = ['a"} 1\n# EOF', "a\\"].map((name) => ({ name, typicalNs: 8000 }));
    const families = readOpenMetrics(textOf(compareResult({ modes })), 1);
    const found = familyOf(families, "phasebit_ios").samples.map(({ labels }) => labels["mode"]);
    expect(found).toEqual(modes.map(({ name }) => name));
  });
});

test("a run without I/O has its conditions and its doubts, and no histogram", () => {
  const result = { file: "x.json", measurement: emptyRun() } as const;
  for (const native of [false, true]) {
    const families = readOpenMetrics(textOf(result, { native }), native ? 2 : 1);
    expect(families.map(({ name }) => name)).toContain("phasebit_warnings");
    expect(families.map(({ type }) => type)).not.toContain("histogram");
  }
});

describe.each([
  ["a run", runResult()],
  ["a comparison", compareResult()],
  ["a sweep", sweepResult()],
])("%s", (_name, result) => {
  test("is in the grammar of 1.0, and of 2.0 with native histograms", () => {
    for (const timestamps of [false, true]) {
      expect(readOpenMetrics(textOf(result, { timestamps }), 1)).toHaveLength(10);
      expect(readOpenMetrics(textOf(result, { timestamps, native: true }), 2)).toHaveLength(10);
    }
  });
});

describe("two results of one device", () => {
  const first = runResult();
  const later = startedAt(first.measurement, first.measurement.startedMs + 1);
  const merge = (file: string): Result => ({
    file,
    measurement: mergeResults([first, { file: "later.json", measurement: later }], ["merge"]),
  });

  test.each<[string, Result, Result]>([
    ["of one name, in two folders", first, { file: "other/run.json", measurement: later }],
    ["and their sum, which began with the first", first, merge("other/run.json")],
    ["and a comparison with the same modes", compareResult(), { ...compareResult(), file: "b" }],
  ])("%s, have no time series in common", (_, a, b) => {
    for (const native of [false, true]) {
      const series = [a, b].flatMap((result) =>
        readOpenMetrics(textOf(result, { native }), native ? 2 : 1).flatMap(({ samples: own }) =>
          own.map(({ name, labels }) => JSON.stringify([name, labels])),
        ),
      );
      expect(new Set(series).size).toBe(series.length);
    }
  });

  test("are told apart by file and start, on every sample", () => {
    for (const { samples: own } of readOpenMetrics(textOf(first), 1)) {
      for (const { labels } of own) {
        expect(labels).toMatchObject({ result: "run", started: "2026-11-22T09:14:05.000Z" });
        expect(labels).not.toHaveProperty("merged");
      }
    }
    const [info] = readOpenMetrics(textOf(merge("sum.json")), 1)[0]!.samples;
    expect(info!.labels).toMatchObject({ result: "sum", merged: "2" });
  });
});

test("no form has a type that Prometheus' own format does not know", () => {
  for (const format of ["openmetrics", "prometheus"] as const) {
    for (const native of format === "openmetrics" ? [false, true] : [false]) {
      const options = native ? { format, native } : { format };
      const { text } = exported(compareResult(), options).files[0]!;
      const types = [...text.matchAll(/^# TYPE \S+ (\S+)$/gm)].map(([, type]) => type);
      expect(new Set(types)).toEqual(new Set(["gauge", "histogram", "counter"]));
    }
  }
});

describe("Prometheus' own format", () => {
  const { name, text } = exported(runResult(), { format: "prometheus" }).files[0]!;

  test.each([{ native: true }, { timestamps: true }])("refuses %j, which it cannot say", (one) => {
    expect(() => requireFitting({ format: "prometheus", ...one })).toThrow(
      /is for --format openmetrics; leave it out/,
    );
  });

  test("has the samples of OpenMetrics, each family named as its samples are", () => {
    const lines = (whole: string) => whole.split("\n").filter((line) => !line.startsWith("#"));
    expect(lines(text)).toEqual(lines(textOf(runResult())));
    expect(text).toContain("# TYPE phasebit_ios_total counter\n");
    expect(text).toContain("# TYPE phasebit_latency_seconds histogram\n");
    expect(text).not.toMatch(/^# (?:UNIT|EOF)/m);
    expect(text.endsWith("\n")).toBe(true);
  });

  test("is called as node_exporter wants it", () => {
    expect(name).toBe("run.prom");
  });
});

test("counters are what was counted, by queue", () => {
  const result = runResult();
  const families = readOpenMetrics(textOf(result), 1);
  const ios = familyOf(families, "phasebit_ios").samples;
  expect(ios.map(({ labels: { op, queue }, value }) => [op, queue, value])).toEqual([
    ["read", "1", "4000"],
    ["read", "2", "4000"],
    ["write", "1", "4000"],
    ["write", "2", "4000"],
  ]);
  expect(familyOf(families, "phasebit_io_bytes").samples[0]!.value).toBe(`${4000 * 4096}`);
  const cpu = familyOf(families, "phasebit_cpu_seconds").samples;
  expect(cpu.map(({ labels: { cpu: of }, value }) => [of, value])).toEqual([
    ["user", "3.88"],
    ["system", "0.08"],
  ]);
});

test("points of a sweep are told apart by depth and coalescing", () => {
  const { samples: ios } = familyOf(readOpenMetrics(textOf(sweepResult()), 1), "phasebit_ios");
  const labels = ios.map(({ labels: { mode, iodepth, coalesce } }) => [mode, iodepth, coalesce]);
  expect(labels).toEqual([
    ["poll", "1", undefined],
    ["interrupt", "8", undefined],
    ["interrupt", "8", "7,10"],
  ]);
});

test("what lies in the controller's memory, and shadow doorbells, are labels where they are used", () => {
  const labelsOf = (result: Result) =>
    familyOf(readOpenMetrics(textOf(result), 1), "phasebit_ios").samples[0]!.labels;
  const plain = labelsOf(runResult());
  expect([plain["cmb"], plain["shadow_doorbells"]]).toEqual([undefined, undefined]);
  const options = { cmb: "data,sq", shadowDoorbells: true };
  expect(labelsOf(runResult({ options }))).toMatchObject({
    cmb: "sq,data",
    shadow_doorbells: "on",
  });
});

test("count and sum are exact, percentiles those of the run", () => {
  const result = runResult();
  const read = latencyIn(result.measurement, "read");
  const families = readOpenMetrics(textOf(result), 1);
  const own = (family: string, suffix: string, labels: Record<string, string> = {}) => {
    const found = familyOf(families, family).samples.find(
      (one) =>
        one.name === family + suffix &&
        one.labels["op"] === "read" &&
        Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    );
    return found!.value;
  };
  expect(own("phasebit_latency_seconds", "_count")).toBe(`${read.total}`);
  expect(Math.round(Number(own("phasebit_latency_seconds", "_sum")) * 1e9)).toBe(read.sumNs);
  const p99 = own("phasebit_latency_percentile_seconds", "", { percentile: "99" });
  expect(Math.round(Number(p99) * 1e9)).toBe(percentileNs(read, 99));
});

test("a percentile that the samples do not carry is not there", () => {
  const families = readOpenMetrics(textOf(runResult({ perSecond: 30, seconds: 1 })), 1);
  const { samples: shown } = familyOf(families, "phasebit_latency_percentile_seconds");
  const percentiles = new Set(shown.map(({ labels }) => labels["percentile"]));
  expect(percentiles.has("50")).toBe(true);
  expect(percentiles.has("90")).toBe(false);
  expect(percentiles.has("100")).toBe(true);
});

test("with timestamps all samples bear the end of the measurement, without none does", () => {
  const all = (options: { timestamps: boolean; native: boolean }) =>
    readOpenMetrics(textOf(runResult(), options), options.native ? 2 : 1).flatMap(
      (family) => family.samples,
    );
  const end = `${Date.UTC(2026, 10, 22, 9, 14, 7) / 1000}.0`;
  for (const native of [false, true]) {
    for (const { timestamp } of all({ timestamps: true, native })) expect(timestamp).toBe(end);
    for (const { timestamp } of all({ timestamps: false, native }))
      expect(timestamp).toBeUndefined();
  }
});

test("2.0 says since when counters and histograms count", () => {
  const families = readOpenMetrics(textOf(runResult(), { native: true }), 2);
  for (const { type, samples: own } of families) {
    const expected = type === "counter" || type === "histogram" ? "1795338845.0" : undefined;
    for (const { started } of own) expect(started).toBe(expected);
  }
});

describe("classic buckets", () => {
  test("never count more below an end than there is, and less by what lies across it at most", () => {
    fc.assert(
      fc.property(samples, (samplesNs) => {
        const latency = countsOf(samplesNs);
        for (const [endNs, upTo] of classicBuckets(latency)) {
          const below = samplesNs.filter((ns) => ns <= endNs).length;
          const surely = samplesNs.filter((ns) => ns <= endNs / 1.001).length;
          expect(upTo).toBeLessThanOrEqual(below);
          expect(upTo).toBeGreaterThanOrEqual(surely);
        }
      }),
    );
  });

  test("have all samples below an end that none lies beyond", () => {
    // 2000 lies in a bucket of its own; 2,500,000 in one that reaches to 2,500,607
    expect(new Map(classicBuckets(countsOf([2000]))).get(2000)).toBe(1);
    expect(new Map(classicBuckets(countsOf([2_500_000]))).get(2_500_000)).toBe(1);
    expect(bucketHighNs(countsOf([2_500_000]).counts[0]![0])).toBeGreaterThan(2_500_000);
    expect(new Map(classicBuckets(countsOf([2_500_000, 2_500_001]))).get(2_500_000)).toBe(0);
  });

  test("have the same ends in every result, as readers compare them", () => {
    const ends = classicBuckets(countsOf([5])).map(([endNs]) => canonical(endNs));
    expect(ends).toHaveLength(81);
    expect(ends.slice(0, 4)).toEqual(["1e-07", "1.2e-07", "1.5e-07", "2e-07"]);
    expect(ends).toContain("0.0001");
    expect(ends).toContain("8e-05");
    expect(ends.slice(-2)).toEqual(["8.0", "10.0"]);
    for (const [endNs] of classicBuckets(countsOf([5]))) {
      expect(Number(canonical(endNs))).toBe(endNs / 1e9);
    }
  });
});

describe("native buckets", () => {
  test("hold every sample once, in the bucket that it lies in or, by 0.1 %, the next", () => {
    fc.assert(
      fc.property(samples, (samplesNs) => {
        const { schema, zeros, buckets } = nativeBuckets(countsOf(samplesNs));
        const end = (index: number) => 2 ** (index / 2 ** schema) * 1e9;
        expect(buckets.reduce((sum, [, count]) => sum + count, zeros)).toBe(samplesNs.length);
        expect(zeros).toBe(samplesNs.filter((ns) => ns === 0).length);
        let passed = zeros;
        for (const [index, count] of buckets) {
          passed += count;
          expect(
            samplesNs.filter((ns) => ns <= end(index) * (1 + 1e-12)).length,
          ).toBeGreaterThanOrEqual(passed);
          expect(samplesNs.filter((ns) => ns <= end(index) / 1.001).length).toBeLessThanOrEqual(
            passed,
          );
        }
        expect(buckets.length).toBeLessThanOrEqual(160);
      }),
    );
  });

  test("end where the schema says: powers of two belong to the bucket that they end", () => {
    expect(nativeIndex(1e9, 3)).toBe(0);
    expect(nativeIndex(1e9 + 1, 3)).toBe(1);
    expect(nativeIndex(1_953_125, 8)).toBe(-9 * 256);
    expect(nativeIndex(1_953_126, 8)).toBe(-9 * 256 + 1);
    expect(nativeIndex(2e9, 0)).toBe(1);
    expect(nativeIndex(1, 0)).toBe(-29);
  });

  test("have an index by which their ends enclose the value, at every schema", () => {
    const schemas = fc.integer({ min: -4, max: 8 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3.6e12 }), schemas, (ns, schema) => {
        const index = nativeIndex(ns, schema);
        expect(2 ** (index / 2 ** schema)).toBeGreaterThanOrEqual(ns / 1e9);
        expect(2 ** ((index - 1) / 2 ** schema)).toBeLessThan(ns / 1e9);
      }),
    );
  });

  test("are as fine as 160 of them allow", () => {
    const few = nativeBuckets(countsOf([1000, 1001, 2000]));
    expect(few.schema).toBe(8);
    const many = countsOf(Array.from({ length: 4000 }, (_, index) => 1000 + index * 300));
    const { schema, buckets } = nativeBuckets(many);
    expect(buckets.length).toBeLessThanOrEqual(160);
    const finer = many.counts.map(([index]) => nativeIndex(bucketHighNs(index), schema + 1));
    expect(new Set(finer).size).toBeGreaterThan(160);
  });

  test("stand in one line, spans and counts after the draft's grammar", () => {
    const families = readOpenMetrics(textOf(runResult(), { native: true }), 2);
    for (const { value, labels } of familyOf(families, "phasebit_latency_seconds").samples) {
      const fields =
        /^\{count:(\d+),sum:([\d.]+),schema:(-?\d),zero_threshold:0\.0,zero_count:(\d+),positive_spans:\[(-?\d+:\d+(?:,\d+:\d+)*)\],positive_buckets:\[(\d+(?:,\d+)*)\]\}$/.exec(
          value,
        )!;
      const counts = fields[6]!.split(",").map(Number);
      const spans = fields[5]!.split(",").map((span) => span.split(":").map(Number));
      expect(spans.reduce((sum, [, length]) => sum + length!, 0)).toBe(counts.length);
      expect(counts.reduce((sum, count) => sum + count, Number(fields[4]))).toBe(Number(fields[1]));
      // what the first span's index means: no sample lies below the first bucket
      const op = labels["op"] as "read" | "write";
      const { minNs } = latencyIn(runResult().measurement, op);
      const firstEnd = 2 ** (spans[0]![0]! / 2 ** Number(fields[3])) * 1e9;
      expect(minNs).toBeLessThanOrEqual(firstEnd);
      expect(minNs).toBeGreaterThan(firstEnd / 2 ** (1.5 / 2 ** Number(fields[3])));
    }
  });
});

test("numbers are written exactly, whatever their size", () => {
  expect(decimal(0, 9)).toBe("0.0");
  expect(decimal(1, 9)).toBe("0.000000001");
  expect(decimal(2_500_000_000, 9)).toBe("2.5");
  expect(decimal(2 ** 53, 9)).toBe("9007199.254740992");
  expect(decimal(123_456_789_012_345_680_000)).toBe("123456789012345683968");
});

test("each side of a comparison has its own bytes, depth and coalescing", () => {
  const families = readOpenMetrics(textOf(sidesResult()), 1);
  const bytes = familyOf(families, "phasebit_io_bytes").samples;
  expect(
    bytes.map(({ labels: { mode, iodepth, coalesce }, value }) => [mode, iodepth, coalesce, value]),
  ).toEqual([
    ["a", "1", undefined, `${2000 * 4096}`],
    ["b", "8", "7,10", `${2000 * 65_536}`],
  ]);
  const [info] = familyOf(families, "phasebit_measurement_info").samples;
  expect(info!.labels).toMatchObject({ numjobs: "1" });
  expect(info!.labels).not.toHaveProperty("bs");
  expect(info!.labels).not.toHaveProperty("rw");
});

test("a run of many intervals has its end", () => {
  const { measurement, ...rest } = runResult();
  const [interval] = intervalsIn(measurement);
  // V8 takes 125,000 arguments
  const intervals = Array.from({ length: 130_000 }, (_, index) => {
    return {
      ...interval!,
      endMs: index + 1,
      lengthMs: 1,
      latencies: interval!.latencies.slice(0, 1),
    };
  });
  const long: Result = { ...rest, measurement: withBlock(measurement, { intervals }) };
  const [, endS] = / ([0-9.]+)\n# EOF\n$/.exec(textOf(long, { timestamps: true }))!;
  expect(Number(endS)).toBe(measurement.startedMs / 1000 + 130);
});

test("a setting that a sweep measured several times is several time series", () => {
  const point = examplePoint({ mode: "poll", iodepth: 1, ios: 50 });
  const measurement = exampleSweep([
    point,
    examplePoint({ mode: "poll", iodepth: 2 }),
    point,
    point,
  ]);
  const result: Result = { file: "s.json", measurement };
  for (const native of [false, true]) {
    for (const { name, samples: found } of readOpenMetrics(
      textOf(result, { native }),
      native ? 2 : 1,
    )) {
      const series = found.map(({ name: full, labels }) => JSON.stringify([full, labels]));
      expect(new Set(series).size, name).toBe(series.length);
    }
  }
  const ios = familyOf(readOpenMetrics(textOf(result), 1), "phasebit_ios").samples;
  expect(ios.map(({ labels }) => labels["repeat"])).toEqual([undefined, undefined, "2", "3"]);
});
