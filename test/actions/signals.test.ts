import { expect, test } from "vitest";
import { Wishes } from "../../src/actions/signals.ts";

/** What a process does about signals at these times in ms. */
function answers(...timesMs: number[]): string[] {
  const wishes = new Wishes();
  return timesMs.map((ms) => wishes.take(ms));
}

test("one signal stops, whatever is going on", () => {
  expect(answers(0)).toEqual(["stop"]);
});

test("signals within half a second are one wish", () => {
  expect(answers(1000, 1000, 1001, 1499)).toEqual(["stop", "nothing", "nothing", "nothing"]);
});

test("a later one ends the process at once, however many came before it", () => {
  expect(answers(1000, 1500)).toEqual(["stop", "end"]);
  expect(answers(1000, 1200, 1499, 1501)).toEqual(["stop", "nothing", "nothing", "end"]);
});
