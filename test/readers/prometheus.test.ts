// Prometheus' tools and its client library for Python.
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exported } from "../../src/export/export.ts";
import type { ExportOptions } from "../../src/export/export-options.ts";
import { folder } from "../cli/cli.ts";
import { startedAt } from "../examples/run.ts";
import { compareResult, ofHostile, runResult, sweepResult } from "../export/results.ts";
import { scraped } from "./node-exporter.ts";
import { areAbsent, exportedInto, told } from "./programs.ts";

/** Debian's, which sees Debian's packages. */
const PYTHON = "/usr/bin/python3";
const CLIENT = "/usr/lib/python3/dist-packages/prometheus_client/__init__.py";

const results = [
  ["a run", runResult()],
  ["a comparison", compareResult()],
  ["a sweep", sweepResult()],
  ["a device with a hostile name", ofHostile(runResult())],
] as const;

function textOf(result: (typeof results)[number][1], options: ExportOptions): string {
  return exported(result, options).files[0]!.text;
}

describe.skipIf(areAbsent("promtool"))("promtool", () => {
  test.each(results)("check metrics finds nothing to say of %s", (_, result) => {
    const input = textOf(result, { format: "prometheus" });
    const silent = { status: 0, stdout: "", stderr: "" };
    expect(told("promtool", ["check", "metrics"], { input })).toEqual(silent);
  });

  test.each(results)("tsdb create-blocks-from openmetrics takes %s", (_, result) => {
    const where = folder();
    const options = { format: "openmetrics", timestamps: true } as const;
    const [file] = exportedInto(where, result, options);
    const args = ["tsdb", "create-blocks-from", "openmetrics", file!, join(where, "blocks")];
    const { status, stdout } = told("promtool", args);
    expect(status).toBe(0);
    const samples = textOf(result, options).match(/^phasebit_/gm)!.length;
    // BLOCK ULID, MIN TIME, MAX TIME, DURATION, NUM SAMPLES
    expect(Number(stdout.trim().split("\n").at(-1)!.split(/ +/)[4])).toBe(samples);
  });
});

describe.skipIf(areAbsent(PYTHON, CLIENT))("python3-prometheus-client", () => {
  /** Its parser's families: name, type and how many samples. */
  const parsed = (module: string, input: string) => {
    const program =
      `import sys, json, io; sys.stdin = io.TextIOWrapper(sys.stdin.buffer, "utf-8", newline="");` +
      `from prometheus_client.${module} import text_string_to_metric_families as parse;` +
      `print(json.dumps([[f.name, f.type, len(f.samples)] for f in parse(sys.stdin.read())]))`;
    const { status, stdout, stderr } = told(PYTHON, ["-c", program], { input });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout) as [string, string, number][];
  };

  test.each(results)("parses %s as OpenMetrics and in Prometheus' format alike", (_, result) => {
    const text = textOf(result, { format: "openmetrics" });
    const families = parsed("openmetrics.parser", text);
    expect(families).toEqual(parsed("parser", textOf(result, { format: "prometheus" })));
    expect(families).toContainEqual(["phasebit_ios", "counter", expect.any(Number)]);
    const samples = families.reduce((sum, [, , count]) => sum + count, 0);
    expect(samples).toBe(text.match(/^phasebit_/gm)!.length);
  });
});

describe.skipIf(areAbsent("prometheus-node-exporter"))("node_exporter's textfile collector", () => {
  test("takes two results of one device at once, with their types", async () => {
    const where = folder();
    const { file, measurement } = runResult();
    const later = {
      file: "later.json",
      measurement: startedAt(measurement, measurement.startedMs + 60_000),
    };
    for (const result of [{ file, measurement }, later]) {
      exportedInto(where, result, { format: "prometheus" });
    }
    const metrics = await scraped(where);
    expect(metrics).toContain("\nnode_textfile_scrape_error 0\n");
    for (const [family, type] of [
      ["phasebit_ios_total", "counter"],
      ["phasebit_iops", "gauge"],
      ["phasebit_latency_seconds", "histogram"],
    ]) {
      expect(metrics).toContain(`\n# TYPE ${family} ${type}\n`);
    }
    const ios = metrics.match(/^phasebit_iops\{.*op="read".*$/gm)!;
    expect(ios).toHaveLength(2);
    expect(ios.map((line) => /result="([a-z]+)"/.exec(line)![1]).sort()).toEqual(["later", "run"]);
  });
});
