// A result that was made by hand to do harm: whatever its strings hold, they are text in the report.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Result } from "../../src/results/read.ts";
import { exampleComparison, interrupt, poll } from "../examples/compare.ts";
import { exampleRun } from "../examples/run.ts";
import { compareResult, contentOf, htmlOf, runResult, shown } from "./examples.ts";
import { hostileRun, nasty } from "./hostile.ts";

function hostileComparison(text: string): Result {
  const modes = [
    { ...poll, name: text, options: text },
    { ...interrupt, name: `${text}2` },
  ];
  return compareResult(exampleComparison({ modes, rounds: 2, ios: 100 }), `${text}.json`);
}

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...nasty));

/** Tags of the page, in order. */
function tagsOf(html: string): readonly string[] {
  return html.match(/<[a-z!/][^>]*/gi) ?? [];
}

test("every string of a report is printable ASCII", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const report = shown(hostileRun(text), hostileComparison(text));
      const strange: unknown[] = [];
      JSON.stringify(report, (_key, value: unknown) => {
        if (typeof value === "string" && !/^[\x20-\x7e]*$/.test(value)) strange.push(value);
        return value;
      });
      expect(strange).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("no string of a result adds an element or an attribute to the page", () => {
  const usual = tagsOf(htmlOf(runResult(exampleRun({ perSecond: 200 }))));
  fc.assert(
    fc.property(anyText, (text) => {
      expect(tagsOf(htmlOf(hostileRun(text)))).toEqual(usual);
      expect(tagsOf(htmlOf(hostileComparison(text)))).toEqual(usual);
    }),
    { numRuns: 30 },
  );
});

test("the island holds the report, whatever it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const island = contentOf(
        htmlOf(hostileRun(text)),
        'script type="application/json" id="data"',
      );
      expect(JSON.parse(island)).toEqual(shown(hostileRun(text)));
    }),
    { numRuns: 30 },
  );
});
