// Queues that share interrupt vectors: said on the terminal, in Markdown and in the page, and only then.
import { expect, test } from "vitest";
import { markdown } from "../../src/export/markdown.ts";
import { groupsOf } from "../../src/measurement/groups.ts";
import type { Measurement } from "../../src/measurement/measurement.ts";
import { comparisonReport } from "../../src/text/compare.ts";
import { normalReport } from "../../src/text/normal.ts";
import { sharedVectorTexts } from "../../src/text/shared-vectors.ts";
import { exampleComparison, interrupt, poll } from "../examples/compare.ts";
import { exampleRun, jobsIn, withJobs } from "../examples/run.ts";
import { runResult, shown } from "../html/examples.ts";

/** A run whose queues have these vectors. */
function runWith(vectors: readonly (number | null)[]): Measurement {
  const run = exampleRun({ options: { numjobs: `${vectors.length}` }, perSecond: 100 });
  return withJobs(
    run,
    jobsIn(run).map((job, index) => ({ ...job, vector: vectors[index]! })),
  );
}

/** A comparison of poll and interrupt, two jobs each, the second mode's with these vectors. */
function comparisonWith(vectors: readonly (number | null)[]): Measurement {
  const comparison = exampleComparison({ modes: [poll, interrupt], rounds: 2 });
  const [job] = jobsIn(exampleRun());
  return {
    ...comparison,
    blocks: comparison.blocks.map((block) => ({
      ...block,
      jobs: vectors.map((vector, index) => ({
        ...{ ...job!, job: index, sqid: index + 1 },
        vector: block.workload === 1 ? vector : null,
      })),
    })),
  };
}

test.each([
  [[null, null], []],
  [[1, 2, 3], []],
  [[1, 1, 1], ["3 queues share vector 1"]],
  [[1, 2, 1], ["2 queues share vector 1"]],
  [[1, 2, 3, 1, 2], ["4 queues share 2 vectors"]],
  [[0], ["1 queue shares vector 0 with the admin queue"]],
  [[0, 0], ["2 queues share vector 0 with the admin queue"]],
  [[0, 1, 1], ["3 queues share 2 vectors, one of them with the admin queue"]],
] as const)("vectors %j: %j", (vectors, said) => {
  expect(sharedVectorTexts(groupsOf(runWith(vectors)))).toEqual(said);
});

test("merged runs share nothing with each other", () => {
  const run = runWith([1, 1]);
  const apart = withJobs(
    run,
    jobsIn(run).map((job) => ({ ...job, source: job.job })),
  );
  expect(sharedVectorTexts(groupsOf(apart))).toEqual([]);
});

test("the mode whose queues do is named", () => {
  const groups = groupsOf(comparisonWith([1, 1]));
  expect(sharedVectorTexts(groups)).toEqual(["interrupt: 2 queues share vector 1"]);
  const many = Array.from({ length: 5 }, () => groups[1]!);
  expect(sharedVectorTexts([groups[0]!, ...many])).toEqual([
    "interrupt, interrupt, interrupt and 2 more: 2 queues share vector 1",
  ]);
});

test("terminal, Markdown and page say it, and nothing where each queue has its own", () => {
  const run = runWith([0, 0]);
  const own = runWith([1, 2]);
  expect(normalReport(run, { color: false })).toMatch(
    /^vectors {1,2}2 queues share vector 0 with the admin queue$/m,
  );
  expect(comparisonReport(comparisonWith([1, 1]), { color: false })).toMatch(
    /^vectors +interrupt: 2 queues share vector 1$/m,
  );
  expect(markdown(runResult(run))).toContain(
    "| interrupts | 2 queues share vector 0 with the admin queue |",
  );
  const conditions = (of: Measurement) => shown(runResult(of)).results[0]!.conditions;
  expect(conditions(run)).toContainEqual({
    label: "interrupts",
    value: "2 queues share vector 0 with the admin queue",
  });
  expect(normalReport(own, { color: false })).not.toMatch(/^vectors/m);
  expect(markdown(runResult(own))).not.toContain("| interrupts |");
  expect(conditions(own).map(({ label }) => label)).not.toContain("interrupts");
});
