// A process that goes on stood still since it was last seen to run.
import { expect, test } from "vitest";
import { StopWatch } from "../../src/run/stops.ts";

test("each signal to go on counts what passed since it was last seen, from begin to end", () => {
  let now = 1000n;
  const watch = new StopWatch(() => now);
  const before = process.listenerCount("SIGCONT");
  process.emit("SIGCONT");
  watch.begin();
  now = 1500n;
  watch.seen();
  now = 4000n;
  process.emit("SIGCONT");
  now = 4100n;
  process.emit("SIGCONT");
  expect(watch.stops).toEqual({ count: 2, ns: 2600 });
  watch.end();
  watch.end();
  process.emit("SIGCONT");
  expect(watch.stops.count).toBe(2);
  expect(process.listenerCount("SIGCONT")).toBe(before);
});
