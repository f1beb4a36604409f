import { describe, expect, test } from "vitest";
import { percentileNs } from "../../src/analysis/histogram.ts";
import { exported } from "../../src/export/export.ts";
import { packLatency } from "../../src/measurement/latency-counts.ts";
import type { Interval } from "../../src/measurement/measurement.ts";
import { mergeResults } from "../../src/results/merge.ts";
import type { Result } from "../../src/results/read.ts";
import { countsOf, intervalsIn, latencyIn, startedAt, withBlock } from "../examples/run.ts";
import {
  compareResult,
  hostile,
  ofHostile,
  runResult,
  sidesResult,
  sweepResult,
} from "./results.ts";

function textOf(result: Result, table: "percentiles" | "series"): string {
  return exported(result, { format: "csv", table }).files[0]!.text;
}

/** RFC 4180: quoted cells may hold commas, line ends and doubled quotes. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^,\n"]*)(,|\n)/y;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    const [, raw, end] = found as unknown as [string, string, string];
    rows.at(-1)!.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

function rowsOf(text: string): Record<string, string>[] {
  const [head, ...rows] = cellsOf(text);
  return rows.map((cells) => {
    expect(cells).toHaveLength(head!.length);
    return Object.fromEntries(head!.map((name, index) => [name, cells[index]!]));
  });
}

describe("names that spreadsheets would take for formulas, or that end a cell", () => {
  test.each(["percentiles", "series"] as const)("stay text in one cell: %s", (table) => {
    const [row] = rowsOf(textOf(ofHostile(runResult()), table));
    expect(row).toMatchObject({
      model: `'${hostile.model}`,
      firmware: `'${hostile.firmware}`,
      device: `'${hostile.address}`,
      serial: hostile.serial,
    });
  });

  test("modes too", () => {
    const modes = ["-1+1", '"a"'].map((name) => ({ name, typicalNs: 8000 }));
    const rows = rowsOf(textOf(compareResult({ modes }), "percentiles"));
    expect(new Set(rows.map(({ mode }) => mode))).toEqual(new Set(["'-1+1", '"a"']));
  });
});

test("a row for each percentile that the samples carry", () => {
  const result = runResult();
  const rows = rowsOf(textOf(result, "percentiles"));
  const read = latencyIn(result.measurement, "read");
  const own = rows.filter(({ op }) => op === "read");
  expect(own.map(({ percentile }) => percentile)).toEqual([
    "1",
    "5",
    "10",
    "20",
    "30",
    "40",
    "50",
    "60",
    "70",
    "80",
    "90",
    "95",
    "99",
    "99.5",
    "100",
  ]);
  for (const row of own) {
    const valueNs = Number(row["value_ns"]);
    expect(valueNs).toBe(percentileNs(read, Number(row["percentile"])));
    expect(row).toMatchObject({ mode: "poll", iodepth: "32", total: "8000" });
    expect(row).toMatchObject({ coalesce_threshold: "", coalesce_time: "", coalesce_vector: "" });
    expect(row).toMatchObject({ cmb: "none", shadow_doorbells: "off" });
  }
  expect(own.at(-1)).toMatchObject({ value_ns: `${read.maxNs}`, count_above: "0" });
  const median = own.find(({ percentile }) => percentile === "50")!;
  expect(Number(median["count_above"])).toBeLessThanOrEqual(4000);
  expect(Number(median["count_above"])).toBeGreaterThan(3900);
});

test("count_above is the number of samples in higher buckets", () => {
  const read = countsOf([...Array(15).fill(100), ...Array(10).fill(200), 300]);
  const { measurement, ...rest } = runResult();
  const small: Result = {
    ...rest,
    measurement: withBlock(measurement, {
      latencies: [packLatency(read, { op: "read", job: 0 })],
    }),
  };
  const rows = rowsOf(textOf(small, "percentiles"));
  expect(
    rows.map((row) => [row["percentile"], row["value_ns"], row["count_above"]]),
  ).toContainEqual(["50", "100", "11"]);
});

test("a row for each interval, direction and queue", () => {
  const rows = rowsOf(textOf(runResult(), "series"));
  expect(rows).toHaveLength(8);
  expect(rows[3]).toMatchObject({
    ...{ result: "results/run.json", mode: "poll", op: "read", queue: "2", start_ms: "1000" },
    ...{ length_ms: "1000", ios: "2000", iops: "2000", bytes_per_second: "8192000" },
  });
});

test("a figure that an interval's samples cannot carry is an empty cell", () => {
  const [row] = rowsOf(textOf(runResult({ perSecond: 100 }), "series"));
  expect(row!["p50_ns"]).toMatch(/^\d+$/);
  expect(row!["p99_ns"]).toBe("");
  expect(row!["max_ns"]).toMatch(/^\d+$/);
  expect(row!["max_is"]).toBe("bucket");
});

test("a block's maximum is exact, and says so; an interval's is its bucket's end", () => {
  const of = (result: Result) =>
    new Set(rowsOf(textOf(result, "series")).map((row) => row["max_is"]));
  expect(of(compareResult())).toEqual(new Set(["exact"]));
  expect(of(runResult())).toEqual(new Set(["bucket"]));
});

test("points of a sweep have their depth and coalescing", () => {
  const rows = rowsOf(textOf(sweepResult(), "series"));
  const shown = rows.map(({ mode, iodepth, coalesce_threshold: threshold, coalesce_time: time }) =>
    [mode, iodepth, threshold, time].join(" "),
  );
  expect(shown).toEqual(["poll 1  ", "interrupt 8  ", "interrupt 8 7 10"]);
});

test("what lies in the controller's memory, and shadow doorbells", () => {
  const result = runResult({ options: { cmb: "data,sq", shadowDoorbells: true } });
  for (const table of ["percentiles", "series"] as const) {
    const [row] = rowsOf(textOf(result, table));
    expect(row).toMatchObject({ cmb: "sq,data", shadow_doorbells: "on" });
  }
});

test("texts are quoted, numbers are plain, and a cell has one number", () => {
  const { measurement, ...rest } = sidesResult();
  const devices = measurement.devices.map((device) => ({ ...device, serial: "007123" }));
  const text = textOf({ ...rest, measurement: { ...measurement, devices } }, "series");
  const [head, ...lines] = text.trimEnd().split("\n");
  expect(head!.split(",").every((cell) => /^"[a-z0-9_]+"$/.test(cell))).toBe(true);
  for (const line of lines) {
    expect(line).toContain(',"007123",');
    // no text here has a comma of its own
    for (const cell of line.split(",")) expect(cell).toMatch(/^(?:".*"|-?\d+(?:\.\d{1,3})?|)$/);
  }
  expect(text).toContain(',65536,8,7,10,,"none","off",');
});

test("all results have the same columns, so that tables can be put together", () => {
  const results = [runResult(), compareResult(), sweepResult()];
  const heads = results.map((result) => textOf(result, "series").split("\n")[0]);
  expect(new Set(heads).size).toBe(1);
});

test("each side of a comparison has its own size, depth and coalescing", () => {
  const rows = rowsOf(textOf(sidesResult(), "series"));
  const sides = rows.map(({ mode, op, bs, iodepth, coalesce_time: time }) =>
    [mode, op, bs, iodepth, time].join(" "),
  );
  expect(new Set(sides)).toEqual(new Set(["a read 4096 1 ", "b write 65536 8 10"]));
  for (const { bs, iops, bytes_per_second: bytes } of rows) {
    expect(Number(bytes) / Number(iops) / Number(bs)).toBeCloseTo(1, 6);
  }
});

describe("an interval in which nothing was completed", () => {
  const result = runResult();
  const [first, second] = intervalsIn(result.measurement);
  const stalled = (intervals: readonly Interval[]) => ({
    ...result,
    measurement: withBlock(result.measurement, { intervals }),
  });

  test("has a row of nothing for each queue and direction", () => {
    const rows = rowsOf(textOf(stalled([first!, { ...second!, latencies: [] }]), "series"));
    expect(rows).toHaveLength(8);
    const silent = rows.filter(({ ios }) => ios === "0");
    expect(silent.map(({ op, queue, start_ms: start }) => [op, queue, start])).toEqual([
      ["read", "1", "1000"],
      ["read", "2", "1000"],
      ["write", "1", "1000"],
      ["write", "2", "1000"],
    ]);
    for (const row of silent) {
      expect(row).toMatchObject({ iops: "0", bytes_per_second: "0", length_ms: "1000" });
      expect([row["mean_ns"], row["p50_ns"], row["p999_ns"], row["max_ns"], row["max_is"]]).toEqual(
        Array(5).fill(""),
      );
    }
  });

  test("by one queue has a row of nothing for that queue", () => {
    const latencies = second!.latencies.filter(({ job }) => job === 0);
    const rows = rowsOf(textOf(stalled([first!, { ...second!, latencies }]), "series"));
    const silent = rows.filter(({ ios }) => ios === "0");
    expect(silent.map(({ queue }) => queue)).toEqual(["2", "2"]);
  });

  test("of one of two merged runs has rows for its queues only", () => {
    const later = { ...runResult(), file: "later.json" };
    const sum = mergeResults(
      [
        stalled([first!, { ...second!, latencies: [] }]),
        {
          ...later,
          measurement: startedAt(later.measurement, result.measurement.startedMs + 5000),
        },
      ],
      ["merge"],
    );
    const rows = rowsOf(textOf({ measurement: sum, file: "sum.json" }, "series"));
    expect(rows).toHaveLength(16);
    const silent = rows.filter(({ ios }) => ios === "0");
    expect(new Set(silent.map(({ queue }) => queue))).toEqual(new Set(["1", "2"]));
  });
});
