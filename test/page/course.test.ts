// What the live page remembers: bounded, complete, and the same whatever comes twice.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Course, MOST_COLUMNS } from "../../src/page/live/course.ts";
import { LiveState } from "../../src/page/live/state.ts";
import { sampleEvent, samples, startEvent, warningEvent } from "./live-events.ts";

const PERIOD_S = 0.25;

/** A course of `count` samples, each of the name that `nameOf` gives. */
function courseOf(count: number, nameOf: (index: number) => string = () => ""): Course {
  const course = new Course();
  for (let index = 0; index < count; index++) {
    const block = { name: nameOf(index), number: index + 1, of: count };
    const sample = sampleEvent({ elapsedMs: 250, block });
    course.add(sample, (index + 1) * PERIOD_S);
  }
  return course;
}

test("a sample that is not newer is passed over", () => {
  const course = courseOf(3);
  course.add(sampleEvent({ elapsedMs: 250 }), 0.5);
  course.add(sampleEvent({ elapsedMs: 250 }), 0.75);
  expect(course.columns).toHaveLength(3);
});

test("few samples are columns of their own", () => {
  const { columns } = courseOf(MOST_COLUMNS);
  expect(columns).toHaveLength(MOST_COLUMNS);
  expect(columns[1]).toMatchObject({ startS: 0.25, endS: 0.5, lengthS: 0.25 });
});

test("however long the stream, columns are bounded and no I/O is lost", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2600 }),
      fc.integer({ min: 1, max: 5 }),
      (count, modes) => {
        const { columns } = courseOf(count, (index) => `mode ${index % modes}`);
        expect(columns.length).toBeLessThanOrEqual(MOST_COLUMNS);
        expect(columns.length).toBeGreaterThanOrEqual(Math.min(count, MOST_COLUMNS / 4));
        const seconds = columns.reduce((sum, { lengthS }) => sum + lengthS, 0);
        expect(seconds).toBeCloseTo(count * PERIOD_S);
        expect(Math.max(...columns.map(({ endS }) => endS))).toBeCloseTo(count * PERIOD_S);
      },
    ),
    { numRuns: 12 },
  );
});

test("joined columns keep the I/Os of every step and the highest percentile", () => {
  const all = Array.from({ length: 900 }, (_, index) =>
    sampleEvent({ elapsedMs: (index + 1) * 250 }),
  );
  const course = new Course();
  for (const [index, sample] of all.entries()) course.add(sample, (index + 1) * PERIOD_S);
  const counted = (heats: readonly Iterable<readonly [number, number]>[]) =>
    heats.reduce((sum, heat) => [...heat].reduce((part, [, count]) => part + count, sum), 0);
  expect(counted(course.columns.map(({ heat }) => heat))).toBe(
    counted(all.map(({ heat }) => heat)),
  );
  expect(Math.max(...course.columns.map(({ p99 }) => p99 ?? 0))).toBe(
    Math.max(...all.map(({ latencyNs }) => latencyNs.p99 ?? 0)),
  );
});

test("points that never come back are bounded too: the oldest go", () => {
  const { columns } = courseOf(2000, (index) => `point ${index}`);
  expect(columns.length).toBeLessThanOrEqual(MOST_COLUMNS);
  expect(columns.at(-1)!.name).toBe("point 1999");
});

test("a state that is told twice is the same", () => {
  const events = [startEvent(), ...samples(0, 3000), warningEvent("busy", "busy")];
  const [once, twice] = [new LiveState(), new LiveState()];
  for (const event of events) once.take(event);
  for (const event of [...events, ...events]) twice.take(event);
  expect(twice.columns).toEqual(once.columns);
  expect(twice.warnings).toEqual(once.warnings);
  expect(twice.sample).toEqual(once.sample);
});

test("a sample from before does not turn the clock back", () => {
  const state = new LiveState();
  const [first, second] = samples(0, 500);
  for (const event of [startEvent(), first!, second!, first!]) state.take(event);
  expect(state.sample).toBe(second);
});

test("a replayed sample leaves the percentile curve that there was", () => {
  const state = new LiveState();
  state.take(startEvent());
  const [first, second] = samples(0, 500);
  state.take(first!);
  state.take({ ...second!, total: { ...second!.total, percentiles: [] } });
  expect(state.latest.get("")!.total.percentiles).toEqual(first!.total.percentiles);
  expect(state.latest.get("")!.elapsedMs).toBe(500);
});
