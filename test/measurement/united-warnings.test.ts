// What is told first is what must not be missed, whatever was found first.
import { expect, test } from "vitest";
import type { Warning } from "../../src/measurement/measurement.ts";
import { unitedWarnings } from "../../src/measurement/united-warnings.ts";

test("a later block's lost command comes before an earlier one's busy host", () => {
  const busy: Warning = { kind: "host-busy", loadAverage: 4 };
  const failed: Warning = { kind: "io-errors", count: 1 };
  const lost: Warning = { kind: "commands-lost", count: 1 };
  const partial: Warning = { kind: "partial", unit: "settings", measured: 1, planned: 2 };
  expect(unitedWarnings([[busy], [failed, busy], [partial, lost]])).toEqual([
    ...[partial, failed, lost, busy],
  ]);
});
