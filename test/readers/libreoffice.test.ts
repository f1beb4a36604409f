// LibreOffice's Calc: what it reads from our tables and writes again is what it was.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { csvTables } from "../../src/export/export-options.ts";
import type { Result } from "../../src/results/read.ts";
import { folder } from "../cli/cli.ts";
import { hostile, runResult, sidesResult, sweepResult } from "../export/results.ts";
import { areAbsent, exportedInto, told } from "./programs.ts";

/** Comma, double quotes, UTF-8, from the first line on; quotes mean text. */
const OPTIONS = "44,34,76,1,,0,true";

/** Names that a spreadsheet would take for numbers, times or formulas. */
function named(result: Result): Result {
  const { measurement } = result;
  const devices = measurement.devices.map((device) => ({
    ...device,
    ...{ address: "0000:01:00.0", serial: "007123", firmware: "1E10", model: hostile.model },
  }));
  return { ...result, measurement: { ...measurement, devices } };
}

describe.skipIf(areAbsent("soffice"))("LibreOffice", () => {
  test("gives every table back as it was", () => {
    const where = folder();
    const results = [runResult(), sidesResult(), sweepResult()].map(named);
    const files = results.flatMap((result) =>
      csvTables.flatMap((table) => exportedInto(where, result, { format: "csv", table })),
    );
    expect(files).toHaveLength(6);
    const again = join(where, "again");
    const { status } = told("soffice", [
      // a profile of its own, so that one that is open elsewhere does not answer
      ...[`-env:UserInstallation=file://${where}/profile`, "--headless"],
      `--infilter=CSV:${OPTIONS}`,
      ...["--convert-to", `csv:Text - txt - csv (StarCalc):${OPTIONS}`, "--outdir", again],
      ...files,
    ]);
    expect(status).toBe(0);
    for (const file of files) {
      expect(readFileSync(join(again, basename(file)), "utf8")).toBe(readFileSync(file, "utf8"));
    }
  });
});
