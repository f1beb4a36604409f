// fio's own converter of its json+ output.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder } from "../cli/cli.ts";
import { compareResult, runResult, sweepResult } from "../export/results.ts";
import { areAbsent, exportedInto, told } from "./programs.ts";

describe.skipIf(areAbsent("fio_jsonplus_clat2csv"))("fio_jsonplus_clat2csv", () => {
  test.each([
    ["a run", runResult(), 2, 4000],
    ["a comparison", compareResult(), 2, 2000],
    ["a sweep", sweepResult(), 3, 5000],
  ])("makes a table of each job of %s, with all its latencies", (_, result, jobs, reads) => {
    const where = folder();
    const [source] = exportedInto(where, result, { format: "fio-json", bins: true });
    const target = join(where, "latencies.csv");
    expect(told("fio_jsonplus_clat2csv", [source!, target]).status).toBe(0);
    // what it compares is its own table with our percentiles and bins
    const checked = told("fio_jsonplus_clat2csv", ["--validate", source!, target]);
    expect(checked.status).toBe(0);
    for (let job = 0; job < jobs; job++) {
      const table = readFileSync(join(where, `latencies_job${job}.csv`), "utf8").trim();
      const [head, ...rows] = table.split("\n").map((line) => line.split(", "));
      const column = head!.indexOf("read_clat_ns_count");
      const counts = rows.map((cells) => Number(cells[column]));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(reads);
    }
  });
});
