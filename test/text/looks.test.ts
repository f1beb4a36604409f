import { describe, expect, test } from "vitest";
import type { Job } from "../../src/measurement/measurement.ts";
import { lookParts } from "../../src/text/looks.ts";
import { blockIn, exampleRun, jobsIn, latencyIn } from "../examples/run.ts";

const run = exampleRun();
const shortestNs = latencyIn(run, "read").minNs;

function pauseText(
  changes: readonly Partial<Job>[],
  completion: Parameters<typeof lookParts>[2] = { mode: "poll", pauseNs: null },
): string {
  const jobs = changes.map((change) => ({ ...jobsIn(run)[0]!, ...change }));
  return lookParts(jobs, [blockIn(run)], completion).at(-1)!;
}

test("a mode that never looks twice has no pause", () => {
  const text = pauseText([{ pauseNs: 100 }], { mode: "interrupt", pauseNs: null });
  expect(text).not.toContain("pause");
});

test("what was waited for at the end is in no look: one command at once is never two", () => {
  const job = { ...jobsIn(run)[0]!, completed: 2, failed: 0, sweeps: 600, sweepsFull: 1 };
  const [latency] = blockIn(run).latencies;
  const block = { ...blockIn(run), latencies: [{ ...latency!, total: 2, drained: 1 }] };
  const looks = lookParts([job], [block], { mode: "poll", pauseNs: null });
  expect(looks.slice(0, 2)).toEqual(["600 an I/O", "1 I/Os at once"]);
});

test("looks that found nothing in time are not divided by what came after", () => {
  const job = { ...jobsIn(run)[0]!, completed: 1, failed: 0, sweeps: 600, sweepsFull: 0 };
  const [latency] = blockIn(run).latencies;
  const block = { ...blockIn(run), latencies: [{ ...latency!, total: 1, drained: 1 }] };
  expect(lookParts([job], [block], { mode: "poll", pauseNs: null })).toEqual([]);
});

test("no pause is none", () => {
  expect(pauseText([{ pauseNs: 0 }])).toBe("no pause between them");
});

test("a given one is told as the share that it is, however large", () => {
  const pauseNs = shortestNs / 2;
  const text = pauseText([{ pauseNs, pauseExceptions: 0 }], { mode: "poll", pauseNs });
  expect(text).toMatch(/, 50\.0% of the shortest latency$/);
});

describe("a learned one", () => {
  test("is told as its share of the shortest latency", () => {
    const text = pauseText([{ pauseNs: shortestNs / 256, pauseExceptions: 0 }]);
    expect(text).toMatch(/, 0\.4% of the shortest latency$/);
  });

  test("is no larger a share than what it keeps to: one job's pause lies beside another's latency", () => {
    const jobs = [
      { pauseNs: shortestNs / 4, pauseExceptions: 0 },
      { pauseNs: 8, pauseExceptions: 0 },
    ];
    expect(pauseText(jobs)).toMatch(/, at most 0\.8% of a latency$/);
  });

  test("names those that it may have made longer by more", () => {
    const pauseNs = shortestNs / 4;
    expect(pauseText([{ pauseNs, pauseExceptions: 1 }])).toMatch(
      /, at most 0\.8% of a latency, but for 1 I\/O that came unexpectedly soon$/,
    );
    expect(
      pauseText([
        { pauseNs, pauseExceptions: 1200 },
        { pauseNs, pauseExceptions: 34 },
      ]),
    ).toMatch(/, but for 1234 I\/Os that/);
  });

  test("of an old result, which did not count them, is told as the share that it is", () => {
    const pauseNs = shortestNs / 4;
    expect(pauseText([{ pauseNs, pauseExceptions: null }])).toMatch(/, 25\.0% of the shortest/);
  });
});
