import { expect, test } from "vitest";
import { collectionsIn } from "../../src/run/collections.ts";

test("collections count that began while it was measured", () => {
  const at = (startTime: number, duration: number) => ({ startTime, duration });
  const all = [at(1, 5), at(10, 0.25), at(19.9, 0.5), at(20, 7)];
  expect(collectionsIn(all, 10, 20)).toEqual({ count: 2, ns: 750_000 });
  expect(collectionsIn([], 0, 20)).toEqual({ count: 0, ns: 0 });
});
