// Conditions in the document: beside the figures, valid by the schema, and read over.
import { describe, expect, test } from "vitest";
import { resultOf } from "../../src/results/read.ts";
import { type JudgedCondition, SavedResult } from "../../src/results/save.ts";
import { validate } from "../../src/results/validate.ts";
import {
  exampleComparison,
  examplePoint,
  exampleSweep,
  interrupt,
  poll,
} from "../examples/compare.ts";
import { exampleRun } from "../examples/run.ts";

const judged: readonly JudgedCondition[] = [
  { condition: "p99 > 200us", group: "read", outcome: "failed", value: 312_000 },
  { condition: "p99.99 > 1ms", group: "read", outcome: "not judged", value: null },
];

describe.each([
  ["run", exampleRun({ seconds: 1, perSecond: 20 })],
  ["compare", exampleComparison({ modes: [poll, interrupt], rounds: 2, ios: 20 })],
  ["sweep", exampleSweep([examplePoint({ ios: 20 })])],
] as const)("a document of %s", (kind, measurement) => {
  const details = (result: SavedResult) => {
    const document = JSON.parse(result.text);
    return document.phasebit ?? document;
  };

  test("has what became of the conditions, where there were some", () => {
    const result = new SavedResult(measurement, judged);
    expect(details(result).failIf).toEqual(judged);
    expect(validate(kind, JSON.parse(result.text))).toMatchObject({ ok: true });
    expect(details(new SavedResult(measurement))).not.toHaveProperty("failIf");
  });

  test("is read as the same measurement", () => {
    const read = (result: SavedResult) => resultOf("x.json", JSON.parse(result.text));
    expect(read(new SavedResult(measurement, judged))).toEqual(read(new SavedResult(measurement)));
  });

  test("with an outcome that is none is damaged", () => {
    const bad = new SavedResult(measurement, [{ ...judged[0]!, outcome: "fine" }]);
    expect(validate(kind, JSON.parse(bad.text))).toMatchObject({ ok: false });
  });
});
