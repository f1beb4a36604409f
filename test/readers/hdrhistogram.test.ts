// HdrHistogram's own log processor, in Java; and gnuplot, which draws its percentile text.
import { describe, expect, test } from "vitest";
import { exported } from "../../src/export/export.ts";
import { folder } from "../cli/cli.ts";
import { readHgrm } from "../export/hgrm-text.ts";
import { compareResult, runResult, sweepResult } from "../export/results.ts";
import { areAbsent, exportedInto, told } from "./programs.ts";

const JAR = "/usr/share/java/hdrhistogram.jar";

describe.skipIf(areAbsent("java", JAR))("HistogramLogProcessor", () => {
  const processed = (file: string, ...more: string[]) =>
    told("java", [
      ...["-cp", JAR, "org.HdrHistogram.HistogramLogProcessor", "-i", file],
      ...["-outputValueUnitRatio", "1000", ...more],
    ]);

  test.each([
    ["a run", runResult(), "poll.read.q2", 4000],
    ["a comparison", compareResult(), "interrupt.read.q1", 2000],
    ["a sweep", sweepResult(), "interrupt.qd8.c7-10.read.q1", 5000],
  ])("reads a tag of %s, and all its samples", (_, result, tag, samples) => {
    const [file] = exportedInto(folder(), result, { format: "hlog" });
    const { status, stdout } = processed(file!, "-tag", tag);
    expect(status).toBe(0);
    expect(readHgrm(stdout).total).toBe(samples);
  });

  test("makes of an untagged log the percentiles of our own .hgrm", () => {
    const where = folder();
    const result = runResult({ options: { rw: "randread", numjobs: "1" } });
    const [file] = exportedInto(where, result, { format: "hlog", untagged: true });
    const theirs = readHgrm(processed(file!).stdout);
    const ours = readHgrm(exported(result, { format: "hgrm" }).files[0]!.text);
    expect(theirs.total).toBe(ours.total);
    // the largest is known exactly here, and there to the end of its bucket
    expect(theirs.max).toBeGreaterThanOrEqual(ours.max);
    expect(theirs.max).toBeLessThanOrEqual(ours.max * 1.001);
    const below = (rows: typeof ours.rows) => rows.filter(({ value }) => value < ours.max);
    expect(below(theirs.rows)).toEqual(below(ours.rows));
    expect(below(ours.rows).length).toBeGreaterThan(30);
  });

  test("lists the tags", () => {
    const [file] = exportedInto(folder(), runResult(), { format: "hlog" });
    const { stdout } = processed(file!, "-listtags");
    for (const tag of ["poll.read.q1", "poll.write.q2"]) expect(stdout).toContain(tag);
  });
});

describe.skipIf(areAbsent("gnuplot"))("gnuplot", () => {
  test("draws .hgrm, a line from its first row to its last but one", () => {
    const result = runResult({ options: { rw: "randread" } });
    const [file] = exportedInto(folder(), result, { format: "hgrm" });
    const { rows } = readHgrm(exported(result, { format: "hgrm" }).files[0]!.text);
    const { status, stderr } = told("gnuplot", [
      "-e",
      `stats '${file}' using 4:1; set term dumb; set logscale x; plot '${file}' using 4:1 with lines`,
    ]);
    expect(status).toBe(0);
    // the last row has no 1/(1-percentile)
    expect(stderr).toMatch(new RegExp(`Records: +${rows.length - 1}\\n`));
  });
});
